"""The report as plain tables, for files beside the page: the same view, one table after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tillpost.report import wording
from tillpost.report.tables import FindingRow
from tillpost.report.view import DayView, Sheet, StoreView


class Column(StrEnum):
    """What a column holds: text, an amount in cents, or a number."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"


Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its title, its columns by name, and rows of text, cents, counts or None."""

    title: str
    columns: tuple[tuple[str, Column], ...]
    rows: tuple[tuple[Cell, ...], ...]


def heading(day: DayView) -> tuple[str, str, str]:
    """Title, origin and result of the report, each one line."""
    origin = f"Amounts in {day.currency}. Mapping {day.mapping_digest}, run {day.run}, written {day.generated_at}."
    return f"{day.organisation}: {day.long_date}. Validation report", origin, f"{day.verdict.tone}: {day.verdict.headline}"


def sections(day: DayView) -> list[Section]:
    """All tables of the report that have rows."""
    found = [_streams(day), *(section for store in day.stores for section in _store(day, store))]
    return [section for section in found if section.rows]


def _streams(day: DayView) -> Section:
    rows = tuple(
        (
            s.store,
            s.stream,
            s.state_words,
            s.documents,
            s.booked_cents,
            s.tax_cents,
            s.over_cents,
            s.blockers,
            s.warnings,
            "; ".join(s.reasons),
        )
        for store in day.stores
        for s in store.streams
    )
    names = _columns(
        "Store", "Stream", "State", "#Documents", "$Debits", f"${day.tax_word}", "$Over or short", "#Blockers", "#Warnings", "Why"
    )
    return Section("All streams of the date", names, rows)


def _store(day: DayView, store: StoreView) -> Iterator[Section]:
    yield _findings(store.name, store.findings)
    for late in store.late:
        names = _columns("What", "Change", "$Before", "$After", "Seen")
        changes = tuple((r.name, r.change, r.before_cents, r.after_cents, r.seen_at) for r in late.rows)
        yield Section(f"Late changes: {store.name}, {late.stream}", names, changes)
    for sheet in store.sheets:
        which = f"{store.name}, {' and '.join(sheet.streams)}" + (f" ({sheet.mark})" if sheet.mark else "")
        yield from _sheet(day, which, sheet)
    names = _columns("Account", "Name", "$Before the date", "$Moved", "$After the date", "$Not in Xero yet")
    carried = tuple((r.account, r.name, r.before_cents, r.moved_cents, r.after_cents, r.unsent_cents) for r in store.carried.rows)
    yield Section(f"Carried forward: {store.name}", names, carried)


def _findings(store: str, findings: Sequence[FindingRow]) -> Section:
    rows = tuple((f.severity, f.stream, f.rule, f.message, f.count, f.amount_cents, "; ".join(f.examples), f.remedy) for f in findings)
    names = _columns("Severity", "Stream", "Rule", "Finding", "#Rows", "$Amount", "Examples", "What to do")
    return Section(f"Findings: {store}", names, rows)


def _sheet(day: DayView, which: str, sheet: Sheet) -> Iterator[Section]:
    tax = day.tax_word
    balance = tuple(
        (r.account or "Xero", r.name, r.tax_type, r.tracking, r.net_cents, r.debit_cents, r.credit_cents) for r in sheet.balance.rows
    )
    total = ("Total", "", "", "", sheet.balance.out_of_balance_cents, sheet.balance.debit_cents, sheet.balance.credit_cents)
    names = _columns("Account", "Name", "Tax type", "Tracking", "$Net", "$Debit", "$Credit")
    yield Section(f"Trial balance of the posting: {which}", names, (*balance, total) if balance else ())
    rates = tuple(
        (r.tax_type, wording.rate(r.rate_bp), r.base_cents, r.pos_tax_cents, r.ledger_tax_cents, r.difference_cents, r.verdict)
        for r in sheet.tax.rows
    )
    names = _columns("Tax type", "Rate", "$Base", f"${tax} by the POS", f"${tax} in the ledger", "$Difference", "Difference is")
    yield Section(f"{tax} by rate: {which}", names, rates)
    tenders = tuple(
        (r.tender_code, r.account_words, r.taken_cents, r.expected_cents, r.counted_cents, r.over_cents, r.verdict)
        for r in sheet.tenders.rows
    )
    names = _columns("Tender", "Account", "$Taken by sales", "$Expected", "$Counted", "$Over or short", "Result")
    yield Section(f"Tenders: {which}", names, tenders)
    documents = tuple(
        (r.number, r.kind, r.contact, r.date.isoformat(), r.due_date.isoformat() if r.due_date else "", r.currency, r.total_cents, r.state)
        for r in sheet.documents
    )
    names = _columns("Number", "Kind", "Contact", "Date", "Due", "Currency", "$Total", "State")
    yield Section(f"Documents: {which}", names, documents)


def _columns(*names: str) -> tuple[tuple[str, Column], ...]:
    """Columns by their names: ``$`` in front of an amount, ``#`` of a number."""
    kinds = {"$": Column.MONEY, "#": Column.COUNT}
    return tuple((name.lstrip("$#"), kinds.get(name[0], Column.TEXT)) for name in names)
