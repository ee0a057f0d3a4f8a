"""What Xero would refuse in a document, told from what the organisation itself says: asked before a release and before a send.

Each obstacle finds the amount (cents, where there is one) and the text of every thing that is in the way. The rules are those of
Xero's pages of the kinds of documents (https://developer.xero.com/documentation/api/accounting/manualjournals and beside it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tillpost.model.documents import Document, DocumentKind, DocumentLine
from tillpost.model.money import format_cents
from tillpost.model.reference import ReferenceData, XeroAccount
from tillpost.model.tracking import tracking_of

# System accounts that a document line may never name; Xero moves them itself (https://help.xero.com/nz/Q_Accruals_ARAP).
FORBIDDEN_SYSTEM = frozenset(
    ("DEBTORS", "CREDITORS", "GST", "GSTONIMPORTS", "BANKCURRENCYGAIN", "UNREALISEDCURRENCYGAIN", "TRACKINGTRANSFERS", "UNPAIDEXPCLM",
     "WAGEPAYABLES")
)  # fmt: skip
# What the plan and the user must be allowed, by kind: approved, as a draft (https://developer.xero.com/documentation/api/accounting/organisation).
_ACTIONS = {
    DocumentKind.INVOICE: ("CreateApprovedInvoice", "CreateDraftInvoice"),
    DocumentKind.BILL: ("CreateApprovedBill", "CreateDraftBill"),
    DocumentKind.PAYMENT: ("CreateInvoicePayment", "CreateInvoicePayment"),
}

Found = tuple[int | None, str]
Look = Callable[[Document, ReferenceData], Iterator[Found]]


class Obstacle(NamedTuple):
    """What is in the way of a document: how it is found, what it is, and what to do."""

    look: Look
    title: str
    remedy: str


def account_unknown(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Accounts that the organisation does not have."""
    for code, account in _used_accounts(document, reference):
        if account is None:
            yield None, f"account {code or '(none)'}"


def account_archived(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Accounts that are out of use."""
    for code, account in _used_accounts(document, reference):
        if account is not None and not account.active:
            yield None, f"account {code} {account.name}"


def account_is_system(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines on accounts that only Xero itself may move."""
    for line, account in _line_accounts(document, reference):
        if account.system in FORBIDDEN_SYSTEM or (document.kind is DocumentKind.JOURNAL and _not_in_journals(account)):
            yield line.cents, f"account {line.account} {account.name}"


def is_paid_back(document: Document) -> bool:
    """Whether it is money handed back to a customer, which is owed again: told by the kind in its natural key."""
    return document.natural_key.split("/")[2:3] == ["account-charge"]


def refund_without_overpayment(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines of money handed back that name a bank account."""
    for line, account in _line_accounts(document, reference):
        if account.type == "BANK" and is_paid_back(document):
            yield line.cents, f"{format_cents(line.cents)} from account {line.account} {account.name}"


def bank_account_in_journal(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Other lines that name a bank account."""
    for line, account in _line_accounts(document, reference):
        if account.type == "BANK" and not is_paid_back(document):
            yield line.cents, f"account {line.account} {account.name}"


def tax_type_unknown(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines with a tax type that the organisation does not have or use."""
    for line in document.lines:
        rate = reference.tax_rates.get(line.tax_type)
        if rate is None or not rate.active:
            yield line.cents, f"tax type {line.tax_type or '(none)'} on account {line.account}"


def tax_type_not_for_account(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines with a tax type that their class of account does not take."""
    for line, account in _line_accounts(document, reference):
        rate = reference.tax_rates.get(line.tax_type)
        if rate is not None and account.account_class and account.account_class not in rate.applies_to:
            yield line.cents, f"{line.tax_type} ({rate.name}) on account {line.account} {account.name}"


def payment_account_not_enabled(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """The account of a payment or overpayment that takes none."""
    account = reference.accounts.get(document.account)
    if account is None or document.kind not in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT):
        return
    allowed = account.takes_payments if document.kind is DocumentKind.PAYMENT else account.type == "BANK"
    if not allowed:
        yield document.amount_cents, f"account {document.account} {account.name}"


def currency_not_organisation(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Another currency than the organisation's own."""
    if document.currency != reference.organisation.currency:
        yield document.total_cents, f"{document.currency}, the organisation has {reference.organisation.currency}"


def date_locked(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """A date that may not be booked on any more."""
    locked = reference.organisation.locked_until
    if locked is not None and document.date <= locked:
        yield None, f"{document.date.isoformat()}, locked until {locked.isoformat()}"


def tracking_malformed(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines whose tracking cannot be told as categories with an option each."""
    for line in document.lines:
        if _tracking(line) is None:
            yield line.cents, f"{line.tracking} on account {line.account}"


def tracking_unknown(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """Lines with a category or option that is not among Xero's active ones."""
    for line in document.lines:
        for category, option in _tracking(line) or ():
            if option not in reference.tracking.get(category, ()):
                yield line.cents, f"{category}={option} on account {line.account}"


def action_not_allowed(document: Document, reference: ReferenceData) -> Iterator[Found]:
    """What the organisation's plan, or the user who authorised the connection, does not allow."""
    approved, draft = _ACTIONS.get(document.kind, ("", ""))
    action = draft if document.draft else approved
    if action in reference.not_allowed:
        yield document.total_cents, action


def _used_accounts(document: Document, reference: ReferenceData) -> Iterator[tuple[str, XeroAccount | None]]:
    codes = [line.account for line in document.lines] + ([document.account] if document.account else [])
    return ((code, reference.accounts.get(code)) for code in sorted(set(codes)))


def _line_accounts(document: Document, reference: ReferenceData) -> Iterator[tuple[DocumentLine, XeroAccount]]:
    return ((line, reference.accounts[line.account]) for line in document.lines if line.account in reference.accounts)


def _not_in_journals(account: XeroAccount) -> bool:
    return account.system == "RETAINEDEARNINGS" or account.type == "INVENTORY"


def _tracking(line: DocumentLine) -> list[tuple[str, str]] | None:
    try:
        return tracking_of(line.tracking)
    except ValueError:
        return None


ACCOUNT_UNKNOWN = Obstacle(
    account_unknown, "An account is not in Xero's chart of accounts", "Correct the code in accounts.csv, or create the account in Xero."
)
ACCOUNT_ARCHIVED = Obstacle(
    account_archived, "An account is archived in Xero", "Restore it in Xero, or name another one in accounts.csv."
)  # fmt: skip
ACCOUNT_IS_SYSTEM = Obstacle(
    account_is_system,
    "A line names an account that only Xero itself may move",
    "Receivables, payables and GST move through the kind of document and the tax type: name another account in accounts.csv.",
)
REFUND_WITHOUT_OVERPAYMENT = Obstacle(
    refund_without_overpayment,
    "Money was handed back to a customer from a bank account, and no overpayment of theirs covers it",
    "Enter it in Xero by hand, as the refund of the credit note or payment that it belongs to, and leave the movement out in the SQL "
    "file; or give it in the POS a tender that goes to a clearing account.",
)
BANK_ACCOUNT_IN_JOURNAL = Obstacle(
    bank_account_in_journal,
    "A line of a journal or an invoice names a bank account, which Xero refuses",
    "Map the code to a clearing account, and move the money from there with a bank transfer in Xero.",
)
TAX_TYPE_UNKNOWN = Obstacle(tax_type_unknown, "A tax type is not known to Xero, or not in use", "Correct the tax type in taxes.csv.")
TAX_TYPE_NOT_FOR_ACCOUNT = Obstacle(
    tax_type_not_for_account,
    "A tax type may not be used on this class of account",
    "Income takes the tax types of sales, expenses those of purchases: correct accounts.csv or taxes.csv.",
)
PAYMENT_ACCOUNT_NOT_ENABLED = Obstacle(
    payment_account_not_enabled,
    "A payment goes to an account that takes none",
    'Tick "enable payments to this account" in Xero, or name another account; an overpayment needs a bank account.',
)
CURRENCY_NOT_ORGANISATION = Obstacle(
    currency_not_organisation,
    "A document is in a currency that is not the organisation's own",
    "Documents in foreign currency are not supported yet: book it by hand.",
)
TRACKING_MALFORMED = Obstacle(
    tracking_malformed,
    "The tracking of a line is not Category=Option, with at most two categories",
    "Correct the column tracking of accounts.csv; where it has the tag {Class}, look at the class of the ledger entry.",
)
TRACKING_UNKNOWN = Obstacle(
    tracking_unknown,
    "A tracking category or option is not in Xero, or not in use",
    "Correct the column tracking of accounts.csv, or the store's tag in tillpost.yml; or add the option in Xero.",
)
ACTION_NOT_ALLOWED = Obstacle(
    action_not_allowed,
    "The organisation's plan in Xero, or the user who authorised the connection, does not allow this document",
    "Change the plan or the user's rights in Xero.",
)
DATE_LOCKED = Obstacle(
    date_locked,
    "A document is dated in a locked period of Xero",
    "posting.locked_period in tillpost.yml decides before sending: it is held until the lock date is moved back, dated the first open "
    "day, or refused.",
)

# All but the lock dates, for which an organisation has a policy.
OBSTACLES = (
    ACCOUNT_UNKNOWN, ACCOUNT_ARCHIVED, ACCOUNT_IS_SYSTEM, REFUND_WITHOUT_OVERPAYMENT, BANK_ACCOUNT_IN_JOURNAL, TAX_TYPE_UNKNOWN,
    TAX_TYPE_NOT_FOR_ACCOUNT, PAYMENT_ACCOUNT_NOT_ENABLED, CURRENCY_NOT_ORGANISATION, TRACKING_MALFORMED, TRACKING_UNKNOWN,
    ACTION_NOT_ALLOWED,
)  # fmt: skip
