"""The commands about a POS system's SQL files, for the person who writes them (docs/adding_a_pos.md).

Exit codes: 0 nothing would stop an extraction or hold the date, 1 something would (or the database does not answer), 2 a
configuration or the call itself is wrong.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tillpost.cli_words import date_of, plain
from tillpost.config import Settings, load_site
from tillpost.errors import SourceError, TillpostError

if TYPE_CHECKING:
    from tillpost.flows.source_check import SourceCheck, TableState

app = typer.Typer(no_args_is_help=True, help="Begin the SQL files of a POS system, and find what is wrong with them.")
out, err = Console(), Console(stderr=True)

STYLES = {"blocker": "red", "warning": "yellow", "info": "dim"}
STATES = {
    "read": "there",
    "failed": "there, not read whole",
    "to_fill": "there, still to be filled",
    "unreadable": "there, cannot be run",
    "not_run": "there, not run",
    "missing": "not there, and needed",
    "absent": "not there (optional)",
}


@app.command()
def check(
    store: Annotated[str, typer.Option("--store", "-s", help="The store's key in tillpost.yml.")],
    organisation: Annotated[
        str, typer.Option("--organisation", "-o", help="Its organisation; needed only where several have a store of that key.")
    ] = "",
    day: Annotated[
        str, typer.Option("--date", "-d", metavar="YYYY-MM-DD", help="The business date; without it, the last one with sales.")
    ] = "",
    table: Annotated[str, typer.Option("--table", "-t", help="One table of the contract; without it, all.")] = "",
    mapping: Annotated[
        bool, typer.Option("--mapping/--no-mapping", help="Hold codes against the mapping, or list them for a mapping to come.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: one JSON object, with the same exit codes.")] = False,
) -> None:
    """Run every SQL file of a store for one date and tell all that is wrong, with the file and the remedy.

    Reads only, keeps nothing, and does not ask Xero. Run it while you write the files, after the POS was updated, and before a new
    store starts. A statement has 15 minutes on servers that can end one; rows are read 10,000 at a time.
    """
    from tillpost.flows.source_check import Asked, check_source_of

    try:
        asked = Asked(date_of(day) if day else None, table, mapping)
        with err.status("Reading the POS …"):
            found = check_source_of(load_site(), organisation, store, asked, datetime.now(UTC))
    except TillpostError as problem:
        if as_json:
            print(json.dumps({"version": 1, "is_right": False, "problem": str(problem)}, indent=2))
        raise
    if as_json:
        print(json.dumps(_as_data(found), indent=2))
    else:
        _show(found)
    raise typer.Exit(0 if found.is_right else 1)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The POS system's name: small letters, digits and _.")],
    dialect: Annotated[
        str, typer.Option("--dialect", help="Whose SQL the examples are: postgresql, mysql, sqlite or sqlserver.")
    ] = "postgresql",
) -> None:
    """Write a documented skeleton of SQL files to sql/NAME/ of the include folder. Nothing is ever overwritten."""
    from tillpost.flows.source_new import write_skeleton

    try:
        written = write_skeleton(Settings.from_environment().include, name, dialect)
    except SourceError as problem:
        err.print(str(problem), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    _say(f"Written to {written.folder}: {', '.join(written.needed)} to fill, {len(written.optional)} more in optional/, and README.md.")
    for number, step in enumerate(written.next_steps, start=1):
        _say(f"{number}. {step}")


def _show(found: SourceCheck) -> None:
    _say(f"{found.store.name} ({found.org.key}/{found.store.key}), {found.day}, through {found.folder} at {found.place}")
    for remark in found.remarks:
        _say(remark)
    _show_tables(found)
    if found.faults:
        _show_faults(found)
    if found.not_asked:
        told = (f"{count} that {'is' if count == 1 else 'are'} {why}" for why, count in Counter(why for _, why in found.not_asked).items())
        _say(f"Checks that were not made: {'; '.join(told)} (--json names them).")
    if found.problem:
        err.print(found.problem, style="red", markup=False, highlight=False, soft_wrap=True)
    counts = Counter(fault.severity.value for fault in found.faults)
    blockers, warnings = counts["blocker"], counts["warning"]
    if blockers or warnings:
        _say(f"To mend: {blockers} that would stop an extraction or hold the date, {warnings} to look at.")
    elif not found.problem:
        _say("Nothing to mend.")


def _show_tables(found: SourceCheck) -> None:
    table = Table(title="Files", title_justify="left")
    table.add_column("Table", no_wrap=True)
    table.add_column("File", no_wrap=True)
    table.add_column("Rows", justify="right", no_wrap=True)
    table.add_column("Seconds", justify="right", no_wrap=True)
    table.add_column("What was found")
    for state in found.tables:
        ran = state.state in ("read", "failed")
        numbers = (f"{state.rows:,}", f"{state.seconds:.2f}") if ran else ("", "")
        style = "red" if state.state in ("missing", "failed", "unreadable", "to_fill") else "dim" if state.state == "absent" else ""
        table.add_row(state.table, STATES[state.state], *numbers, _summary(found, state), style=style)
    out.print(table)


def _summary(found: SourceCheck, state: TableState) -> str:
    counts = Counter(fault.severity.value for fault in found.faults if f"{state.table}.sql" in fault.where.split(", "))
    told = [f"{counts[word]} {word}{'' if counts[word] == 1 else 's'}" for word in ("blocker", "warning") if counts[word]]
    return ", ".join(told) or ("nothing wrong" if state.state == "read" else "")


def _show_faults(found: SourceCheck) -> None:
    table = Table(title="What was found", title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("Where", no_wrap=True)
    table.add_column("What", overflow="fold", ratio=3)
    table.add_column("What to do", overflow="fold", ratio=2)
    for fault in found.faults:
        seen = f". Seen: {'; '.join(fault.examples)}" if fault.examples else ""
        cells = (fault.severity.value, fault.where.replace(", ", "\n"), fault.what + seen, fault.remedy)
        table.add_row(*(plain(cell) for cell in cells), style=STYLES[fault.severity.value])
    out.print(table)


def _as_data(found: SourceCheck) -> dict[str, object]:
    """What was found, under keys that stay as they are."""
    return {
        "version": 1,
        "organisation": found.org.key,
        "store": found.store.key,
        "pos": found.store.pos,
        "date": found.day.isoformat(),
        "is_right": found.is_right,
        "problem": found.problem,
        "with_mapping": found.mapped,
        "remarks": list(found.remarks),
        "tables": [{"table": t.table, "state": t.state, "rows": t.rows, "seconds": round(t.seconds, 3)} for t in found.tables],
        "faults": [
            {
                "kind": fault.kind, "severity": fault.severity.value, "where": fault.where, "table": fault.table, "column": fault.column,
                "what": fault.what, "count": fault.count, "amount_cents": fault.amount_cents, "examples": list(fault.examples),
                "remedy": fault.remedy,
            }
            for fault in found.faults
        ],
        "not_asked": [{"rule": name, "why": why} for name, why in found.not_asked],
    }  # fmt: skip


def _say(text: str) -> None:
    out.print("".join(c if c.isprintable() else "?" for c in text), markup=False, highlight=False, soft_wrap=True)
