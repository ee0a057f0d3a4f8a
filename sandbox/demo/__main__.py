"""``python -m sandbox.demo``: the demo; 0 if everything went as it should (two store-days are held on purpose), 1 otherwise."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path

from rich.console import Console

from sandbox.demo import story
from sandbox.demo.dag_runs import DagRuns
from sandbox.demo.quiet import quiet
from sandbox.world import PROJECT, prepare_world

NEXT = """
[bold]What to try next[/]
  make demo      again: nothing is posted twice
  make up        the same, live: Airflow's pages and the local Xero in the browser
  Add the line   sales_category,VAPES,260,,,,Vapes   to include/mappings/harbour/accounts.csv, then make demo:
                 the bottle shop's night is posted
  TILLPOST_DATA={root}/data .venv/bin/tillpost mapping show -o harbour --store cafe --date 2026-10-02
  TILLPOST_DB_URL=sqlite:///{root}/tillpost.db .venv/bin/tillpost status --date 2026-10-02 --to 2026-10-03
"""


def main() -> int:
    """Read the command line and play the demo."""
    about = "Two trading nights of the demo shops, from the tills to the ledger."
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=about)
    parser.add_argument("--root", type=Path, default=PROJECT / "var" / "demo", help="where everything is written (default var/demo)")
    root = parser.parse_args().root.resolve()
    log = root / "airflow.log"
    with quiet(log) as console:
        try:
            demo = play(root, console)
        except Exception:
            traceback.print_exc()
            console.print(f"\n[red]The demo broke off.[/] The reason is at the end of {story.shown(log)}.")
            console.print(f"If another version made {story.shown(root)}, remove that folder and start again.")
            return 1
        return verdict(demo, root)


def play(root: Path, console: Console) -> story.Demo:
    """Make the world and play."""
    began = time.monotonic()
    console.print(f"Demo shops, local Xero and books in {story.shown(root)}; Airflow's own log in {story.shown(root / 'airflow.log')}")
    with prepare_world(root) as world:
        with console.status("Loading Airflow and the project's DAGs ..."):
            demo = story.Demo(world, console, DagRuns(root / "airflow", world.environ))
        console.print(f"  ready after {time.monotonic() - began:.0f} s")
        story.play(demo)
    console.print(f"\nDone in {time.monotonic() - began:.0f} s.")
    return demo


def verdict(demo: story.Demo, root: Path) -> int:
    """Say whether all went as it should."""
    console = demo.console
    if demo.surprises:
        console.print("\n[red]Not as expected:[/]")
        for surprise in demo.surprises:
            console.print(f"  {surprise}", markup=False)
        console.print(f"The log: {story.shown(root / 'airflow.log')}")
        return 1
    console.print(
        f"As it should be: {demo.held} store-days are held on purpose, each with its reason; everything else is in the local Xero."
    )
    console.print(NEXT.format(root=story.shown(root)), soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
