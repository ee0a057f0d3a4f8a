"""A server of one connection per answer, for what a well-behaved server never does: resets, silence, halves and rubbish."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

TOKEN = "token-that-nobody-may-see"
RESET, SILENCE = "reset", "silence"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def http_answer(status: int, body: bytes | str = b"", **headers: str) -> bytes:
    """The bytes of an answer; header names with _ for -."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"Content-Length": str(len(data)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + data


class StubXero:
    """Gives tokens and one tenant by itself; every other request gets the next of ``answers``: bytes, RESET or SILENCE."""

    def __init__(self) -> None:
        self.answers: list[bytes | str] = []
        self.token_answers: list[bytes | str] = []
        self.tenants = http_answer(200, json.dumps([{"tenantId": "tenant-1", "tenantType": "ORGANISATION"}]))
        self.received: list[Received] = []
        self.tokens_asked: list[Received] = []
        self.keeps_open = False
        self.closed_by_client: list[bool] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._silent: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> StubXero:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # shutdown wakes the thread that waits in accept; close alone would not.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._silent:
            connection.close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = _read(connection)
        answer = self._next(request)
        if answer == SILENCE:
            self._silent.append(connection)
            return
        if answer == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif isinstance(answer, bytes):
            connection.sendall(answer)
        if self.keeps_open:
            self.closed_by_client.append(_is_closed(connection))
        connection.close()

    def _next(self, request: Received) -> bytes | str:
        if request.path == "/connect/token":
            self.tokens_asked.append(request)
            given = json.dumps({"access_token": TOKEN, "expires_in": 1800, "token_type": "Bearer"})
            return self.token_answers.pop(0) if self.token_answers else http_answer(200, given)
        if request.path == "/connections":
            return self.tenants
        self.received.append(request)
        return self.answers.pop(0)


def _is_closed(connection: socket.socket) -> bool:
    """Whether the client closes the connection within a second."""
    connection.settimeout(1)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False


def _read(connection: socket.socket) -> Received:
    file = connection.makefile("rb")
    method, path, _ = file.readline().decode().split()
    headers: dict[str, str] = {}
    while line := file.readline().decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Received(method, path, headers, file.read(int(headers.get("content-length", "0"))))
