"""Facts at rest: one Parquet file per contract table and store, and DuckDB views over them for checks and build.

Every file of a table has the same columns (all of the contract, NULL where the POS does not deliver them), so that files of
different stores and systems can be read as one table. A table that a POS does not have is an empty view.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tillpost.model.facts import TABLES, ColumnKind, Table

ARROW_TYPES: dict[ColumnKind, pa.DataType] = {
    ColumnKind.TEXT: pa.string(),
    ColumnKind.DATE: pa.date32(),
    ColumnKind.UTC: pa.timestamp("us", tz="UTC"),
    ColumnKind.LOCAL: pa.timestamp("us"),
    ColumnKind.MONEY: pa.int64(),
    ColumnKind.DECIMAL: pa.decimal128(24, 6),
    ColumnKind.INTEGER: pa.int64(),
    ColumnKind.FLAG: pa.bool_(),
}

# Compressed size of a table's files up to which it is read into memory: some 50,000 lines.
IN_MEMORY_BYTES = 500_000
# What DuckDB may hold of all facts; beyond it sorts and joins go on in files, so that a year takes no more memory than a night (measured).
MEMORY_LIMIT = "120MB"

# Every extraction names the people of its rows: two extractions of one store may name the same ones.
PEOPLE = ("customers", "suppliers")
_ONCE = "SELECT * FROM read_parquet(?, filename = FALSE) QUALIFY row_number() OVER (PARTITION BY store, id ORDER BY name) = 1"


def fact_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table of facts: ``store`` in front, then the contract's columns."""
    return pa.schema([("store", pa.string()), *((c.fact_name, ARROW_TYPES[c.kind]) for c in table.columns)])


def facts_of_rows(table: Table, store: str, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Rows keyed by fact names as an Arrow table; columns that a row lacks are NULL."""
    schema = fact_schema(table)
    return pa.Table.from_pylist([{"store": store, **row} for row in rows], schema=schema)


def write_facts(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write the tables of one store into its folder, one Parquet file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def open_facts(folders: Sequence[Path]) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB connection with one table or view per contract table over the stores' folders of facts.

    A night is read into memory, for a hundred small queries over files spend their time opening them; more stays in its files,
    so that memory does not grow with the number of stores and dates.
    """
    # DuckDB makes this folder when it needs it, and takes it away with the connection; two processes must not share one.
    spill = Path(tempfile.gettempdir()) / f"tillpost-{uuid.uuid4().hex}"
    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)})
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    for name, table in TABLES.items():
        files = [folder / f"{name}.parquet" for folder in folders if (folder / f"{name}.parquet").is_file()]
        if len(files) > 1 and name in PEOPLE:
            connection.execute(f"CREATE TABLE {name} AS {_ONCE}", [[str(file) for file in files]])
        elif not files:
            connection.from_arrow(fact_schema(table).empty_table()).create(name)
        elif sum(file.stat().st_size for file in files) <= IN_MEMORY_BYTES:
            connection.from_parquet([str(file) for file in files]).create(name)
        else:
            connection.from_parquet([str(file) for file in files]).create_view(name)
    return connection
