"""A first draft of taxes.csv: the rate that a tax code shows in the amounts, and the organisation's tax types of that rate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tillpost.mapping.drafting import NO_TAX, TO_DECIDE
from tillpost.mapping.tax_types import NO_TAX_TYPES, STANDARD_RATES
from tillpost.model.money import divide_half_up
from tillpost.model.reference import XeroTaxRate

# A rate of Xero that is further than this (basis points) from what the amounts show is not meant.
FAR_BP = 100


@dataclass(frozen=True, slots=True)
class TaxUse:
    """What a tax code of the POS did: sums of amounts with their tax and of the tax in them (cents, without signs)."""

    code: str
    gross_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True)
class DraftTax:
    """A row of taxes.csv, and why it says so (the file has no column for it)."""

    code: str
    rate_bp: int
    sale_tax_type: str
    purchase_tax_type: str
    reason: str

    @property
    def is_decided(self) -> bool:
        """Whether both tax types are guessed."""
        return TO_DECIDE not in (self.sale_tax_type, self.purchase_tax_type)


def draft_taxes(uses: Iterable[TaxUse], country: str, rates: Mapping[str, XeroTaxRate]) -> list[DraftTax]:
    """A row for each code that was shown, and the one of what has no tax at all; in a fixed order."""
    none = NO_TAX_TYPES[country]
    rows = [_row(use, country, rates) for use in sorted(uses, key=lambda use: use.code) if use.code and use.code != NO_TAX]
    return [*rows, DraftTax(NO_TAX, 0, none, none, "what has no tax at all")]


def _row(use: TaxUse, country: str, rates: Mapping[str, XeroTaxRate]) -> DraftTax:
    known = sorted({rate.rate_bp for rate in rates.values() if rate.active and rate.rate_bp >= 0})
    net = use.gross_cents - use.tax_cents
    shown = divide_half_up(use.tax_cents * 10_000, net) if net > 0 else 0
    rate_bp = min(known, key=lambda known_bp: (abs(known_bp - shown), known_bp), default=shown)
    if abs(rate_bp - shown) > FAR_BP:
        return DraftTax(use.code, shown, TO_DECIDE, TO_DECIDE, f"{_told(shown)}, which is no rate in Xero")
    order = list(STANDARD_RATES[country])
    of_rate = [one for one in rates.values() if one.active and one.rate_bp == rate_bp]
    of_rate.sort(key=lambda one: (order.index(one.tax_type) if one.tax_type in order else len(order), one.tax_type))
    sale, purchase = (_tax_type(use.code, of_rate, side) for side in ("REVENUE", "EXPENSE"))
    return DraftTax(use.code, rate_bp, sale, purchase, _told(shown))


def _tax_type(code: str, rates: Sequence[XeroTaxRate], account_class: str) -> str:
    """The first of a class, or the first whose name has a word that begins as the code does (CAP: GST on Capital)."""
    own = [rate for rate in rates if account_class in rate.applies_to]
    named = [rate for rate in own if any(word.startswith(code.lower()) for word in re.findall(r"[a-z]+", rate.name.lower()))]
    return (named or own)[0].tax_type if own else TO_DECIDE


def _told(rate_bp: int) -> str:
    return f"the tax is {rate_bp // 100}.{rate_bp % 100:02d} % of the amounts without it"
