"""Reading a CSV that people edit in spreadsheets.

Byte-order marks, semicolons and tabs, a first line ``sep=;``, stray and non-breaking spaces, Windows line ends, Excel's "Unicode
text" and quoted cells over several lines are all fine. Leading zeros are kept because every cell stays text; a code that a spreadsheet
has turned into something else is refused where it cannot be told what it was.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tillpost.errors import ConfigError

_SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# How Excel keeps leading zeros (="0101"), and what it makes of long or E-shaped codes (1E+05, 1.2E+11).
_FORMULA = re.compile(r'="([^"]*)"\Z')
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E[+]\d+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row with its place, so that any message about it can name file and line (where the row begins)."""

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


def read_rows(file: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[CsvRow]:
    """The rows of a CSV with these columns in any order; those of ``optional`` that the file lacks are empty.

    Raises ConfigError for a missing or unknown column, a row of another width or a cell that a spreadsheet has spoiled.
    """
    lines = _numbered_rows(file, _text(file))
    _, names = next(lines, (1, []))
    header = [name.lower() for name in names]
    _check_header(file, header, columns, optional)
    absent = dict.fromkeys(set(optional) - set(header), "")
    for line, cells in lines:
        if not any(cells):
            continue
        if len(cells) > len(header) and any(cells[len(header) :]):
            raise ConfigError(f"the row has {len(cells)} cells, the header {len(header)}.", file=file, line=line)
        padded = cells + [""] * (len(header) - len(cells))
        yield CsvRow(file, line, {**absent, **{name: _cell(file, line, cell) for name, cell in zip(header, padded, strict=False)}})


def _numbered_rows(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line on which each begins; a quoted cell may go over several."""
    marked = _SEPARATOR_LINE.match(text)
    skipped = 1 if marked else 0
    rest = text[marked.end() :] if marked else text
    reader = csv.reader(io.StringIO(rest, newline=""), delimiter=marked[1] if marked else _delimiter(rest), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins + skipped, [cell.replace("\xa0", " ").strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as problem:
        raise ConfigError(
            f"the row cannot be read as CSV ({problem}): a quote is not closed, or stands alone.", file=file, line=begins + skipped
        ) from None


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise ConfigError("the mapping file does not exist.", file=file) from None
    except OSError as problem:
        raise ConfigError(f"the file cannot be read: {problem.strerror}.", file=file) from None
    encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise ConfigError('the file is not UTF-8 text: save it as "CSV UTF-8".', file=file) from None


def _delimiter(text: str) -> str:
    """The separator that the header has most of."""
    header = text.partition("\n")[0]
    return max(_SEPARATORS, key=header.count)


def _cell(file: Path, line: int, text: str) -> str:
    formula = _FORMULA.match(text)
    if formula:
        return formula[1].strip()
    if text.startswith("=") or _SCIENTIFIC.match(text):
        made = "a formula" if text.startswith("=") else "a number in scientific notation, as a spreadsheet makes of long codes"
        raise ConfigError(f"{text!r} is {made}: format the column as text, and write the code again.", file=file, line=line, value=text)
    return text


def _check_header(file: Path, header: Sequence[str], columns: Sequence[str], optional: Sequence[str]) -> None:
    for name in columns:
        if name not in header:
            raise ConfigError(f"column {name!r} is missing; found: {', '.join(header) or 'nothing'}.", file=file, line=1, allowed=columns)
    for name in header:
        if name and name not in (*columns, *optional):
            raise ConfigError(f"column {name!r} is not known.", file=file, line=1, value=name, allowed=(*columns, *optional))
        if name and header.count(name) > 1:
            raise ConfigError(f"column {name!r} is there twice.", file=file, line=1, value=name)
