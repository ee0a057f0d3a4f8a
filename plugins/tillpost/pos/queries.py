"""The SQL files of a POS system: sql/<pos>/<table>.sql, one per contract table, each kept whole and bound, never pasted together.

A statement names what it needs as ``:store``, ``:from_date`` and so on (docs/contract.md, "Period"). SQLAlchemy would take any
``:name`` for a bind, also inside a string or a comment, and would cut ``:from_date::date`` in the wrong place. So the text is
read here first: binds are looked for in the code only, and every other colon is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import TextClause, text

from tillpost.errors import ConfigError
from tillpost.model.facts import TABLES

PERIOD_BINDS = ("store", "from_date", "to_date", "from_local", "to_local", "from_utc", "to_utc")
WRITE_BINDS = ("store", "kind", "pos_id", "number", "status", "amount_due_cents", "amount_paid_cents", "paid_on", "changed_at")
WRITE_FILE = "write_payment_status"

# Comments, strings, quoted names (also `as MySQL has them`) and PostgreSQL's $tag$ strings: no bind inside any of them.
_QUIET = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|(?<![\w$])\$(?P<tag>\w*)\$.*?\$(?P=tag)\$", re.DOTALL
)
_COMMENT = re.compile(r"--|/\*")
_COLON = re.compile(r"(?<![:\w$\\]):(?P<name>[A-Za-z_]\w*)|\\?:")


@dataclass(frozen=True, slots=True)
class Query:
    """One SQL file: ``label`` names it in messages, ``binds`` are those that it uses, ``escaped`` is its text for SQLAlchemy."""

    name: str
    label: str
    binds: tuple[str, ...]
    escaped: str

    @property
    def selects(self) -> bool:
        """Whether it is a SELECT (or WITH, VALUES, TABLE) by its first word, and not the call of a procedure."""
        code = "".join(" " if quiet else code for _, code, quiet in _pieces(self.escaped))
        return re.match(r"[\s(]*(select|with|values|table)\b", code, re.IGNORECASE) is not None

    def statement(self, *, single: bool = False) -> TextClause:
        """The statement with its binds; ``single``: without the semicolon and the comments at its end, to be put into another one."""
        return text(_without_end(self.escaped) if single else self.escaped)


@dataclass(frozen=True, slots=True)
class Queries:
    """The SQL files of one POS system; ``write_payment_status`` is None where status is not written back."""

    pos: str
    tables: Mapping[str, Query]
    write_payment_status: Path | None = None

    def __iter__(self) -> Iterator[Query]:
        """The queries in the contract's order: a sale is read before its lines."""
        return (self.tables[name] for name in TABLES if name in self.tables)


def load_queries(include: Path, pos: str) -> Queries:
    """Read sql/<pos>/ of the include folder; raises ConfigError for an unknown, empty or missing file and for an unknown bind."""
    root = include / "sql"
    known = sorted(folder.name for folder in root.iterdir() if folder.is_dir()) if root.is_dir() else []
    if pos not in known:
        raise ConfigError(f"there is no folder of SQL files for the POS system {pos!r}.", file=root, value=pos, allowed=known)
    files = {file.stem: file for file in sorted((root / pos).glob("*.sql")) if not file.name.startswith(".")}
    _check_names(root / pos, files)
    tables = {name: read_query(files[name], PERIOD_BINDS) for name in files if name != WRITE_FILE}
    if WRITE_FILE in files:
        read_query(files[WRITE_FILE], WRITE_BINDS)  # a mistake in it shows before the night, not after
    return Queries(pos, tables, files.get(WRITE_FILE))


def _check_names(folder: Path, files: Mapping[str, Path]) -> None:
    for name, file in files.items():
        if name not in TABLES and name != WRITE_FILE:
            raise ConfigError(f"{name!r} is not a table of the POS contract.", file=file, value=name, allowed=(*TABLES, WRITE_FILE))
    for table in TABLES.values():
        if table.needed and table.name not in files:
            needed = [t.name for t in TABLES.values() if t.needed]
            raise ConfigError(
                f"the file {table.name}.sql is missing; every POS system has these: {', '.join(f'{n}.sql' for n in needed)}.",
                file=folder, value=table.name,
            )  # fmt: skip


def read_query(file: Path, allowed: tuple[str, ...]) -> Query:
    """Read one SQL file; raises ConfigError with the line where it names a bind that is not allowed."""
    try:
        sql = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError("the file does not exist.", file=file) from None
    except UnicodeDecodeError:
        raise ConfigError("the file is not UTF-8 text.", file=file) from None
    pieces = list(_pieces(sql))
    if not "".join(code for _, code, quiet in pieces if not quiet or not _COMMENT.match(code)).strip(" \t\r\n;"):
        raise ConfigError("the file holds no statement.", file=file, line=1)
    used = {}
    for line, name in _binds(pieces):
        if name not in allowed:
            raise ConfigError(f"the bind :{name} is not known.", file=file, line=line, value=name, allowed=[f":{b}" for b in allowed])
        used[name] = line
    return Query(file.stem, "/".join(file.parts[-3:]), tuple(used), "".join(_escaped(code, quiet) for _, code, quiet in pieces))


def _without_end(sql: str) -> str:
    pieces = [(code, quiet and bool(_COMMENT.match(code))) for _, code, quiet in _pieces(sql)]
    while pieces and (pieces[-1][1] or not pieces[-1][0].strip(" \t\r\n;")):
        pieces.pop()
    return "".join(code for code, _ in pieces).rstrip(" \t\r\n;")


def _pieces(sql: str) -> Iterator[tuple[int, str, bool]]:
    """The text cut into (line of its start, piece, whether it is a string, quoted name or comment)."""
    end = 0
    for match in _QUIET.finditer(sql):
        yield sql.count("\n", 0, end) + 1, sql[end : match.start()], False
        yield sql.count("\n", 0, match.start()) + 1, match.group(), True
        end = match.end()
    yield sql.count("\n", 0, end) + 1, sql[end:], False


def _binds(pieces: list[tuple[int, str, bool]]) -> Iterator[tuple[int, str]]:
    for line, code, quiet in pieces:
        for match in () if quiet else _COLON.finditer(code):
            if match["name"]:
                yield line + code.count("\n", 0, match.start()), match["name"]


def _escaped(code: str, quiet: bool) -> str:
    """The piece with each colon escaped that is not a bind's; a colon that somebody escaped already stays so."""
    if quiet:
        return code.replace(":", "\\:")
    return _COLON.sub(lambda match: match.group() if match["name"] else "\\:", code)
