"""What a Xero organisation itself says: accounts, tax rates, tracking options, lock dates. Read once per run, compared with ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class XeroAccount:
    """One account. ``type`` as Xero writes it (BANK, REVENUE, CURRENT …); ``system`` is its SystemAccount or empty."""

    code: str
    name: str
    type: str
    active: bool
    enable_payments: bool = False
    system: str = ""
    account_class: str = ""

    @property
    def takes_payments(self) -> bool:
        """Whether a payment may go into it: a bank account, or one with payments enabled."""
        return self.type == "BANK" or self.enable_payments


@dataclass(frozen=True, slots=True)
class XeroTaxRate:
    """One tax type: its rate in basis points, and the account classes it applies to (ASSET, EQUITY, EXPENSE, LIABILITY, REVENUE)."""

    tax_type: str
    name: str
    rate_bp: int
    active: bool
    applies_to: frozenset[str]


@dataclass(frozen=True, slots=True)
class XeroOrganisation:
    """The organisation's own settings; they win over ours, and a contradiction stops it."""

    tenant_id: str
    name: str
    country: str
    currency: str
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    sales_tax_basis: str = ""

    @property
    def locked_until(self) -> date | None:
        """The later of both lock dates: a document dated on or before it is refused."""
        dates = [d for d in (self.period_lock_date, self.end_of_year_lock_date) if d is not None]
        return max(dates, default=None)


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """Everything that is compared with our mapping before anything is sent. ``accounts`` by code, ``tax_rates`` by tax type."""

    organisation: XeroOrganisation
    accounts: Mapping[str, XeroAccount]
    tax_rates: Mapping[str, XeroTaxRate]
    tracking: Mapping[str, frozenset[str]] = field(default_factory=dict)
