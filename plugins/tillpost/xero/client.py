"""The client of one Xero organisation: xero-python for addresses, headers and models, our own transport and reading around it.

What is different from plain xero-python: nothing is sent twice, nothing sleeps inside a call, answers are read as JSON
rather than as models (a word that is new to the SDK would lose the whole page), each client has its own configuration (the SDK's
is shared by the process), and every failure is one of ``tillpost.errors``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration

from tillpost.connection import Connection
from tillpost.errors import XeroError
from tillpost.model.documents import Contact, Document, DocumentKind
from tillpost.model.results import ElementResult, HeldDocument, XeroContact
from tillpost.xero import contacts as contacts_on_the_wire
from tillpost.xero import editing, lists
from tillpost.xero.addresses import addresses_of
from tillpost.xero.answers import SHAPES, results_of
from tillpost.xero.auth import CustomTokens, check_credentials
from tillpost.xero.errors_from_xero import Answer, Request, no_clear_answer
from tillpost.xero.listings import read_listing
from tillpost.xero.payloads import body_of
from tillpost.xero.sender import ContactResult, File, Gate, Ids, InXero, Listing, Meter, Parent
from tillpost.xero.tenants import find_tenant, not_connected, not_reached, read_tenants
from tillpost.xero.tokens import Tokens
from tillpost.xero.transport import NOT_CHANGED, NoMeter, RestOfOneCall, Transport, open_gate
from tillpost.xero.wire import Json

MAX_KEY = 128


class _NoToken:
    """Keeps the SDK from putting a token on: the transport does that, with one it can renew."""

    def get_auth_settings(self) -> None:
        """Nothing to add to a request."""


class XeroClient:
    """A connection to one Xero organisation (``tillpost.xero.sender.Sender``); safe to share between threads."""

    def __init__(
        self,
        connection: Connection,
        *,
        tokens: Tokens | None = None,
        meter: Meter | None = None,
        now: Callable[[], datetime] | None = None,
        timeouts: tuple[int, int] | None = None,
    ) -> None:
        """``tokens``: without them, those of a custom connection. ``now`` tells aware UTC; ``timeouts`` are seconds to connect and between
        reads. ConfigError if the connection is unusable."""
        check_credentials(connection)
        self._connection, self._addresses = connection, addresses_of(connection)
        clock = now or (lambda: datetime.now(UTC))
        tokens = tokens or CustomTokens(connection, self._addresses.token, clock)
        self._transport = Transport(connection.conn_id, tokens, meter or NoMeter(), clock, timeouts)
        self._configuration = Configuration()
        self._configuration.oauth2_token = _NoToken()
        self._tenant = str(connection.extra.get("tenant_id", ""))
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        """How many requests to the organisation have left through this client."""
        return self._transport.calls

    @property
    def accepted(self) -> bool:
        """Whether Xero has taken any request of this client: what tells a working connection from one that nobody has tried."""
        return self._transport.accepted

    def tenant_id(self) -> str:
        """The id of the organisation: the connection's ``tenant_id`` in extra, or the only one that the app is connected to."""
        with self._lock:
            if not self._tenant:
                self._tenant = find_tenant(self._connection.conn_id, self._addresses.connections, self._transport)
            return self._tenant

    def check_reach(self) -> None:
        """Whether the connection still reaches its organisation, at the cost of none of its calls; raises XeroAuthError if it does not."""
        tenants = read_tenants(self._connection.conn_id, self._addresses.connections, self._transport)
        if not tenants:
            raise not_connected(self._connection.conn_id)
        if self._tenant and self._tenant not in {tenant.tenant_id for tenant in tenants}:
            raise not_reached(self._connection.conn_id, self._tenant)

    def body(self, kind: DocumentKind, documents: Sequence[Document], ids: Ids) -> bytes:
        """The exact JSON body of one request with these documents in this order. Pure and deterministic; no call."""
        if not documents or any(document.kind is not kind for document in documents):
            raise ValueError(f"a body holds documents of one kind, here {kind}, and at least one")
        return body_of(kind, documents, ids)

    def send(
        self, kind: DocumentKind, body: bytes, idempotency_key: str, *, parent: Parent | None = None, gate: Gate = open_gate
    ) -> list[ElementResult]:
        """Send one body as it is, once; one result per document, by position. Raises XeroErrors and what ``gate`` raises."""
        shape = SHAPES[kind]
        operation, path = _allocate(parent) if kind is DocumentKind.ALLOCATION else (shape.create, ())
        count = len(json.loads(body)[shape.field])
        answer = self.create(operation, body, idempotency_key, *path, gate=gate)
        try:
            return results_of(kind, answer.json() or {}, count)
        except ValueError as error:
            raise self._unclear(f"PUT {shape.field}", f"Xero answered {answer.status}, but {error}", writes=True) from None

    def create(self, operation: str, body: bytes, idempotency_key: str, *path: str, gate: Gate = open_gate) -> Answer:
        """Call a ``create_…`` method of the SDK with these exact bytes, once."""
        if not 0 < len(idempotency_key) <= MAX_KEY:
            raise ValueError(f"an idempotency key has 1 to {MAX_KEY} characters")
        # Text, not False: the SDK would write "False", which validators of Xero's own OpenAPI file refuse.
        return self._call(operation, (*path, body), {"summarize_errors": "false", "idempotency_key": idempotency_key}, gate)

    def change(self, operation: str, *arguments: str | bytes, key: str = "", content_type: str = "", gate: Gate = open_gate) -> Answer:
        """Call a method of the SDK that changes what exists or adds to it, once: ids first, then the body's exact bytes if it has one."""
        named: dict[str, lists.Argument] = {"idempotency_key": key} if key else {}
        return self._call(operation, arguments, named, gate, content_type)

    def read(self, operation: str, field: str, **arguments: lists.Argument) -> Json | None:
        """Call a ``get_…`` method of the SDK: the answer, in which ``field`` is a list or null; None where nothing has changed (304)."""
        answer = self._call(operation, (), arguments, open_gate)
        if answer.status == NOT_CHANGED:
            return None
        body = answer.json()
        if body is None or not isinstance(body.get(field), (list, type(None))) or field not in body:
            raise self._unclear(f"GET {field}", f"Xero answered {answer.status} without a list of {field}", writes=False)
        return body

    def held_documents(self, kind: DocumentKind, changed_since: datetime) -> list[HeldDocument]:
        """All documents of a kind that changed in Xero at or after an aware moment, voided and deleted ones too."""
        return lists.held_documents(self, kind, changed_since)

    def listing(self, which: Listing, changed_since: datetime) -> list[HeldDocument]:
        """What one of Xero's lists tells of everything in it that changed at or after an aware moment."""
        return read_listing(self, which, changed_since)

    def find_bills(self, kind: DocumentKind, numbers: Sequence[str]) -> list[HeldDocument]:
        """The bills (or supplier credits) with any of these numbers, from whatever contact."""
        return lists.find_bills(self, kind, numbers)

    def changed_contacts(self, since: datetime | None) -> list[XeroContact]:
        """The contacts that changed at or after an aware moment (None: all), archived and merged ones too."""
        return contacts_on_the_wire.changed_contacts(self, since)

    def create_contacts(self, contacts: Sequence[Contact]) -> list[ContactResult]:
        """Create at most 50 contacts in one call; one result per contact, by position."""
        return contacts_on_the_wire.create_contacts(self, contacts)

    def status_of(self, one: InXero) -> str:
        """The status of one document now, in Xero's word; DELETED where it is an allocation that is gone."""
        return editing.status_of(self, one)

    def void(self, one: InXero, *, draft: bool, gate: Gate = open_gate) -> None:
        """Take one document back: void what is approved, delete a draft, a payment, an allocation or an overpayment."""
        editing.void(self, one, draft=draft, gate=gate)

    def notes_of(self, one: InXero) -> list[str]:
        """The texts in the history of one document."""
        return editing.notes_of(self, one)

    def add_note(self, one: InXero, words: str, key: str, *, gate: Gate = open_gate) -> None:
        """Add a note to the history of one document."""
        editing.add_note(self, one, words, key, gate=gate)

    def attach(self, one: InXero, file: File, key: str, *, gate: Gate = open_gate) -> None:
        """Attach a file to one document; one of the same name takes the place of the old one."""
        editing.attach(self, one, file, key, gate=gate)

    def _call(
        self,
        operation: str,
        arguments: tuple[str | bytes, ...],
        named: Mapping[str, lists.Argument],
        gate: Gate,
        content_type: str = "",
    ) -> Answer:
        tenant = self.tenant_id()
        # An API client of its own for each call: the SDK keeps the last answer and more in it, without locks.
        api_client = ApiClient(self._configuration)
        api_client.rest_client = RestOfOneCall(self._transport, gate, content_type)
        api = AccountingApi(api_client, base_url=self._addresses.api)
        answer: Answer = getattr(api, operation)(tenant, *arguments, _preload_content=False, **named)
        return answer

    def _unclear(self, what: str, why: str, *, writes: bool) -> XeroError:
        method, path = what.split()
        return no_clear_answer(Request(self._connection.conn_id, method, path, writes), why)


def _allocate(parent: Parent | None) -> tuple[str, tuple[str, ...]]:
    if parent is None:
        raise ValueError("allocations are sent to the credit note or overpayment that they take from: name it as parent")
    operation = "create_overpayment_allocations" if parent.kind is DocumentKind.OVERPAYMENT else SHAPES[DocumentKind.ALLOCATION].create
    return operation, (parent.xero_id,)
