"""The demo shops through their own SQL files: all stores of one date, as the nightly run reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tillpost.config import PROJECT
from tillpost.connection import Connection
from tillpost.model.facts import TABLES
from tillpost.model.period import DateRange
from tillpost.organisations import Store, load_organisations
from tillpost.pos.extract import extract_store
from tillpost.pos.extraction import Extraction, file_digest, read_extraction
from tillpost.pos.facts import open_facts
from tillpost.pos.queries import load_queries

shops = pytest.importorskip("sandbox.shops", reason="NO DEMO SHOPS: sandbox.shops is not there")

INCLUDE = PROJECT / "include"
STORES = {
    f"{organisation.key}/{store.key}": store
    for organisation in load_organisations(INCLUDE / "tillpost.yml").values()
    for store in organisation.stores.values()
}
DAY = DateRange.of_day(date(2026, 9, 16))
ALL_DAYS = DateRange(date(2026, 9, 14), date(2026, 10, 12))
READ_AT = datetime(2026, 10, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shops' databases, made once."""
    folder = tmp_path_factory.mktemp("shops")
    shops.create_shops(folder)
    return folder


def extract(store: Store, databases: Path, days: DateRange, folder: Path) -> Extraction:
    (file,) = databases.glob(f"{store.connection.removeprefix('pos_')}.*")
    connection = Connection(store.connection, "sqlite", host=str(file))
    return extract_store(store, load_queries(INCLUDE, store.pos), connection, days, folder, READ_AT)


@pytest.mark.parametrize("name", STORES)
def test_one_date_of_a_demo_store(name: str, databases: Path, tmp_path: Path) -> None:
    extraction = extract(STORES[name], databases, DAY, tmp_path / "facts")
    assert read_extraction(tmp_path / "facts") == extraction
    assert set(extraction.rows) == set(load_queries(INCLUDE, STORES[name].pos).tables)
    assert (extraction.dust, extraction.outside, extraction.extra_columns) == ({}, {}, {})
    assert all(extraction.rows[table] for table in ("sales", "sale_lines", "tenders", "source"))
    assert extraction.as_of is not None and extraction.as_of.date() >= DAY.end
    with open_facts([tmp_path / "facts"]) as facts:
        for table in (t for t in TABLES.values() if t.key):
            assert facts.sql(f"SELECT count(*) - count(DISTINCT ({', '.join(table.key)})) FROM {table.name}").fetchall() == [(0,)], (
                table.name
            )
        dates = "SELECT DISTINCT business_date FROM sales UNION SELECT DISTINCT business_date FROM movements"
        assert facts.sql(dates).fetchall() == [(DAY.start,)]


@pytest.mark.parametrize("name", STORES)
def test_dates_read_one_by_one_are_the_dates_read_together(name: str, databases: Path, tmp_path: Path) -> None:
    """Month end and daylight saving included: no row is lost between two dates, none is read twice."""
    together = extract(STORES[name], databases, ALL_DAYS, tmp_path / "all")
    for day in ALL_DAYS:
        extract(STORES[name], databases, DateRange.of_day(day), tmp_path / day.isoformat())
    alone = [tmp_path / day.isoformat() for day in ALL_DAYS]
    dated = [t for t in together.rows if t not in ("source", "customers", "suppliers", "control_totals")]
    with open_facts([tmp_path / "all"]) as one, open_facts(alone) as many:
        for table in dated:
            query = f"SELECT * FROM {table} ORDER BY ALL"
            assert many.sql(query).fetchall() == one.sql(query).fetchall(), table


def test_reading_leaves_the_databases_as_they_were(databases: Path, tmp_path: Path) -> None:
    before = {file.name: file_digest(file) for file in databases.iterdir()}
    for name, store in STORES.items():
        extract(store, databases, DAY, tmp_path / name)
    assert {file.name: file_digest(file) for file in databases.iterdir()} == before
