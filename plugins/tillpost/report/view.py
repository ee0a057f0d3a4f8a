"""The report as it is read: the answer first, then each store with its tables. The page and the evidence show this same value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tillpost.model.documents import Document
from tillpost.model.findings import Severity
from tillpost.report import wording
from tillpost.report.balance import TrialBalance, trial_balance
from tillpost.report.carried import CarriedTable, carried_table
from tillpost.report.data import DayReport, StreamReport
from tillpost.report.late import LateTable, late_table
from tillpost.report.tables import (
    DocumentRow,
    FindingRow,
    PurchaseRow,
    TaxTable,
    TenderTable,
    document_rows,
    finding_rows,
    purchase_rows,
    tax_by_rate,
    tender_table,
)
from tillpost.report.verdict import Verdict, verdict


@dataclass(frozen=True, slots=True)
class StreamView:
    """One row of the overview. ``over_cents`` is None where no tender was counted; ``booked_cents`` are the debits of its posting."""

    store: str
    stream: str
    anchor: str
    state: str
    state_words: str
    needs_attention: bool
    documents: int
    booked_cents: int
    tax_cents: int
    over_cents: int | None
    blockers: int
    warnings: int
    reasons: tuple[str, ...]
    read_at: str
    facts: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The tables of some streams of a store that are sent (or not) together. ``mark`` says that they are not; empty where they are."""

    streams: tuple[str, ...]
    mark: str
    balance: TrialBalance
    tax: TaxTable
    tenders: TenderTable
    purchases: tuple[PurchaseRow, ...]
    documents: tuple[DocumentRow, ...]


@dataclass(frozen=True, slots=True)
class StoreView:
    """One store: its trading day, its streams, what was found, what came late, up to two sheets (sent, and not sent), what is carried
    forward.
    """

    key: str
    name: str
    trading_day: str
    streams: tuple[StreamView, ...]
    findings: tuple[FindingRow, ...]
    late: tuple[LateTable, ...]
    sheets: tuple[Sheet, ...]
    carried: CarriedTable


@dataclass(frozen=True, slots=True)
class DayView:
    """The whole report. ``balance`` and ``tax`` are of everything that is sent; ``left_out`` names what is not in them."""

    organisation_key: str
    organisation: str
    country: str
    language: str
    currency: str
    tax_word: str
    business_date: str
    long_date: str
    run: str
    mapping_digest: str
    generated_at: str
    verdict: Verdict
    stores: tuple[StoreView, ...]
    balance: TrialBalance
    tax: TaxTable
    left_out: tuple[str, ...]


def day_view(report: DayReport) -> DayView:
    """The view of a report; pure, so that the same report always gives the same page."""
    sent = [stream for stream in report.streams if stream.state not in wording.NOT_SENT]
    stores = tuple(_store_view(report, streams) for streams in _by_store(report.streams))
    balance = _balance(report, sent)
    return DayView(
        organisation_key=report.organisation_key,
        organisation=report.organisation_name,
        country=report.country,
        language=wording.LANGUAGES.get(report.country, "en"),
        currency=report.currency,
        tax_word=wording.tax_word(report.country),
        business_date=report.business_date.isoformat(),
        long_date=wording.long_date(report.business_date),
        run=report.run,
        mapping_digest=report.mapping_digest,
        generated_at=wording.moment(report.generated_at, "UTC"),
        verdict=verdict(report, _unbalanced(stores)),
        stores=stores,
        balance=balance,
        tax=tax_by_rate(_documents(sent), currency=report.currency),
        left_out=tuple(_left_out(stream) for stream in report.streams if stream.state in wording.NOT_SENT),
    )


def _store_view(report: DayReport, streams: Sequence[StreamReport]) -> StoreView:
    first = streams[0]
    carried = next((own for own in report.carried if own.store == first.key.store), None)
    return StoreView(
        key=first.key.store,
        name=first.store_name,
        trading_day=wording.trading_day(report.business_date, first.zone, first.cut_over),
        streams=tuple(_stream_view(report, stream) for stream in streams),
        findings=finding_rows(finding for stream in streams for finding in stream.findings),
        late=tuple(late_table(stream) for stream in streams if stream.late),
        sheets=tuple(_sheets(report, streams)),
        carried=carried_table(carried, report.account_names, report.business_date, tax=wording.tax_word(report.country)),
    )


def _stream_view(report: DayReport, stream: StreamReport) -> StreamView:
    balance = _balance(report, [stream])
    severities = [finding.severity for finding in stream.findings]
    return StreamView(
        store=stream.store_name,
        stream=stream.key.stream,
        anchor=f"store-{stream.key.store}",
        state=stream.state,
        state_words=wording.state_words(stream.state),
        needs_attention=stream.state in wording.NEEDS_ATTENTION,
        documents=len(stream.documents),
        booked_cents=balance.debit_cents,
        tax_cents=tax_by_rate(stream.documents, currency=report.currency).ledger_tax_cents,
        over_cents=tender_table(stream.tenders, {}).over_cents,
        blockers=severities.count(Severity.BLOCKER),
        warnings=severities.count(Severity.WARNING),
        reasons=stream.reasons,
        read_at=wording.moment(stream.read_at, stream.zone) if stream.read_at else "not read",
        facts=stream.facts,
    )


def _sheets(report: DayReport, streams: Sequence[StreamReport]) -> Iterable[Sheet]:
    for is_sent in (True, False):
        chosen = [s for s in streams if (s.state not in wording.NOT_SENT) is is_sent and (s.documents or s.tenders)]
        if chosen:
            yield _sheet(report, chosen, is_sent)


def _sheet(report: DayReport, streams: Sequence[StreamReport], is_sent: bool) -> Sheet:
    documents = _documents(streams)
    return Sheet(
        streams=tuple(str(stream.key.stream) for stream in streams),
        mark=_mark(streams, is_sent),
        balance=_balance(report, streams),
        tax=tax_by_rate(documents, currency=report.currency),
        tenders=tender_table((row for stream in streams for row in stream.tenders), report.account_names),
        purchases=purchase_rows(documents),
        documents=tuple(row for stream in streams for row in document_rows(stream)),
    )


def _mark(streams: Sequence[StreamReport], is_sent: bool) -> str:
    if is_sent:
        return ""
    return "held, not sent" if any(stream.state == "held" for stream in streams) else "not sent"


def _balance(report: DayReport, streams: Iterable[StreamReport]) -> TrialBalance:
    names = {stream.key.store: stream.store_name for stream in report.streams}
    tax = wording.tax_word(report.country)
    return trial_balance(_documents(streams), report.account_names, currency=report.currency, tax=tax, stores=names)


def _documents(streams: Iterable[StreamReport]) -> tuple[Document, ...]:
    return tuple(document for stream in streams for document in stream.documents)


def _by_store(streams: Iterable[StreamReport]) -> list[list[StreamReport]]:
    groups: dict[str, list[StreamReport]] = {}
    for stream in streams:
        groups.setdefault(stream.key.store, []).append(stream)
    return list(groups.values())


def _unbalanced(stores: Iterable[StoreView]) -> tuple[str, ...]:
    """Journals that are sent and do not balance, each by itself: two wrong ones may cancel.

    One that is held may lack what it is held for, an unmapped category say: it is marked in its tables and raises no alarm of its own.
    """
    sheets = ((store, sheet) for store in stores for sheet in store.sheets if not sheet.mark)
    rows = ((store, row) for store, sheet in sheets for row in sheet.documents if row.unbalanced_cents)
    return tuple(f"{store.name}: {row.number} is out of balance by {wording.amount(row.unbalanced_cents)}." for store, row in rows)


def _left_out(stream: StreamReport) -> str:
    return f"{stream.store_name} {stream.key.stream} ({wording.state_words(stream.state)})"
