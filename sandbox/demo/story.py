"""What the demo does, step by step: through Tillpost's own DAGs, but for the two payments that somebody makes in the local Xero."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sandbox.demo.dag_runs import DagRuns, RunResult
from sandbox.demo.tables import night_table, payment_table, trial_balance
from sandbox.world import ORGANISATIONS, POS_DATABASES, PROJECT, World
from sandbox.xero.client import read_chart

if TYPE_CHECKING:
    from tillpost.config import Site
    from tillpost.flows.status import NightRow

NIGHTS = (date(2026, 10, 2), date(2026, 10, 3))
# The two store-days that the demo shops got wrong on purpose: a category that no mapping names, and tenders that do not add up.
HELD = {("Harbour Bottle Shop", date(2026, 10, 2), "sales"), ("Harbour Cafe", date(2026, 10, 3), "sales")}
BILL, INVOICE, BANK, PAID_ON = "PC-333", "TP/hire/invoice/100365", "090", "2026-10-20"


@dataclass(slots=True)
class Demo:
    """The demo while it runs; `surprises` is whatever was not expected, `held` counts the store-days that the demo holds on purpose."""

    world: World
    console: Console
    runs: DagRuns
    surprises: list[str] = field(default_factory=list)
    held: int = 0

    def tell(self, text: str = "") -> None:
        """A line to the terminal."""
        self.console.print(text)


def play(demo: Demo) -> None:
    """The whole demo."""
    from tillpost.config import load_site

    site = load_site()
    before = documents(demo)
    for night in NIGHTS:
        play_night(demo, site, night)
    tell_posted(demo, before)
    pay_in_xero(demo)
    show_payments(demo)
    show_balances(demo)
    show_reports(demo)


def play_night(demo: Demo, site: Site, night: date) -> None:
    """Prepare and post one night of all organisations, then its table."""
    for organisation in ORGANISATIONS:
        prepared = run(demo, f"prepare_{organisation.key}", {"from": night.isoformat()})
        expect_state(demo, prepared, "failed" if (prepared.results.get("settle") or {}).get("held") else "success")
        expect_state(demo, run(demo, f"post_{organisation.key}"), "success")
    rows = night_rows(site, night)
    demo.tell()
    demo.console.print(night_table(night, rows))
    demo.tell()
    judge(demo, [row for streams in rows.values() for row in streams], night)


def night_rows(site: Site, night: date) -> dict[str, list[NightRow]]:
    """The rows of a night by organisation."""
    from tillpost.flows.status import night_rows as rows_of

    return {f"{one.name} ({one.currency})": rows_of(site, one.key, night, night + timedelta(days=1)) for one in site.organisations.values()}


def judge(demo: Demo, rows: list[NightRow], night: date) -> None:
    """Count what is held on purpose, and note every stream that is in another state than the demo's own faults make it."""
    states = {(row.store, row.business_date, row.stream.value): row.state for row in rows}
    for key in {key for key in HELD if key[1] == night} - set(states):
        demo.surprises.append(f"{_place(key)}: not on record, expected held")
    for key, state in states.items():
        if key in HELD and state == "posted":
            demo.tell(f"  {_place(key)}: posted, since somebody has mended what held it.")
        elif key in HELD and state == "held":
            demo.held += 1
        elif key in HELD or state not in ("posted", "nothing_to_send"):
            demo.surprises.append(f"{_place(key)}: {state}, expected {'held' if key in HELD else 'posted'}")


def _place(key: tuple[str, date, str]) -> str:
    return f"{key[0]}, {key[1]}, {key[2]}"


def run(demo: Demo, dag_id: str, form: Mapping[str, str] | None = None) -> RunResult:
    """Run a DAG and tell how long it took and what came of it."""
    began = time.monotonic()
    with demo.console.status(f"{dag_id} {' '.join((form or {}).values())} ..."):
        result = demo.runs.run(dag_id, form)
    words = f"{dag_id} {' '.join((form or {}).values())}".strip()
    demo.tell(f"  {words:<28} {time.monotonic() - began:5.1f} s  {_outcome(result)}")
    return result


def _outcome(result: RunResult) -> str:
    flow = result.dag_id.split("_")[0]
    found: dict[str, Any] = result.results.get({"prepare": "settle", "post": "post", "payments": "pull"}[flow]) or {}
    if not found:
        return "[red]no result: see the log[/]"
    if flow == "post":
        return f"{found['posted']} documents posted, {found['refused']} refused, {found['calls']} calls"
    if flow == "payments":
        return f"{found['changed']} changed in Xero, {found['written_back']} written back to the POS"
    held = len(found["held"])
    red = f", [yellow]{held} held, so that the run is red by design[/]" if held else ""
    counts = f"{found['released']} streams released, {found['unchanged']} unchanged, {found['nothing_to_send']} with nothing to send"
    return counts + red


def expect_state(demo: Demo, result: RunResult, state: str) -> None:
    """Note a run that ended in another colour than expected."""
    if result.state != state:
        demo.surprises.append(f"{result.dag_id} ended as {result.state}, expected {state}")


def documents(demo: Demo) -> int:
    """How many documents of ours the local Xero holds."""
    return sum(bool(document["by_app"]) for one in ORGANISATIONS for document in demo.world.xero.documents(one.key))


def tell_posted(demo: Demo, before: int) -> None:
    """How many documents came into the local Xero; of a second run, that none did."""
    after = documents(demo)
    if before and after == before:
        demo.tell(f"[bold]Nothing was posted again:[/] the local Xero holds the same {after} documents as before.")
    else:
        demo.tell(f"[bold]{after - before} documents posted[/]; the local Xero holds {after} of ours.")
    demo.tell()


def pay_in_xero(demo: Demo) -> None:
    """Somebody pays a bill and an account customer's invoice of the hire store in the local Xero, then the payments DAGs run."""
    xero = demo.world.xero
    known = {document["number"]: document for document in xero.documents("harbour", kind="invoice")}
    for number, what in ((BILL, "bill"), (INVOICE, "invoice")):
        document = known.get(number)
        if document is None:
            demo.surprises.append(f"the {what} {number} is not in the local Xero, so that it cannot be paid")
        elif document["due_cents"]:
            xero.pay("harbour", document["id"], account=BANK, date=PAID_ON)
            demo.tell(f"  In the local Xero somebody pays the {what} {number} of {document['contact_name']}.")
        else:
            demo.tell(f"  The {what} {number} of {document['contact_name']} was paid in the local Xero at the first run.")
    for organisation in ORGANISATIONS:
        expect_state(demo, run(demo, f"payments_{organisation.key}"), "success")


def show_payments(demo: Demo) -> None:
    """Both documents as they came back, into Tillpost's database and into the hire store's POS."""
    books, till = demo.world.root / "tillpost.db", demo.world.root / "shops" / POS_DATABASES["pos_harbour_hire"]
    ours = {row["number"]: row for row in _read(books, "SELECT * FROM payment_status WHERE organisation = 'harbour'")}
    pos = {row["LedgerNumber"]: row for row in _read(till, "SELECT * FROM LedgerStatus")}
    rows = []
    for number in (BILL, INVOICE):
        here, there = ours.get(number), pos.get(number)
        if here is None or there is None or here["due_cents"] or there["AmountDue"]:
            demo.surprises.append(f"{number} was paid in the local Xero, and its status did not come back")
            continue
        rows.append(
            {
                "document": number,
                "contact": here["contact_name"],
                "status": here["status"],
                "due": _money(here["due_cents"]),
                "paid": _money(here["paid_cents"]),
                "paid_on": here["paid_on"],
                "pos": f"{there['Status']}, due {_money(there['AmountDue'])}, paid {_money(there['AmountPaid'])}",
            }
        )
    demo.tell()
    demo.console.print(payment_table(rows))
    demo.tell()


def _read(file: Path, sql: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(sql).fetchall()


def _money(cents: int) -> str:
    from tillpost.model.money import format_cents

    return format_cents(cents)


def show_balances(demo: Demo) -> None:
    """The trial balance of each organisation; debits that are not the credits are a surprise."""
    for organisation in ORGANISATIONS:
        names = {row["code"]: row["name"] for row in read_chart(PROJECT / "sandbox" / "charts" / f"{organisation.key}.csv")}
        balances = demo.world.xero.balances(organisation.key)
        table, difference = trial_balance(organisation.name, organisation.currency, balances, names)
        demo.console.print(table)
        demo.tell()
        if difference or not balances:
            demo.surprises.append(f"the trial balance of {organisation.name} is {'out by ' + str(difference) if balances else 'empty'}")


def show_reports(demo: Demo) -> None:
    """The paths of the validation reports."""
    demo.tell("[bold]Validation reports[/] (open them in a browser)")
    for organisation in ORGANISATIONS:
        for night in NIGHTS:
            file = demo.world.root / "data" / "reports" / organisation.key / f"{night}.html"
            if not file.is_file():
                demo.surprises.append(f"there is no report of {organisation.name} for {night}")
                continue
            demo.tell(f"  {shown(file)}")


def shown(path: Path) -> str:
    """A path relative to where the demo was started, if it lies below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
