"""The rules over documents: functions that find what breaks a rule in one document. Nothing of it needs Xero at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tillpost.checks.rule import Rule
from tillpost.model.documents import Document, DocumentKind, DocumentLine
from tillpost.model.findings import Severity
from tillpost.model.money import format_cents
from tillpost.model.reference import ReferenceData, XeroAccount

JOURNAL = DocumentKind.JOURNAL
# Documents with a contact and lines; what Xero lets move the receivable and payable accounts.
WITH_CONTACT = (
    DocumentKind.INVOICE, DocumentKind.BILL, DocumentKind.CREDIT_NOTE, DocumentKind.SUPPLIER_CREDIT, DocumentKind.OVERPAYMENT,
)  # fmt: skip
SETTLING = (DocumentKind.PAYMENT, DocumentKind.ALLOCATION)
# System accounts that a document line may never name; Xero moves them itself (https://help.xero.com/nz/Q_Accruals_ARAP).
FORBIDDEN_SYSTEM = frozenset(
    ("DEBTORS", "CREDITORS", "GST", "GSTONIMPORTS", "BANKCURRENCYGAIN", "UNREALISEDCURRENCYGAIN", "TRACKINGTRANSFERS", "UNPAIDEXPCLM",
     "WAGEPAYABLES")
)  # fmt: skip
LONGEST_NUMBER = 255
LONGEST_NAME = 255
LONGEST_CONTACT_NUMBER = 50

Found = tuple[int | None, str]
Look = Callable[[Document, ReferenceData], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A rule over one document: ``look`` tells the amount (cents) and the text of each thing that breaks it."""

    rule: Rule
    look: Look


def name_of(document: Document) -> str:
    """How a finding names a document."""
    return f"{document.kind.value.replace('_', ' ')} {document.number.strip() or document.natural_key}"


def _used_accounts(document: Document, reference: ReferenceData) -> Iterator[tuple[str, XeroAccount | None]]:
    codes = [line.account for line in document.lines] + ([document.account] if document.account else [])
    return ((code, reference.accounts.get(code)) for code in sorted(set(codes)))


def _line_accounts(document: Document, reference: ReferenceData) -> Iterator[tuple[DocumentLine, XeroAccount]]:
    return ((line, reference.accounts[line.account]) for line in document.lines if line.account in reference.accounts)


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


def account_unknown(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for code, account in _used_accounts(document, reference):
        if account is None:
            yield None, f"{name_of(document)}: account {code or '(none)'}"


def account_archived(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for code, account in _used_accounts(document, reference):
        if account is not None and not account.active:
            yield None, f"{name_of(document)}: account {code} {account.name}"


def account_is_system(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for line, account in _line_accounts(document, reference):
        if account.system in FORBIDDEN_SYSTEM:
            yield line.cents, f"{name_of(document)}: account {line.account} {account.name}"


def is_paid_back(document: Document) -> bool:
    """Whether it is money handed back to a customer, which is owed again: told by the kind in its natural key."""
    return document.natural_key.split("/")[2:3] == ["account-charge"]


def refund_without_overpayment(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for line, account in _line_accounts(document, reference):
        if account.type == "BANK" and is_paid_back(document):
            yield line.cents, f"{name_of(document)}: {format_cents(line.cents)} from account {line.account} {account.name}"


def bank_account_in_journal(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for line, account in _line_accounts(document, reference):
        if account.type == "BANK" and not is_paid_back(document):
            yield line.cents, f"{name_of(document)}: account {line.account} {account.name}"


def tax_type_unknown(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for line in document.lines:
        rate = reference.tax_rates.get(line.tax_type)
        if rate is None or not rate.active:
            yield line.cents, f"{name_of(document)}: tax type {line.tax_type or '(none)'} on account {line.account}"


def tax_type_not_for_account(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for line, account in _line_accounts(document, reference):
        rate = reference.tax_rates.get(line.tax_type)
        if rate is not None and account.account_class and account.account_class not in rate.applies_to:
            yield line.cents, f"{name_of(document)}: {line.tax_type} ({rate.name}) on account {line.account} {account.name}"


def tax_rate_not_xeros(document: Document, reference: ReferenceData) -> Iterator[Found]:
    for line in document.lines:
        rate = reference.tax_rates.get(line.tax_type)
        if rate is not None and rate.rate_bp != line.rate_bp:
            yield (
                line.cents,
                f"{name_of(document)}: {line.tax_type} is {percent(line.rate_bp)} in taxes.csv, {percent(rate.rate_bp)} in Xero",
            )


def payment_account_not_enabled(document: Document, reference: ReferenceData) -> Iterator[Found]:
    account = reference.accounts.get(document.account)
    if account is None or document.kind not in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT):
        return
    allowed = account.takes_payments if document.kind is DocumentKind.PAYMENT else account.type == "BANK"
    if not allowed:
        yield document.amount_cents, f"{name_of(document)}: account {document.account} {account.name}"


def date_locked(document: Document, reference: ReferenceData) -> Iterator[Found]:
    locked = reference.organisation.locked_until
    if locked is not None and document.date <= locked:
        yield None, f"{name_of(document)}: {document.date.isoformat()}, locked until {locked.isoformat()}"


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


def currency_not_organisation(document: Document, reference: ReferenceData) -> Iterator[Found]:
    if document.currency != reference.organisation.currency:
        yield document.total_cents, f"{name_of(document)}: {document.currency}, the organisation has {reference.organisation.currency}"


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
    (account_unknown, "An account is not in Xero's chart of accounts", "Correct the code in accounts.csv, or create the account in Xero.",
     ("account", "accounts"), ""),
    (account_archived, "An account is archived in Xero", "Restore it in Xero, or name another one in accounts.csv.",
     ("account", "accounts"), ""),
    (account_is_system, "A line names an account that only Xero itself may move",
     "Receivables, payables and GST move through the kind of document and the tax type: name another account in accounts.csv.",
     _LINES, _IN_ALL),
    (refund_without_overpayment, "Money was handed back to a customer from a bank account, and no overpayment of theirs covers it",
     "Enter it in Xero by hand, as the refund of the credit note or payment that it belongs to, and leave the movement out in the SQL "
     "file; or give it in the POS a tender that goes to a clearing account.", _LINES, _IN_ALL),
    (bank_account_in_journal, "A line of a journal or an invoice names a bank account, which Xero refuses",
     "Map the code to a clearing account, and move the money from there with a bank transfer in Xero.", _LINES, _IN_ALL),
    (tax_type_unknown, "A tax type is not known to Xero, or not in use", "Correct the tax type in taxes.csv.", _LINES, _IN_ALL),
    (tax_type_not_for_account, "A tax type may not be used on this class of account",
     "Income takes the tax types of sales, expenses those of purchases: correct accounts.csv or taxes.csv.", _LINES, _IN_ALL),
    (tax_rate_not_xeros, "The rate of a tax code is not Xero's rate of its tax type",
     "Correct rate_percent or the tax type in taxes.csv.", _LINES, _IN_ALL),
    (payment_account_not_enabled, "A payment goes to an account that takes none",
     'Tick "enable payments to this account" in Xero, or name another account; an overpayment needs a bank account.',
     ("payment", "payments"), _IN_ALL),
    (date_locked, "A document is dated in a locked period of Xero", "Move the lock date in Xero, or book these documents by hand.",
     _DOCUMENTS, ""),
    (number_too_long, "A number is longer than the 255 characters that Xero takes", "Shorten the key in the store's SQL file.",
     _DOCUMENTS, ""),
    (number_missing, "A document has no number", "Let the store's SQL file deliver a key, and a supplier's bill its number.",
     _DOCUMENTS, ""),
    (contact_missing, "An invoice, bill or credit has nobody that it is for", "Add the contact, or one with the code *, to contacts.csv.",
     _DOCUMENTS, _IN_ALL),
    (contact_too_long, "A contact's name or e-mail is longer than the 255 characters that Xero takes, or its number than 50",
     "Give the contact a row of its own in contacts.csv, or shorten it in the POS.", _DOCUMENTS, _IN_ALL),
    (currency_not_organisation, "A document is in a currency that is not the organisation's own",
     "Documents in foreign currency are not supported yet: book it by hand.", _DOCUMENTS, ""),
    (negative_total, "A document has a total that its kind cannot have", "Look at its sale, movement or purchase in the POS.",
     _DOCUMENTS, _IN_ALL),
    (settles_nothing, "A payment or allocation does not tell what it settles", "Allocate the payment to its sale in the POS.",
     ("payment", "payments"), _IN_ALL),
)  # fmt: skip

PER_DOCUMENT = tuple(
    DocumentRule(Rule(look.__name__, Severity.BLOCKER, title, remedy, unit, amount), look) for look, title, remedy, unit, amount in _TOLD
)
