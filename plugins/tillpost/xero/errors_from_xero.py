"""Turns whatever a request to Xero ends with into one of our errors; the caller reacts to the kind, the reader to the text.

For a write, 400, 401, 403, 404, 412, 413 and 429 are proof that the request was refused as a whole; so is a connection that
was never made. Everything else (time-outs, resets, 5xx, redirects, answers that are no JSON) may have been booked:
``UnknownOutcome``. A read books nothing: what is not refused is ``XeroUnavailable`` there.

Statuses: https://developer.xero.com/documentation/api/accounting/responsecodes
Limits: https://developer.xero.com/documentation/guides/oauth2/limits/
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationParseError, NewConnectionError, SSLError

from tillpost.errors import RateLimited, UnknownOutcome, XeroAuthError, XeroError, XeroRefused, XeroUnavailable
from tillpost.xero.messages import messages_of_answer
from tillpost.xero.wire import Json, clean, parsed, text

# Where Xero names no time itself: a concurrent request ends within seconds, a minute within a minute, and what has no name is no shorter.
WAIT_SECONDS = {"concurrent": 1, "appminute": 60, "minute": 60}
WAIT_UNNAMED = 60
LONGEST_WAIT = 86_400
TOO_MANY = 429
REFUSED_WRITES = (400, 404, 412, 413)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came: status, headers (looked up without case), bytes. Its repr shows neither headers nor body."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.data)} bytes)"

    def json(self) -> Json | None:
        """The JSON object in it, or None."""
        return parsed(self.data)


@dataclass(frozen=True, slots=True)
class Request:
    """What was tried, for messages: the connection's id, the method and the path without its query; ``writes``: it may book something."""

    conn_id: str
    method: str
    path: str
    writes: bool

    def __str__(self) -> str:
        return f"connection {self.conn_id!r}: {self.method} {self.path}"


def error_of_answer(request: Request, answer: Answer, now: datetime) -> XeroError:
    """The error that an answer outside 2xx means."""
    if answer.status == TOO_MANY:
        return _rate_limited(request, answer, now)
    if answer.status in (401, 403):
        return _not_accepted(request, answer)
    if answer.status in REFUSED_WRITES or (400 <= answer.status < 500 and not request.writes):
        return _refused(request, answer)
    return no_clear_answer(request, f"Xero answered with status {answer.status} {_own_words(answer)}".rstrip())


def error_of_network(request: Request, error: HTTPError | OSError) -> XeroError:
    """The error that a failure on the way means: before the connection stood nothing had left."""
    if _never_left(error):
        return XeroUnavailable(
            f"{request}: Xero could not be reached ({type(error).__name__}). Nothing was sent; it is safe to try again. "
            "Check the network, DNS and the base address of the connection."
        )
    return no_clear_answer(request, f"no complete answer came back ({type(error).__name__})")


def no_clear_answer(request: Request, what: str) -> XeroError:
    """For an answer that proves nothing: UnknownOutcome of a write, XeroUnavailable of a read."""
    if request.writes:
        return UnknownOutcome(f"{request}: {what}. It may have been booked: it is looked up in Xero before anything is sent again.")
    return XeroUnavailable(f"{request}: {what}. Reading changes nothing in Xero; try again later.")


def _never_left(error: HTTPError | OSError) -> bool:
    if isinstance(error, SSLError):
        return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args)
    return isinstance(error, (NewConnectionError, ConnectTimeoutError, LocationParseError))


def _rate_limited(request: Request, answer: Answer, now: datetime) -> RateLimited:
    problem = clean(answer.headers.get("X-Rate-Limit-Problem"), 40).lower().replace("-", "")
    seconds = retry_after(answer.headers.get("Retry-After", ""), now)
    if seconds is None:
        seconds = WAIT_SECONDS.get(problem, WAIT_UNNAMED)
    until = now + timedelta(seconds=seconds)
    name = f"the {problem} limit" if problem else "a limit"
    return RateLimited(
        f"{request}: {name} of Xero is reached, wait until {until:%Y-%m-%d %H:%M:%S} UTC. Nothing was booked.", until=until, problem=problem
    )


def retry_after(value: str, now: datetime) -> int | None:
    """Seconds to wait, at most a day, by a header Retry-After, in seconds or as a date; None where it is neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return min(max(int((until - now).total_seconds()) + 1, 0), LONGEST_WAIT)


def _not_accepted(request: Request, answer: Answer) -> XeroAuthError:
    scope = clean(answer.headers.get("WWW-Authenticate"), 200)
    said = _own_words(answer) or "no reason given"
    if "scope" in scope.lower():
        said = f"{said}; {scope}"
    return XeroAuthError(
        f"{request}: Xero does not accept the connection (status {answer.status}: {said}). Nothing was booked. "
        "Check in Xero that the app is still connected to this organisation with the scopes of docs/xero_connection.md, then run again."
    )


def _refused(request: Request, answer: Answer) -> XeroRefused:
    messages = messages_of_answer(answer.json() or {})
    said = "; ".join(messages[:3]) or _own_words(answer) or "without a reason"
    more = f" (and {len(messages) - 3} more)" if len(messages) > 3 else ""
    return XeroRefused(
        f"{request}: Xero refused the request with status {answer.status}: {said}{more}. Nothing was booked.",
        status=answer.status,
        messages=messages,
    )


def _own_words(answer: Answer) -> str:
    """What Xero says in an answer's Detail, Message or Title; nothing of any other text (it may be a page of a proxy)."""
    body = answer.json() or {}
    return next((clean(text(body, field), 300) for field in ("Detail", "Message", "Title") if text(body, field)), "")
