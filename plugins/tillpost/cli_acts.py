"""What a person decides, from the command line: approve, hold, release, retry, void; and who decided what.

Each act is written to the audit trail with who, when and why.
"""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from tillpost.cli_words import OrganisationOption, plain, reason_of
from tillpost.config import load_site

app = typer.Typer()
out = Console()

StoreOption = Annotated[str, typer.Option("--store", "-s", help="The store's key in tillpost.yml; _all for the document of all stores.")]
DateOption = Annotated[str, typer.Option("--date", "-d", metavar="YYYY-MM-DD", help="The business date.")]
StreamOption = Annotated[str, typer.Option("--stream", help="sales or purchases.")]
WhyOption = Annotated[str, typer.Option("--why", "-w", callback=reason_of, help="The reason; it stays in the audit trail.")]
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


AnyStoreOption = Annotated[str, typer.Option("--store", "-s", help="Only of this store; _all for the document of all stores.")]
AnyDateOption = Annotated[str, typer.Option("--date", "-d", metavar="YYYY-MM-DD", help="Only of this business date.")]
DocumentOption = Annotated[str, typer.Option("--document", help="A document's number, as Xero shows it, or its key.")]


@app.command()
def retry(
    organisation: OrganisationOption,
    why: WhyOption,
    store: AnyStoreOption = "",
    day: AnyDateOption = "",
    stream: Annotated[str, typer.Option("--stream", help="Only sales, or only purchases.")] = "",
    document: DocumentOption = "",
    who: WhoOption = "",
) -> None:
    """Send documents again that Xero refused, after what it complained of was mended: all, or those that are chosen."""
    from tillpost.flows.acts import Chosen, retry_refused

    names = retry_refused(load_site(), organisation, who=who or getpass.getuser(), why=why, chosen=Chosen(store, day, stream, document))
    for name in names:
        out.print(plain(f"  {name}"), highlight=False, soft_wrap=True)
    out.print(f"{len(names)} refused documents are ready again; the next posting run sends them.")


@app.command()
def void(
    organisation: OrganisationOption,
    document: DocumentOption,
    why: WhyOption,
    again: Annotated[bool, typer.Option("--again", help="Send it anew afterwards, as a new version of it (/v2).")] = False,
    with_payments: Annotated[bool, typer.Option("--with-payments", help="Take back its payments and allocations before it.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Leave it in Xero after all, where it is not void there yet.")] = False,
    who: WhoOption = "",
) -> None:
    """Take a posted document back in Xero. Without --again it is never sent again by itself, and its date says so."""
    from tillpost.flows.voiding import Wish, void_document, withdraw_wish
    from tillpost.xero.voiding import Ending

    if withdraw and again:
        raise typer.BadParameter("--again sends anew what is voided; what is withdrawn stays.", param_hint="--withdraw")
    who = who or getpass.getuser()
    wish = Wish(document, who, why, with_payments=with_payments, again=again)
    act = withdraw_wish if withdraw else void_document
    done = act(load_site(), organisation, wish, holder=f"void by {who} on {socket.gethostname()}-{os.getpid()}")
    for one in done:
        anew = f" It is sent anew as {one.again}." if one.again else ""
        out.print(plain(f"The {one.name} {VOID_WORDS[one.ending].format(said=one.said)}{anew}"), highlight=False, soft_wrap=True)
    if again and not done:
        out.print("It was void already; a new version is on its way.")
    elif not done:
        out.print("It is void already.")
    raise typer.Exit(0 if all(one.ending is (Ending.WITHDRAWN if withdraw else Ending.VOIDED) for one in done) else 1)


VOID_WORDS = {
    "voided": "is void in Xero.",
    "refused": "was not voided. Xero said: {said}",
    "unknown": "may be void or not: Xero gave no clear answer. The next posting run asks again.",
    "waiting": "is not confirmed to be void: {said} The next posting run tries again; --withdraw leaves it in Xero.",
    "withdrawn": "stays in Xero: it is not voided.",
}


@app.command()
def audit(organisation: OrganisationOption, store: AnyStoreOption = "", day: AnyDateOption = "") -> None:
    """Print the audit trail, oldest first: when, who, what was done to what, and why. Nothing in it can be changed or removed."""
    from tillpost.flows.acts import Chosen, trail

    for entry in trail(load_site(), organisation, Chosen(store, day)):
        more = ", ".join(f"{name}: {value}" for name, value in entry.details.items() if value not in ("", None))
        said = "; ".join(filter(None, (entry.why, more)))
        line = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.who}  {entry.action}  {entry.subject}  {said}".rstrip()
        out.print(plain(line), highlight=False, soft_wrap=True)
