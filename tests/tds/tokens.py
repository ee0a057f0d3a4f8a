"""The tokens of a server's answer ([MS-TDS] 2.2.7)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.tds.answers import Column, Row, SqlServerError
from tests.tds.types import SqlType

DONE, DONE_PROC, DONE_IN_PROC = 0xFD, 0xFE, 0xFF
MORE, FAILED, COUNTED, CANCELLED = 0x01, 0x02, 0x10, 0x20
SELECT, CHANGE = 0xC1, 0xC5
ROW = b"\xd1"


def short_text(text: str) -> bytes:
    """Text with a length of one byte, in characters."""
    return bytes((len(text),)) + text.encode("utf-16-le")


def column_metadata(columns: Sequence[Column]) -> bytes:
    """The columns of a result set; all of them may be NULL."""
    parts = [b"\x81", struct.pack("<H", len(columns))]
    for column in columns:
        parts += [struct.pack("<IH", 0, 0x0001), column.type.info, short_text(column.name)]
    return b"".join(parts)


def row(columns: Sequence[Column], values: Row) -> bytes:
    """One row, every value written out."""
    return ROW + b"".join(column.type.encode(value) for column, value in zip(columns, values, strict=True))


def row_with_nulls(columns: Sequence[Column], values: Row) -> bytes:
    """One row whose NULLs are told by bits in front: shorter where many are."""
    bits = sum(1 << index for index, value in enumerate(values) if value is None)
    rest = (column.type.encode(value) for column, value in zip(columns, values, strict=True) if value is not None)
    return b"\xd2" + bits.to_bytes((len(columns) + 7) // 8, "little") + b"".join(rest)


def done(token: int, status: int, count: int | None = None, command: int = SELECT) -> bytes:
    """The end of a result or of a batch, with the number of its rows."""
    return struct.pack("<BHHQ", token, status | (COUNTED if count is not None else 0), command, count or 0)


def message(error: SqlServerError, *, info: bool = False) -> bytes:
    """An error, or a mere notice (the result of PRINT, the database changed)."""
    text = error.message
    body = struct.pack("<iBBH", error.number, error.state, error.severity, len(text)) + text.encode("utf-16-le")
    body += short_text("STUB") + short_text("") + struct.pack("<i", error.line)
    return struct.pack("<BH", 0xAB if info else 0xAA, len(body)) + body


def environment(kind: int, new: str | bytes, old: str | bytes = "") -> bytes:
    """A change of the session's environment: database, language, packet size, collation, transaction."""

    def written(value: str | bytes) -> bytes:
        return short_text(value) if isinstance(value, str) else bytes((len(value),)) + value

    body = bytes((kind,)) + written(new) + written(old)
    return struct.pack("<BH", 0xE3, len(body)) + body


def login_acknowledged() -> bytes:
    """The login is taken: TDS 7.4, and a name that drivers look for."""
    body = b"\x01" + bytes.fromhex("74000004") + short_text("Microsoft SQL Server") + bytes((15, 0, 0x10, 0x00))
    return struct.pack("<BH", 0xAD, len(body)) + body


def return_status(value: int) -> bytes:
    """What a procedure returned."""
    return struct.pack("<Bi", 0x79, value)


def return_value(name: str, kind: SqlType, value: object) -> bytes:
    """An output parameter."""
    return b"\xac" + struct.pack("<H", 0) + short_text(name) + b"\x01" + struct.pack("<IH", 0, 0) + kind.info + kind.encode(value)
