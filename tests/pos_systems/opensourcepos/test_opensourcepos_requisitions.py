"""Receivings of opensourcepos without a supplier: only those in which nothing was received are stock that moved between locations."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.pos_systems.opensourcepos.backroom import Received, Receiving, receive
from tests.pos_systems.opensourcepos.database import extract, facts, fill
from tests.pos_systems.opensourcepos.shop import Shop
from tests.pos_systems.opensourcepos.trade import furnish
from tillpost.connection import Connection

RECEIVINGS = (
    Receiving(1, 1, None, "D1", (Received(1, "5", "0", "8.00"),), "Cash"),  # a pack of 0 is a pack of 1
    Receiving(
        2, 1, None, "D2", (Received(1, "5", "1", "8.00"), Received(4, "-5", "1", "2.00")), "Cash"
    ),  # five dear ones for five cheap ones
    Receiving(3, 1, None, "D3", (Received(1, "6", "1", "2.00"), Received(4, "-3", "1", "4.00")), "Cash"),  # goods for goods: no money
    Receiving(4, 1, None, None, (Received(1, "5", "0", "8.00"), Received(1, "-5", "0", "8.00")), None),
    Receiving(5, 1, None, None, (Received(1, "2", "12", "1.10", "5.00"), Received(1, "-2", "12", "1.10", "5.00")), None),
)


def test_only_what_is_neither_goods_nor_money_is_left_out(mariadb_apart: Connection, tmp_path: Path) -> None:
    shop = Shop()
    furnish(shop)
    for each in RECEIVINGS:
        receive(shop, each)
    fill(mariadb_apart, shop)
    extract(mariadb_apart, tmp_path / "facts")
    assert facts(tmp_path / "facts", "purchases", "purchase_id", "kind", "supplier_id", "gross_cents") == [
        ("R1", "invoice", "NO_SUPPLIER", 4000),
        ("R2", "invoice", "NO_SUPPLIER", 3000),
        ("R3", "invoice", "NO_SUPPLIER", 0),
    ]
    assert facts(tmp_path / "facts", "purchase_lines", "purchase_id", "line_no", "quantity", "gross_cents") == [
        ("R1", "1", Decimal(5), 4000),
        ("R2", "1", Decimal(5), 4000),
        ("R2", "2", Decimal(-5), -1000),
        ("R3", "1", Decimal(6), 1200),
        ("R3", "2", Decimal(-3), -1200),
    ]
