"""What of a sale was paid later in opensourcepos, and by which name: the files of SQL must agree."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.world import PROJECT
from tests.pos_systems.opensourcepos.arithmetic import Payment
from tests.pos_systems.opensourcepos.database import change, extract, facts, one_day, open_shop
from tests.pos_systems.opensourcepos.shop import PLUMBER, Basket, Later, line, wall
from tillpost.connection import Connection

SQL = PROJECT / "include" / "sql" / "opensourcepos"
ONE = Decimal("1.00")


def _sold(when: str, paid: str, kind: str = "Cash", number: int = 1) -> Basket:
    payment = Later(wall(paid), Payment(kind, Decimal("3.30")))
    return Basket(number, wall(when), (line(1),), (), customer=PLUMBER, later=(payment,))


def _told(folder: Path) -> tuple[object, ...]:
    """Tenders, account payments and what they pay."""
    return (
        facts(folder, "tenders", "tender_no", "tender_code", "tender_type", "amount_cents"),
        facts(folder, "movements", "business_date", "kind", "tender_code", "amount_cents"),
        facts(folder, "movement_allocations", "sale_date", "amount_cents"),
    )


@pytest.mark.parametrize("paid", ["2026-03-04 04:00:10", "2026-03-04 05:59:50"], ids=["seconds", "two_hours"])
def test_a_payment_that_follows_its_sale_is_of_its_sale(mariadb_apart: Connection, tmp_path: Path, paid: str) -> None:
    """The cut-over lies between the two by seconds, or the server's clock keeps no summer time: no debt."""
    open_shop(mariadb_apart, _sold("2026-03-04 03:59:50", paid))
    extract(mariadb_apart, tmp_path / "facts")
    assert _told(tmp_path / "facts") == ([("1", "CASH", "cash", 330)], [], [])


def test_a_payment_that_comes_more_than_two_hours_past_the_cut_over_is_a_debts(mariadb_apart: Connection, tmp_path: Path) -> None:
    open_shop(mariadb_apart, _sold("2026-03-04 03:59:50", "2026-03-04 05:59:51"))
    extract(mariadb_apart, tmp_path / "facts")
    assert _told(tmp_path / "facts") == (
        [("due", "DUE", "account", 330)],
        [(date(2026, 3, 4), "account_payment", "CASH", 330)],
        [(date(2026, 3, 3), 330)],
    )


def test_a_sale_whose_date_is_edited(mariadb_apart: Connection, tmp_path: Path) -> None:
    """The form moves sale_time and leaves payment_time: back over the cut-over by an hour, or onward, the money stays with the sale;
    back by a day it is due, and an account payment of the date on which it came."""
    open_shop(mariadb_apart, _sold("2026-03-04 04:30", "2026-03-04 04:30"))
    told = []
    for edited in ("2026-03-04 03:30", "2026-03-06 12:00", "2026-03-03 04:30"):
        change(mariadb_apart, f"UPDATE ospos_sales SET sale_time = '{edited}'")
        extract(mariadb_apart, tmp_path / edited[8:10])
        told.append(_told(tmp_path / edited[8:10]))
    stays = ([("1", "CASH", "cash", 330)], [], [])
    moves = ([("due", "DUE", "account", 330)], [(date(2026, 3, 4), "account_payment", "CASH", 330)], [(date(2026, 3, 3), 330)])
    assert told == [stays, stays, moves]


def test_a_name_has_one_code_in_a_sale_and_in_a_later_payment(mariadb_apart: Connection, tmp_path: Path) -> None:
    """Every name that either file knows, with and without a number behind a colon, and some that neither knows."""
    names = [*sorted(_names("tenders") | _names("movements")), "Store Token", "Cash Deposits"]
    names = [*names, *(f"{name}:7001" for name in names)]
    at_once, later = wall("2026-03-03 12:00"), wall("2026-03-04 12:00")
    baskets = [
        Basket(number, at_once, (line(1),), (Payment(name, ONE),), later=(Later(later, Payment(name, ONE)),))
        for number, name in enumerate(names)
    ]
    open_shop(mariadb_apart, *baskets)
    extract(mariadb_apart, tmp_path / "facts")
    sold = {names[int(sale)]: code for sale, code in facts(tmp_path / "facts", "tenders", "sale_id", "tender_code") if code != "DUE"}
    paid = {names[int(sale)]: code for sale, code in facts(tmp_path / "facts", "movements", "sale_id", "tender_code")}
    pays = {names[int(sale)] for (sale,) in facts(tmp_path / "facts", "movement_allocations", "sale_id")}
    due = {"Due", "fällig", "Adeudado", "Dû", "Te betalen", "Dovuto"}
    assert paid == sold
    assert pays == set(sold) == {name for name in names if name.partition(":")[0] not in due}
    some = ("Credit Deposit", "Dépôt d'Espèce", "Bareinzahlung", "Gutschein:7001", "Carte Cadeau", "Kreditkarte", "Store Token:7001")
    assert [sold[name] for name in some] == [
        "CARD_DEPOSIT", "CASH_DEPOSIT", "CASH_DEPOSIT", "GIFT_CARD", "GIFT_CARD", "CARD", "STORE_TOKEN",
    ]  # fmt: skip


def _names(file: str) -> set[str]:
    """All words of the lists of a file."""
    text = (SQL / f"{file}.sql").read_text(encoding="utf-8")
    lists = re.findall(r"\bIN \(((?:\s*'(?:[^']|'')*',?)+)\)", text)
    return {word.replace("''", "'") for each in lists for word in re.findall(r"'((?:[^']|'')*)'", each)}


@pytest.mark.parametrize(
    ("sold", "paid", "outstanding"),
    [
        ("2026-03-02 12:00", "2026-03-04 12:00", [1000, 1000, 670, 670]),
        ("2026-03-04 03:59:50", "2026-03-04 04:00:10", [1000, 670, 670, 670]),
    ],
    ids=["a_debt", "seconds"],
)
def test_a_gift_card_is_used_on_the_date_on_which_its_payment_is_booked(
    mariadb_apart: Connection, tmp_path: Path, sold: str, paid: str, outstanding: list[int]
) -> None:
    """What is outstanding must move on the date on which the books do, all dates read at once or one by one."""
    days = [wall("2026-03-02 12:00") + timedelta(days=n) for n in range(4)]
    others = [Basket(number, when, (line(1),), (Payment("Cash", Decimal("3.30")),)) for number, when in enumerate(days, 10)]
    open_shop(mariadb_apart, *others, _sold(sold, paid, "Gutschein:7001"))
    change(mariadb_apart, "INSERT INTO ospos_giftcards (record_time, giftcard_number, value) VALUES ('2026-03-02 10:00', '7001', 6.70)")
    extract(mariadb_apart, tmp_path / "facts")
    for day in days:
        extract(mariadb_apart, tmp_path / str(day.day), one_day(day.date()))
    apart = [row for day in days for row in facts(tmp_path / str(day.day), "control_totals", "business_date", "amount_cents")]
    assert apart == [(day.date(), cents) for day, cents in zip(days, outstanding, strict=True)]
    assert facts(tmp_path / "facts", "control_totals", "business_date", "amount_cents") == apart
