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

from urllib3 import HTTPHeaderDict
from urllib3.exceptions import HTTPError

from tillpost.xero.errors_from_xero import Answer, Request, error_of_answer, error_of_network
from tillpost.xero.exchange import exchange_once
from tillpost.xero.sender import Answered, Gate, Meter
from tillpost.xero.tokens import Token, Tokens

# Seconds to connect, and between two reads: a batch of 50 documents takes Xero many seconds.
TIMEOUTS = (5, 120)
NOT_CHANGED = 304
_log = logging.getLogger(__name__)


class NoMeter:
    """Counts nothing: for tools that make a call or two outside the poster."""

    def before_call(self) -> Answered:
        """Let every call leave, and learn nothing."""
        return _nothing_learnt


def _nothing_learnt(headers: Mapping[str, str], status: int = 0) -> None:
    pass


def open_gate() -> None:
    """The gate of a request that nothing holds back."""


class Transport:
    """Exchanges of one connection; safe to share between threads.

    ``calls``: how many requests to the organisation have left; ``accepted``: whether Xero has taken any request of this connection.
    """

    def __init__(
        self, conn_id: str, tokens: Tokens, meter: Meter, now: Callable[[], datetime], timeouts: tuple[int, int] | None = None
    ) -> None:
        self._conn_id, self._tokens, self._meter, self._now = conn_id, tokens, meter, now
        self._timeouts = timeouts or TIMEOUTS
        self._lock = threading.Lock()
        self.calls = 0
        self.accepted = False

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
            self.accepted = True
            return answer
        raise error_of_answer(request, answer, self._now())

    def _once(
        self, request: Request, url: str, headers: Mapping[str, str], body: bytes | None, gate: Gate, token: Token, metered: bool
    ) -> Answer:
        sent = {**headers, "Authorization": f"Bearer {token.secret}", "Accept-Encoding": "gzip"}
        answered = (self._meter if metered else NoMeter()).before_call()
        told: Mapping[str, str] = {}
        status = 0
        try:
            gate()
            if metered:
                self._count()
            answer = self._exchange(request, url, sent, body)
            told, status = answer.headers, answer.status
        finally:
            self._tell(answered, told, status)
        return _without(token.secret, answer)

    def _exchange(self, request: Request, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            return exchange_once(request.method, url, headers, self._timeouts, body)
        except (HTTPError, OSError) as error:
            raise error_of_network(request, error) from error

    def _count(self) -> None:
        with self._lock:
            self.calls += 1

    def _tell(self, answered: Answered, headers: Mapping[str, str], status: int) -> None:
        """Tell the meter that the call is over; it is, so a failure here must not lose the answer."""
        try:
            answered(headers, status)
        except Exception as error:
            _log.warning("connection %r: the rate headers of an answer were not recorded (%s)", self._conn_id, type(error).__name__)


class RestOfOneCall:
    """Stands where xero-python's ``ApiClient`` has its own REST client, for one call: hands it to the transport.

    ``content_type`` takes the place of the SDK's, which calls every file a stream of octets.
    """

    def __init__(self, transport: Transport, gate: Gate, content_type: str = "") -> None:
        self._transport, self._gate = transport, gate
        self._own = {"Content-Type": content_type} if content_type else {}

    def GET(self, url: str, *, query_params: Any = None, headers: Mapping[str, str], **ignored: Any) -> Answer:  # noqa: N802
        """Read."""
        return self._transport.exchange("GET", _with_query(url, query_params), headers, gate=self._gate)

    def PUT(self, url: str, *, query_params: Any = None, headers: Mapping[str, str], body: bytes, **ignored: Any) -> Answer:  # noqa: N802
        """Create."""
        return self._transport.exchange("PUT", _with_query(url, query_params), {**headers, **self._own}, body, self._gate)

    def POST(self, url: str, *, query_params: Any = None, headers: Mapping[str, str], body: bytes, **ignored: Any) -> Answer:  # noqa: N802
        """Change what exists."""
        return self._transport.exchange("POST", _with_query(url, query_params), headers, body, self._gate)

    def DELETE(self, url: str, *, query_params: Any = None, headers: Mapping[str, str], **ignored: Any) -> Answer:  # noqa: N802
        """Remove."""
        return self._transport.exchange("DELETE", _with_query(url, query_params), headers, gate=self._gate)


def _without(secret: str, answer: Answer) -> Answer:
    """The answer without the token: a server that repeats what it was sent must not bring it into a message."""
    headers = HTTPHeaderDict((name, value.replace(secret, "(token)")) for name, value in answer.headers.items())
    return Answer(answer.status, headers, answer.data.replace(secret.encode(), b"(token)"))


def _with_query(url: str, query: Any) -> str:
    return f"{url}?{urlencode(query)}" if query else url
