"""A shop of a few lines, written as the data set writes its days, and the profile's own SQL run over it."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

import sandbox.online_retail

INCLUDE = Path(sandbox.online_retail.__file__).parent / "include"
HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
Query = Callable[..., list[dict[str, Any]]]
WriteDay = Callable[..., Path]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def write_day(source: Path) -> WriteDay:
    """Writes one day's file from rows; ``header`` for a file that lacks or repeats a column."""

    def write(day: str, *rows: Sequence[str], header: Sequence[str] = HEADER) -> Path:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows([header, *rows])
        path = source / f"{day}.csv.gz"
        path.write_bytes(gzip.compress(out.getvalue().encode(), mtime=0))
        return path

    return write


@pytest.fixture(scope="session")
def query() -> Query:
    """Runs ``include/sql/online_retail/<table>.sql`` as extraction does: one statement, bound parameters, through SQLAlchemy."""

    def run(database: Path, table: str, first: str, end: str, store: str = "web") -> list[dict[str, Any]]:
        statement = text((INCLUDE / "sql" / "online_retail" / f"{table}.sql").read_text(encoding="utf-8"))
        binds = {"store": store, "from_date": first, "to_date": end}
        engine = create_engine(f"sqlite:///{database}")
        try:
            with engine.connect() as connection:
                return [dict(row) for row in connection.execute(statement, binds).mappings()]
        finally:
            engine.dispose()

    return run
