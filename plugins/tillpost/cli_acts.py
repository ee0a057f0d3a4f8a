"""What a person decides of a stream, from the command line: approve, hold, release, send refused documents again.

Each act is written to the audit trail with who, when and why.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from tillpost.config import load_site

app = typer.Typer()
out = Console()

OrganisationOption = Annotated[str, typer.Option("--organisation", "-o", help="The organisation's key in tillpost.yml.")]
StoreOption = Annotated[str, typer.Option("--store", "-s", help="The store's key in tillpost.yml; _all for the document of all stores.")]
DateOption = Annotated[str, typer.Option("--date", "-d", metavar="YYYY-MM-DD", help="The business date.")]
StreamOption = Annotated[str, typer.Option("--stream", help="sales or purchases.")]
WhyOption = Annotated[str, typer.Option("--why", "-w", help="The reason; it stays in the audit trail.")]
WhoOption = Annotated[str, typer.Option("--who", help="Who decides; without it, the user of this machine.")]


DECISIONS = {
    "approve": "Approve exactly these figures of a stream; other figures will need another approval.",
    "hold": "Hold what was not sent yet, until it is released by hand.",
    "release": "Lift a hold by hand, or a doubt that was looked into. What a check blocks is mended, never waved through.",
}


def _decision(act: str) -> Callable[..., None]:
    """The command of one decision; all take the same options."""

    def command(
        organisation: OrganisationOption,
        store: StoreOption,
        day: DateOption,
        why: WhyOption,
        stream: StreamOption = "sales",
        who: WhoOption = "",
    ) -> None:
        from tillpost.flows.acts import Act, decide

        state = decide(load_site(), Act(act), organisation, store, day, stream, who=who or getpass.getuser(), why=why)
        out.print(f"{organisation}/{store}/{day}/{stream} is now {state.replace('_', ' ')}.", markup=False)

    return command


for _act, _help in DECISIONS.items():
    app.command(_act, help=_help)(_decision(_act))


@app.command()
def retry(organisation: OrganisationOption, why: WhyOption, who: WhoOption = "") -> None:
    """Send documents again that Xero refused, after what it complained of was mended."""
    from tillpost.flows.acts import retry_refused

    count = retry_refused(load_site(), organisation, who=who or getpass.getuser(), why=why)
    out.print(f"{count} refused documents are ready again; the next posting run sends them.")
