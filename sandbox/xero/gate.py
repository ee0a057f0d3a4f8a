"""What every API call passes on its way to the books: token, tenant, limits, idempotency key, then the books in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.xero import api_documents, api_notes, api_reference, calls, idempotency, identity, limits, routes
from sandbox.xero.calls import Caller
from sandbox.xero.clock import ShiftedClock, to_ms
from sandbox.xero.context import open_books
from sandbox.xero.errors import ApiError, not_found
from sandbox.xero.faults import Fault, Faults
from sandbox.xero.http import JSON_TYPE, Request, Response, json_response, text_response, xml_response
from sandbox.xero.organisations import Organisation
from sandbox.xero.store import Store
from sandbox.xero.wire import loads

# They have registered their routes; naming them here says so.
API = (api_reference, api_documents, api_notes)
IDENTITY = {
    ("POST", "/connect/token"): identity.token,
    ("POST", "/connect/revocation"): identity.revoke,
    ("GET", "/connections"): identity.connections,
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gate:
    """The API's side of the server; runs on the one thread that owns the store."""

    store: Store
    clock: ShiftedClock
    faults: Faults

    def admit(self, request: Request, fault: Fault | None) -> Organisation | Response:
        """The organisation of a call, or the answer that refuses it."""
        now_ms = to_ms(self.clock.now())
        try:
            if fault and fault.kind == "expire_tokens":
                with self.store.transaction():
                    identity.expire_tokens(self.store, identity.client_of(self.store, request, now_ms), now_ms)
            return identity.tenant_of(self.store, request, identity.client_of(self.store, request, now_ms))
        except ApiError as error:
            refused = _answer(error)
        with self.store.transaction():
            calls.record(self.store, Caller(), request, refused, now_ms, 0, counted=False)
        return _as_asked(request, refused)

    def too_many(self, request: Request, organisation: Organisation) -> Response:
        """The 429 of too many calls at once: without Retry-After."""
        now_ms = to_ms(self.clock.now())
        with self.store.transaction():
            quota = limits.remaining(self.store, organisation, now_ms)
            answer = _answer(limits.refusal("concurrent", quota, None))
            self._record(organisation, request, answer, now_ms, 0)
        return answer

    def dropped(self, request: Request, org: str | None) -> None:
        """Log a call that was cut off before anything was done with it."""
        with self.store.transaction():
            now_ms = to_ms(self.clock.now())
            calls.record(self.store, Caller(org), request, Response(0, note="dropped before"), now_ms, 0, counted=False)

    def process(self, request: Request, organisation: Organisation, fault: Fault | None) -> Response:
        """Answer an admitted call, everything that it changes in one transaction."""
        started, now = time.perf_counter_ns(), self.clock.now()
        now_ms = to_ms(now)
        try:
            with self.store.transaction():
                answer = self._counted(request, organisation, fault, now_ms)
                took_us = (time.perf_counter_ns() - started) // 1000
                logged = replace(answer, status=0, note="dropped after") if fault and fault.kind == "drop_after" else answer
                self._record(organisation, request, logged, now_ms, took_us)
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            answer = _server_error()
            with self.store.transaction():
                self._record(organisation, request, answer, now_ms, 0)
        return _as_asked(request, answer)

    def _record(self, organisation: Organisation, request: Request, answer: Response, now_ms: int, took_us: int) -> None:
        caller = Caller(organisation.key, organisation.client_id)
        calls.record(self.store, caller, request, answer, now_ms, took_us, counted=answer.status != 429)

    def _counted(self, request: Request, organisation: Organisation, fault: Fault | None, now_ms: int) -> Response:
        try:
            quota = limits.take(self.store, organisation, now_ms)
        except ApiError as error:
            return _answer(error)
        answer = self._once(request, organisation, fault, now_ms)
        return replace(answer, headers=quota.headers() | answer.headers)

    def _once(self, request: Request, organisation: Organisation, fault: Fault | None, now_ms: int) -> Response:
        """A keyed write runs once; its first answer is replayed."""
        client_id = organisation.client_id
        try:
            key = idempotency.key_of(request)
            kept = idempotency.replay(self.store, client_id, key, request, now_ms) if key else None
        except ApiError as error:
            return _answer(error)
        if kept:
            return kept
        answer = self._handled(request, organisation, fault)
        if key and answer.status != 429:
            expires_ms = now_ms + organisation.settings.idempotency_seconds * 1000
            idempotency.keep(self.store, client_id, key, request, answer, expires_ms)
        return answer

    def _handled(self, request: Request, organisation: Organisation, fault: Fault | None) -> Response:
        if fault and fault.kind == "status":
            return _faulty(fault)
        settings = organisation.settings
        try:
            if len(request.path) + len(request.query_string) > settings.max_url_chars:
                raise not_found()
            # A file has a limit of its own.
            if len(request.body) > settings.max_body_bytes and "/attachments/" not in request.path.lower():
                raise ApiError(413, "The request is too large.")
            with self.store.element():
                return routes.handle(open_books(self.store, organisation, self.clock.now()), request, int(self.faults.lag_seconds * 1000))
        except ApiError as error:
            return _answer(error)


def _faulty(fault: Fault) -> Response:
    """The answer of a status fault: Xero's 503 is plain text, a 429 has no body, others are its JSON."""
    answer = text_response(fault.status, fault.body) if fault.body else _default_fault(fault.status)
    return replace(answer, headers=fault.headers, note="fault")


def _default_fault(status: int) -> Response:
    if status == 429:
        return Response(429)
    if status == 503:
        return text_response(503, "The Organisation is offline")
    if status in (401, 403):
        title = "Unauthorized" if status == 401 else "Forbidden"
        return json_response(status, {"Type": None, "Title": title, "Status": status, "Detail": "AuthenticationUnsuccessful"})
    return json_response(
        status, {"ErrorNumber": status, "Type": "InternalError", "Message": "An error occurred in Xero. Check the API status page."}
    )


def _server_error() -> Response:
    return replace(_default_fault(500), note="failed")


def _answer(error: ApiError) -> Response:
    if isinstance(error.body, dict):
        return json_response(error.status, error.body, error.headers)
    content_type = error.headers.get("Content-Type", "text/plain; charset=utf-8" if error.body else "")
    headers = {name: value for name, value in error.headers.items() if name != "Content-Type"}
    return Response(error.status, error.body.encode(), content_type, headers)


def _as_asked(request: Request, answer: Response) -> Response:
    """Xero answers XML, of which only the least is given here, unless JSON is asked for."""
    if request.wants_json or answer.content_type != JSON_TYPE:
        return answer
    body = loads(answer.body)
    message = body.get("Message") or body.get("Detail") or "Ask for JSON with Accept: application/json."
    return replace(xml_response(answer.status, str(message)), headers=answer.headers)


def is_identity(request: Request) -> bool:
    """Whether a request is for tokens or connections."""
    return _identity_handler(request) is not None


def identity_call(gate: Gate, request: Request, fault: Fault | None) -> Response:
    """Answer a request for tokens or connections."""
    now_ms = to_ms(gate.clock.now())
    with gate.store.transaction():
        try:
            answer = _identity(gate, request, fault, now_ms)
        except ApiError as error:
            answer = _answer(error)
        calls.record(gate.store, Caller(), request, answer, now_ms, 0, counted=False)
    return answer


def _identity(gate: Gate, request: Request, fault: Fault | None, now_ms: int) -> Response:
    if fault and fault.kind == "status":
        return _faulty(fault)
    if fault and fault.kind == "refuse_token":
        return json_response(400, {"error": "invalid_client"})
    handler = _identity_handler(request)
    assert handler is not None
    return handler(gate.store, request, now_ms)


def _identity_handler(request: Request) -> Callable[[Store, Request, int], Response] | None:
    """What answers a request for tokens or connections; None for all others."""
    path = request.path.lower()
    if request.method == "DELETE" and path.startswith("/connections/"):
        return identity.end_connection
    return IDENTITY.get((request.method, path))
