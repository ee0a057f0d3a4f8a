"""A POS database of generated sale lines, in SQLite, MariaDB and PostgreSQL, and the plainest way to read it: what extraction is measured by.

Each amount is there as cents and as NUMERIC: ``bench`` delivers the first, ``bench_numeric`` the second.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import psycopg
import pymysql
from pymysql.cursors import SSCursor

from tests.benchmarks.trade import DAYS, generated
from tillpost.connection import Connection

INCLUDE = Path(__file__).parent / "include"
STORE = "shop0"
LINES_A_SALE = 2.5
_AMOUNTS = "tax BIGINT, gross BIGINT, tax_amount NUMERIC(12, 2), gross_amount NUMERIC(12, 2)"
_CENTS = "tax_cents, gross_cents, tax_cents / 100.0, gross_cents / 100.0"
_TABLES = {
    "till_sales": (f"sale_id VARCHAR(40) PRIMARY KEY, store VARCHAR(20), register VARCHAR(20), day DATE, {_AMOUNTS}",
                   f"SELECT sale_id, store, register_id, business_date::VARCHAR, {_CENTS} FROM sales"),
    "till_lines": ("sale_id VARCHAR(40), line_no INTEGER, item VARCHAR(20), description VARCHAR(80), category VARCHAR(20), "
                   f"quantity NUMERIC(12, 3), {_AMOUNTS}, tax_code VARCHAR(20), PRIMARY KEY (sale_id, line_no)",
                   f"SELECT sale_id, line_no::INTEGER, item_code, description, category, quantity, {_CENTS}, tax_code FROM sale_lines"),
    "till_tenders": ("sale_id VARCHAR(40), tender_no INTEGER, code VARCHAR(20), type VARCHAR(20), amount BIGINT, "
                     "amount_numeric NUMERIC(12, 2), PRIMARY KEY (sale_id, tender_no)",
                     "SELECT sale_id, tender_no::INTEGER, tender_code, tender_type, amount_cents, amount_cents / 100.0 FROM tenders"),
}  # fmt: skip
_BINDS = {"store": STORE, "from_date": DAYS.start.isoformat(), "to_date": DAYS.end.isoformat()}
_GROUP_BY = (
    "SELECT category, l.tax_code, sum(l.gross_cents), count(*) FROM read_csv(?) l JOIN read_csv(?) s USING (sale_id) GROUP BY ALL",
    "SELECT tender_code, sum(amount_cents), count(*) FROM read_csv(?) t JOIN read_csv(?) s USING (sale_id) GROUP BY ALL",
)


def statements(pos: str = "bench") -> dict[str, str]:
    """The text of the SQL files by table."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted((INCLUDE / "sql" / pos).glob("*.sql"))}


def write_rows(folder: Path, lines: int) -> Path:
    """Generate the POS's rows once, as a CSV file per table, so that every server gets the same ones."""
    with closing(generated(1, round(lines / LINES_A_SALE))) as source:
        for name, (_, rows) in _TABLES.items():
            source.execute(f"COPY ({rows}) TO '{folder / name}.csv' (HEADER FALSE)")
    return folder


def make_sqlite(file: Path, rows: Path) -> Connection:
    """Create the POS as an SQLite file."""
    with closing(sqlite3.connect(file)) as database:
        for name, (columns, _) in _TABLES.items():
            database.execute(f"CREATE TABLE {name} ({columns})")
            found = duckdb.execute(f"SELECT * FROM read_csv('{rows / name}.csv', header = FALSE, all_varchar = TRUE)")
            while batch := found.fetchmany(50_000):
                database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(batch[0]))})", batch)
        database.commit()
    return Connection("bench", "sqlite", host=str(file))


def fetch_all_sqlite(file: Path) -> int:
    """Read what the statements deliver from the SQLite file into Python rows; how many."""
    with closing(sqlite3.connect(file)) as database:
        return sum(len(database.execute(statement, _BINDS).fetchall()) for statement in statements().values())


@contextmanager
def mariadb(url: str, rows: Path) -> Iterator[Connection]:
    """The POS as a database of its own on a MariaDB server, dropped afterwards."""
    name, parts = f"bench_{uuid.uuid4().hex[:12]}", urlsplit(url)
    login, password, port = unquote(parts.username or ""), unquote(parts.password or ""), parts.port or 3306
    where = {"host": parts.hostname, "port": port, "user": login, "password": password}
    with closing(pymysql.connect(**where, local_infile=True)) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            for table, (columns, _) in _TABLES.items():
                cursor.execute(f"CREATE TABLE {name}.{table} ({columns})")
                load = f"LOAD DATA LOCAL INFILE '{rows / table}.csv' INTO TABLE {name}.{table} FIELDS TERMINATED BY ','"
                cursor.execute(load + " OPTIONALLY ENCLOSED BY '\"'")
            server.commit()
            yield Connection("bench", "mysql", parts.hostname or "", port, login, password, name)
        finally:
            cursor.execute(f"DROP DATABASE {name}")


def fetch_all_mariadb(connection: Connection) -> int:
    """Read what the statements deliver from MariaDB into Python rows by a cursor that streams; how many."""
    size = 0
    with closing(pymysql.connect(
        host=connection.host, port=connection.port or 3306, user=connection.login, password=connection.password, database=connection.schema
    )) as database:  # fmt: skip
        for statement in statements().values():
            with database.cursor(SSCursor) as cursor:
                cursor.execute(_asked(statement), _BINDS)
                size += len(cursor.fetchall())
    return size


@contextmanager
def postgres(url: str, rows: Path) -> Iterator[Connection]:
    """The POS as a database of its own on a PostgreSQL server, dropped afterwards; ``url`` names a database of the server."""
    name, parts = f"bench_{uuid.uuid4().hex[:12]}", urlsplit(url)
    plain = parts._replace(scheme="postgresql")
    with psycopg.connect(plain.geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            _fill(plain._replace(path=f"/{name}").geturl(), rows)
            login, password = unquote(parts.username or ""), unquote(parts.password or "")
            yield Connection("bench", "postgres", parts.hostname or "", parts.port, login, password, name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _fill(url: str, rows: Path) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        for name, (columns, _) in _TABLES.items():
            database.execute(f"CREATE TABLE {name} ({columns})".encode())
            statement = f"COPY {name} FROM STDIN (FORMAT csv)".encode()
            with (rows / f"{name}.csv").open("rb") as file, database.cursor().copy(statement) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
        database.execute("VACUUM ANALYZE")


def copy_all(connection: Connection, folder: Path) -> int:
    """Let PostgreSQL send what the statements deliver by COPY, into a CSV file each; the number of bytes."""
    url = connection.sqlalchemy_url().set(drivername="postgresql").render_as_string(hide_password=False)
    size = 0
    with psycopg.connect(url) as database:
        for table, statement in statements().items():
            asked = f"COPY ({_asked(statement)}) TO STDOUT (FORMAT csv, HEADER)".encode()
            with (folder / f"{table}.csv").open("wb") as file, database.cursor().copy(asked, _BINDS) as copy:
                size += sum(file.write(block) for block in copy)
    return size


def group_by(folder: Path) -> None:
    """Let DuckDB sum the files that ``copy_all`` wrote, as one would by hand."""
    with duckdb.connect(":memory:") as database:
        for query, table in zip(_GROUP_BY, ("sale_lines", "tenders"), strict=True):
            assert database.execute(query, [str(folder / f"{table}.csv"), str(folder / "sales.csv")]).fetchall()


def _asked(statement: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", statement)
