"""Rules over documents that keep subledgers straight: due dates, lay-bys that end, prepaid money with GST, goods received
(accounting policy 3, 4 and 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from tillpost.checks.context import CheckContext
from tillpost.checks.document_rules import SETTLING, name_of
from tillpost.checks.rule import Rule
from tillpost.model.acceptance import Found
from tillpost.model.documents import Document, DocumentKind, Posting
from tillpost.model.findings import Severity, Stream, StreamKey
from tillpost.model.money import format_cents
from tillpost.model.reference import ReferenceData

Broken = Iterator[tuple[StreamKey, Found]]
Rates = dict[str, set[int]]
_DUE = (DocumentKind.INVOICE, DocumentKind.BILL)
_DOCUMENTS = ("document", "documents")


def due_date_not_told(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    """Neither the contact's terms nor Xero's own default tell when a document is due."""
    for document in documents:
        if document.kind in _DUE and document.due_date is None and not document.is_takings:
            whose = document.contact.name if document.contact else "nobody"
            yield document.key, (document.total_cents, f"{name_of(document)} of {whose}")


def gst_on_receipt_not_undone(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    """Money on a liability account: the GST that a function takes is what the tender gives back when it is used, and no other."""
    sides: dict[date, tuple[Rates, Rates]] = {}
    for document in documents:
        day = document.key.business_date
        if day not in sides:
            sides[day] = _rates_by_account(context, "function", day), _rates_by_account(context, "tender", day)
        functions, tenders = sides[day]
        other_side = {"movements": tenders, "tenders": functions}
        for posting in document.postings:
            in_both = posting.account in functions and posting.account in tenders
            rates = other_side.get(posting.source.table, {}).get(posting.account, set()) if in_both else set()
            if rates and posting.rate_bp not in rates:
                text = f"account {posting.account}: {posting.tax_type} by {posting.mapped_by}, other than the rows of the other side"
                yield document.key, (posting.cents, text)


def _rates_by_account(context: CheckContext, kind: str, on: date) -> Rates:
    """The rates on a date of the rows of a kind by their account; a row without a tax code leaves it to the movement, and says none."""
    found: Rates = {}
    for row in (row for store in context.organisation.stores for row in context.mapping.for_store(store).accounts):
        if row.kind == kind and (row.tax_code or kind == "tender"):
            tax = context.mapping.tax(row.tax_code, on)
            found.setdefault(row.account, set()).add(tax.rate_bp if tax else 0)
    return found


def layby_ends_with_balance(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    """The liability of a lay-by that was completed or cancelled: what is on record and what these documents book come to zero."""
    ends = {(store, layby): (day, cents) for store, day, layby, cents in context.known_laybys}
    sums: Counter[tuple[str, str]] = Counter({layby: cents for layby, (_, cents) in ends.items()})
    for document in documents:
        for posting in document.postings:
            where = dict(posting.source.where)
            layby = (where.get("store", document.key.store), where.get("layby_id", ""))
            if layby in ends and is_layby_balance(posting):
                sums[layby] += posting.cents
    for (store, layby_id), (day, _) in sorted(ends.items()):
        cents = sums[store, layby_id]
        if cents:
            key = StreamKey(context.organisation.key, store, day, Stream.SALES)
            yield key, (cents, f"lay-by {layby_id}: {format_cents(cents)}")


def is_layby_balance(posting: Posting) -> bool:
    """Whether a posting moves the liability of the lay-by that its selection of facts names."""
    return posting.source.table == "tenders" or dict(posting.source.where).get("amount") == "lay-by balance"


def receipt_changed_after_reversal(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    """Goods received whose accrual is not what their bill reversed, in an earlier run: the rest stays in suspense."""
    built = {document.natural_key: document for document in documents}
    for document in documents:
        owner, _, what = document.natural_key.partition("/receipt/")
        natural_key = f"{owner}/receipt-reversal/{what}"
        if document.kind is not DocumentKind.JOURNAL or not what:
            continue
        reversal = built.get(natural_key) or context.known_document(natural_key)
        if reversal is not None and _books(document, 1) != _books(reversal, -1):
            cents = document.total_cents - reversal.total_cents
            text = f"receipt {what}: {format_cents(document.total_cents)}, reversed {format_cents(reversal.total_cents)}"
            yield document.key, (cents, text)


def _books(document: Document, sign: int) -> list[tuple[str, str, str, int]]:
    return sorted((line.account, line.tax_type, line.tracking, sign * line.cents) for line in document.lines)


def settles_unknown_sale(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    """A payment or allocation of a sale that is neither built in this run nor on record would wait for it for ever."""
    here = context.built | {document.natural_key for document in documents}
    for document in documents:
        target = document.settles
        if document.kind in SETTLING and target and target not in here and context.known_document(target) is None:
            yield document.key, (document.amount_cents, f"{name_of(document)}: {target.rsplit('/', 1)[-1]}")


SUBLEDGER_RULES = (
    (
        Rule(
            "settles_unknown_sale",
            Severity.BLOCKER,
            "Money is paid or credited for a sale that was never booked here",
            "Correct the allocation in the POS, or run the date of that sale first; a sale from before the start date needs its sale_date.",
            ("payment", "payments"),
            "{} in all",
        ),
        settles_unknown_sale,
    ),
    (
        Rule(
            "due_date_not_told",
            Severity.INFO,
            "Documents are due on their own date, for neither the contact nor Xero tells other terms",
            "Fill terms_days of the contact in contacts.csv, or set a default due date in Xero's invoice settings.",
            _DOCUMENTS,
            "{} in all",
        ),
        due_date_not_told,
    ),
    (
        Rule(
            "gst_on_receipt_not_undone",
            Severity.BLOCKER,
            "Prepaid money has GST on one side only: when it is received, or when it is used",
            "Give the function and the tender on that liability account the same tax_code in accounts.csv.",
            ("amount", "amounts"),
            "{} in all",
        ),
        gst_on_receipt_not_undone,
    ),
    (
        Rule(
            "layby_ends_with_balance",
            Severity.WARNING,
            "A lay-by is completed or cancelled, and its liability account does not end at zero, as far as our record goes",
            "Compare with the POS's list of lay-bys: a payment from before the start date, or one that was never delivered, is missing.",
            ("lay-by", "lay-bys"),
            "{} left",
        ),
        layby_ends_with_balance,
    ),
    (
        Rule(
            "receipt_changed_after_reversal",
            Severity.WARNING,
            "A receipt of goods was changed after its bill had reversed it, so that an amount stays in suspense",
            "Run the date of its bill again, so that the reversal follows; what is in Xero already is corrected there.",
            ("receipt of goods", "receipts of goods"),
            "{} apart",
        ),
        receipt_changed_after_reversal,
    ),
)
