"""What a line is, what VAT it carries, and how exact amounts become cents."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.online_retail.classify import category, day_in_cents, vat_cents, vat_code


@pytest.mark.parametrize(
    ("stock_code", "expected"),
    [
        ("85123A", "GOODS"),
        ("22423", "GOODS"),
        ("DCGS0003", "GOODS"),
        ("POST", "POSTAGE"),
        ("DOT", "POSTAGE"),
        ("C2", "POSTAGE"),
        ("BANK CHARGES", "BANK_CHARGES"),
        ("AMAZONFEE", "AMAZON_FEE"),
        ("D", "DISCOUNT"),
        ("M", "MANUAL"),
        ("m", "MANUAL"),
        ("S", "SAMPLES"),
        ("gift_0001_20", "GIFT_VOUCHER"),
        ("PADS", "UNKNOWN_PADS"),
    ],
)
def test_online_retail_category_comes_from_the_stock_code(stock_code: str, expected: str) -> None:
    assert category(stock_code, 25_500) == expected


@pytest.mark.parametrize("stock_code", ["85123A", "POST", "gift_0001_20", "M"])
def test_online_retail_price_zero_is_a_write_off_whatever_the_code(stock_code: str) -> None:
    assert category(stock_code, 0) == "WRITE_OFF"


@pytest.mark.parametrize(
    ("line_category", "country", "expected"),
    [
        ("GOODS", "United Kingdom", "STD"),
        ("POSTAGE", "United Kingdom", "STD"),
        ("GOODS", "EIRE", "ZERO"),
        ("POSTAGE", "Channel Islands", "ZERO"),
        ("GIFT_VOUCHER", "United Kingdom", "NONE"),
        ("GIFT_VOUCHER", "France", "NONE"),
        ("BANK_CHARGES", "United Kingdom", "NONE"),
        ("AMAZON_FEE", "United Kingdom", "NONE"),
        ("WRITE_OFF", "United Kingdom", "NONE"),
    ],
)
def test_online_retail_vat_code(line_category: str, country: str, expected: str) -> None:
    assert vat_code(line_category, country) == expected


@pytest.mark.parametrize(("gross", "vat"), [(600, 100), (1, 0), (2, 0), (3, 1), (9, 2), (-3, -1), (-2, 0), (-600, -100), (0, 0)])
def test_online_retail_vat_is_a_sixth_half_a_penny_away_from_zero(gross: int, vat: int) -> None:
    assert vat_cents("STD", gross) == vat


def test_online_retail_no_vat_without_the_standard_rate() -> None:
    assert [vat_cents(code, 600) for code in ("ZERO", "NONE")] == [0, 0]


@given(st.integers(-(10**12), 10**12))
def test_online_retail_vat_of_a_refund_takes_back_that_of_the_sale(gross: int) -> None:
    assert vat_cents("STD", -gross) == -vat_cents("STD", gross)
    assert abs(vat_cents("STD", gross) - Fraction(gross, 6)) <= Fraction(1, 2)


def test_online_retail_what_a_line_rounds_off_the_next_one_carries() -> None:
    assert list(day_in_cents([40, 40, 40, 255_000])) == [0, 1, 0, 2550]


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_online_retail_day_adds_up_to_its_exact_total_rounded_once(amounts: list[int]) -> None:
    cents = list(day_in_cents(amounts))
    assert abs(sum(cents) - Fraction(sum(amounts), 100)) <= Fraction(1, 2)
    assert all(abs(cent - Fraction(amount, 100)) <= 1 for cent, amount in zip(cents, amounts, strict=True))


@given(st.lists(st.integers(-(10**7), 10**7)))
def test_online_retail_whole_cents_are_never_touched(cents: list[int]) -> None:
    assert list(day_in_cents(cent * 100 for cent in cents)) == cents
