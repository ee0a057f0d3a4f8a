"""`tillpost recover`: a lost or restored outbox rebuilt from what Xero holds."""

from __future__ import annotations

import getpass
import os
import socket
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tillpost.cli_words import OrganisationOption, date_of
from tillpost.config import load_site

app = typer.Typer()
out = Console()

COLUMNS = ("on record", "recovered", "kept", "other amount", "more than once")


@app.command()
def recover(
    organisation: OrganisationOption,
    first: Annotated[
        str,
        typer.Option(
            "--from", metavar="YYYY-MM-DD", help="Only what changed in Xero since; without it, everything since the stores began."
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be put on record.")] = False,
    why: Annotated[str, typer.Option("--why", "-w", help="The reason; it stays in the audit trail.")] = "",
    who: Annotated[str, typer.Option("--who", help="Who decides; without it, the user of this machine.")] = "",
) -> None:
    """Put on record what Xero holds of an organisation's documents, after its database was lost or restored. Sends nothing; safe to repeat.

    *Recovered* were waiting here and are posted now; *kept* are taken over when their date is prepared again.
    """
    from tillpost.flows.recover import recover as recover_outbox

    holder = f"{socket.gethostname()}-{os.getpid()}"
    since = date_of(first) if first else None
    with out.status("Reading what Xero holds …"):
        rows = recover_outbox(load_site(), organisation, holder=holder, who=who or getpass.getuser(), why=why, first=since, dry_run=dry_run)
    table = Table(title="Would be put on record" if dry_run else "Put on record", title_justify="left")
    table.add_column("In Xero", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for row in rows:
        numbers = (row.known, row.recovered, row.kept, row.differing, row.copies)
        table.add_row(row.kind.replace("_", " "), *(str(number) for number in numbers))
    out.print(table)
    if any(row.differing or row.copies for row in rows):
        out.print("Another amount, or more than one copy: the report and `tillpost status` name each.", style="yellow")
    if any(row.kept for row in rows):
        out.print("Prepare the dates of what was kept again (`tillpost run`): their documents take its ids and are not sent.")
