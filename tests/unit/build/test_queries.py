"""What the queries reckon themselves is what model.money reckons: no float, halves away from zero."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tillpost.build import queries
from tillpost.model.money import divide_half_up


def _half_up(numerator: int, denominator: int) -> int:
    with duckdb.connect(":memory:") as connection:
        connection.execute(queries.HALF_UP)
        return int(connection.execute("SELECT half_up(?, ?)", [numerator, denominator]).fetchall()[0][0])


def test_the_taxed_part_of_a_mixed_line() -> None:
    assert _half_up(500 * 11_000, 1_000) == 5_500  # GST of 5.00 at 10 % is inside 55.00


@settings(max_examples=40, deadline=None)
@given(st.integers(-(10**12), 10**12), st.integers(1, 12_000))
def test_queries_round_as_python_does(numerator: int, denominator: int) -> None:
    assert _half_up(numerator, denominator) == divide_half_up(numerator, denominator)
