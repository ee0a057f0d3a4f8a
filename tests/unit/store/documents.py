"""Streams and documents for tests, small and made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine, FactSelection, Posting
from tillpost.model.findings import Finding, Severity, Stream, StreamKey
from tillpost.store.database import Database
from tillpost.store.streams import StreamResult, settle_stream

DAY = date(2026, 10, 3)
READ_AT = datetime(2026, 10, 4, 17, 0, tzinfo=UTC)


def sales_of(day: date = DAY, store: str = "cafe", organisation: str = "harbour", stream: Stream = Stream.SALES) -> StreamKey:
    """The key of a stream."""
    return StreamKey(organisation, store, day, stream)


SALES = sales_of()
PURCHASES = sales_of(stream=Stream.PURCHASES)


def journal(key: StreamKey = SALES, cents: int = 11_000, *, account: str = "200", name: str = "sales") -> Document:
    """A store's journal of one date: takings against income, GST of 10 % inside; ``cents`` are its debits."""
    natural_key = f"{key.organisation}/{key.store}/{name}/{key.business_date}"
    lines = (
        DocumentLine("090", "BASEXCLUDED", cents, "Cash"),
        DocumentLine(account, "OUTPUT", -cents, "Sales", rate_bp=1_000),
    )
    source = FactSelection("sale_lines", (("category", "coffee"),), 12)
    posting = Posting(natural_key, account, "OUTPUT", 1_000, "", -cents, -cents // 11, 12, "Sales", source, "accounts.csv:2")
    number = f"TP/{key.store}/{name}/{key.business_date}"
    return Document(key, natural_key, DocumentKind.JOURNAL, number, key.business_date, "AUD", lines, "Sales", postings=(posting,))


def trade(
    kind: DocumentKind, pos_id: str, cents: int = 5_500, *, key: StreamKey = SALES, contact: str = "Able", number: str = ""
) -> Document:
    """An invoice, bill, credit note, supplier credit or overpayment of one line with GST of 10 % inside."""
    natural_key = f"{key.organisation}/{key.store}/{kind}/{pos_id}"
    line = DocumentLine("200", "OUTPUT", cents, "Hire", rate_bp=0 if kind is DocumentKind.OVERPAYMENT else 1_000)
    number = number or f"TP/{key.store}/{kind}/{pos_id}"
    contact_of = Contact(contact, f"c-{contact.lower()}")
    return Document(key, natural_key, kind, number, key.business_date, "AUD", (line,), contact=contact_of, pos_id=pos_id)


def invoice(pos_id: str, cents: int = 5_500, **more: object) -> Document:
    """An account customer's invoice."""
    return trade(DocumentKind.INVOICE, pos_id, cents, **more)  # type: ignore[arg-type]


def bill(pos_id: str, number: str, cents: int = 5_500, *, contact: str = "Beans Ltd") -> Document:
    """A supplier's bill under the supplier's number."""
    return trade(DocumentKind.BILL, pos_id, cents, key=PURCHASES, contact=contact, number=number)


def payment(pos_id: str, settles: Document, cents: int = 5_500) -> Document:
    """A payment of an invoice."""
    key = settles.key
    natural_key, number = f"{key.organisation}/{key.store}/payment/{pos_id}", f"TP/{key.store}/payment/{pos_id}"
    return Document(
        key, natural_key, DocumentKind.PAYMENT, number, key.business_date, "AUD",
        settles=settles.natural_key, account="090", amount_cents=cents, pos_id=pos_id,
    )  # fmt: skip


def allocation(pos_id: str, credit: Document, settles: Document, cents: int = 1_000) -> Document:
    """Credit set against an invoice."""
    key = settles.key
    natural_key = f"{key.organisation}/{key.store}/allocation/{pos_id}"
    return Document(
        key, natural_key, DocumentKind.ALLOCATION, "", key.business_date, "AUD",
        settles=settles.natural_key, credit=credit.natural_key, amount_cents=cents, pos_id=pos_id,
    )  # fmt: skip


def blocker(key: StreamKey = SALES, rule: str = "tenders_equal_sales") -> Finding:
    """A finding that holds its stream."""
    return Finding(key, rule, Severity.BLOCKER, "Tenders are 3.00 less than sales.", 1, -300, ("receipt 17",), "Count the till again.")


def result(
    *documents: Document, key: StreamKey = SALES, findings: Sequence[Finding] = (), read_minutes: int = 0, run: str = "run-1"
) -> StreamResult:
    """What a run found out about a stream, ``read_minutes`` after the usual time."""
    read_at = READ_AT + timedelta(minutes=read_minutes)
    figures = {"sales_cents": sum(d.total_cents for d in documents)}
    return StreamResult(key, tuple(findings), tuple(documents), figures, f"facts-{read_minutes}", read_at, f"extraction-{run}", run)


def settle(db: Database, found: StreamResult, *, approval: bool = False, policy: str = "hold") -> str:
    """Settle a stream by the database's clock."""
    return settle_stream(db, found, approval_required=approval, posted_changes=policy, now=db.now())


def release_documents(db: Database, *documents: Document) -> None:
    """Release documents, each stream with its own."""
    for key in dict.fromkeys(d.key for d in documents):
        mine = [d for d in documents if d.key == key]
        assert settle(db, result(*mine, key=key)) == "released"
