"""inspect: every SQL file of a POS system run for one store and a range of dates, and all that is wrong told, where an extraction stops.

Each file is run as an extraction runs it: read-only, one connection, statement time-out, rows fetched ``BATCH_ROWS`` at a time and put
aside until the database is left. One that fails costs its own table only: the others go on, in a new transaction. What could be read
becomes facts in a folder, for the checks. Reading takes the memory of a batch, whatever the number of rows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tillpost.connection import Connection
from tillpost.errors import SourceError
from tillpost.model.facts import TABLES
from tillpost.model.findings import Severity
from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.batches import Tally
from tillpost.pos.contract import Shape, compare_columns
from tillpost.pos.extract import BATCH_ROWS, fetching, period_binds
from tillpost.pos.facts import fact_schema
from tillpost.pos.inspection_columns import faults_of_columns
from tillpost.pos.inspection_counts import faults_of_counts
from tillpost.pos.inspection_faults import Fault, of_file
from tillpost.pos.inspection_outside import Identity, fault_of_outside, identities
from tillpost.pos.inspection_rows import Wrong, faults_of_rows, look_at_rows, read_leniently
from tillpost.pos.queries import Query
from tillpost.pos.source import bind_values, open_source, safe_words
from tillpost.pos.spool import Spool

log = logging.getLogger(__name__)

# A query that takes longer is told: a night reads every store, and a week of look-back dates.
SLOW_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file that was run: rows delivered, how many of them are of other dates (``outside``), how long that took, what is wrong.

    ``is_whole``: all its rows were read or are known by their key (``broken_keys``), so that the table can be held against others.
    """

    table: str
    rows: int
    seconds: float
    faults: tuple[Fault, ...]
    is_whole: bool
    broken_keys: frozenset[str] = frozenset()
    outside: int = 0


@dataclass(slots=True)
class _Run:
    """What one inspection shares among its files."""

    store: Store
    days: DateRange
    connection: Connection
    folder: Path
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class _Fetched:
    """What the database gave for one file: column names (None: it gave none), rows that wait, and why it stopped."""

    query: Query
    spool: Spool
    names: list[str] | None = None
    rows: int = 0
    seconds: float = 0
    failure: Fault | None = None


def inspect_queries(store: Store, queries: Sequence[Query], connection: Connection, days: DateRange, folder: Path) -> Iterator[Inspected]:
    """Run the queries in their order and tell of each; facts go into ``folder``.

    Raises SourceUnreachable or ConfigError, also where there is no query to run; what was read until then is told first.
    """
    run = _Run(store, days, connection, folder)
    fetched: list[_Fetched] = []
    with ExitStack() as spools:
        problem: SourceError | None = None
        try:
            for one in _fetch_all(queries, run, spools):
                fetched.append(one)
        except SourceError as stopped:
            problem = stopped
        for one in fetched:
            yield _looked_at(one, run)
        if problem is not None:
            raise problem


def _fetch_all(queries: Sequence[Query], run: _Run, spools: ExitStack) -> Iterator[_Fetched]:
    waiting, connected = list(queries), False
    while waiting or not connected:
        with open_source(run.connection) as database:
            connected, failed = True, False
            while waiting and not failed:
                fetched = _Fetched(waiting.pop(0), spools.enter_context(closing(Spool(run.folder))))
                _fetch(database, fetched, run)
                yield fetched
                failed = fetched.failure is not None  # its transaction serves no other file


def _fetch(database: sa.Connection, fetched: _Fetched, run: _Run) -> None:
    """Run one file; what the database or the driver refuses is its failure."""
    query, started = fetched.query, time.monotonic()
    try:
        values = bind_values(query.binds, period_binds(run.store, run.days), database.dialect.name)
        with database.execute(query.statement(), values, execution_options=fetching(database, query)) as result:
            if result.returns_rows:
                fetched.names = list(result.keys())
                for rows in result.partitions(BATCH_ROWS):
                    fetched.spool.add(rows)
                    fetched.rows += len(rows)
    except SQLAlchemyError as problem:
        what = f"the statement failed: {safe_words(problem, run.connection)}"
        fetched.failure = of_file(query.name, "sql_error", Severity.BLOCKER, what, "Mend the SQL, or what the message names.")
    except Exception as problem:
        if isinstance(problem, OSError) and not isinstance(problem, ConnectionError | TimeoutError):
            raise  # our own disk, not the database
        log.exception("%s could not be read", query.label)
        fetched.failure = _unreadable(query, problem)
    fetched.seconds = time.monotonic() - started


def _looked_at(fetched: _Fetched, run: _Run) -> Inspected:
    """As ``_look_at``; what nobody foresaw of a driver's values costs this table only."""
    try:
        return _look_at(fetched, run)
    except OSError:
        raise
    except Exception as problem:
        log.exception("%s could not be read", fetched.query.label)
        fault = _unreadable(fetched.query, problem)
        return Inspected(fetched.query.name, fetched.rows, fetched.seconds, (fault,), is_whole=False)


def _unreadable(query: Query, problem: Exception) -> Fault:
    what = f"the rows could not be read ({type(problem).__name__})"
    return of_file(query.name, "unreadable", Severity.BLOCKER, what, "Cast the columns to plain types; the log has the details.")


def _look_at(fetched: _Fetched, run: _Run) -> Inspected:
    """What was fetched, held against the contract; its facts are written."""
    table, wrong = TABLES[fetched.query.name], Wrong()
    faults = [] if fetched.failure is None else [fetched.failure]
    is_complete = False
    if fetched.names is not None:
        shape, mismatches = compare_columns(table, fetched.names, fetched.query.label)
        faults += faults_of_columns(shape, mismatches, fetched.names)
        is_complete = all(mismatch.kind != "missing" for mismatch in mismatches)
        with pq.ParquetWriter(run.folder / f"{table.name}.parquet", fact_schema(table)) as writer:
            for rows in fetched.spool:
                if not is_complete:
                    look_at_rows(shape, rows, run.store, wrong)  # rows without a required column are no facts
                elif (batch := read_leniently(shape, rows, run.store, run.days, run.tally, wrong)) is not None:
                    writer.write_batch(batch)
        faults += [*faults_of_rows(shape, wrong, run.store), *faults_of_counts(shape, fetched.rows, run.tally, run.store)]
        if wrong.outside.rows and fetched.failure is None:
            faults.append(fault_of_outside(table, wrong.outside, _found_on(wrong.outside.fullest, shape, fetched.query, run)))
    elif fetched.failure is None:
        what = "the statement returns no columns and no rows at all"
        remedy = "Let it SELECT the columns of the contract; a procedure for SQL Server needs SET NOCOUNT ON."
        faults.append(of_file(table.name, "no_columns", Severity.BLOCKER, what, remedy))
    faults += _slow(fetched)
    is_whole = fetched.failure is None and is_complete and not wrong.is_lost
    outside = run.tally.outside[table.name]
    return Inspected(table.name, fetched.rows, fetched.seconds, tuple(faults), is_whole, frozenset(wrong.keys), outside)


def _found_on(day: date, shape: Shape, query: Query, run: _Run) -> set[Identity] | None:
    """The rows that the same file gives for another date and that are of it; None where it cannot be read."""
    other, found = _Run(run.store, DateRange.of_day(day), run.connection, run.folder), set[Identity]()
    with closing(Spool(run.folder)) as spool:
        fetched = _Fetched(query, spool)
        try:
            with open_source(run.connection) as database:
                _fetch(database, fetched, other)
        except SourceError:
            return None
        for rows in spool if fetched.failure is None else ():
            batch = read_leniently(shape, rows, other.store, other.days, other.tally, Wrong())
            found |= set() if batch is None else set(identities(shape.table, batch))
    return None if fetched.failure else found


def _slow(fetched: _Fetched) -> Iterator[Fault]:
    if fetched.seconds > SLOW_SECONDS:
        what = f"the query took {fetched.seconds:.0f} seconds for one date"
        remedy = "Look at its plan: the columns of store and date need an index, and WHERE must compare them bare, without a function."
        yield of_file(fetched.query.name, "slow", Severity.WARNING, what, remedy)
