"""One digest per sale, movement, count, ledger entry and purchase of an extraction: what tells later which of them came late or changed.

A digest is over every column of a record and of all its lines, taxes, tenders and allocations, whatever order they came in. It is made
from the facts, which are the same whatever driver read them: times as whole microseconds, money as cents, NULL apart from any text. Only
md5, integers and decimals of a fixed scale go into it, so that another release of DuckDB gives the same one. Whoever changes how it is
made, or adds a column to the contract, adds one to ``VERSION``: digests of two versions are never compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from tillpost.errors import SourceError
from tillpost.model.facts import TABLES, Column, ColumnKind
from tillpost.pos.facts import IN_MEMORY_BYTES

FILE = "digests.parquet"
VERSION = 1
# Memory for the sums of a year's sales; beyond that DuckDB works in a folder beside the facts.
MEMORY = "200MB"
_MARK = b"tillpost_digests"


@dataclass(frozen=True, slots=True)
class _Record:
    """A table whose rows are told one by one: its key, name and amount in SQL, and the tables that belong to it by that key.

    ``with_names`` is what the table is read from where the POS tells the names of its suppliers.
    """

    table: str
    key: str
    name: str
    gross: str
    children: tuple[str, ...] = ()
    with_names: str = ""


# A receipt's number is what a customer holds; what is not completed books nothing.
_SALE = (
    "concat('receipt ', coalesce(receipt_no, sale_id), ', register ' || register_id, if(status = 'completed', '', ' (' || status || ')'))"
)
# People stand once in the facts of each extraction: of several extractions one name is taken.
_SUPPLIED = "(SELECT p.*, s.supplier FROM purchases p LEFT JOIN (SELECT store, id, min(name) AS supplier FROM suppliers GROUP BY ALL) s "
_SUPPLIED += "ON s.store = p.store AND s.id = p.supplier_id)"
_RECORDS = (
    _Record("sales", "sale_id", _SALE, "if(status = 'completed', gross_cents, 0)", ("sale_lines", "sale_taxes", "tenders")),
    _Record(
        "movements", "movement_id", "concat(replace(kind, '_', ' '), ' ', movement_id, ', ' || function_code)", "amount_cents",
        ("movement_lines", "movement_allocations"),
    ),
    _Record(
        "counts", "concat_ws('/', tender_code, coalesce(shift_id, ''), coalesce(register_id, ''))",
        "concat('count of ', tender_code, ', shift ' || shift_id, ', register ' || register_id)", "counted_cents",
    ),
    _Record("gl_entries", "entry_id", "concat('ledger entry ', entry_id)", "greatest(amount_cents, 0)"),
    _Record(
        "purchases", "purchase_id", "concat(coalesce(supplier, supplier_id), ' ', kind, ' ', coalesce(supplier_reference, purchase_id))",
        "gross_cents", ("purchase_lines",), _SUPPLIED,
    ),
)  # fmt: skip

_NONE = (
    "SELECT NULL::VARCHAR AS store, NULL::VARCHAR AS table_name, NULL::VARCHAR AS key, NULL::DATE AS business_date, "
    "NULL::VARCHAR AS name, NULL::BIGINT AS gross_cents, NULL::VARCHAR AS digest WHERE FALSE"
)
_NO_CHILD = "SELECT NULL::VARCHAR AS store, NULL::VARCHAR AS key, NULL::VARCHAR AS hash WHERE FALSE"
_SUMS = (f"coalesce({part}.{column}, 0)::VARCHAR" for part in ("h", "c") for column in ("low", "high", "rows"))
_DIGEST = f"md5(concat_ws('/', {', '.join(_SUMS)}))"


def write_digests(folder: Path) -> None:
    """Write the digests of the facts in a folder into ``digests.parquet`` beside them; raises SourceError where they cannot be written."""
    try:
        with duckdb.connect(":memory:") as connection:
            _write(connection, folder)
    except duckdb.Error as problem:
        raise SourceError(
            f"{folder}: the digests of the facts cannot be written: {problem}. Nothing was kept; mend it and run again."
        ) from None


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    file = folder / FILE
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET temp_directory = $1", [str(folder / ".digests")])
    connection.execute("SET preserve_insertion_order = FALSE")
    filled = [name for name in TABLES if (path := folder / f"{name}.parquet").is_file() and pq.read_metadata(path).num_rows]
    for name in filled:
        connection.from_parquet(str(folder / f"{name}.parquet")).create_view(name)
    ordered = f"SELECT * FROM ({digests_query(connection, filled)}) ORDER BY business_date, table_name, key"
    connection.execute(
        f"COPY ({ordered}) TO '{_quoted(file)}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{_MARK.decode()}: '{VERSION}'}})"
    )


def digests_query(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> str:
    """The query for the digests of these tables of facts, which a connection has.

    Its columns: ``store, table_name, key, business_date, name, gross_cents, digest``.
    """
    return " UNION ALL ".join([*(_query(connection, record, tables) for record in _RECORDS if record.table in tables), _NONE])


def add_digests(facts: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Give the facts of these folders a table ``digests``, once: from their files, or anew where one has none or one of another version."""
    if facts.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'digests'").fetchall() != [(0,)]:
        return
    files = [folder / FILE for folder in folders]
    if files and all(_is_current(file) for file in files):
        found = facts.from_parquet([str(file) for file in files])
        if sum(file.stat().st_size for file in files) <= IN_MEMORY_BYTES:
            found.create("digests")
        else:
            found.create_view("digests")
    else:
        facts.execute(f"CREATE TABLE digests AS {digests_query(facts, TABLES)}")


def _is_current(file: Path) -> bool:
    return file.is_file() and (pq.read_metadata(file).metadata or {}).get(_MARK) == str(VERSION).encode()


def _query(connection: duckdb.DuckDBPyConnection, record: _Record, tables: Collection[str]) -> str:
    """The digests of one table: its own rows and those of its children, each as a pair of numbers that are added up."""
    heads = (
        f"SELECT store, {record.key} AS key, business_date, min({record.name}) AS name, sum({record.gross})::BIGINT AS gross_cents, "
        f"{_added(_hash(connection, record.table))} FROM {_source(record, tables)} GROUP BY ALL"
    )
    rows = [
        f"SELECT store, {record.key} AS key, {_hash(connection, child)} AS hash FROM {child}"
        for child in record.children
        if child in tables
    ]
    # Rows of other records must not change this one's digest: without any child at all the text has the same parts.
    parts = f"SELECT store, key, {_added('hash')} FROM ({' UNION ALL '.join(rows or [_NO_CHILD])}) GROUP BY ALL"
    return (
        f"SELECT h.store, '{record.table}' AS table_name, h.key, business_date, name, gross_cents, {_DIGEST} AS digest "
        f"FROM ({heads}) h LEFT JOIN ({parts}) c ON h.store = c.store AND h.key = c.key"
    )


def _source(record: _Record, tables: Collection[str]) -> str:
    if not record.with_names:
        return record.table
    return record.with_names if "suppliers" in tables else f"(SELECT *, NULL AS supplier FROM {record.table})"


def _hash(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The md5 of a row's text: each value with its length in front where it is text, a mark of its own where it is NULL."""
    columns = TABLES[table].columns
    [counts] = connection.execute(f"SELECT {', '.join(f'count({c.fact_name})' for c in columns)} FROM {table}").fetchall()
    # A column that is NULL throughout, as many are, costs nothing this way and gives the same text.
    values = [f"coalesce({_text(c)}, chr(0))" if filled else "chr(0)" for c, filled in zip(columns, counts, strict=True)]
    return f"md5(concat_ws(chr(31), '{table}', {', '.join(values)}))"


def _text(column: Column) -> str:
    name = column.fact_name
    if column.kind is ColumnKind.TEXT:
        return f"strlen({name}) || ':' || {name}"
    if column.kind in (ColumnKind.UTC, ColumnKind.LOCAL):
        return f"epoch_us({name})::VARCHAR"
    if column.kind is ColumnKind.FLAG:
        return f"{name}::INTEGER::VARCHAR"
    return f"{name}::VARCHAR"


def _added(hashed: str) -> str:
    """Two sums over the rows' digests, 60 bits of each: the same in any order, and flat in memory where a list would not be."""
    return f"sum(('0x' || left({hashed}, 15))::BIGINT) AS low, sum(('0x' || right({hashed}, 15))::BIGINT) AS high, count(*) AS rows"


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
