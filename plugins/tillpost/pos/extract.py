"""extract: one store's business dates out of its POS database, through the SQL files, into a folder of facts.

The folder is written under another name beside it and renamed when it is whole: whoever finds it finds all of it. An extraction is
never overwritten. Rows go from the cursor to the file batch by batch, so that memory stays flat whatever the number of rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tillpost.connection import Connection
from tillpost.errors import SourceError
from tillpost.model.facts import TABLES
from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.batches import Tally, read_batch
from tillpost.pos.contract import contract_error, match_columns
from tillpost.pos.extraction import Extraction, file_digest, write_record
from tillpost.pos.facts import fact_schema
from tillpost.pos.queries import Queries, Query
from tillpost.pos.source import bind_values, open_source, source_failure

BATCH_ROWS = 10_000
GROUP_BATCHES = 10


def extract_store(store: Store, queries: Queries, connection: Connection, days: DateRange, folder: Path, read_at: datetime) -> Extraction:
    """Read all tables of a store for a range of business dates into a new folder.

    ``read_at`` is aware UTC. Raises SourceUnreachable, ContractError, or SourceError where the folder cannot be written or is there
    already; then nothing is left behind.
    """
    with _whole_folder(folder) as part:
        tally, as_of, extra = Tally(), None, {}
        with open_source(connection) as database:
            binds = _period(store, days)
            for query in queries:
                with _table_errors(query, connection):
                    as_of_here, names = _extract_table(database, query, binds, store, days, part, tally)
                as_of = as_of or as_of_here
                if names:
                    extra[query.name] = names
        extraction = Extraction(
            store.key, days, folder, read_at.astimezone(UTC), as_of,
            rows={query.name: tally.rows[query.name] for query in queries},
            dust=dict(tally.dust), outside=dict(tally.outside), extra_columns=extra,
            files={file.name: file_digest(file) for file in sorted(part.glob("*.parquet"))},
        )  # fmt: skip
        write_record(extraction, part)
    return extraction


def _period(store: Store, days: DateRange) -> dict[str, object]:
    """All that a query may ask about its period, computed once for all of them."""
    from_local, to_local = store.clock.local_bounds(days)
    from_utc, to_utc = store.clock.utc_bounds(days)
    return {
        "store": store.pos_store, "from_date": days.start, "to_date": days.end,
        "from_local": from_local, "to_local": to_local, "from_utc": from_utc, "to_utc": to_utc,
    }  # fmt: skip


def _extract_table(
    database: sa.Connection, query: Query, binds: Mapping[str, object], store: Store, days: DateRange, folder: Path, tally: Tally
) -> tuple[datetime | None, tuple[str, ...]]:
    """Stream one table into its Parquet file; returns the as_of of ``source`` and the columns that the contract does not know."""
    values = bind_values(query.binds, binds, database.dialect.name)
    result = database.execute(query.statement(), values, execution_options={"yield_per": BATCH_ROWS})
    if not result.returns_rows:
        raise contract_error(
            query.label, "the statement returns no rows at all, not even columns. A procedure for SQL Server needs SET NOCOUNT ON."
        )
    shape = match_columns(TABLES[query.name], list(result.keys()), query.label)
    as_of = None
    with pq.ParquetWriter(folder / f"{query.name}.parquet", fact_schema(shape.table), compression="zstd") as writer:
        for group in _groups(read_batch(shape, rows, store, days, tally) for rows in result.partitions(BATCH_ROWS)):
            writer.write_table(group)
            as_of = _as_of(query, group, as_of)
    return as_of, shape.extra


def _groups(batches: Iterator[Any]) -> Iterator[Any]:
    """Batches put together, as a Parquet file with many small row groups is slow to read."""
    waiting: list[Any] = []
    for batch in batches:
        waiting.append(batch)
        if len(waiting) == GROUP_BATCHES:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _as_of(query: Query, group: Any, so_far: datetime | None) -> datetime | None:
    if query.name != "source":
        return None
    if so_far is not None or group.num_rows > 1:
        raise contract_error(
            query.label, "more than one row is delivered; it is one row with the time up to which the database is complete."
        )
    moment: datetime = group.column("as_of").to_pylist()[0]
    return moment.astimezone(UTC)


@contextmanager
def _table_errors(query: Query, connection: Connection) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as problem:
        raise source_failure(problem, connection, query.label) from None


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into that takes its name when all went well, and is gone when not."""
    part = folder.with_name(f".{folder.name}.{uuid4().hex}.part")
    try:
        _check_free(folder)
        part.mkdir(parents=True)
        yield part
        _check_free(folder)
        part.replace(folder)
    except OSError as problem:
        raise SourceError(f"{folder}: the facts cannot be written: {problem.strerror}. Nothing was kept; mend it and run again.") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_free(folder: Path) -> None:
    if folder.exists():
        raise SourceError(f"{folder}: this extraction exists already and is never overwritten. Name a new folder.")
