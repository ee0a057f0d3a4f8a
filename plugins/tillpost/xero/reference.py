"""What the organisation itself says: lock dates and default due dates, what it allows, accounts, tax rates, tracking: a call each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from tillpost.errors import XeroUnavailable
from tillpost.model.reference import PAYMENT_TERMS, PaymentTerm, ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.xero.lists import Reader
from tillpost.xero.wire import Json, child, day, objects, text, whole

_APPLIES = {
    "CanApplyToAssets": "ASSET",
    "CanApplyToEquity": "EQUITY",
    "CanApplyToExpenses": "EXPENSE",
    "CanApplyToLiabilities": "LIABILITY",
    "CanApplyToRevenue": "REVENUE",
}
# What is read with one call each, in this order.
PARTS = ("organisation", "actions", "accounts", "tax_rates", "tracking")


class TenantReader(Reader, Protocol):
    """Reads, and knows which organisation it reads."""

    def tenant_id(self) -> str:
        """The id of the Xero organisation."""


def read_reference(client: TenantReader, parts: Collection[str] = PARTS, known: ReferenceData | None = None) -> ReferenceData:
    """What the organisation says of itself: these parts read now, one call each, the others as they are known.

    Without ``known`` all parts are read. Raises XeroErrors of reading.
    """
    if known is None:
        parts, known = PARTS, ReferenceData(XeroOrganisation(client.tenant_id(), "", "", ""), {}, {})
    for part in parts:
        known = _READERS[part](client, known)
    return known


def _read_organisation(client: TenantReader, known: ReferenceData) -> ReferenceData:
    organisations = _list(client, "get_organisations", "Organisations")
    if len(organisations) != 1:
        raise XeroUnavailable(f"Xero answered with {len(organisations)} organisations where one is read; try again later.")
    return replace(known, organisation=_organisation(organisations[0], client.tenant_id()))


def _read_actions(client: TenantReader, known: ReferenceData) -> ReferenceData:
    actions = _list(client, "get_organisation_actions", "Actions")
    return replace(known, not_allowed=frozenset(text(entry, "Name") for entry in actions if text(entry, "Status") == "NOT-ALLOWED"))


def _read_accounts(client: TenantReader, known: ReferenceData) -> ReferenceData:
    accounts = [_account(entry) for entry in _list(client, "get_accounts", "Accounts")]
    # An account without a code (many bank accounts) cannot be named by a mapping.
    return replace(known, accounts={account.code: account for account in accounts if account.code})


def _read_tax_rates(client: TenantReader, known: ReferenceData) -> ReferenceData:
    rates = [_tax_rate(entry) for entry in _list(client, "get_tax_rates", "TaxRates")]
    return replace(known, tax_rates={rate.tax_type: rate for rate in rates if rate.tax_type})


def _read_tracking(client: TenantReader, known: ReferenceData) -> ReferenceData:
    categories = [entry for entry in _list(client, "get_tracking_categories", "TrackingCategories") if _is_active(entry)]
    return replace(known, tracking={text(entry, "Name"): _options(entry) for entry in categories})


_READERS = {
    "organisation": _read_organisation,
    "actions": _read_actions,
    "accounts": _read_accounts,
    "tax_rates": _read_tax_rates,
    "tracking": _read_tracking,
}


def _list(client: TenantReader, operation: str, field: str) -> list[Json]:
    return objects(client.read(operation, field) or {}, field)


def _organisation(entry: Json, tenant_id: str) -> XeroOrganisation:
    return XeroOrganisation(
        tenant_id,
        text(entry, "Name"),
        text(entry, "CountryCode"),
        text(entry, "BaseCurrency"),
        day(entry, "PeriodLockDate"),
        day(entry, "EndOfYearLockDate"),
        text(entry, "SalesTaxBasis"),
        _payment_term(child(child(entry, "PaymentTerms"), "Sales")),
        _payment_term(child(child(entry, "PaymentTerms"), "Bills")),
    )


def _payment_term(entry: Json) -> PaymentTerm | None:
    """The default due date of one side; None where the organisation has none, or one of a kind that is not known."""
    number, kind = whole(entry, "Day"), text(entry, "Type")
    known = kind in PAYMENT_TERMS and number is not None and 0 <= number <= 365
    return PaymentTerm(number, kind) if known and number is not None else None


def _account(entry: Json) -> XeroAccount:
    return XeroAccount(
        text(entry, "Code"),
        text(entry, "Name"),
        text(entry, "Type"),
        _is_active(entry),
        entry.get("EnablePaymentsToAccount") is True,
        text(entry, "SystemAccount"),
        text(entry, "Class"),
    )


def _tax_rate(entry: Json) -> XeroTaxRate:
    applies_to = frozenset(word for field, word in _APPLIES.items() if entry.get(field) is True)
    return XeroTaxRate(text(entry, "TaxType"), text(entry, "Name"), _rate_bp(entry), _is_active(entry), applies_to)


def _rate_bp(entry: Json) -> int:
    """The effective rate in basis points; -1, which is no rate, where Xero gives none: it then equals none of ours."""
    value = entry.get("EffectiveRate", entry.get("DisplayTaxRate"))
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not 0 <= value <= 1000:
        return -1
    return int((Decimal(value) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _options(entry: Json) -> frozenset[str]:
    return frozenset(text(option, "Name") for option in objects(entry, "Options") if _is_active(option))


def _is_active(entry: Json) -> bool:
    return text(entry, "Status") == "ACTIVE"
