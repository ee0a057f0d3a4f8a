"""Which method on which path is answered by what: the modules of the Accounting API register themselves here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.xero import batch
from sandbox.xero.context import Context
from sandbox.xero.errors import ApiError, not_found
from sandbox.xero.faults import PREFIX
from sandbox.xero.http import Request, Response, json_response, path_pattern
from sandbox.xero.wire import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call on one organisation's books; `key` is the id in the path; `lag_ms` is how far lists lag behind."""

    context: Context
    request: Request
    path: dict[str, str]
    lag_ms: int

    def respond(self, content: Json) -> Response:
        """200 with the envelope."""
        return json_response(200, batch.wrap(self.context, content))


Handler = Callable[[Call], Response]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register what answers a method on a path below the API's prefix."""

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, path_pattern(PREFIX + path), handler))
        return handler

    return register


def handle(context: Context, request: Request, lag_ms: int) -> Response:
    """Answer one call; ApiError where the whole call is refused."""
    known = False
    for method, pattern, handler in _ROUTES:
        match = pattern.match(request.path)
        if match is None:
            continue
        known = True
        if method == request.method:
            return handler(Call(context, request, match.groupdict(), lag_ms))
    if known:
        raise ApiError(405, "The HTTP method is not allowed for this resource.")
    raise not_found()
