"""A POS database of 200,000 sale lines, in SQLite and in PostgreSQL, and the plainest way to read it: what extraction is measured by."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from tests.benchmarks.trade import DAYS, generated
from tillpost.connection import Connection

INCLUDE = Path(__file__).parent / "include"
STORE, SALES, LINES = "shop0", 80_000, 200_000
_TABLES = {
    "till_sales": ("sale_id TEXT PRIMARY KEY, store TEXT, register TEXT, day DATE, tax BIGINT, gross BIGINT",
                   "SELECT sale_id, store, register_id, business_date::VARCHAR, tax_cents, gross_cents FROM sales"),
    "till_lines": ("sale_id TEXT, line_no INTEGER, item TEXT, description TEXT, category TEXT, quantity TEXT, tax BIGINT, gross BIGINT, "
                   "tax_code TEXT, PRIMARY KEY (sale_id, line_no)",
                   "SELECT sale_id, line_no::INTEGER, item_code, description, category, quantity::VARCHAR, tax_cents, gross_cents, "
                   "tax_code FROM sale_lines"),
    "till_tenders": ("sale_id TEXT, tender_no INTEGER, code TEXT, type TEXT, amount BIGINT, PRIMARY KEY (sale_id, tender_no)",
                     "SELECT sale_id, tender_no::INTEGER, tender_code, tender_type, amount_cents FROM tenders"),
}  # fmt: skip
_BINDS = {"store": STORE, "from_date": DAYS.start.isoformat(), "to_date": DAYS.end.isoformat()}


def statements() -> list[str]:
    """The text of the SQL files."""
    return [file.read_text(encoding="utf-8") for file in sorted((INCLUDE / "sql" / "bench").glob("*.sql"))]


def make_sqlite(file: Path) -> Connection:
    """Create the POS as an SQLite file."""
    source, database = generated(1, SALES), sqlite3.connect(file)
    for name, (columns, rows) in _TABLES.items():
        database.execute(f"CREATE TABLE {name} ({columns})")
        found = source.execute(rows).fetchall()
        database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(found[0]))})", found)
    database.commit()
    database.close()
    return Connection("bench", "sqlite", host=str(file))


def fetch_all(file: Path) -> int:
    """Read what the statements deliver from the SQLite file into Python rows; how many."""
    database = sqlite3.connect(file)
    try:
        return sum(len(database.execute(statement, _BINDS).fetchall()) for statement in statements())
    finally:
        database.close()


@contextmanager
def postgres(url: str) -> Iterator[Connection]:
    """The POS as a database of its own on a PostgreSQL server, dropped afterwards; ``url`` names a database of the server."""
    name, parts = f"bench_{uuid.uuid4().hex[:12]}", urlsplit(url)
    plain = parts._replace(scheme="postgresql")
    with psycopg.connect(plain.geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            _fill(plain._replace(path=f"/{name}").geturl())
            login, password = unquote(parts.username or ""), unquote(parts.password or "")
            yield Connection("bench", "postgres", parts.hostname or "", parts.port, login, password, name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _fill(url: str) -> None:
    source = generated(1, SALES)
    with psycopg.connect(url) as database:
        for name, (columns, rows) in _TABLES.items():
            database.execute(f"CREATE TABLE {name} ({columns})".encode())
            with database.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                for row in source.execute(rows).fetchall():
                    copy.write_row(row)
        database.execute("ANALYZE")


def copy_all(connection: Connection) -> int:
    """Let PostgreSQL send what the statements deliver by COPY; the number of bytes."""
    url = connection.sqlalchemy_url().set(drivername="postgresql").render_as_string(hide_password=False)
    size = 0
    with psycopg.connect(url) as database:
        for statement in statements():
            asked = re.sub(r":(\w+)", r"%(\1)s", statement)
            with database.cursor().copy(f"COPY ({asked}) TO STDOUT".encode(), _BINDS) as copy:
                size += sum(len(block) for block in copy)
    return size
