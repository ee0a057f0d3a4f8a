"""The rules over documents: functions that find what breaks a rule in one document. Nothing of it needs Xero at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import wraps

from tillpost.checks.rule import Rule
from tillpost.model import acceptance
from tillpost.model.acceptance import Found, Look, Obstacle
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.findings import Severity
from tillpost.model.money import format_cents
from tillpost.model.reference import ReferenceData

JOURNAL = DocumentKind.JOURNAL
# Documents with a contact and lines; what Xero lets move the receivable and payable accounts.
WITH_CONTACT = (
    DocumentKind.INVOICE, DocumentKind.BILL, DocumentKind.CREDIT_NOTE, DocumentKind.SUPPLIER_CREDIT, DocumentKind.OVERPAYMENT,
)  # fmt: skip
SETTLING = (DocumentKind.PAYMENT, DocumentKind.ALLOCATION)
LONGEST_NUMBER = 255
LONGEST_NAME = 255
LONGEST_CONTACT_NUMBER = 50


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A rule over one document: ``look`` tells the amount (cents) and the text of each thing that breaks it."""

    rule: Rule
    look: Look


def name_of(document: Document) -> str:
    """How a finding names a document."""
    return f"{document.kind.value.replace('_', ' ')} {document.number.strip() or document.natural_key}"


def named(look: Look) -> Look:
    """The same look, its texts with the name of the document before them."""

    @wraps(look)
    def look_and_name(document: Document, reference: ReferenceData) -> Iterator[Found]:
        return ((cents, f"{name_of(document)}: {text}") for cents, text in look(document, reference))

    return look_and_name


def journal_does_not_balance(document: Document, reference: ReferenceData) -> Iterator[Found]:
    total = sum(line.cents for line in document.lines)
    if document.kind is JOURNAL and total:
        yield total, f"{name_of(document)}: debits less credits are {format_cents(total)}"


def takings_not_zero(document: Document, reference: ReferenceData) -> Iterator[Found]:
    if document.is_takings and document.total_cents:
        yield document.total_cents, f"{name_of(document)}: {format_cents(document.total_cents)}"


def journal_too_short(document: Document, reference: ReferenceData) -> Iterator[Found]:
    if document.kind is JOURNAL and len(document.lines) < 2:
        yield None, f"{name_of(document)}: {len(document.lines) or 'no'} line"


def document_without_lines(document: Document, reference: ReferenceData) -> Iterator[Found]:
    if document.kind in WITH_CONTACT and document.kind is not DocumentKind.OVERPAYMENT and not document.lines:
        yield None, f"{name_of(document)}: no line"


def tax_rate_not_xeros(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for line in document.lines:
        rate = reference.tax_rates.get(line.tax_type)
        if rate is not None and rate.rate_bp != line.rate_bp:
            yield (
                line.cents,
                f"{name_of(document)}: {line.tax_type} is {percent(line.rate_bp)} in taxes.csv, {percent(rate.rate_bp)} in Xero",
            )


def number_too_long(document: Document, reference: ReferenceData) -> Iterator[Found]:
    if len(document.number) > LONGEST_NUMBER:
        yield None, f"{document.kind.value} {document.number[:40]}…: {len(document.number)} characters"


def number_missing(document: Document, reference: ReferenceData) -> Iterator[Found]:
    if not document.number.strip() and document.kind is not DocumentKind.ALLOCATION:
        yield None, name_of(document)


def contact_missing(document: Document, reference: ReferenceData) -> Iterator[Found]:
    if document.kind in WITH_CONTACT and (document.contact is None or not document.contact.name.strip()):
        yield document.total_cents, name_of(document)


def contact_too_long(document: Document, reference: ReferenceData) -> Iterator[Found]:
    who = document.contact
    if who is not None and (len(who.name) > LONGEST_NAME or len(who.number) > LONGEST_CONTACT_NUMBER or len(who.email) > LONGEST_NAME):
        yield document.total_cents, f"{name_of(document)}: {who.name[:40]}"


def negative_total(document: Document, reference: ReferenceData) -> Iterator[Found]:
    least = 1 if document.kind in (*SETTLING, DocumentKind.OVERPAYMENT) else 0
    total = document.total_cents
    if document.kind is not JOURNAL and total < least:
        yield total, f"{name_of(document)}: {format_cents(total)}"


def settles_nothing(document: Document, reference: ReferenceData) -> Iterator[Found]:
    incomplete = not document.settles or (document.kind is DocumentKind.ALLOCATION and not document.credit)
    if document.kind in SETTLING and incomplete:
        yield document.amount_cents, name_of(document)


def percent(rate_bp: int) -> str:
    """A rate in basis points as people write it."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d} %" if rest else f"{whole} %"


def _of(obstacle: Obstacle) -> tuple[Look, str, str]:
    return named(obstacle.look), obstacle.title, obstacle.remedy


_LINES = ("line", "lines")
_DOCUMENTS = ("document", "documents")
_IN_ALL = "{} in all"
_TOLD: tuple[tuple[Look, str, str, tuple[str, str], str], ...] = (
    (journal_does_not_balance, "A journal's debits are not its credits",
     "A category, tender or account that is mapped to ignore, or an amount without its other side, is the usual cause.",
     _DOCUMENTS, "{} over"),
    (takings_not_zero, "Takings that are sent as an invoice do not total zero",
     "A category, tender or account that is mapped to ignore, or an amount without its other side, is the usual cause.",
     _DOCUMENTS, "{} over"),
    (journal_too_short, "A journal has fewer than two lines", "Look at the mapping: one side of it books nothing.", _DOCUMENTS, ""),
    (document_without_lines, "An invoice, bill or credit note has no line", "Look at the mapping: all of it books nothing.",
     _DOCUMENTS, ""),
    (*_of(acceptance.ACCOUNT_UNKNOWN), ("account", "accounts"), ""),
    (*_of(acceptance.ACCOUNT_ARCHIVED), ("account", "accounts"), ""),
    (*_of(acceptance.ACCOUNT_IS_SYSTEM), _LINES, _IN_ALL),
    (*_of(acceptance.REFUND_WITHOUT_OVERPAYMENT), _LINES, _IN_ALL),
    (*_of(acceptance.BANK_ACCOUNT_IN_JOURNAL), _LINES, _IN_ALL),
    (*_of(acceptance.TAX_TYPE_UNKNOWN), _LINES, _IN_ALL),
    (*_of(acceptance.TAX_TYPE_NOT_FOR_ACCOUNT), _LINES, _IN_ALL),
    (tax_rate_not_xeros, "The rate of a tax code is not Xero's rate of its tax type",
     "Correct rate_percent or the tax type in taxes.csv.", _LINES, _IN_ALL),
    (*_of(acceptance.PAYMENT_ACCOUNT_NOT_ENABLED), ("payment", "payments"), _IN_ALL),
    (*_of(acceptance.DATE_LOCKED), _DOCUMENTS, ""),
    (number_too_long, "A number is longer than the 255 characters that Xero takes", "Shorten the key in the store's SQL file.",
     _DOCUMENTS, ""),
    (number_missing, "A document has no number", "Let the store's SQL file deliver a key, and a supplier's bill its number.",
     _DOCUMENTS, ""),
    (contact_missing, "An invoice, bill or credit has nobody that it is for", "Add the contact, or one with the code *, to contacts.csv.",
     _DOCUMENTS, _IN_ALL),
    (contact_too_long, "A contact's name or e-mail is longer than the 255 characters that Xero takes, or its number than 50",
     "Give the contact a row of its own in contacts.csv, or shorten it in the POS.", _DOCUMENTS, _IN_ALL),
    (*_of(acceptance.CURRENCY_NOT_ORGANISATION), _DOCUMENTS, ""),
    (negative_total, "A document has a total that its kind cannot have", "Look at its sale, movement or purchase in the POS.",
     _DOCUMENTS, _IN_ALL),
    (settles_nothing, "A payment or allocation does not tell what it settles", "Allocate the payment to its sale in the POS.",
     ("payment", "payments"), _IN_ALL),
)  # fmt: skip

# The poster judges the date again, by the organisation's policy and the lock dates of that moment; what is posted is not sent again.
_WARNINGS = ("date_locked",)

PER_DOCUMENT = tuple(
    DocumentRule(
        Rule(look.__name__, Severity.WARNING if look.__name__ in _WARNINGS else Severity.BLOCKER, title, remedy, unit, amount), look
    )
    for look, title, remedy, unit, amount in _TOLD
)
