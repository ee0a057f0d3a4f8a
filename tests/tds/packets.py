"""Messages in packets over a socket ([MS-TDS] 2.2.3): read whole, written as they come."""

from __future__ import annotations

import select
import socket
import struct

BATCH, RPC, RESPONSE, ATTENTION, TRANSACTION, LOGIN, PRELOGIN = 0x01, 0x03, 0x04, 0x06, 0x0E, 0x10, 0x12
SIZE = 4096
_LAST = 0x01


class Gone(Exception):
    """The client has left."""


class Cancelled(Exception):
    """The client has sent an attention: it wants no more of the answer."""


class Wire:
    """One client's socket."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self._waiting = bytearray()
        self._number = 0

    def read(self) -> tuple[int, bytes]:
        """The next message: its kind and its bytes; raises Gone."""
        parts = []
        while True:
            kind, status, length = struct.unpack(">BBH", self._exactly(8)[:4])
            parts.append(self._exactly(length - 8))
            if status & _LAST:
                return kind, b"".join(parts)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            try:
                part = self.client.recv(size - len(data))
            except OSError:
                part = b""
            if not part:
                raise Gone
            data += part
        return bytes(data)

    def write(self, data: bytes) -> None:
        """Bytes of an answer; full packets leave at once. Raises Cancelled where the client has asked for that, and Gone."""
        self._waiting += data
        while len(self._waiting) > SIZE - 8:
            self._send(bytes(self._waiting[: SIZE - 8]), 0)
            del self._waiting[: SIZE - 8]
            self.look()

    def finish(self) -> None:
        """The end of an answer."""
        self._send(bytes(self._waiting), _LAST)
        self._waiting.clear()
        self._number = 0

    def forget(self) -> None:
        """Throw away what has not left yet."""
        self._waiting.clear()

    def flush(self) -> None:
        """Let leave what is there, though the answer goes on."""
        if self._waiting:
            self._send(bytes(self._waiting), 0)
            self._waiting.clear()

    def look(self, seconds: float = 0) -> None:
        """Raise Cancelled or Gone where the client has sent an attention or left while it was answered."""
        if select.select([self.client], [], [], seconds)[0]:
            kind, _ = self.read()
            if kind == ATTENTION:
                raise Cancelled
            raise AssertionError(f"a client sent a message of kind {kind:#x} while it was answered")

    def stall(self) -> None:
        """Wait until the client cancels or leaves."""
        self.flush()
        while True:
            self.look(seconds=0.2)

    def _send(self, data: bytes, status: int) -> None:
        self._number = (self._number + 1) % 256
        try:
            self.client.sendall(struct.pack(">BBHHBB", RESPONSE, status, len(data) + 8, 51, self._number, 0) + data)
        except OSError:
            raise Gone from None
