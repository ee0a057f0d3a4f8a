"""``python -m sandbox.live up | down | status``: the demo world with a live Airflow; everything it writes lies under var/."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from sandbox import world
from sandbox.live import airflow, processes
from sandbox.live.processes import Started
from sandbox.xero.client import AdminClient

FLOWS = ("prepare", "post", "payments")
# In the order in which they are ended.
NAMES = ("airflow", "xero")


def tell(text: str) -> None:
    """A line of progress, at once also where the output is a pipe."""
    print(text, flush=True)


def up(root: Path) -> int:
    """Start what is not running; 0 when all of it is healthy."""
    notes = running(root)
    if len(notes) == len(NAMES):
        tell("It is up already.")
        show(root, notes)
        return 0
    if any(processes.read_note(root / "run", name) for name in NAMES):
        tell("What is left of an earlier start is ended first.")
        down(root)
    try:
        show(root, start_all(root))
    except (RuntimeError, KeyboardInterrupt) as problem:
        tell(f"It did not come up: {problem or 'interrupted'}")
        down(root)
        return 1
    return 0


def start_all(root: Path) -> dict[str, Started]:
    """Shops, local Xero, organisations, Airflow, DAGs; each with a line of progress."""
    began, live, home = time.monotonic(), root / "live", root / "airflow"
    tell(f"Demo shops and books in {shown(live)}")
    world.make_shops(live)
    process, xero_address = world.start_xero(live)
    notes = {"xero": processes.started("xero", process, xero_address)}
    processes.write_note(root / "run", notes["xero"])
    client = AdminClient(xero_address)
    world.make_organisations(client)
    client.close()
    tell(f"Local Xero at {xero_address}")
    port = airflow.free_port()
    address = f"http://127.0.0.1:{port}"
    tell("Starting Airflow (about half a minute; the first time it makes its database)")
    leader = airflow.start_airflow(home, airflow.airflow_environ(home, port, world.demo_world(live, xero_address)))
    notes["airflow"] = processes.started("airflow", leader, address)
    processes.write_note(root / "run", notes["airflow"])
    airflow.wait_until_healthy(address, home, lambda: leader.poll() is None, tell)
    unpause_all(address, home)
    tell(f"Up after {time.monotonic() - began:.0f} s.")
    return notes


def unpause_all(address: str, home: Path) -> None:
    """Let all DAGs of the demo run, payments first: prepare begins at once with last night."""
    api = airflow.sign_in(address, airflow.password(home))
    wanted = len(world.ORGANISATIONS) * len(FLOWS)
    tell("  waiting for the DAGs")
    for dag_id in sorted(airflow.wait_for_dags(api, wanted)):
        api.unpause(dag_id)


def show(root: Path, notes: dict[str, Started]) -> None:
    """Addresses, login, and what to try."""
    home = root / "airflow"
    command = shown(home / "bin" / "airflow")
    tell(f"""
Airflow     {notes["airflow"].address}   user admin, password {airflow.password(home)}
Local Xero  {notes["xero"].address}   its ledger and every document in the browser (it is not Xero)

The demo tills have data from 14 September to 11 October 2026. Last night's own run, which Airflow has just begun, finds none and is
red: that is how a store looks whose night is missing. Try instead:
* prepare_harbour, Trigger, from 2026-10-01 to 2026-10-03: two store-days are held, with their reasons, and everything else is posted
* a missed night, by Airflow's own backfill (the offset matters: Airflow reads bare dates as UTC):
  {command} backfill create --dag-id prepare_kauri --max-active-runs 1 \\
      --from-date 2026-10-05T00:00:00+13:00 --to-date 2026-10-07T00:00:00+13:00
* Browse, Tillpost reports: the validation reports

make down ends both. Logs: {shown(home / "standalone.log")}, {shown(root / "live" / "xero.log")}""")


def shown(path: Path) -> str:
    """A path as one types it: relative to here where that is shorter."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def down(root: Path) -> int:
    """End what `up` started, and only that; 0 when nothing of it runs any more."""
    known = [note for name in NAMES if (note := processes.read_note(root / "run", name))]
    if not known:
        tell("Nothing is up.")
    for note in known:
        tell(processes.end(note, first=signal.SIGINT if note.name == "airflow" else signal.SIGTERM))
        processes.forget_note(root / "run", note.name)
    return 0


def status(root: Path) -> int:
    """Say what runs; 0 when everything does."""
    notes = running(root)
    for name in NAMES:
        tell(f"{name}: {f'process {notes[name].pid}, {notes[name].address}' if name in notes else 'not running'}")
    return 0 if len(notes) == len(NAMES) else 1


def running(root: Path) -> dict[str, Started]:
    """The notes of what is running now."""
    notes = [processes.read_note(root / "run", name) for name in NAMES]
    return {note.name: note for note in notes if note and note.leader()}


def main() -> int:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.live", description=__doc__)
    parser.add_argument("--root", type=Path, default=world.PROJECT / "var", help="the folder for everything it writes (default var/)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, act in (("up", up), ("down", down), ("status", status)):
        commands.add_parser(name, help=act.__doc__)
    options = parser.parse_args()
    root = options.root.resolve()
    return {"up": up, "down": down, "status": status}[options.command](root)


if __name__ == "__main__":
    sys.exit(main())
