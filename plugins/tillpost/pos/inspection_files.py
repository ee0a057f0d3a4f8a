"""The SQL files of one POS system as they lie in its folder, each read for itself, whatever is wrong with the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tillpost.errors import ConfigError
from tillpost.model.facts import TABLES
from tillpost.model.findings import Severity
from tillpost.pos.batches import PARENTS
from tillpost.pos.inspection_faults import Fault, nearest, of_file
from tillpost.pos.queries import PERIOD_BINDS, WRITE_BINDS, WRITE_FILE, Query, read_query

# What `tillpost source new` writes where a person has to write; a file that still holds it is not run.
TO_FILL = "/* fill in */"
_TO_FILL = re.compile(r"/\*\s*fill in\s*\*/", re.IGNORECASE)
_STORE = re.compile(r"(?<![:\w\\]):store\b")
_NAMED_STORE = re.compile(
    r"(?<![:\w\\])(?:CAST\s*\(\s*:store\s+AS\s+[\w ()]+\)|:store(?:\\:\\:\w+)?)\s+(?:AS\s+)?[\"`\[]?store_id\b", re.IGNORECASE
)
_PLACE = re.compile(r"\bAS\s+(\w+)\s*(?:--|,|$)|\b(FROM|WHERE|JOIN)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The queries that can be run, and what is wrong with the files themselves. ``present`` are the tables that have a file."""

    queries: tuple[Query, ...] = ()
    faults: tuple[Fault, ...] = ()
    present: frozenset[str] = frozenset()
    to_fill: frozenset[str] = field(default=frozenset())


def read_files(folder: Path) -> SourceFiles:
    """Read the files of a POS system's folder; raises nothing for what they hold."""
    files = {file.stem: file for file in sorted(folder.glob("*.sql")) if not file.name.startswith(".")}
    queries: list[Query] = []
    faults: list[Fault] = [*_strange_names(files), *_missing(files)]
    to_fill = set()
    for name in (name for name in (*TABLES, WRITE_FILE) if name in files):
        try:
            query = read_query(files[name], WRITE_BINDS if name == WRITE_FILE else PERIOD_BINDS)
        except (ConfigError, OSError) as problem:
            faults.append(_unreadable(name, files[name], problem))
            continue
        places = list(_places_to_fill(files[name]))
        if places:
            to_fill.add(name)
            faults.append(_unfilled(name, places))
        elif name != WRITE_FILE:
            queries.append(query)
            faults += _unasked(query)
    return SourceFiles(tuple(queries), tuple(faults), frozenset(files) & frozenset(TABLES), frozenset(to_fill))


def _strange_names(files: dict[str, Path]) -> Iterator[Fault]:
    for name in files:
        if name not in TABLES and name != WRITE_FILE:
            near = nearest(name, (*TABLES, WRITE_FILE))
            hint = f"; did you mean {near}.sql?" if near else ""
            remedy = f"Rename it to one of the tables: {', '.join(TABLES)}. A file that is not to be read goes into a folder below."
            yield of_file(name, "file_unknown", Severity.BLOCKER, f"no table of the contract has this name{hint}", remedy)


def _missing(files: dict[str, Path]) -> Iterator[Fault]:
    for table in TABLES.values():
        if table.needed and table.name not in files:
            what = "the file is not there, and every POS system has it"
            yield of_file(table.name, "file_missing", Severity.BLOCKER, what, "Write it (docs/contract.md tells its columns).")


def _unreadable(name: str, file: Path, problem: ConfigError | OSError) -> Fault:
    if isinstance(problem, OSError):
        return of_file(
            name, "file_unreadable", Severity.BLOCKER, f"the file cannot be read: {problem.strerror}", "Mend its rights or its disk."
        )
    what = str(problem).removeprefix(f"{file}:").rstrip(".")
    line = f"line {problem.line}: " if problem.line else ""
    what = line + what.removeprefix(f"{problem.line}:").strip()
    return of_file(name, "file_unreadable", Severity.BLOCKER, what, "Mend the file.")


def _places_to_fill(file: Path) -> Iterator[str]:
    """Where a file still has to be filled: the column or clause, and its line."""
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if _TO_FILL.search(line) and not line.lstrip().startswith("--"):
            found = _PLACE.search(line)
            name = (found[1] or found[2]) if found else "here"
            yield f"{name} (line {number})"


def _unasked(query: Query) -> Iterator[Fault]:
    """A file that does not ask for the period or the store that it is given: written for one date or shop, to try it out."""
    table = TABLES[query.name]
    is_dated = query.name in PARENTS or any(column.name == "business_date" for column in table.columns)
    if is_dated and set(query.binds) <= {"store"}:
        what = "no bind of the period is in it, so that it gives the same rows for every date"
        remedy = "Compare the date with :from_date and :to_date, or a time with the local or UTC bounds; take literals away."
        yield of_file(query.name, "no_period", Severity.WARNING, what, remedy)
    if "store" in query.binds and not _STORE.search(_NAMED_STORE.sub("", query.escaped)):
        what = ":store only names the column store_id and is compared with nothing, so that another shop's rows are taken for this one's"
        remedy = "Compare it in WHERE with what tells the shop; where the database is one shop's, with its setting of the shop's name."
        yield of_file(query.name, "store_not_asked", Severity.WARNING, what, remedy, "store_id")


def _unfilled(name: str, places: list[str]) -> Fault:
    what = f"{len(places)} place{'' if len(places) == 1 else 's'} still to be filled: {', '.join(places)}"
    remedy = f"Write each as the comment beside it says, and take its mark {TO_FILL} away; the file is not run before."
    return of_file(name, "to_fill", Severity.BLOCKER, what, remedy, count=len(places))
