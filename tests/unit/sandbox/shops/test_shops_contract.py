"""Every SQL file of the demo POS systems delivers its contract table: columns, kinds, and the same rows whatever the period."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from shops_facts import BY_KEY, END, SQL, STORES, DemoStore, Reader, binds, business_date, columns_of, read, tables_of

from sandbox.shops.dates import DATES
from tillpost.model.facts import TABLES, Column, ColumnKind

FILES = [file for pos in ("demo_idealpos", "demo_pointofrental") for file in sorted((SQL / pos).glob("*.sql"))]
WITH_DATES = ("sales", "movements", "shifts", "counts", "control_totals", "purchases")
# tests/pos_systems/sqlserver fills them
NOT_IN_THE_DEMO = {(s.key, "movement_lines") for s in STORES} | {("hire", "gl_entries"), ("hire", "movement_allocations")}
CASES = [(store, table) for store in STORES for table in tables_of(store)]
DATED = [(store, table) for store, table in CASES if table in WITH_DATES]
BY_CASE = pytest.mark.parametrize(("store", "table"), CASES, ids=[f"{s.key}-{t}" for s, t in CASES])


def _fits(column: Column, value: object) -> bool:
    """Whether a value of SQLite is of the column's kind."""
    match column.kind:
        case ColumnKind.MONEY | ColumnKind.INTEGER:
            return isinstance(value, int)
        case ColumnKind.FLAG:
            return value in (0, 1)
        case ColumnKind.DATE:
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        case ColumnKind.LOCAL:
            return isinstance(value, str) and str(datetime.fromisoformat(value)) == value
        case ColumnKind.UTC:
            return isinstance(value, str) and value.endswith("Z") and datetime.fromisoformat(value).utcoffset() == timedelta(0)
        case ColumnKind.DECIMAL:
            return isinstance(value, str) and Decimal(value).is_finite()
        case _:
            return isinstance(value, str) and value == value.strip() != ""


def test_both_systems_have_these_tables() -> None:
    """What a system does not have is left out: rentals have no shifts, and shops no ledger of their own."""
    shared = [
        "control_totals",
        "counts",
        "customers",
        "movement_allocations",
        "movements",
        "purchase_lines",
        "purchases",
        "sale_lines",
        "sales",
        "source",
        "suppliers",
        "tenders",
    ]
    assert tables_of(BY_KEY["hire"]) == sorted([*shared, "gl_entries"])
    assert tables_of(BY_KEY["cafe"]) == sorted([*shared, "movement_lines", "shifts"])


@BY_CASE
def test_the_columns_are_the_contracts(facts: Reader, store: DemoStore, table: str) -> None:
    """Contract names only (money with its unit), the required ones filled, every value of its kind."""
    columns = {column.fact_name: column for column in TABLES[table].columns}
    rows, names = facts(store, table), columns_of(store, table)
    assert bool(rows) == ((store.key, table) not in NOT_IN_THE_DEMO)
    assert set(names) <= set(columns)
    required = {name for name, column in columns.items() if column.required}
    assert required <= set(names)
    wrong = [
        (name, value) for row in rows for name, value in row.items()
        if (value is None and name in required and not _date_by_clock(name, table))
        or (value is not None and not _fits(columns[name], value))
        or (value is not None and columns[name].allowed and value not in columns[name].allowed)
    ]  # fmt: skip
    assert wrong == []


def _date_by_clock(name: str, table: str) -> bool:
    return name == "business_date" and table in ("sales", "movements")


@BY_CASE
def test_keys_are_unique_for_ever(facts: Reader, store: DemoStore, table: str) -> None:
    """Over all 28 dates, though the cafe's receipt numbers start again."""
    keys = [tuple(row[name] for name in TABLES[table].key) for row in facts(store, table)]
    if TABLES[table].key:
        assert len(keys) == len(set(keys))


@BY_CASE
def test_date_by_date_gives_the_same_rows_as_all_at_once(shops: Path, facts: Reader, store: DemoStore, table: str) -> None:
    """Half-open periods: nothing twice, nothing left out. Contacts are named by each period of its own."""
    singly = [row for day in DATES for row in read(shops, store, table, day, day + timedelta(days=1))]
    if table in ("customers", "suppliers", "source"):
        singly = list({str(row): row for row in singly}.values())
    assert sorted(map(str, singly)) == sorted(map(str, facts(store, table)))


@pytest.mark.parametrize(("store", "table"), DATED, ids=[f"{s.key}-{t}" for s, t in DATED])
def test_every_row_lies_in_the_period_that_was_asked_for(shops: Path, store: DemoStore, table: str) -> None:
    """On the date after the clock change too."""
    first, end = date(2026, 9, 26), date(2026, 10, 5)
    dates = {business_date(row) for row in read(shops, store, table, first, end)}
    assert min(dates) >= first and max(dates) < end


@BY_CASE
def test_the_files_run_through_sqlalchemy(shops: Path, facts: Reader, store: DemoStore, table: str) -> None:
    """A colon in a comment or a string would become a bind there."""
    sql = (SQL / store.pos / f"{table}.sql").read_text(encoding="utf-8")
    names = set(re.findall(r"(?<![:\w]):([a-z_]+)", sql))
    values = {name: value for name, value in binds(store, DATES[0], END).items() if name in names}
    engine = sa.create_engine(f"sqlite:///{shops / store.database}")
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(sa.text(sql), values).mappings()]
    engine.dispose()
    assert rows == facts(store, table)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_every_file_says_what_it_selects_and_what_a_site_changes(file: Path) -> None:
    """A comment at the top, for whoever adapts it."""
    text = file.read_text(encoding="utf-8")
    assert text.startswith("-- ") and "\n-- A site changes: " in text
