"""``tillpost source check``: a store's POS database through its SQL files for one date, and all that is wrong with it in one go.

Nothing is kept: facts go into a folder that is gone afterwards, no outbox is opened and Xero is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tillpost.config import Site
from tillpost.connection import Connection
from tillpost.errors import ConfigError, SourceError
from tillpost.flows.source_dates import date_of_interest
from tillpost.flows.source_new import OPTIONAL
from tillpost.flows.source_places import folder_of, mapping_if_any, store_of
from tillpost.flows.source_ties import Read, Ties, late_faults, ties_of
from tillpost.model.facts import TABLES
from tillpost.model.findings import Severity
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation, Store
from tillpost.pos.inspection import Inspected, inspect_queries
from tillpost.pos.inspection_faults import Fault, in_a_check, of_file
from tillpost.pos.inspection_files import SourceFiles, read_files

_ORDER = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for: the date (None: the last one with sales), one table (empty: all), and whether codes are held against
    the mapping.
    """

    day: date | None = None
    table: str = ""
    mapped: bool = True


@dataclass(frozen=True, slots=True)
class TableState:
    """One table of the contract: what became of its file, and what was read.

    ``state`` is ``read``, ``failed`` (run, and not all of it could be read), ``to_fill``, ``unreadable`` (the file itself), ``not_run``,
    ``missing`` (a needed file that is not there) or ``absent`` (an optional one).
    """

    table: str
    state: str
    rows: int = 0
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What was found. ``problem`` is why the database could not be asked (at all, or from some file on); empty where it could.

    ``not_asked`` are rules of the source checks that could not be asked, each with the reason; ``remarks`` are for a reader.
    """

    org: Organisation
    store: Store
    place: str
    folder: Path
    day: date
    mapped: bool
    tables: tuple[TableState, ...]
    faults: tuple[Fault, ...]
    not_asked: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    problem: str

    @property
    def is_right(self) -> bool:
        """Whether everything could be asked, and nothing would stop an extraction or hold the date."""
        return not self.problem and not any(fault.blocks for fault in self.faults)


def check_source_of(site: Site, organisation: str, store_key: str, asked: Asked, now: datetime) -> SourceCheck:
    """Inspect a store's source; ``now`` is aware. Raises ConfigError where tillpost.yml, a connection, a mapping or the call is wrong."""
    if asked.table and asked.table not in TABLES:
        raise ConfigError(f"--table is {asked.table!r}.", value=asked.table, allowed=TABLES)
    org, store = store_of(site, organisation, store_key)
    folder = folder_of(site, store)
    mapping = mapping_if_any(site, org) if asked.mapped else None
    connection = site.connections(store.connection)
    files = read_files(folder)
    day, why = date_of_interest(store, files.queries, connection, asked.day, now)
    try:
        with TemporaryDirectory(prefix="tillpost-source-") as temporary:
            inspected, problem = _inspected(files, store, connection, day, asked.table, Path(temporary))
            read = Read(org, store, day, Path(temporary), inspected, _unread(files, inspected))
            ties = ties_of(read, mapping) if inspected else Ties((), ())
            late = late_faults(read, now) if inspected and not problem and not asked.table else ()
    except OSError as broken:
        raise SourceError(f"facts cannot be written into the temporary folder (TMPDIR): {broken.strerror}.") from None
    faults = [
        *files.faults,
        *_not_there(files, asked.table, folder),
        *(fault for one in inspected for fault in one.faults),
        *ties.faults,
        *late,
    ]
    return SourceCheck(
        org, store, connection.place(), folder, day, mapping is not None, tuple(_states(files, inspected)), _in_order(faults, asked.table),
        ties.not_asked, tuple(filter(None, (why, _about_mapping(asked, mapping is not None)))), problem,
    )  # fmt: skip


def _not_there(files: SourceFiles, table: str, folder: Path) -> Iterator[Fault]:
    """The one table that is asked for has no file; of a needed one that is told in any case."""
    if table and table not in files.present and not TABLES[table].needed:
        is_aside = (folder / OPTIONAL / f"{table}.sql").is_file()
        remedy = f"Move it up from {OPTIONAL}/ and fill it in." if is_aside else "Write it (docs/contract.md), or look at another table."
        yield of_file(table, "file_missing", Severity.BLOCKER, "the file is not there, and it was asked for (--table)", remedy)


def _inspected(
    files: SourceFiles, store: Store, connection: Connection, day: date, table: str, folder: Path
) -> tuple[list[Inspected], str]:
    """What was read of each file, and why the database could not be asked (further)."""
    queries = [query for query in files.queries if table in ("", query.name)]
    inspected: list[Inspected] = []
    try:
        for one in inspect_queries(store, queries, connection, DateRange.of_day(day), folder):
            inspected.append(one)
    except SourceError as problem:
        return inspected, in_a_check(problem)
    return inspected, ""


def _unread(files: SourceFiles, inspected: Sequence[Inspected]) -> frozenset[str]:
    """Tables that a rule would look at in vain: there or needed, and not read whole."""
    needed = {table.name for table in TABLES.values() if table.needed}
    return frozenset((needed | files.present) - {one.table for one in inspected if one.is_whole})


def _states(files: SourceFiles, inspected: Sequence[Inspected]) -> Iterator[TableState]:
    ran = {one.table: one for one in inspected}
    queries = {query.name for query in files.queries}
    for name, table in TABLES.items():
        if name in ran:
            yield TableState(name, "read" if ran[name].is_whole else "failed", ran[name].rows, ran[name].seconds)
        elif name not in files.present:
            yield TableState(name, "missing" if table.needed else "absent")
        else:
            yield TableState(name, "to_fill" if name in files.to_fill else "not_run" if name in queries else "unreadable")


def _in_order(faults: Sequence[Fault], table: str) -> tuple[Fault, ...]:
    """Blockers first, then in the contract's order; of other files than the one asked for nothing is told."""
    own = [fault for fault in faults if table in ("", fault.table) or not fault.table]
    tables = list(TABLES)
    return tuple(sorted(own, key=lambda f: (_ORDER.index(f.severity), tables.index(f.table) if f.table in TABLES else len(tables))))


def _about_mapping(asked: Asked, mapped: bool) -> str:
    if mapped:
        return ""
    why = "There is no mapping yet" if asked.mapped else "The mapping was left out (--no-mapping)"
    return f"{why}: codes are listed for it, and what needs it was not looked at."
