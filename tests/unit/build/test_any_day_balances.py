"""Whatever a day brings: every journal balances, no cent is lost between facts and documents, and order does not matter."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.build.conftest import build_day
from tillpost.model.documents import Document, DocumentKind

CARDS = ("EFTPOS", "MASTERCARD", "GIFT_VOUCHER", "CREDIT_NOTE")


def _text(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


@st.composite
def sales(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """A sale or refund with lines, tenders that add up, cash-out, tip, rounding, a basket discount or an account tender."""
    sign = draw(st.sampled_from([1, 1, 1, -1]))
    grosses = draw(st.lists(st.integers(1, 20_000), min_size=1, max_size=4))
    codes = [(draw(st.sampled_from(["FOOD", "BEVERAGE", "WINE"])), draw(st.sampled_from(["GST", "FRE"]))) for _ in grosses]
    lines: list[dict[str, Any]] = [
        {"category": c, "tax_code": t, "gross": _text(sign * g)} for g, (c, t) in zip(grosses, codes, strict=True)
    ]
    total = sum(grosses)
    if draw(st.booleans()) and total > 1:
        discount = draw(st.integers(1, total - 1))
        lines.append({"kind": "basket_discount", "gross": _text(-sign * discount), "tax": None})
        total -= discount
    rounding = draw(st.integers(-2, 2)) if total > 2 else 0
    tip, cash_out = draw(st.sampled_from([0, 0, 500])), draw(st.sampled_from([0, 0, 2000]))
    cash = draw(st.integers(0, total + rounding))
    card = {
        "tender": draw(st.sampled_from(CARDS)),
        "amount": _text(sign * (total + rounding - cash) + tip + cash_out),
        "tip": _text(tip),
        "cash_out": _text(cash_out),
    }
    account = draw(st.sampled_from([False, False, True]))
    second = {"tender": "ACCOUNT" if account else "CASH", "amount": _text(sign * cash)}
    return {"id": f"s{number}", "rounding": _text(sign * rounding), "lines": lines, "tenders": [card, second]}


@st.composite
def movements(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """A movement of any kind that a journal books."""
    cents = draw(st.integers(1, 50_000))
    kind = draw(st.sampled_from(["paid_out", "received", "layby_payment", "layby_adjustment", "layby_cancel", "bank_deposit", "float"]))
    row = {"id": f"m{number}", "kind": kind, "tender": "CASH", "layby": "L1", "tax_code": draw(st.sampled_from(["GST", None]))}
    function = {"paid_out": "PETTY_CASH", "received": "PAID_IN"}.get(kind)
    fee = draw(st.integers(0, cents)) if kind == "layby_cancel" else 0
    sign = -1 if kind in ("paid_out", "bank_deposit", "layby_cancel") else 1
    tender = {"tender": None} if kind == "layby_adjustment" else {}
    return {**row, **tender, "function": function, "amount": _text(sign * cents), "fee": _text(fee)}


@st.composite
def days(draw: st.DrawFn) -> dict[str, Any]:
    """A day of trade."""
    counted = draw(st.integers(-500, 500))
    return {
        "sales": [draw(sales(n)) for n in range(draw(st.integers(0, 5)))],
        "movements": [draw(movements(n)) for n in range(draw(st.integers(0, 4)))],
        "counts": [{"tender": "CASH", "expected": "100.00", "counted": _text(10_000 + counted)}],
    }


def _build(day: dict[str, Any], **policies: Any) -> list[Document]:
    with tempfile.TemporaryDirectory() as folder:
        return build_day(Path(folder) / "facts", day, **policies)


def _cents(text: str) -> int:
    return round(float(text) * 100)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days(), st.sampled_from(["batch", "transaction", "real_time"]), st.sampled_from(["final_payment", "each_payment", "sale_date"]))
def test_every_journal_balances_and_no_cent_is_lost(day: dict[str, Any], mode: str, recognition: str) -> None:
    documents = _build(day, mode=mode, layby_recognition=recognition)
    assert [d.number for d in documents if d.kind is DocumentKind.JOURNAL and sum(line.cents for line in d.lines)] == []
    assert len({d.number for d in documents}) == len(documents)
    revenue = {"201", "202", "203"}
    credited = -sum(line.cents for d in documents for line in d.lines if line.account in revenue and d.kind is DocumentKind.JOURNAL)
    credited += sum(line.cents for d in documents for line in d.lines if line.account in revenue and d.kind is DocumentKind.INVOICE)
    credited -= sum(line.cents for d in documents for line in d.lines if line.account in revenue and d.kind is DocumentKind.CREDIT_NOTE)
    assert credited == sum(_cents(line["gross"]) for sale in day["sales"] for line in sale["lines"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days())
def test_the_order_of_rows_does_not_matter(day: dict[str, Any]) -> None:
    forwards, backwards = _build(day), _build(day, backwards=True)
    assert {d.natural_key: d.books_digest for d in forwards} == {d.natural_key: d.books_digest for d in backwards}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days())
def test_what_an_invoice_leaves_due_is_what_went_on_account(day: dict[str, Any]) -> None:
    documents = _build(day)
    due = sum(d.total_cents for d in documents if d.kind is DocumentKind.INVOICE)
    due -= sum(d.total_cents for d in documents if d.kind is DocumentKind.CREDIT_NOTE)
    signs = {d.natural_key: -1 if d.kind is DocumentKind.CREDIT_NOTE else 1 for d in documents}
    due -= sum(signs[d.settles] * d.amount_cents for d in documents if d.kind is DocumentKind.PAYMENT)
    on_account = sum(_cents(t["amount"]) for sale in day["sales"] for t in sale["tenders"] if t["tender"] == "ACCOUNT")
    assert due == on_account
