"""The local Xero within the poster's own process: what its server does with a request, without sockets and in the schedule's time.

It stands in the place of urllib3 in ``tillpost.xero.exchange``: the client, the SDK and the stand-in's gate are the real ones, and a
connection that breaks raises what urllib3 would raise.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace, TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError

from sandbox.xero import organisations
from sandbox.xero.clock import ShiftedClock, from_ms, to_ms
from sandbox.xero.context import Context, open_books
from sandbox.xero.errors import ApiError, Invalid
from sandbox.xero.faults import PREFIX, Fault, Faults
from sandbox.xero.gate import Gate, identity_call, is_identity
from sandbox.xero.http import Request, Response
from sandbox.xero.organisations import Organisation
from sandbox.xero.store import Store
from tests.torture.clock import SharedClock

LATE = """CREATE TABLE IF NOT EXISTS late (
  seq INTEGER PRIMARY KEY, due_ms INTEGER NOT NULL, method TEXT, path TEXT, query TEXT, headers TEXT, body BLOB)"""
Act = Callable[[Context], object]


@dataclass(slots=True)
class XeroClock:
    """The schedule's clock; a request that was booked late was booked at its own time."""

    clock: SharedClock
    moment: datetime | None = None

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return self.moment or self.clock()


@dataclass(slots=True)
class Weather:
    """How Xero behaves towards one poster: its faults in order, and how long it takes and how far its lists lag (seconds).

    ``acts``: what people do in Xero just before the poster's n-th call to the organisation.
    """

    faults: list[dict[str, Any]] = field(default_factory=list)
    fastest: float = 0.2
    slowest: float = 1.0
    lag: float = 0.0
    acts: dict[int, Act] = field(default_factory=dict)


class LocalXero:
    """One process's way to the local Xero on a file. ``passed(what)`` is told of each write that leaves and of each that is booked."""

    def __init__(self, file: Path, clock: SharedClock, weather: Weather, chance: Random, passed: Callable[[str], None]) -> None:
        self.store, self.clock, self.weather, self.chance, self.passed = Store(file), clock, weather, chance, passed
        self.time = XeroClock(clock)
        self.faults = Faults()
        self.faults.lag_seconds = weather.lag
        for fault in weather.faults:
            self.faults.add(fault)
        self.gate = Gate(self.store, ShiftedClock(self.time), self.faults)
        self.calls = 0
        # What the request under way has taken so far, and when those under way in other lanes will be answered.
        self.taken: float | None = None
        self.under_way: list[datetime] = []

    def connect(self, exchange: Any) -> None:
        """Put this Xero behind the module that does HTTP."""
        exchange.urllib3 = SimpleNamespace(PoolManager=lambda **ignored: _Pool(self), Timeout=urllib3.Timeout)

    def disconnect(self, exchange: Any) -> None:
        """Put urllib3 back."""
        exchange.urllib3 = urllib3
        self.store.close()

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes, patience: float) -> Response:
        """The answer to one request; raises urllib3's errors where the connection would break, ``patience`` seconds being the longest wait."""
        parts = urlsplit(url)
        request = Request(method, unquote(parts.path), parts.query, {name.lower(): value for name, value in headers.items()}, body)
        writes = method != "GET" and request.path.startswith(PREFIX)
        self.passed("leaves" if writes else "reads")
        self.book_late()
        fault = self.faults.meet(request.method, request.path)
        self.pass_time(self.chance.uniform(self.weather.fastest, self.weather.slowest))
        answer = self._answered(request, fault, patience)
        if writes:
            self.passed("booked")
        if fault and fault.kind == "drop_after":
            raise ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
        return answer

    def _answered(self, request: Request, fault: Fault | None, patience: float) -> Response:
        if is_identity(request):
            self._break(request, fault)
            return identity_call(self.gate, request, fault)
        self.calls += 1
        if act := self.weather.acts.pop(self.calls, None):
            by_hand(self.gate, act)
        self._break(request, fault)
        admitted = self.gate.admit(request, fault)
        if isinstance(admitted, Response):
            return admitted
        if self._is_full(admitted):
            return self.gate.too_many(request, admitted)
        if fault and fault.kind == "delay":
            self._delayed(request, fault.seconds, patience)
        return self.gate.process(request, admitted, fault)

    def _break(self, request: Request, fault: Fault | None) -> None:
        if fault and fault.kind == "drop_before":
            if fault.body == "unreachable":
                raise NewConnectionError(None, "Connection refused")  # type: ignore[arg-type]
            self.gate.dropped(request, None)
            raise ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))

    def _is_full(self, organisation: Organisation) -> bool:
        now = self.clock()
        self.under_way = [until for until in self.under_way if until > now]
        return len(self.under_way) >= organisation.settings.concurrent_limit

    def _delayed(self, request: Request, seconds: float, patience: float) -> None:
        """A request that takes longer than anybody waits for is booked all the same, later."""
        if seconds < patience:
            self.pass_time(seconds)
            return
        values = (to_ms(self.clock() + timedelta(seconds=seconds)), request.method, request.path, request.query_string)
        with self.store.transaction():
            sql = "INSERT INTO late (due_ms, method, path, query, headers, body) VALUES (?,?,?,?,?,?)"
            self.store.run(sql, (*values, json.dumps(dict(request.headers)), request.body))
        self.pass_time(patience)
        raise ReadTimeoutError(None, request.path, "Read timed out.")  # type: ignore[arg-type]

    def pass_time(self, seconds: float) -> None:
        """Let time pass: for all, or in a lane of its own until its answer is taken."""
        if self.taken is None:
            self.clock.advance(seconds)
        else:
            self.taken += seconds

    def book_late(self) -> None:
        """Do what slow requests ask for that are due by now."""
        for row in self.store.rows("SELECT * FROM late WHERE due_ms <= ? ORDER BY due_ms, seq", (to_ms(self.clock()),)):
            self.store.run("DELETE FROM late WHERE seq = ?", (row["seq"],))
            self.time.moment = from_ms(row["due_ms"])
            request = Request(row["method"], row["path"], row["query"], json.loads(row["headers"]), row["body"])
            admitted = self.gate.admit(request, None)
            if not isinstance(admitted, Response):
                self.gate.process(request, admitted, None)
            self.time.moment = None


def by_hand(gate: Gate, act: Act) -> None:
    """Something that a person does in Xero; what Xero does not let them do does not happen."""
    [organisation] = organisations.everyone(gate.store)
    with contextlib.suppress(Invalid, ApiError), gate.store.transaction():
        act(open_books(gate.store, organisation, gate.clock.now(), by_app=False))


class _Pool:
    """What ``exchange_once`` uses of a ``urllib3.PoolManager``."""

    def __init__(self, xero: LocalXero) -> None:
        self._xero = xero

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing is kept open."""

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None,
        headers: Mapping[str, str],
        timeout: urllib3.Timeout,
        retries: bool,
        redirect: bool,
    ) -> SimpleNamespace:
        """One request, once."""
        assert retries is False and redirect is False
        answer = self._xero.answer(method, url, headers, body or b"", float(timeout.read_timeout or 0))
        told = urllib3.HTTPHeaderDict({**answer.headers, "Content-Type": answer.content_type})
        return SimpleNamespace(status=answer.status, headers=told, data=answer.body)
