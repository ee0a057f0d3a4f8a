"""uniCenta's tables through the whole main job: the same SQL files on PostgreSQL and MariaDB come to the same books, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from sandbox.xero.serving import Served
from tests.pos_systems.conftest import new_database
from tests.pos_systems.journey import ORGANISATION, Journey, journey
from tests.pos_systems.unicenta.trade import DAYS, FIRST, Till, make_trade, write
from tillpost.connection import Connection
from tillpost.flows.status import night_rows
from tillpost.model.findings import Stream
from tillpost.model.period import DateRange
from tillpost.pos.extract import extract_store
from tillpost.pos.queries import load_queries
from tillpost.store.schema import finding, stream

MAPPINGS = Path(__file__).parent / "mappings"
LAST = FIRST + timedelta(days=DAYS - 1)
END = LAST + timedelta(days=1)
ACCOUNTS = {"Food": "220", "Bar": "221", "General": "222"}
SHOP = {
    "name": "Mill Lane Stores",
    "country": "GB",
    "currency": "GBP",
    "time_zone": "Europe/London",
    "stores": {"mill": {"name": "Mill Lane", "pos": "unicenta", "connection": "pos", "pos_store": "mill", "starts_on": "2026-03-01"}},
}

# Rule, how often, cents. Only the tax of lines and receipts is apart, but for one sale of two reduced packets; the purchase has no supplier.
FOUND = [
    (date(2026, 3, 26), "gst_rounding_difference", 1, 4),
    (date(2026, 3, 26), "line_rounding_difference", 2, 0),
    (date(2026, 3, 26), "no_control_totals", 1, None),
    (date(2026, 3, 27), "gst_rounding_difference", 1, 2),
    (date(2026, 3, 27), "line_rounding_difference", 4, -1),
    (date(2026, 3, 27), "no_control_totals", 1, None),
    (date(2026, 3, 28), "gst_rounding_difference", 1, 2),
    (date(2026, 3, 28), "line_rounding_difference", 1, 0),
    (date(2026, 3, 28), "no_control_totals", 1, None),
    (date(2026, 3, 29), "line_rounding_difference", 2, 0),
    (date(2026, 3, 29), "no_control_totals", 1, None),
    (date(2026, 3, 30), "gst_rounding_difference", 1, 1),
    (date(2026, 3, 30), "line_rounding_difference", 2, 0),
    (date(2026, 3, 30), "no_control_totals", 1, None),
    (date(2026, 3, 31), "gst_rounding_difference", 2, 2),
    (date(2026, 3, 31), "line_rounding_difference", 3, 0),
    (date(2026, 3, 31), "no_control_totals", 1, None),
    (date(2026, 3, 31), "supplier_unknown", 1, 4945),
]


@pytest.fixture(scope="module")
def till() -> Till:
    """The trade and its true books."""
    return make_trade()


@pytest.fixture(scope="module")
def on_mariadb(till: Till) -> Iterator[Connection]:
    """The trade in a MariaDB database."""
    for connection in new_database("mysql"):
        write(till, _engine(connection))
        yield connection


@pytest.fixture(scope="module")
def on_postgres(till: Till) -> Iterator[Connection]:
    """The same trade in a PostgreSQL database."""
    for connection in new_database("postgres"):
        write(till, _engine(connection))
        yield connection


@pytest.fixture(scope="module")
def world(on_mariadb: Connection, local_xero: Served, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """All dates prepared and posted."""
    made = journey(local_xero, tmp_path_factory.mktemp("unicenta"), "unicenta", SHOP, MAPPINGS, {"pos": on_mariadb})
    assert made.prepare(FIRST, LAST)["open"] == []
    assert made.post()["left"] == 0
    return made


def test_the_books_are_those_of_the_shop_to_the_cent(world: Journey, till: Till) -> None:
    assert world.books.trial_balance(LAST) == till.books.trial_balance(ACCOUNTS)


def test_every_receipt_lies_on_the_date_of_its_shift(world: Journey, till: Till) -> None:
    rows = night_rows(world.site, ORGANISATION, FIRST, END)
    assert {row.business_date: row.gross_cents for row in rows if row.stream is Stream.SALES} == dict(till.books.gross)


def test_what_holds_a_stream_is_told_with_its_amount(world: Journey) -> None:
    held = [
        (s.key.business_date, s.key.stream, s.state, s.reasons) for s in world.streams() if s.state not in ("posted", "nothing_to_send")
    ]
    [(day, kind, state, [why])] = held
    assert (day, kind, state) == (LAST, Stream.PURCHASES, "held")
    assert why.startswith("Mill Lane: A purchase is of a supplier whose name nobody tells (1 purchase, 49.45 in all). Seen: supplier -, ")
    assert why.endswith("Add the supplier to contacts.csv (kind supplier), or let suppliers.sql deliver its name.")


def test_all_that_the_checks_found(world: Journey) -> None:
    query = sa.select(stream.c.business_date, finding.c.rule, finding.c.count, finding.c.amount_cents).join(finding)
    with world.database().read() as tx:
        found = [tuple(row) for row in tx.execute(query.order_by(stream.c.business_date, finding.c.rule))]
    assert found == FOUND


def test_postgresql_and_mariadb_deliver_the_same_facts(
    on_postgres: Connection, on_mariadb: Connection, world: Journey, tmp_path: Path
) -> None:
    ours, theirs = (_facts(world, connection, tmp_path / connection.conn_type) for connection in (on_postgres, on_mariadb))
    assert ours == theirs
    assert {name: len(rows) for name, rows in ours.items()} == {
        "sales": 82, "sale_lines": 164, "sale_taxes": 173, "tenders": 84, "movements": 3, "shifts": 6,
        "purchases": 6, "purchase_lines": 7, "customers": 1, "suppliers": 2,
    }  # fmt: skip


def test_a_date_with_an_open_till_waits(on_mariadb: Connection, local_xero: Served, tmp_path: Path) -> None:
    with _engine(on_mariadb).begin() as database:
        database.exec_driver_sql("UPDATE closedcash SET dateend = NULL WHERE hostsequence = 6")
    try:
        made = journey(local_xero, tmp_path, "unicenta-open", SHOP, MAPPINGS, {"pos": on_mariadb})
        assert made.prepare(LAST, LAST)["open"] == ["shop/mill/2026-03-31"]
        assert {state.reasons for state in made.streams()} == {("1 of 1 shifts are not closed yet.",)}
    finally:
        with _engine(on_mariadb).begin() as database:
            database.exec_driver_sql("UPDATE closedcash SET dateend = '2026-03-31 21:00:00' WHERE hostsequence = 6")


def _facts(world: Journey, connection: Connection, folder: Path) -> dict[str, list[dict[str, object]]]:
    org = world.site.organisation(ORGANISATION)
    queries = load_queries(world.site.settings.include, "unicenta")
    extract_store(org.store("mill"), queries, connection, DateRange(FIRST, END), folder, datetime(2026, 4, 1, tzinfo=UTC))
    tables = {query.name: pq.read_table(folder / f"{query.name}.parquet").to_pylist() for query in queries}
    return {name: sorted(rows, key=repr) for name, rows in tables.items()}


def _engine(connection: Connection) -> sa.Engine:
    return sa.create_engine(connection.sqlalchemy_url(), poolclass=NullPool)
