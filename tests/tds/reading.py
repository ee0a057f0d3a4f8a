"""What a client sends: batches, calls of procedures with their values ([MS-TDS] 2.2.6.6 and 2.2.6.7)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

PROCEDURES = {2: "sp_cursoropen", 10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}
BY_REFERENCE = 0x01
_BATCH_ENDS = (0x80, 0xFF)
_ZERO_DATE, _ZERO_DATETIME = date(1, 1, 1).toordinal(), datetime.fromisoformat("1900-01-01")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value handed to a procedure; ``type`` is its T-SQL type as far as it tells, ``output``: the procedure fills it."""

    name: str
    type: str
    value: Any
    output: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a procedure."""

    procedure: str
    parameters: tuple[Parameter, ...]


class Reader:
    """A message, read from its front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        part = self.data[self.place : self.place + size]
        assert len(part) == size, "a message ended too early"
        self.place += size
        return part

    def number(self, form: str) -> int:
        """The next number, little-endian."""
        value: int = struct.unpack("<" + form, self.take(struct.calcsize(form)))[0]
        return value

    def short_text(self) -> str:
        """Text with a length of one byte."""
        return self.take(2 * self.number("B")).decode("utf-16-le")

    @property
    def at_end(self) -> bool:
        """Whether all is read."""
        return self.place >= len(self.data)


def batch_text(message: bytes) -> str:
    """The SQL of a batch, without the headers in front of it."""
    return message[struct.unpack_from("<I", message)[0] :].decode("utf-16-le")


def read_calls(message: bytes) -> list[Call]:
    """The calls of one request."""
    reader = Reader(message)
    reader.take(reader.number("I") - 4)
    calls = []
    while not reader.at_end:
        calls.append(_call(reader))
    return calls


def _call(reader: Reader) -> Call:
    length = reader.number("H")
    name = PROCEDURES[reader.number("H")] if length == 0xFFFF else reader.take(2 * length).decode("utf-16-le")
    reader.number("H")
    parameters = []
    while not reader.at_end:
        if reader.data[reader.place] in _BATCH_ENDS:
            reader.number("B")
            break
        parameters.append(_parameter(reader))
    return Call(name, tuple(parameters))


def _parameter(reader: Reader) -> Parameter:
    name, status = reader.short_text(), reader.number("B")
    kind, value = _value(reader)
    return Parameter(name, kind, value, bool(status & BY_REFERENCE))


def _value(reader: Reader) -> tuple[str, Any]:
    code = reader.number("B")
    if code in _WITH_SIZE:
        name, read = _WITH_SIZE[code]
        reader.number("B")
        data = reader.take(reader.number("B"))
        return name, read(data) if data else None
    if code in (0x6A, 0x6C):
        return _decimal(reader)
    if code in _LONG:
        return _long(reader, *_LONG[code])
    if code in _BLOBS:
        return _blob(reader, *_BLOBS[code])
    if code == 0x28:
        data = reader.take(reader.number("B"))
        return "date", _date(data) if data else None
    if code in _WITH_SCALE:
        name, read_scaled = _WITH_SCALE[code]
        scale = reader.number("B")
        data = reader.take(reader.number("B"))
        return f"{name}({scale})", read_scaled(data, scale) if data else None
    raise AssertionError(f"a parameter is of a type that the stub does not know: {code:#x}")


def _whole(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=len(data) > 1)


def _float(data: bytes) -> float:
    value: float = struct.unpack("<f" if len(data) == 4 else "<d", data)[0]
    return value


def _money(data: bytes) -> Decimal:
    if len(data) == 4:
        return Decimal(_whole(data)).scaleb(-4)
    high, low = struct.unpack("<iI", data)
    return Decimal((high << 32) + low).scaleb(-4)


def _datetime(data: bytes) -> datetime:
    if len(data) == 4:
        days, minutes = struct.unpack("<HH", data)
        return _ZERO_DATETIME + timedelta(days=days, minutes=minutes)
    days, ticks = struct.unpack("<iI", data)
    return _ZERO_DATETIME + timedelta(days=days, milliseconds=round(ticks * 10 / 3))


def _date(data: bytes) -> date:
    return date.fromordinal(int.from_bytes(data, "little") + _ZERO_DATE)


def _time(data: bytes, scale: int) -> time:
    micros = int.from_bytes(data, "little") * 10 ** (7 - scale) // 10
    return (_ZERO_DATETIME + timedelta(microseconds=micros)).time()


def _datetime2(data: bytes, scale: int) -> datetime:
    return datetime.combine(_date(data[-3:]), _time(data[:-3], scale))


def _datetimeoffset(data: bytes, scale: int) -> datetime:
    zone = timezone(timedelta(minutes=struct.unpack("<h", data[-2:])[0]))
    return _datetime2(data[:-2], scale).replace(tzinfo=timezone.utc).astimezone(zone)  # noqa: UP017


def _decimal(reader: Reader) -> tuple[str, Any]:
    _, precision, scale = reader.take(3)
    data = reader.take(reader.number("B"))
    kind = f"decimal({precision},{scale})"
    if not data:
        return kind, None
    whole = int.from_bytes(data[1:], "little")
    return kind, Decimal(whole if data[0] else -whole).scaleb(-scale)


def _long(reader: Reader, name: str, decoding: str) -> tuple[str, Any]:
    size = reader.number("H")
    if decoding:
        reader.take(5)
    data = _parts(reader) if size == 0xFFFF else _counted(reader)
    characters = size // 2 if name.startswith("n") else size
    kind = f"{name}({'max' if size == 0xFFFF else characters})"
    return kind, data.decode(decoding) if data is not None and decoding else data


def _blob(reader: Reader, name: str, decoding: str) -> tuple[str, Any]:
    """A value of the old types without limit, as FreeTDS binds text of unknown length."""
    reader.number("I")
    if decoding:
        reader.take(5)
    length = reader.number("i")
    data = None if length < 0 else reader.take(length)
    return name, data.decode(decoding) if data is not None and decoding else data


def _counted(reader: Reader) -> bytes | None:
    length = reader.number("H")
    return None if length == 0xFFFF else reader.take(length)


def _parts(reader: Reader) -> bytes | None:
    if reader.number("Q") == 0xFFFFFFFFFFFFFFFF:
        return None
    parts = []
    while length := reader.number("I"):
        parts.append(reader.take(length))
    return b"".join(parts)


_WITH_SIZE = {
    0x26: ("int", _whole), 0x68: ("bit", lambda data: data != b"\0"), 0x6D: ("float", _float), 0x6E: ("money", _money),
    0x6F: ("datetime", _datetime), 0x24: ("uniqueidentifier", lambda data: UUID(bytes_le=data)),
}  # fmt: skip
_WITH_SCALE = {0x29: ("time", _time), 0x2A: ("datetime2", _datetime2), 0x2B: ("datetimeoffset", _datetimeoffset)}
_LONG = {
    0xA5: ("varbinary", ""), 0xAD: ("binary", ""), 0xA7: ("varchar", "cp1252"), 0xAF: ("char", "cp1252"),
    0xE7: ("nvarchar", "utf-16-le"), 0xEF: ("nchar", "utf-16-le"),
}  # fmt: skip
_BLOBS = {0x22: ("image", ""), 0x23: ("text", "cp1252"), 0x63: ("ntext", "utf-16-le")}
