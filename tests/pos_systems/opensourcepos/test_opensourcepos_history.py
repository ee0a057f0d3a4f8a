"""A night's reading of opensourcepos examines a night's rows, however long the shop has traded."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection as Session

from sandbox.world import PROJECT
from tests.pos_systems.opensourcepos.database import engine_of, open_shop
from tests.pos_systems.opensourcepos.shop import COMPANY, wall
from tillpost.connection import Connection
from tillpost.pos.queries import load_queries

SALES = 6000
# Sixteen sales a day until 2026-03-02, one in eight of them by gift card; their people, and goods and expenses twice a day.
HISTORY = (
    f"INSERT INTO ospos_sales (sale_id, sale_time, customer_id) "
    f"SELECT seq, '2026-03-02 20:00' - INTERVAL 90 * ({SALES} - seq) MINUTE, 1000 + seq MOD 500 FROM seq_1_to_{SALES}",
    "INSERT INTO ospos_sales_payments (sale_id, payment_type, payment_amount, payment_time) "
    "SELECT sale_id, IF(sale_id MOD 8 = 0, 'Gift Card:7001', 'Cash'), 3.30, sale_time FROM ospos_sales",
    "INSERT INTO ospos_sales_items (sale_id, item_id, line, quantity_purchased, item_cost_price, item_unit_price, item_location) "
    "SELECT sale_id, 1, 1, 1, 1, 3.30, 1 FROM ospos_sales",
    "INSERT INTO ospos_people SELECT seq, 'A', 'B', '', '' FROM seq_1000_to_1999",
    "INSERT INTO ospos_customers (person_id) SELECT seq FROM seq_1000_to_1499",
    "INSERT INTO ospos_suppliers (person_id, company_name) SELECT seq, 'C' FROM seq_1500_to_1999",
    "INSERT INTO ospos_receivings (receiving_id, receiving_time, supplier_id, reference) "
    "SELECT sale_id, sale_time, 1500 + sale_id MOD 500, 'D' FROM ospos_sales WHERE sale_id MOD 8 = 0",
    "INSERT INTO ospos_receivings_items (receiving_id, item_id, line, quantity_purchased, item_cost_price, item_unit_price, item_location) "
    "SELECT receiving_id, 1, 1, 1, 1, 1, 1 FROM ospos_receivings",
    "INSERT INTO ospos_expenses (expense_id, `date`, amount, payment_type, expense_category_id, description) "
    "SELECT receiving_id, receiving_time, 1, 'Cash', 1, '' FROM ospos_receivings",
    "INSERT INTO ospos_giftcards (record_time, giftcard_number, value) VALUES ('2020-01-01', '7001', 10)",
    "ANALYZE TABLE ospos_sales, ospos_sales_payments, ospos_receivings, ospos_expenses, ospos_sales_items, ospos_receivings_items",
)
NIGHT = {
    "store": COMPANY, "from_date": date(2026, 3, 2), "to_date": date(2026, 3, 3),
    "from_local": wall("2026-03-02 04:00"), "to_local": wall("2026-03-03 04:00"),
}  # fmt: skip


def test_a_night_examines_a_nights_rows(mariadb_apart: Connection) -> None:
    """Eleven sales since the cut-over, of 6,000: no file of SQL needs a few hundred rows. Customers and suppliers are 500 each."""
    open_shop(mariadb_apart)
    examined, returned = {}, {}
    with engine_of(mariadb_apart).connect() as database:
        for statement in HISTORY:
            database.exec_driver_sql(statement)
        for query in load_queries(PROJECT / "include", "opensourcepos"):
            before = _examined(database)
            returned[query.name] = len(database.execute(query.statement(), {name: NIGHT[name] for name in query.binds}).all())
            examined[query.name] = _examined(database) - before
    assert {name: rows for name, rows in examined.items() if rows > 200} == {}
    assert [returned[name] for name in ("sales", "tenders", "customers", "control_totals", "purchases", "movements")] == [
        11,
        11,
        11,
        1,
        2,
        2,
    ]


def _examined(database: Session) -> int:
    """Rows that the session has asked the storage engine for."""
    return sum(int(value) for _, value in database.execute(sa.text("SHOW SESSION STATUS LIKE 'Handler_read%'")))
