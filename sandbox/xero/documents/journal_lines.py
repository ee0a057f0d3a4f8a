"""The lines of manual journals: accounts that journals may not name, tax types, tracking.

https://developer.xero.com/documentation/api/accounting/manualjournals
"""

from __future__ import annotations

from sandbox.xero.chart import Account
from sandbox.xero.context import Context
from sandbox.xero.documents import lines, tracking
from sandbox.xero.documents.lines import Line
from sandbox.xero.errors import Invalid
from sandbox.xero.taxes import AmountType
from sandbox.xero.wire import Json, amount, cents_of

_NOT_IN_JOURNALS = ("DEBTORS", "CREDITORS", "RETAINEDEARNINGS")


def make(context: Context, item: Json, amount_type: AmountType) -> Line:
    """A line of a manual journal; Invalid with Xero's messages. `account` is None where it was removed with a warning."""
    cents = cents_of(item.get("LineAmount"))
    if cents is None:
        raise Invalid("Line Amount must be specified for each journal line.")
    if abs(cents) > lines.MAX_LINE_CENTS:
        raise Invalid("The line amount must not exceed 9999999999.99.")
    account = _journal_account(context, item)
    rate = lines.tax_rate(context, item, account, amount_type)
    tax = lines.line_tax(item, cents, rate, amount_type)
    wire: Json = {
        "LineAmount": amount(cents),
        "Description": lines.description(item),
        "TaxType": rate.tax_type,
        "TaxAmount": amount(tax),
        "Tracking": tracking.check(context, item.get("Tracking")),
        "IsBlank": False,
    }
    if account:
        wire |= {"AccountCode": account.code, "AccountID": account.id}
    return Line(account, cents - tax if amount_type == "Inclusive" else cents, tax, rate.tax_type, wire["Description"], wire)


def _journal_account(context: Context, item: Json) -> Account | None:
    code, account_id = item.get("AccountCode"), item.get("AccountID")
    if not code and not account_id:
        raise Invalid("Account code must be specified for each journal line.")
    account = context.chart.find(code, account_id)
    if account is None and context.settings.journal_unknown_account == "warn":
        return None
    if account is None or account.status != "ACTIVE" or account.system in _NOT_IN_JOURNALS or account.type in ("BANK", "INVENTORY"):
        raise Invalid(lines.not_valid(code or account_id))
    return account
