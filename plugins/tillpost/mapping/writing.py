"""Writing CSVs that people open in spreadsheets: text from a till must not become a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from tillpost.errors import ConfigError, TillpostError

# Some spreadsheets take fullwidth signs for the plain ones, and skip a line break.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")


def defused(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula.

    >>> defused("=1+1"), defused("FOOD")
    ("'=1+1", 'FOOD')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_rows(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]], *, overwrite: bool) -> None:
    """Write a CSV as UTF-8 with the mark that spreadsheets need to read accents right.

    Raises ConfigError where the file is there and may not be overwritten, TillpostError where it cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([defused(cell) for cell in row] for row in rows)
    try:
        with file.open("w" if overwrite else "x", encoding="utf-8-sig", newline="") as target:
            target.write(text.getvalue())
    except FileExistsError:
        raise ConfigError("this file is there already and is never overwritten.", file=file) from None
    except OSError as problem:
        raise TillpostError(f"{file} cannot be written: {problem.strerror or problem}.") from problem
