"""The record of one extraction: what was read, when, and what was odd about it. Kept as extraction.json beside the facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from tillpost.errors import SourceError
from tillpost.model.period import DateRange

RECORD = "extraction.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Extraction:
    """One store's facts of a range of business dates, whole, in ``folder``.

    ``read_at`` and ``as_of`` (None where the POS does not tell) are aware UTC. ``rows`` counts what is in the facts, per table that
    the POS has. ``dust`` counts amounts with a true third decimal, per ``table.column``. ``outside`` counts rows that were delivered
    for dates that nobody asked for, and their lines: they are not in the facts. ``files`` are the sha256 of the Parquet files.
    """

    store: str
    days: DateRange
    folder: Path
    read_at: datetime
    as_of: datetime | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    dust: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)
    extra_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def write_record(extraction: Extraction, folder: Path) -> None:
    """Write extraction.json into a folder."""
    record = {
        "version": VERSION,
        "store": extraction.store,
        "days": [extraction.days.start.isoformat(), extraction.days.end.isoformat()],
        "read_at": extraction.read_at.isoformat(),
        "as_of": extraction.as_of.isoformat() if extraction.as_of else None,
        **{name: dict(getattr(extraction, name)) for name in ("rows", "dust", "outside", "extra_columns", "files")},
    }
    (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def read_extraction(folder: Path) -> Extraction:
    """The extraction in a folder, its files checked against their sha256; raises SourceError where it is not whole."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        damaged = [name for name, digest in record["files"].items() if file_digest(folder / name) != digest]
    except (OSError, ValueError, KeyError, AttributeError) as problem:
        raise SourceError(f"{folder}: no whole extraction is in this folder ({problem}). Extract the dates again.") from None
    if damaged:
        raise SourceError(f"{folder}: changed since it was extracted: {', '.join(damaged)}. Extract the dates again.")
    start, end = (date.fromisoformat(day) for day in record["days"])
    return Extraction(
        store=record["store"],
        days=DateRange(start, end),
        folder=folder,
        read_at=datetime.fromisoformat(record["read_at"]),
        as_of=datetime.fromisoformat(record["as_of"]) if record["as_of"] else None,
        rows=record["rows"],
        dust=record["dust"],
        outside=record["outside"],
        extra_columns={table: tuple(names) for table, names in record["extra_columns"].items()},
        files=record["files"],
    )


def file_digest(file: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    digest = sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
