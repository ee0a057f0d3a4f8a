"""The commands about mapping files, for the accountant who owns them (docs/mapping.md).

Exit codes: 0 nothing to mend, 1 something to mend or not looked at, 2 a configuration or the call itself is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tillpost.cli_words import OrganisationOption, date_of, plain
from tillpost.config import load_site
from tillpost.errors import ConfigError

app = typer.Typer(no_args_is_help=True, help="Check, draft, show and import what POS codes are booked to.")
out, err = Console(), Console(stderr=True)

FromOption = Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first business date; without it, two weeks back.")]
ToOption = Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last business date; without it, yesterday.")]
ToDateOption = Annotated[str, typer.Option("--to-date", metavar="YYYY-MM-DD", help="The last business date; without it, yesterday.")]
ChartOption = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE", help="A chart of accounts exported from Xero, instead of asking Xero.")
]
# The longest kind or place that is kept on one line.
WHOLE = 20
STYLES = {"blocker": "red", "warning": "yellow", "info": "dim", "lost": "dim"}


@app.command()
def check(
    organisation: OrganisationOption,
    first: FromOption = "",
    last: ToOption = "",
    chart: ChartOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither POS nor Xero; Xero's last answer on record serves.")] = False,
    csv_file: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the same table as a CSV.")] = None,
) -> None:
    """Compare the mapping files with the codes of the POS systems and with Xero: one line for each matter, blockers first."""
    from tillpost.flows.mapping_check import Asked, check_mapping, utc_now
    from tillpost.mapping.writing import write_rows

    site = load_site()
    asked = Asked(*_dates(first, last, "--to"), chart, offline)
    with out.status("Reading the tills and Xero …"):
        found = check_mapping(site, organisation, asked, utc_now())
    rows = [(m.severity.value, m.place, m.what, m.remedy) for m in found.matters]
    if csv_file is not None:
        write_rows(csv_file, ("severity", "where", "what", "remedy"), rows, overwrite=True)
    if rows:
        _print_table(f"Mapping of {organisation} ({found.folder})", ("", "Where", "What", "What to do"), rows, STYLES)
    for remark in found.remarks:
        _say(remark)
    _tell(found.problems)
    blockers, warnings = (sum(row[0] == word for row in rows) for word in ("blocker", "warning"))
    nothing = "Nothing to mend in what was looked at." if found.problems else "Nothing to mend."
    _say(f"To mend: {blockers} that would hold or refuse a date, {warnings} to look at." if blockers or warnings else nothing)
    raise typer.Exit(0 if found.is_clean else 1)


@app.command()
def init(
    organisation: OrganisationOption,
    folder: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the three files are written; nothing is overwritten.")],
    first: FromOption = "",
    last: ToDateOption = "",
    chart: ChartOption = None,
) -> None:
    """Draft accounts.csv, taxes.csv and contacts.csv from the POS's codes and Xero's chart. Guesses are marked in the notes."""
    from tillpost.flows.mapping_check import Asked, utc_now
    from tillpost.flows.mapping_draft import draft_mapping

    site = load_site()
    asked = Asked(*_dates(first, last, "--to-date"), chart)
    with out.status("Reading the tills and Xero …"):
        draft = draft_mapping(site, organisation, folder, asked, utc_now())
    accounts = [(row.kind, row.code, row.account, row.tax_code, row.note) for row in draft.accounts]
    _print_table("accounts.csv", ("Kind", "Code", "Account", "Tax code", "Why"), accounts)
    taxes = [(row.code, row.sale_tax_type, row.purchase_tax_type, row.reason) for row in draft.taxes]
    _print_table("taxes.csv", ("Tax code", "Sales", "Purchases", "Why"), taxes)
    _tell(draft.problems)
    open_rows = sum(not one.is_decided for one in draft.accounts) + sum(not one.is_decided for one in draft.taxes)
    _say(f"Written to {draft.folder}: {len(accounts)} accounts, {len(taxes)} tax codes, {draft.contacts} contacts; {open_rows} to decide.")
    _say(f"Look at every line, put the files into mappings/{organisation}/, then run: tillpost mapping check -o {organisation}")
    raise typer.Exit(1 if draft.problems else 0)


@app.command()
def show(
    organisation: OrganisationOption,
    store: Annotated[str, typer.Option("--store", "-s", help="The store's key in tillpost.yml.")],
    day: Annotated[str, typer.Option("--date", "-d", metavar="YYYY-MM-DD", help="The business date.")],
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="One code; without it, all.")] = "",
) -> None:
    """Show what each code maps to at a store on a date, from which line, and which rows lost and why. Asks neither POS nor Xero."""
    from tillpost.flows.mapping_show import show_mapping

    shown = show_mapping(load_site(), organisation, store, date_of(day), code)
    rows = [
        ("lost" if one.lost else "", one.kind, one.code, one.account, one.tax, one.tracking, one.place, one.lost) for one in shown.codes
    ]
    if rows:
        columns = ("", "Kind", "Code", "Account", "Tax code", "Tracking", "Where", "Why not")
        _print_table(f"{shown.store}, {day}", columns, rows, STYLES)
    else:
        _say(f"No row has the code {code}." if code else "accounts.csv has no row.")
    if shown.remark:
        _say(shown.remark)
    raise typer.Exit(0 if rows else 1)


@app.command()
def chart(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A chart of accounts as Xero exports it (CSV).")],
    country: Annotated[str, typer.Option("--country", "-c", help="AU, NZ or GB: whose tax rates its names mean.")] = "AU",
) -> None:
    """Check a chart of accounts line by line and show it. The other commands take the same file with --chart."""
    from tillpost.mapping.chart import read_chart
    from tillpost.mapping.tax_types import STANDARD_RATES

    if country not in STANDARD_RATES:
        raise ConfigError(f"--country is {country!r}.", value=country, allowed=tuple(STANDARD_RATES))
    accounts = read_chart(file, country)
    rows = [
        (str(one.line), one.code, one.name, one.type_name, one.tax_name, one.tax_type, "yes" if one.enable_payments else "", one.remark)
        for one in accounts
    ]
    _print_table(str(file), ("Line", "Code", "Name", "Type", "Tax code", "Tax type", "Payments", "Remark"), rows)
    _say(f"{len(accounts)} accounts, {sum(bool(one.remark) for one in accounts)} with a remark.")


@app.command("missing-accounts")
def missing_accounts(
    organisation: OrganisationOption,
    chart: Annotated[Path, typer.Option("--chart", metavar="FILE", help="The chart of accounts as Xero exports it: all of it is kept.")],
    file: Annotated[Path, typer.Option("--to", metavar="FILE", help="The new file for Xero's import.")],
) -> None:
    """Write the chart anew with the accounts that the mapping names and it lacks, for Xero to import."""
    from tillpost.flows.mapping_check import utc_now
    from tillpost.flows.mapping_missing import write_missing_accounts

    added = write_missing_accounts(load_site(), organisation, chart, file, utc_now())
    if added:
        _print_table("Accounts that the chart lacks", ("Code", "Name", "Type", "Tax code"), [row[:4] for row in added])
    _say(f"Written to {file}: the chart, and {len(added)} accounts. Look at names and types, then import it in Xero.")


def _dates(first: str, last: str, option: str) -> tuple[date | None, date | None]:
    begin, end = (date_of(text) if text else None for text in (first, last))
    if begin and end and end < begin:
        raise ConfigError(f"{option} {end} is before the first date, {begin}.", value=str(end))
    return begin, end


def _print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], styles: dict[str, str] | None = None) -> None:
    """A table without the columns that are empty in every row; the last two take the room. A row has the style of its first cell."""
    table = Table(title=plain(title), title_justify="left")
    filled = [n for n in range(len(columns)) if any(row[n] for row in rows)]
    for n in filled:
        # A kind and a place in a file are looked for by eye: they stay whole.
        whole = columns[n] in ("Kind", "Where") and all(len(row[n]) <= WHOLE for row in rows)
        table.add_column(columns[n], overflow="fold", no_wrap=whole, ratio=2 if n >= len(columns) - 2 and not whole else None)
    for row in rows:
        table.add_row(*(plain(row[n]) for n in filled), style=(styles or {}).get(row[0], ""))
    out.print(table)


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _tell(problems: Iterable[str]) -> None:
    for problem in problems:
        err.print(f"To look at: {problem}", style="yellow", markup=False, highlight=False, soft_wrap=True)
