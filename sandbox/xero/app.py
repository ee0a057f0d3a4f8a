"""The local Xero as an ASGI application: reads requests, picks the room that answers, and cuts connections where a fault says so.

One thread owns the store and answers one call after the other, while the event loop stays free to take calls in: so calls
in progress can be counted as Xero counts them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sandbox.xero import admin, consent, pages
from sandbox.xero.clock import Clock, ShiftedClock, SystemClock
from sandbox.xero.faults import PREFIX, Fault, Faults
from sandbox.xero.gate import Gate, identity_call, is_identity
from sandbox.xero.http import Request, Response
from sandbox.xero.limits import InFlight
from sandbox.xero.store import Store

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
T = TypeVar("T")
HARD_LIMIT_BYTES = 16_000_000


class Application:
    """The whole local Xero on one SQLite file."""

    def __init__(self, db: Path, clock: Clock) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-xero")
        self.store = self._worker.submit(Store, db).result()
        offset = self._worker.submit(self.store.value, "SELECT value FROM meta WHERE name = 'clock_offset_ms'").result()
        self.clock = ShiftedClock(clock, timedelta(milliseconds=int(offset or 0)))
        self.faults = Faults()
        self.gate = Gate(self.store, self.clock, self.faults)
        self._in_flight = InFlight()

    def close(self) -> None:
        """Finish the calls in progress and close the file."""
        self._worker.submit(self.store.close)
        self._worker.shutdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _read(scope, receive)
        if request.path.startswith(PREFIX + "/"):
            answer = await self._api(request)
        elif is_identity(request):
            answer = await self._identity(request)
        elif request.path == consent.PATH:
            answer = await self._run(consent.handle, self, request)
        elif request.path.startswith("/admin/"):
            answer = await self._run(admin.handle, self, request)
        else:
            answer = await self._run(pages.handle, self, request)
        if answer is None:
            await _cut(receive, send)
            return
        await _write(send, answer, request.method == "HEAD")

    async def _run(self, function: Callable[..., T], *values: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *values)

    async def _identity(self, request: Request) -> Response | None:
        fault = self.faults.meet(request.method, request.path)
        await _pause(fault)
        if fault and fault.kind == "drop_before":
            await self._run(self.gate.dropped, request, None)
            return None
        answer = await self._run(identity_call, self.gate, request, fault)
        return None if fault and fault.kind == "drop_after" else answer

    async def _api(self, request: Request) -> Response | None:
        fault = self.faults.meet(request.method, request.path)
        if fault and fault.kind == "drop_before":
            await self._run(self.gate.dropped, request, None)
            return None
        admitted = await self._run(self.gate.admit, request, fault)
        if isinstance(admitted, Response):
            return admitted
        if not self._in_flight.enter(admitted.key, admitted.settings.concurrent_limit):
            return await self._run(self.gate.too_many, request, admitted)
        try:
            await _pause(fault, self.faults.latency_seconds)
            answer = await self._run(self.gate.process, request, admitted, fault)
            await asyncio.sleep(self.faults.latency_per_element_seconds * (answer.elements or 0))
        finally:
            self._in_flight.leave(admitted.key)
        return None if fault and fault.kind == "drop_after" else answer


def create_app(db: Path, clock: Clock | None = None) -> Application:
    """The ASGI application on a SQLite file, which is created if it is not there."""
    return Application(db, clock or SystemClock())


async def _pause(fault: Fault | None, seconds: float = 0.0) -> None:
    if fault and fault.kind == "delay":
        seconds += fault.seconds
    if seconds:
        await asyncio.sleep(seconds)


async def _read(scope: Scope, receive: Receive) -> Request:
    body, more = b"", True
    while more and len(body) <= HARD_LIMIT_BYTES:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, body)


async def _write(send: Send, answer: Response, head_only: bool) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.content_type:
        headers.append((b"content-type", answer.content_type.encode("latin-1")))
    headers += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head_only else answer.body})


async def _cut(receive: Receive, send: Send) -> None:
    """Cut the TCP connection without an answer, as a lost network does.

    uvicorn's request cycle, to which `send` belongs, holds the transport. Without one (in-process tests) an error does it.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the local Xero cut the connection, as a fault asked")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
