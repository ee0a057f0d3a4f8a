"""`tillpost plan`: documents, calls, quota and finish time of what is to be posted, before anything is sent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tillpost.cli_words import OrganisationOption, date_of, plain
from tillpost.config import load_site
from tillpost.errors import ConfigError
from tillpost.model.period import DateRange

if TYPE_CHECKING:
    from tillpost.xero.planning import Plan

app = typer.Typer()
out = Console()

# More reasons than that are counted together.
MOST_REASONS = 10


@app.command()
def plan(
    organisation: OrganisationOption,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first business date; without it, all.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last business date; without it, all.")] = "",
) -> None:
    """Show what is to be posted: documents, calls, quota left, when it will be done, what is held and why. Sends nothing, asks nobody."""
    from tillpost.flows.plan import plan as plan_flow

    site = load_site()
    _show(site.organisation(organisation).name, plan_flow(site, organisation, _days(first, last)))


def _days(first: str, last: str) -> DateRange | None:
    if not first and not last:
        return None
    start = date_of(first) if first else date.min
    end = date_of(last) + timedelta(days=1) if last else date.max
    if end <= start:
        raise ConfigError(f"--to {last} is before --from {first}.", value=last)
    return DateRange(start, end)


def _show(name: str, planned: Plan) -> None:
    table = Table(title=f"{plain(name)}: to be posted", title_justify="left")
    table.add_column("What")
    table.add_column("Number", justify="right")
    table.add_column("Calls", justify="right")
    for step in (*planned.documents, *planned.others):
        table.add_row(step.what, f"{step.items:,}", f"{step.calls:,}")
    table.add_section()
    table.add_row("all documents", f"{planned.to_send:,}", f"{planned.calls:,}")
    out.print(table)
    out.print(f"Quota left: {planned.minute_left:,} calls this minute, {planned.day_left:,} today.", highlight=False)
    if planned.blocked_until:
        out.print(f"Xero lets calls in again at {planned.blocked_until:%Y-%m-%d %H:%M} UTC.", highlight=False)
    out.print(_end(planned), highlight=False)
    _reasons("Held", planned.held)
    _reasons("Waiting", planned.waiting)
    if planned.refused:
        out.print(f"Refused by Xero: {planned.refused:,}; mend the cause (`tillpost status`), then `tillpost retry`.", highlight=False)


def _end(planned: Plan) -> str:
    if not planned.calls:
        return "Nothing is to be sent."
    if planned.finish is None:
        return "It would not be done within a year by these limits."
    return f"Done about {planned.finish:%Y-%m-%d %H:%M} UTC, if the poster runs from now on."


def _reasons(title: str, reasons: tuple[tuple[str, int], ...]) -> None:
    for why, number in reasons[:MOST_REASONS]:
        out.print(f"{title}: {number:,} {plain(why)}", highlight=False, soft_wrap=True)
    if rest := reasons[MOST_REASONS:]:
        out.print(f"{title}: {sum(number for _, number in rest):,} for {len(rest)} other reasons.", highlight=False)
