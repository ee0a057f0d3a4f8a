"""The command line: a night without Airflow through the same flows, and what the state of things is.

Exit codes: 0 all is done, 1 something is held, open or refused (or a system failed), 2 a configuration or the call itself is wrong.
"""

from __future__ import annotations

import os
import socket
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tillpost import cli_acts, cli_connect, cli_late, cli_mapping, cli_plan, cli_recover, cli_source
from tillpost.cli_words import OrganisationOption, date_of, plain
from tillpost.config import Site, load_site
from tillpost.errors import ConfigError, TillpostError
from tillpost.model.money import format_cents

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
app.add_typer(cli_acts.app)
app.add_typer(cli_connect.app)
app.add_typer(cli_recover.app)
app.add_typer(cli_plan.app)
app.add_typer(cli_mapping.app, name="mapping")
app.add_typer(cli_source.app, name="source")
out, err = Console(), Console(stderr=True)

DateOption = Annotated[str, typer.Option("--date", "-d", metavar="YYYY-MM-DD", help="The business date: the day on which trade began.")]

STATE_STYLES = {
    "posted": "green",
    "nothing_to_send": "dim",
    "held": "yellow",
    "refused": "red",
    "unknown": "red",
    "open": "yellow",
    "voided": "yellow",
}


@app.callback()
def about() -> None:
    """**Tillpost** takes sales and purchases out of POS databases, proves them right and gets each into Xero exactly once.

    Settings: `TILLPOST_INCLUDE` (folder with tillpost.yml, sql/ and mappings/), `TILLPOST_DB_URL`, `TILLPOST_DATA`, and one
    `AIRFLOW_CONN_<ID>` for each connection that tillpost.yml names.
    """


@app.command()
def run(
    organisation: OrganisationOption,
    day: DateOption,
    to: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last business date of a range; without it, one date.")] = "",
    post: Annotated[bool, typer.Option("--post/--no-post", help="Send what is right to Xero, or stop at the outbox.")] = True,
) -> None:
    """Prepare one night (or a range) and post it: the same flows as the Airflow DAGs.

    Running a date again is safe: what is in Xero is never sent a second time.
    """
    site = load_site()
    first = date_of(day)
    end = _end(first, date_of(to) if to else first)
    problems = _prepare(site, organisation, first, end)
    if post:
        _post(site, organisation)
    _show(site, organisation, first, end)
    for problem in problems:
        err.print(f"To look at: {problem}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if problems or _unfinished(site, organisation, first, end, post) else 0)


@app.command()
def status(
    organisation: Annotated[str, typer.Option("--organisation", "-o", help="One organisation; without it, all.")] = "",
    day: Annotated[str, typer.Option("--date", "-d", metavar="YYYY-MM-DD", help="The first business date; without it, a week ago.")] = "",
    to: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last business date.")] = "",
    late: Annotated[bool, typer.Option("--late", help="List what was added, changed or deleted in the POS afterwards.")] = False,
) -> None:
    """Show the state of each store and business date, with the reasons for what is not done. Asks neither POS nor Xero."""
    site = load_site()
    first = date_of(day) if day else datetime.now(UTC).date() - timedelta(days=7)
    end = _end(first, date_of(to) if to else (first if day else datetime.now(UTC).date()))
    for key in [organisation] if organisation else list(site.organisations):
        (cli_late.show if late else _show)(site, key, first, end)


@app.command()
def payments(organisation: OrganisationOption) -> None:
    """Bring payment status back from Xero: what was paid or changed since the last look, into our database and into the POS."""
    from tillpost.flows.pull import pull_payments

    result = pull_payments(load_site(), organisation)
    out.print(f"{result['changed']} documents changed in Xero, {result['written_back']} written back to the POS.")
    if result["why"]:
        out.print(result["why"], markup=False, soft_wrap=True)


@app.command()
def migrate() -> None:
    """Create Tillpost's database, or bring it up to date. Safe to run again, and while another process does the same."""
    from tillpost.config import Settings
    from tillpost.flows.acts import migrate_database

    migrate_database(Settings.from_environment())
    out.print("Tillpost's database is up to date.")


def _prepare(site: Site, organisation: str, first: date, end: date) -> list[str]:
    from tillpost.flows.prepare import extract_group, plan_run, settle

    name = f"cli-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    groups = plan_run(site, organisation, first.isoformat(), end.isoformat(), nightly=False)
    if not groups:
        err.print("[yellow]No store of this organisation has begun by these dates (starts_on in tillpost.yml).[/]")
        return []
    with out.status("Reading the tills, checking, building …"):
        results = [extract_group(site, organisation, group, name) for group in groups]
        summary = settle(site, organisation, groups, results, name)
    for path in summary["reports"]:
        out.print(f"Report: {path}", highlight=False, markup=False, soft_wrap=True)
    return summary["problems"]


def _post(site: Site, organisation: str) -> None:
    from tillpost.flows.post import post as post_flow

    with out.status("Posting to Xero …"):
        done = post_flow(site, organisation, holder=f"{socket.gethostname()}-{os.getpid()}")
    out.print(f"{done['posted']} documents posted, {done['refused']} refused, {done['left']} left, {done['calls']} calls.")
    if done["why"]:
        out.print(done["why"], markup=False, soft_wrap=True)


def _unfinished(site: Site, organisation: str, first: date, end: date, post: bool) -> bool:
    from tillpost.flows.status import night_rows

    done = ("posted", "nothing_to_send") if post else ("posted", "nothing_to_send", "ready")
    return any(row.state not in done for row in night_rows(site, organisation, first, end))


def _show(site: Site, organisation: str, first: date, end: date) -> None:
    from tillpost.flows.status import night_rows

    org = site.organisation(organisation)
    rows = night_rows(site, organisation, first, end)
    if not rows:
        out.print(f"{org.name}: nothing on record from {first} to {end - timedelta(days=1)}.")
        return
    table = Table(title=f"{org.name} ({org.currency})", title_justify="left")
    for name in ("Store", "Date", "Stream"):
        table.add_column(name, no_wrap=True)
    for name in ("Gross", "GST", "Tenders", "Documents"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("Why", ratio=1)
    for row in rows:
        style = STATE_STYLES.get(row.state, "")
        state = f"[{style}]{row.state.replace('_', ' ')}[/]" if style else row.state
        amounts = (_money(row.gross_cents), _money(row.gst_cents), _money(row.tenders_cents), str(row.documents))
        table.add_row(
            plain(row.store),
            str(row.business_date),
            row.stream.value,
            *amounts,
            state,
            plain("\n".join(filter(None, (*row.reasons, row.late)))),
        )
    out.print(table)


def _money(cents: int | None) -> str:
    return "" if cents is None else format_cents(cents)


def _end(first: date, last: date) -> date:
    """The day after the last date of a range."""
    if last < first:
        raise ConfigError(f"--to {last} is before the first date, {first}.", value=str(last))
    return last + timedelta(days=1)


def main() -> None:
    """Entry of the command ``tillpost``: expected failures are told in words, unexpected ones with their trace."""
    try:
        app()
    except ConfigError as problem:
        err.print(f"[red]Configuration:[/] {plain(str(problem))}", highlight=False, soft_wrap=True)
        sys.exit(2)
    except TillpostError as problem:
        err.print(f"[red]{type(problem).__name__}:[/] {plain(str(problem))}", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
