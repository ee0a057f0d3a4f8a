"""What a Xero organisation itself says: accounts, tax rates, tracking options, lock dates. Read once per run, compared with ours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

PAYMENT_TERMS = ("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH")


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
class PaymentTerm:
    """Xero's default due date of invoices or of bills: a number and what it counts, one of ``PAYMENT_TERMS``."""

    day: int
    type: str

    def due(self, document_date: date) -> date | None:
        """When a document of that date is due; None where the term tells no date (a day of a month without the day).

        A day that a month does not have is its last one; a day of the current month that is over is the document's own date
        (https://help.xero.com/uk/PaymentTerms).

        >>> PaymentTerm(20, "OFFOLLOWINGMONTH").due(date(2026, 3, 5)), PaymentTerm(0, "DAYSAFTERBILLMONTH").due(date(2026, 2, 5))
        (datetime.date(2026, 4, 20), datetime.date(2026, 2, 28))
        """
        month_end = _last_day(document_date)
        if self.type == "DAYSAFTERBILLDATE":
            return document_date + timedelta(days=self.day)
        if self.type == "DAYSAFTERBILLMONTH":
            return month_end + timedelta(days=self.day)
        if self.type not in PAYMENT_TERMS or self.day < 1:
            return None
        last = month_end if self.type == "OFCURRENTMONTH" else _last_day(month_end + timedelta(days=1))
        return max(document_date, last.replace(day=min(self.day, last.day)))


def _last_day(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class XeroOrganisation:
    """The organisation's own settings; they win over ours, and a contradiction stops it.

    ``invoice_terms`` and ``bill_terms`` are its default due dates, None where it has none.
    """

    tenant_id: str
    name: str
    country: str
    currency: str
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    sales_tax_basis: str = ""
    invoice_terms: PaymentTerm | None = None
    bill_terms: PaymentTerm | None = None

    @property
    def locked_until(self) -> date | None:
        """The later of both lock dates: a document dated on or before it is refused."""
        dates = [d for d in (self.period_lock_date, self.end_of_year_lock_date) if d is not None]
        return max(dates, default=None)

    @property
    def first_open_day(self) -> date | None:
        """The day after both lock dates; None where nothing is locked."""
        return self.locked_until + timedelta(days=1) if self.locked_until else None

    def locks_on(self, day: date) -> tuple[str, ...]:
        """The lock dates that lock a day, in words."""
        locks = (("period", self.period_lock_date), ("end of year", self.end_of_year_lock_date))
        return tuple(f"the {name} lock date {lock.isoformat()}" for name, lock in locks if lock is not None and day <= lock)


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """Everything that is compared with our mapping before anything is sent. ``accounts`` by code, ``tax_rates`` by tax type.

    ``not_allowed`` are the actions that the plan or the user may not do (Xero's words, such as CreateApprovedInvoice).
    """

    organisation: XeroOrganisation
    accounts: Mapping[str, XeroAccount]
    tax_rates: Mapping[str, XeroTaxRate]
    tracking: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_allowed: frozenset[str] = frozenset()
