"""Tax per line, half up, halves away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.xero.taxes import RATES, AmountType, default_tax_type, tax_cents
from sandbox.xero.wire import half_up_cents


@pytest.mark.parametrize(
    ("cents", "country", "code", "amount_type", "tax"),
    [
        (5000, "AU", "OUTPUT", "Inclusive", 455),
        (5000, "NZ", "OUTPUT2", "Inclusive", 652),
        (5000, "GB", "OUTPUT2", "Inclusive", 833),
        (105, "GB", "RROUTPUT", "Inclusive", 5),
        (2165, "AU", "OUTPUT", "Exclusive", 217),
        (-2165, "AU", "OUTPUT", "Exclusive", -217),
        (5, "AU", "OUTPUT", "Exclusive", 1),
        (4, "AU", "OUTPUT", "Exclusive", 0),
        (5000, "AU", "OUTPUT", "NoTax", 0),
        (5000, "AU", "BASEXCLUDED", "Inclusive", 0),
    ],
)
def test_tax_of_a_line(cents: int, country: str, code: str, amount_type: AmountType, tax: int) -> None:
    assert tax_cents(cents, RATES[country][code], amount_type) == tax


def test_half_cents_go_away_from_zero() -> None:
    assert [half_up_cents(Decimal(text)) for text in ("2.165", "-2.165", "2.164999", "0.005", "-0.005")] == [217, -217, 216, 1, -1]


@given(cents=st.integers(-(10**10), 10**10), rate=st.sampled_from([rate for rates in RATES.values() for rate in rates.values()]))
def test_tax_inside_and_on_top_agree_with_exact_fractions(cents: int, rate: object) -> None:
    percent = rate.percent  # type: ignore[attr-defined]
    inside = Decimal(cents) * percent / (100 + percent)
    assert abs(Decimal(tax_cents(cents, rate, "Inclusive")) - inside) <= Decimal("0.5")  # type: ignore[arg-type]
    on_top = (Decimal(cents) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert tax_cents(cents, rate, "Exclusive") == on_top  # type: ignore[arg-type]
    assert tax_cents(-cents, rate, "Inclusive") == -tax_cents(cents, rate, "Inclusive")  # type: ignore[arg-type]


def test_rates_apply_by_the_class_of_the_account() -> None:
    rates = RATES["AU"]
    classes = ("ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE")
    applies = {
        code: [name for name in classes if rates[code].applies_to(name)] for code in ("OUTPUT", "INPUT", "BASEXCLUDED", "GSTONIMPORTS")
    }
    assert applies == {
        "OUTPUT": ["ASSET", "EQUITY", "LIABILITY", "REVENUE"],
        "INPUT": ["ASSET", "EQUITY", "EXPENSE", "LIABILITY"],
        "BASEXCLUDED": list(classes),
        "GSTONIMPORTS": ["LIABILITY"],
    }


def test_new_accounts_start_with_the_usual_tax_type() -> None:
    found = [
        default_tax_type("AU", kind, cls)
        for kind, cls in (("REVENUE", "REVENUE"), ("EXPENSE", "EXPENSE"), ("FIXED", "ASSET"), ("BANK", "ASSET"))
    ]
    assert found == ["OUTPUT", "INPUT", "CAPEXINPUT", "BASEXCLUDED"]
    assert default_tax_type("NZ", "CURRENT", "ASSET") == "NONE"
