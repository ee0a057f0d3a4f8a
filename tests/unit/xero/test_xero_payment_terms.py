"""The default due dates of an organisation, as Xero tells them."""

from __future__ import annotations

import pytest

from tillpost.model.reference import PaymentTerm
from tillpost.xero.reference import _payment_term


@pytest.mark.parametrize(
    ("entry", "term"),
    [
        ({"Day": 20, "Type": "OFFOLLOWINGMONTH"}, PaymentTerm(20, "OFFOLLOWINGMONTH")),
        ({"Day": 0, "Type": "DAYSAFTERBILLDATE"}, PaymentTerm(0, "DAYSAFTERBILLDATE")),
        ({"Day": 400, "Type": "DAYSAFTERBILLDATE"}, None),
        ({"Day": True, "Type": "DAYSAFTERBILLDATE"}, None),
        ({"Day": "7", "Type": "DAYSAFTERBILLDATE"}, None),
        ({"Day": 7, "Type": "SOMEDAY"}, None),
        ({}, None),
    ],
)
def test_a_default_due_date_is_read_or_there_is_none(entry: dict[str, object], term: PaymentTerm | None) -> None:
    assert _payment_term(entry) == term
