"""extract: one store's business dates out of its POS database, through the SQL files, into a folder of facts.

The folder is written under another name beside it and renamed when it is whole: whoever finds it finds all of it. An extraction is
never overwritten.

All tables come from one read-only transaction. PostgreSQL's snapshot hinders nobody: its rows go straight to the files. Elsewhere a
slow reader may hold up the till, so rows leave the database at full speed, and are read into facts when the transaction is over.
Either way memory stays flat whatever the number of rows.

A connection that is lost is made anew and everything is read again from the start, so that all is of one moment again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tillpost.connection import Connection
from tillpost.errors import ContractError, SourceError, SourceUnreachable
from tillpost.model.facts import TABLES
from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.contract import Shape, Unreadable, contract_error, match_columns
from tillpost.pos.digests import write_digests
from tillpost.pos.extraction import Extraction, file_digest, write_record
from tillpost.pos.postgres import NotCopied, copied, describe
from tillpost.pos.queries import Queries, Query
from tillpost.pos.reading import StoreReading
from tillpost.pos.source import SourceDropped, bind_values, open_source, source_failure
from tillpost.pos.spool import Spool

BATCH_ROWS = 10_000

# Seconds to wait before a store whose connection was lost is read again.
PAUSES = (5.0, 30.0)


def extract_store(
    store: Store, queries: Queries, connection: Connection, days: DateRange, folder: Path, read_at: datetime,
    pause: Callable[[float], None] = time.sleep,
) -> Extraction:  # fmt: skip
    """Read all tables of a store for a range of business dates into a new folder.

    ``read_at`` is aware UTC; ``pause`` waits for seconds before another try. Raises SourceUnreachable, ContractError, or SourceError
    where the folder cannot be written or is there already; then nothing is left behind.
    """
    began = time.monotonic()
    for tries, seconds in enumerate((0.0, *PAUSES)):
        if tries:
            pause(seconds)
        # The moment of this try: a snapshot that claims to be older than it is would give way to an older one.
        now = read_at + timedelta(seconds=time.monotonic() - began) if tries else read_at
        try:
            return _extract_whole(store, queries, connection, days, folder, now)
        except SourceUnreachable as problem:
            if not tries and not isinstance(problem, SourceDropped):
                raise
            lost = problem
    raise SourceUnreachable(f"{lost} The connection was lost: the store was read from the start {1 + len(PAUSES)} times.") from None


def _extract_whole(store: Store, queries: Queries, connection: Connection, days: DateRange, folder: Path, read_at: datetime) -> Extraction:
    with _whole_folder(folder) as part:
        read = StoreReading(store, days, part)
        _read_tables(queries, connection, read)
        # All files of facts are whole here and the database is left: what else an extraction leaves is written now, before the record.
        pa.default_memory_pool().release_unused()
        write_digests(part)
        extraction = Extraction(
            store.key, days, folder, read_at.astimezone(UTC), read.as_of,
            rows={query.name: read.tally.rows[query.name] for query in queries},
            dust=dict(read.tally.dust), outside=dict(read.tally.outside), extra_columns=read.extra,
            files={file.name: file_digest(file) for file in sorted(part.glob("*.parquet"))},
        )  # fmt: skip
        write_record(extraction, part)
    return extraction


def _read_tables(queries: Queries, connection: Connection, read: StoreReading) -> None:
    binds = period_binds(read.store, read.days)
    waiting: list[tuple[Shape, Spool]] = []
    with ExitStack() as spools:
        with open_source(connection) as database:
            for query in queries:
                spool = spools.enter_context(closing(Spool(read.folder)))
                with _table_errors(query, connection):
                    shape = _read_table(database, query, binds, connection, read, spool)
                if shape:
                    waiting.append((shape, spool))
        for shape, spool in waiting:
            read.add_rows(shape, spool)


def _read_table(
    database: sa.Connection, query: Query, binds: Mapping[str, object], connection: Connection, read: StoreReading, spool: Spool
) -> Shape | None:
    """Read one table: into its file (then None is returned), or into the spool, to be written when the transaction is over."""
    values, snapshot = bind_values(query.binds, binds, database.dialect.name), database.dialect.name == "postgresql"
    if snapshot and _copied(database, query, values, connection, read):
        return None
    result = database.execute(query.statement(), values, execution_options=fetching(database, query))
    if not result.returns_rows:
        raise contract_error(
            query.label, "the statement returns no rows at all, not even columns. A procedure for SQL Server needs SET NOCOUNT ON."
        )
    shape = match_columns(TABLES[query.name], list(result.keys()), query.label)
    if snapshot:
        read.add_rows(shape, result.partitions(BATCH_ROWS))
        return None
    for rows in result.partitions(BATCH_ROWS):
        spool.add(rows)
    return shape


def fetching(database: sa.Connection, query: Query) -> dict[str, Any]:
    """How rows are fetched: in batches. PostgreSQL does so by a cursor, for a SELECT only, and gives a procedure's rows at once."""
    return {} if database.dialect.name == "postgresql" and not query.selects else {"yield_per": BATCH_ROWS}


def _copied(database: sa.Connection, query: Query, values: Mapping[str, object], connection: Connection, read: StoreReading) -> bool:
    """Read a table by PostgreSQL's COPY; False where it must go row by row, which is the way that tells what is wrong."""
    before = database.begin_nested()
    try:
        described = describe(database, query, values)
        shape = match_columns(TABLES[query.name], described.names, query.label)
        with closing(copied(database, described, shape)) as batches:  # ended before anything else is asked of the connection
            read.add_columns(shape, batches)
    except (NotCopied, Unreadable, ContractError, pa.ArrowInvalid):
        before.rollback()
        return False
    except SQLAlchemyError as problem:
        if isinstance(source_failure(problem, connection, query.label), SourceUnreachable):
            raise
        before.rollback()
        return False
    before.commit()
    return True


def period_binds(store: Store, days: DateRange) -> dict[str, object]:
    """All that a query may ask about its period, computed once for all of them."""
    from_local, to_local = store.clock.local_bounds(days)
    from_utc, to_utc = store.clock.utc_bounds(days)
    return {
        "store": store.pos_store, "from_date": days.start, "to_date": days.end,
        "from_local": from_local, "to_local": to_local, "from_utc": from_utc, "to_utc": to_utc,
    }  # fmt: skip


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
