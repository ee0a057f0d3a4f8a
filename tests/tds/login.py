"""The beginning of a session: what the client may use, and who it is ([MS-TDS] 2.2.6.4 and 2.2.6.5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

NOT_SUPPORTED, REQUIRED = 2, 3
_FIELDS = ("host", "user", "password", "application", "server", "extension", "library", "language", "database")


@dataclass(frozen=True, slots=True)
class Login:
    """What a LOGIN7 message says; ``read_only`` is the application's intent."""

    user: str
    password: str = field(repr=False)
    database: str
    application: str
    library: str
    language: str
    tds_version: int
    read_only: bool


def prelogin_answer() -> bytes:
    """Version 15, and no encryption: a client that insists on it must leave."""
    options = ((0, bytes((15, 0, 0x10, 0x00, 0, 0))), (1, bytes((NOT_SUPPORTED,))), (2, b"\0"), (3, b""), (4, b"\0"))
    place = 5 * len(options) + 1
    head, body = b"", b""
    for number, data in options:
        head += struct.pack(">BHH", number, place + len(body), len(data))
        body += data
    return head + b"\xff" + body


def read_login(message: bytes) -> Login:
    """A LOGIN7 message."""
    version = struct.unpack_from("<I", message, 4)[0]
    flags = message[26]
    texts = {}
    for index, name in enumerate(_FIELDS):
        place, length = struct.unpack_from("<HH", message, 36 + 4 * index)
        raw = message[place : place + 2 * length]
        texts[name] = (_plain(raw) if name == "password" else raw).decode("utf-16-le")
    return Login(
        texts["user"],
        texts["password"],
        texts["database"],
        texts["application"],
        texts["library"],
        texts["language"],
        version,
        bool(flags & 0x20),
    )


def _plain(raw: bytes) -> bytes:
    """A password, which is sent with its bits turned over."""
    return bytes((((b ^ 0xA5) << 4) & 0xF0) | ((b ^ 0xA5) >> 4) for b in raw)
