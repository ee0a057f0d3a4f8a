"""One HTTP exchange with Xero: sent once, never slept on, its failure turned into our errors.

xero-python's own transport re-sends PUTs up to three times after a reset or a time-out and sleeps for as long as Retry-After
says; this one stands in its place (``ApiClient.rest_client``) and does neither. Bytes go out exactly as they are handed in.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from urllib3.exceptions import HTTPError

from tillpost.xero.auth import Token, TokenSource
from tillpost.xero.errors_from_xero import Answer, Request, error_of_answer, error_of_network
from tillpost.xero.exchange import exchange_once
from tillpost.xero.sender import Gate, Meter

# Seconds to connect, and between two reads: a batch of 50 documents takes Xero many seconds.
TIMEOUTS = (5, 120)
NOT_CHANGED = 304
_log = logging.getLogger(__name__)


class NoMeter:
    """Counts nothing: for tools that make a call or two outside the poster."""

    def before_call(self) -> None:
        """Let every call leave."""

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn nothing."""


def open_gate() -> None:
    """The gate of a request that nothing holds back."""


class Transport:
    """Exchanges of one connection; safe to share between threads. ``calls``: how many requests to the organisation have left."""

    def __init__(
        self, conn_id: str, tokens: TokenSource, meter: Meter, now: Callable[[], datetime], timeouts: tuple[int, int] | None = None
    ) -> None:
        self._conn_id, self._tokens, self._meter, self._now = conn_id, tokens, meter, now
        self._timeouts = timeouts or TIMEOUTS
        self._lock = threading.Lock()
        self.calls = 0

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, gate: Gate = open_gate, *, metered: bool = True
    ) -> Answer:
        """Send one request and return its answer (2xx or 304); raises an XeroError, or what meter and gate raise.

        A token that Xero refuses is renewed once and the request sent again: a 401 proves that nothing was booked.
        """
        request = Request(self._conn_id, method, urlsplit(url).path, writes=method != "GET")
        token = self._tokens.token()
        answer = self._once(request, url, headers, body, gate, token, metered)
        if answer.status == 401:
            token = self._tokens.another_than(token)
            answer = self._once(request, url, headers, body, gate, token, metered)
        if 200 <= answer.status < 300 or (answer.status == NOT_CHANGED and not request.writes):
            return answer
        raise error_of_answer(request, answer, self._now())

    def _once(
        self, request: Request, url: str, headers: Mapping[str, str], body: bytes | None, gate: Gate, token: Token, metered: bool
    ) -> Answer:
        sent = {**headers, "Authorization": f"Bearer {token.secret}", "Accept-Encoding": "gzip"}
        if metered:
            self._meter.before_call()
        gate()
        if metered:
            self._count()
        try:
            answer = exchange_once(request.method, url, sent, self._timeouts, body)
        except (HTTPError, OSError) as error:
            raise error_of_network(request, error) from error
        self._observe(answer.headers)
        # A server that repeats what it was sent must not bring the token into a message.
        return Answer(answer.status, answer.headers, answer.data.replace(token.secret.encode(), b"(token)"))

    def _count(self) -> None:
        with self._lock:
            self.calls += 1

    def _observe(self, headers: Mapping[str, str]) -> None:
        """Hand the headers on; the request has been answered, so a failure here must not lose the answer."""
        try:
            self._meter.observe(headers)
        except Exception as error:
            _log.warning("connection %r: the rate headers of an answer were not recorded (%s)", self._conn_id, type(error).__name__)


class RestOfOneCall:
    """Stands where xero-python's ``ApiClient`` has its own REST client, for one call: hands it to the transport."""

    def __init__(self, transport: Transport, gate: Gate) -> None:
        self._transport, self._gate = transport, gate

    def GET(self, url: str, *, query_params: Any = None, headers: Mapping[str, str], **ignored: Any) -> Answer:  # noqa: N802
        """Read."""
        return self._transport.exchange("GET", _with_query(url, query_params), headers, gate=self._gate)

    def PUT(self, url: str, *, query_params: Any = None, headers: Mapping[str, str], body: bytes, **ignored: Any) -> Answer:  # noqa: N802
        """Create."""
        return self._transport.exchange("PUT", _with_query(url, query_params), headers, body, self._gate)


def _with_query(url: str, query: Any) -> str:
    return f"{url}?{urlencode(query)}" if query else url
