"""Made-up days for the report's tests: small documents with their postings, and one realistic Australian day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from tillpost.build.journals import grouped_lines
from tillpost.model.documents import Contact, Document, DocumentKind, FactSelection, Posting
from tillpost.model.findings import Finding, Severity, Stream, StreamKey
from tillpost.report.data import DayReport, StreamReport, TenderRow

DAY = date(2026, 10, 3)
CREDIT_KINDS = (DocumentKind.INVOICE, DocumentKind.SUPPLIER_CREDIT)
NAMES = {
    "101": "Undeposited funds",
    "105": "EFTPOS clearing",
    "201": "Sales - Food",
    "202": "Sales - Beverage",
    "203": "Sales - Wine",
    "301": "Purchases - Food",
    "404": "Supplier admin fees",
    "425": "Freight inwards",
    "429": "Petty cash expenses",
    "480": "Cash over and short",
    "806": "Gift voucher liability",
    "860": "Rounding",
}


def key(store: str = "cafe", stream: Stream = Stream.SALES, day: date = DAY) -> StreamKey:
    return StreamKey("harbour", store, day, stream)


def posting(
    account: str,
    cents: int,
    tax_type: str = "BASEXCLUDED",
    rate_bp: int = 0,
    *,
    pos_tax: int = 0,
    rows: int = 1,
    what: str = "",
    place: str = "accounts.csv:2",
) -> Posting:
    """A posting, debit positive; each row of a taxed one counts as one rounding."""
    where = {"INPUT": ("purchase_lines", "category"), "BASEXCLUDED": ("tenders", "tender_code")}
    table, column = where.get(tax_type, ("sale_lines", "category"))
    source = FactSelection(table, ((column, what),), rows)
    name = NAMES.get(account, account)
    return Posting("", account, tax_type, rate_bp, "", cents, pos_tax, rows if rate_bp else 0, name, source, place)


def document(stream: StreamKey, kind: DocumentKind, postings: Sequence[Posting], **values: object) -> Document:
    """A document of these postings, its lines grouped as the builder groups them."""
    number = str(values.pop("number", f"TP/{stream.store}/{kind}/{stream.business_date}"))
    return Document(
        key=stream,
        natural_key=f"{stream.organisation}/{stream.store}/{kind}/{values.pop('what', stream.business_date)}",
        kind=kind,
        number=number,
        date=stream.business_date,
        currency=str(values.pop("currency", "AUD")),
        lines=grouped_lines(postings, -1 if kind in CREDIT_KINDS else 1),
        postings=tuple(postings),
        **values,  # type: ignore[arg-type]
    )


def g01() -> Document:
    """Golden G-01: a taxed sale of 50.00 paid in cash."""
    sale = posting("201", -5000, "OUTPUT", 1000, pos_tax=-455, what="FOOD", place="accounts.csv:2")
    return document(key(), DocumentKind.JOURNAL, [posting("101", 5000, what="CASH", place="accounts.csv:9"), sale])


def s01() -> Document:
    """Golden S-01: a supplier invoice with freight and an admin fee."""
    lines = [("301", 11000, 1000), ("425", 1100, 100), ("404", 550, 50)]
    postings = [posting(account, cents, "INPUT", 1000, pos_tax=tax, what=account) for account, cents, tax in lines]
    stream, due = key(stream=Stream.PURCHASES), DAY + timedelta(days=14)
    supplier = Contact("Fresh Foods Wholesale", "FRESH")
    return document(stream, DocumentKind.BILL, postings, number="INV-77", what="p1", contact=supplier, due_date=due)


def stream(documents: Sequence[Document] = (), of: StreamKey | None = None, state: str = "ready", **values: object) -> StreamReport:
    """A stream of a store in Melbourne."""
    told = of or (documents[0].key if documents else key())
    defaults: dict[str, object] = {
        "store_name": "Harbour Cafe", "zone": "Australia/Melbourne", "cut_over": "04:00", "reasons": (), "findings": (), "tenders": (),
        "read_at": datetime(2026, 10, 3, 19, 12, tzinfo=UTC), "facts": "3f9c2a71",
    }  # fmt: skip
    return StreamReport(key=told, state=state, documents=tuple(documents), **{**defaults, **values})  # type: ignore[arg-type]


def day(*streams: StreamReport, **values: object) -> DayReport:
    """A report of Harbour Group."""
    defaults: dict[str, object] = {
        "organisation_key": "harbour", "organisation_name": "Harbour Group", "country": "AU", "currency": "AUD", "business_date": DAY,
        "run": "scheduled__2026-10-03", "mapping_digest": "b2d4f6a8c0e1", "account_names": NAMES,
        "generated_at": datetime(2026, 10, 3, 19, 14, 5, tzinfo=UTC),
    }  # fmt: skip
    return DayReport(streams=streams, **{**defaults, **values})  # type: ignore[arg-type]


def realistic_day() -> DayReport:
    """Two stores on the night when the clock goes forward: the cafe is sent, the bottle shop's sales are held, its purchases are not."""
    return day(_cafe_sales(), stream([s01()]), _bottle_shop_sales(), _bottle_shop_purchases())


def _cafe_sales() -> StreamReport:
    of = key()
    journal = document(
        of,
        DocumentKind.JOURNAL,
        [
            posting("101", 131465, what="CASH", rows=61, place="accounts.csv:9"),
            posting("101", -4400, what="PETTY_CASH", rows=1, place="accounts.csv:24"),
            posting("101", -350, what="CASH", rows=1, place="accounts.csv:31"),
            posting("105", 402310, what="EFTPOS", rows=188, place="accounts.csv:12"),
            posting("201", -318240, "OUTPUT", 1000, pos_tax=-28924, what="FOOD", rows=214, place="accounts.csv:2"),
            posting("201", -62310, "EXEMPTOUTPUT", what="FOOD", rows=48, place="accounts.csv:2"),
            posting("202", -148230, "OUTPUT", 1000, pos_tax=-13479, what="BEVERAGE", rows=173, place="accounts.csv:3"),
            posting("429", 4400, "INPUT", 1000, pos_tax=400, what="PETTY_CASH", rows=1, place="accounts.csv:24"),
            posting("480", 350, what="variance", rows=1, place="accounts.csv:31"),
            posting("806", -5000, what="GIFT_VOUCHER", rows=1, place="accounts.csv:22"),
            posting("860", 5, what="rounding", rows=37, place="accounts.csv:32"),
        ],
    )
    sale = [posting("202", -8800, "OUTPUT", 1000, pos_tax=-800, what="BEVERAGE", rows=4, place="accounts.csv:3")]
    debtor, due = Contact("POS Debtor"), DAY + timedelta(days=7)
    invoice = document(of, DocumentKind.INVOICE, sale, number="TP/cafe/invoice/1077", what="1077", contact=debtor, due_date=due)
    number, paid_from = "TP/cafe/payment/1077-EFTPOS", {"settles": invoice.natural_key, "account": "105", "amount_cents": 3000}
    paid = document(of, DocumentKind.PAYMENT, [], number=number, what="1077-EFTPOS", **paid_from)
    tenders = (
        TenderRow("CASH", "101", 131465, 127065, 126715),
        TenderRow("EFTPOS", "105", 405310, 405310, 405310),
        TenderRow("ACCOUNT", "receivable", 5800, None, None),
    )
    tax_told = "The till's GST is 0.03 less than the ledger's, which rounding explains."
    cash_told = "Cash was counted 3.50 short of what the POS expects."
    remedy = "Posted to 480 Cash over and short. Nothing to do unless it repeats."
    findings = (
        Finding(of, "gst_rounding_difference", Severity.INFO, tax_told, 387, 3),
        Finding(of, "cash_variance", Severity.WARNING, cash_told, 1, -350, ("shift 2, till 1",), remedy),
    )
    return stream([journal, invoice, paid], state="posted", tenders=tenders, findings=findings)


def _bottle_shop_sales() -> StreamReport:
    of = key("bottleshop")
    journal = document(
        of,
        DocumentKind.JOURNAL,
        [
            posting("101", 84320, what="CASH", rows=22, place="accounts.csv:9"),
            posting("105", 286715, what="EFTPOS", rows=67, place="accounts.csv:12"),
            posting("203", -341090, "OUTPUT", 1000, pos_tax=-31008, what="WINE", rows=97, place="accounts.csv:4"),
            posting("203", -11945, "OUTPUT", 1000, pos_tax=-1086, what="SPIRITS", rows=5, place="accounts.csv:5"),
        ],
    )
    unmapped = "The category XMAS HAMPERS has no row in accounts.csv."
    receipts = ("receipt 4411, 60.00", "receipt 4418, 60.00", "receipt 4420, 60.00")
    remedy = "Add a row sales_category,XMAS HAMPERS to accounts.csv, then run 2026-10-03 again."
    late = "Two sales were changed after the shift was closed."
    return stream(
        [journal],
        state="held",
        store_name="Harbour Bottle Shop",
        reasons=(f"unmapped_category: {unmapped}",),
        tenders=(TenderRow("CASH", "101", 84320, 84320, 84320), TenderRow("EFTPOS", "105", 286715, 286715, 286715)),
        findings=(
            Finding(of, "unmapped_category", Severity.BLOCKER, unmapped, 3, 18000, receipts, remedy),
            Finding(of, "late_sale", Severity.WARNING, late, 2, 4200, ("receipt 4399",)),
        ),
    )


def _bottle_shop_purchases() -> StreamReport:
    of = key("bottleshop", Stream.PURCHASES)
    return stream(of=of, state="nothing_to_send", store_name="Harbour Bottle Shop")
