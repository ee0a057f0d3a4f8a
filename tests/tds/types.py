"""SQL Server's types on the wire: what a result set says of a column, and its values ([MS-TDS] 2.2.5.4 to 2.2.5.6)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from uuid import UUID

# SQL_Latin1_General_CP1_CI_AS: varchar is Windows-1252 there.
COLLATION = bytes.fromhex("0904d00034")
MAX = 0xFFFF
_EXACT = Context(prec=60)
_ZERO_DATE, _ZERO_DATETIME = date(1, 1, 1).toordinal(), date(1900, 1, 1).toordinal()

Encode = Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class SqlType:
    """A type by its T-SQL name; ``info`` is its TYPE_INFO, ``encode`` a value's bytes with their length in front."""

    name: str
    info: bytes = field(repr=False)
    null: bytes = field(repr=False)
    encode_value: Encode = field(repr=False, compare=False)

    def encode(self, value: Any) -> bytes:
        """A value or NULL (None)."""
        return self.null if value is None else self.encode_value(value)


def _short(name: str, info: bytes, raw: Encode) -> SqlType:
    """A type whose values have a length of one byte; 0 is NULL."""
    return SqlType(name, info, b"\0", lambda value: _with_byte_length(raw(value)))


def _with_byte_length(data: bytes) -> bytes:
    return bytes((len(data),)) + data


def _packed(form: str) -> Encode:
    return struct.Struct(form).pack


BIT = _short("bit", b"\x68\x01", lambda value: b"\1" if value else b"\0")
TINYINT = _short("tinyint", b"\x26\x01", _packed("<B"))
SMALLINT = _short("smallint", b"\x26\x02", _packed("<h"))
INT = _short("int", b"\x26\x04", _packed("<i"))
BIGINT = _short("bigint", b"\x26\x08", _packed("<q"))
REAL = _short("real", b"\x6d\x04", _packed("<f"))
FLOAT = _short("float", b"\x6d\x08", _packed("<d"))
UNIQUEIDENTIFIER = _short("uniqueidentifier", b"\x24\x10", lambda value: (value if isinstance(value, UUID) else UUID(value)).bytes_le)


def _scaled(value: Any, scale: int) -> int:
    """A number in units of its last decimal, rounded away from zero as SQL Server does."""
    return int(Decimal(value).scaleb(scale, _EXACT).quantize(Decimal(1), ROUND_HALF_UP, _EXACT))


def _money(value: Any) -> bytes:
    raw = _scaled(value, 4)
    return struct.pack("<iI", raw >> 32, raw & 0xFFFFFFFF)


MONEY = _short("money", b"\x6e\x08", _money)
SMALLMONEY = _short("smallmoney", b"\x6e\x04", lambda value: struct.pack("<i", _scaled(value, 4)))


def decimal(precision: int, scale: int) -> SqlType:
    """decimal(p, s): a sign and a whole number in units of its last decimal."""
    size = 4 * (1 + sum(precision > limit for limit in (9, 19, 28)))

    def raw(value: Any) -> bytes:
        whole = _scaled(value, scale)
        if abs(whole) >= 10**precision:
            raise OverflowError(f"{value} does not fit into decimal({precision}, {scale})")
        return bytes((whole >= 0,)) + abs(whole).to_bytes(size, "little")

    return _short(f"decimal({precision},{scale})", bytes((0x6A, size + 1, precision, scale)), raw)


def _date(value: date) -> bytes:
    return (value.toordinal() - _ZERO_DATE).to_bytes(3, "little")


def _datetime(value: datetime) -> bytes:
    """Days and three-hundredths of a second: 23:59:59.999 is midnight of the next day."""
    since = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    ticks = round(since / timedelta(seconds=1) * 300)
    return struct.pack("<iI", value.toordinal() - _ZERO_DATETIME + ticks // 25_920_000, ticks % 25_920_000)


def _smalldatetime(value: datetime) -> bytes:
    rounded = value + timedelta(seconds=30)
    return struct.pack("<HH", rounded.toordinal() - _ZERO_DATETIME, rounded.hour * 60 + rounded.minute)


def _time(value: time | datetime, scale: int) -> bytes:
    ticks = ((value.hour * 60 + value.minute) * 60 + value.second) * 10_000_000 + value.microsecond * 10
    units: int = ticks // 10 ** (7 - scale)
    return units.to_bytes(_time_size(scale), "little")


def _time_size(scale: int) -> int:
    return 3 if scale <= 2 else 4 if scale <= 4 else 5


DATE = _short("date", b"\x28", _date)
DATETIME = _short("datetime", b"\x6f\x08", _datetime)
SMALLDATETIME = _short("smalldatetime", b"\x6f\x04", _smalldatetime)


def time_(scale: int = 7) -> SqlType:
    """time(n): n decimals of a second."""
    return _short(f"time({scale})", bytes((0x29, scale)), lambda value: _time(value, scale))


def datetime2(scale: int = 7) -> SqlType:
    """datetime2(n): without a zone."""
    return _short(f"datetime2({scale})", bytes((0x2A, scale)), lambda value: _time(value, scale) + _date(value))


def datetimeoffset(scale: int = 7) -> SqlType:
    """datetimeoffset(n): a time with its distance from UTC, from aware times."""

    def raw(value: datetime) -> bytes:
        distance = value.utcoffset()
        if distance is None:
            raise ValueError(f"{value} has no zone")
        moment = value.astimezone(UTC)
        return _time(moment, scale) + _date(moment) + struct.pack("<h", distance // timedelta(minutes=1))

    return _short(f"datetimeoffset({scale})", bytes((0x2B, scale)), raw)


def _long(name: str, code: int, size: int, rest: bytes, raw: Encode) -> SqlType:
    """A type whose values have a length of two bytes, or are sent in parts where it has no limit."""
    info = struct.pack("<BH", code, size) + rest
    if size == MAX:
        return SqlType(name, info, b"\xff" * 8, lambda value: _in_parts(raw(value)))

    def encode(value: Any) -> bytes:
        data = raw(value)
        if len(data) > size:
            raise OverflowError(f"{value!r} does not fit into {name}")
        return struct.pack("<H", len(data)) + data

    return SqlType(name, info, b"\xff\xff", encode)


def _in_parts(data: bytes) -> bytes:
    part = struct.pack("<I", len(data)) + data if data else b""
    return struct.pack("<Q", len(data)) + part + bytes(4)


def _wide(value: Any) -> bytes:
    return str(value).encode("utf-16-le", "surrogatepass")


def _narrow(value: Any) -> bytes:
    return str(value).encode("cp1252", "replace")


def nvarchar(size: int | None = None) -> SqlType:
    """nvarchar(n), or nvarchar(max) without a size."""
    return _long(f"nvarchar({size or 'max'})", 0xE7, 2 * size if size else MAX, COLLATION, _wide)


def varchar(size: int | None = None) -> SqlType:
    """varchar(n) or varchar(max), in Windows-1252: other characters become question marks."""
    return _long(f"varchar({size or 'max'})", 0xA7, size or MAX, COLLATION, _narrow)


def nchar(size: int) -> SqlType:
    """nchar(n): padded with spaces."""
    return _long(f"nchar({size})", 0xEF, 2 * size, COLLATION, lambda value: _wide(str(value).ljust(size)))


def char(size: int) -> SqlType:
    """char(n): padded with spaces."""
    return _long(f"char({size})", 0xAF, size, COLLATION, lambda value: _narrow(str(value).ljust(size)))


def varbinary(size: int | None = None) -> SqlType:
    """varbinary(n) or varbinary(max)."""
    return _long(f"varbinary({size or 'max'})", 0xA5, size or MAX, b"", bytes)
