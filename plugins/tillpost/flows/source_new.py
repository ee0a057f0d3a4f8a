"""``tillpost source new``: a folder of SQL files to fill in, for a POS system that nobody has written files for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tillpost.errors import ConfigError, SourceError
from tillpost.flows.source_dialects import DIALECTS
from tillpost.flows.source_skeleton import readme, sql_skeleton
from tillpost.model.facts import TABLES
from tillpost.organisations import KEY

OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What was written: ``needed`` files lie in the folder itself, ``optional`` ones below it, where nothing reads them."""

    folder: Path
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    next_steps: tuple[str, ...]


def write_skeleton(include: Path, name: str, dialect: str) -> Skeleton:
    """Write sql/<name>/ of the include folder; raises ConfigError for a name that is wrong or taken, SourceError for a disk that refuses.

    What is written in part stays, so that nothing is ever removed or overwritten.
    """
    root = include / "sql"
    if not KEY.match(name):
        message = f"the name {name!r} must start with a small letter and hold small letters, digits and _ only, at most 40."
        raise ConfigError(message, value=name)
    if dialect not in DIALECTS:
        raise ConfigError(f"--dialect is {dialect!r}.", value=dialect, allowed=DIALECTS)
    if not include.is_dir():
        raise ConfigError("the include folder is not there (TILLPOST_INCLUDE).", file=include)
    if (root.is_symlink() or root.exists()) and not root.is_dir():
        raise ConfigError("this must be a folder: take it away, or let the link lead to one.", file=root)
    files = _files(name, dialect)
    try:
        root.mkdir(exist_ok=True)
        (root / name).mkdir()
        (root / name / OPTIONAL).mkdir()
        for file, text in files.items():
            with (root / name / file).open("x", encoding="utf-8") as stream:
                stream.write(text)
    except FileExistsError:
        message = "this POS system has a folder already, and nothing is overwritten: name another, or go on with the files there."
        raise ConfigError(message, file=root / name, value=name) from None
    except OSError as problem:
        raise SourceError(f"{root / name}: the files cannot be written: {problem.strerror}.") from None
    needed = tuple(f"{table.name}.sql" for table in TABLES.values() if table.needed)
    optional = tuple(f"{table.name}.sql" for table in TABLES.values() if not table.needed)
    return Skeleton(root / name, needed, optional, _next_steps(include, name, needed))


def _files(name: str, dialect: str) -> dict[str, str]:
    files = {
        f"{'' if table.needed else f'{OPTIONAL}/'}{table.name}.sql": sql_skeleton(table, DIALECTS[dialect]) for table in TABLES.values()
    }
    return {**files, "README.md": readme(name, DIALECTS[dialect])}


def _next_steps(include: Path, name: str, needed: tuple[str, ...]) -> tuple[str, ...]:
    return (
        f"Fill in {', '.join(needed)}: each says of every column what it must be, and README.md beside them has a checklist.",
        f"Give a store in {include / 'tillpost.yml'} the line `pos: {name}`, its connection and its pos_store.",
        "Run: tillpost source check --store <store>",
        "When it has nothing to mend, go on with docs/adding_a_pos.md: mapping, then a night with --no-post.",
    )
