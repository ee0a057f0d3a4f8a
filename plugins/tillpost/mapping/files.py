"""Reading a CSV that people edit in spreadsheets: byte-order marks, semicolons, stray spaces and Windows line ends are all fine.

Leading zeros are kept because every cell stays text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tillpost.errors import ConfigError


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row with its place, so that any message about it can name file and line."""

    file: Path
    line: int
    cells: Mapping[str, str]

    def error(self, message: str, column: str = "", allowed: Sequence[str] = ()) -> ConfigError:
        """A ConfigError at this row."""
        return ConfigError(message, file=self.file, line=self.line, value=self.cells.get(column), allowed=allowed)

    def needed(self, column: str) -> str:
        """The cell of a column that may not be empty."""
        value = self.cells[column]
        if not value:
            raise self.error(f"column {column!r} is empty.", column)
        return value


def read_rows(file: Path, columns: Sequence[str]) -> Iterator[CsvRow]:
    """The rows of a CSV with these columns in any order; raises ConfigError for a missing or unknown column or a row of another width."""
    lines = _lines(file)
    reader = csv.reader(lines, delimiter=_delimiter(lines))
    header = [name.strip().lower() for name in next(reader, [])]
    _check_header(file, header, columns)
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if not any(stripped):
            continue
        if len(stripped) > len(header) and any(stripped[len(header) :]):
            raise ConfigError(f"the row has {len(stripped)} cells, the header {len(header)}.", file=file, line=reader.line_num)
        padded = stripped + [""] * (len(header) - len(stripped))
        yield CsvRow(file, reader.line_num, dict(zip(header, padded, strict=False)))


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError("the mapping file does not exist.", file=file) from None
    except UnicodeDecodeError:
        raise ConfigError('the file is not UTF-8 text: save it as "CSV UTF-8".', file=file) from None
    return text.splitlines(keepends=True)


def _delimiter(lines: Sequence[str]) -> str:
    header = lines[0] if lines else ""
    return ";" if header.count(";") > header.count(",") else ","


def _check_header(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    for name in columns:
        if name not in header:
            raise ConfigError(f"column {name!r} is missing; found: {', '.join(header) or 'nothing'}.", file=file, line=1, allowed=columns)
    for name in header:
        if name and name not in columns:
            raise ConfigError(f"column {name!r} is not known.", file=file, line=1, value=name, allowed=columns)
