"""What the poster needs of a Xero client, and nothing more: one request at a time, each with a clear outcome.

``tillpost.xero.client.XeroClient`` is the real one. A sender never sends anything a second time, never sleeps inside a call and
raises only the errors of ``tillpost.errors.XeroError``: what it raises decides what the poster may do next.

* ``RateLimited``, ``XeroRefused``, ``XeroUnavailable``, ``XeroAuthError``: proof that nothing of the request was booked
* ``UnknownOutcome`` (and any other exception): it may have been booked; the poster looks it up later
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tillpost.errors import RateLimited
from tillpost.model.documents import Contact, Document, DocumentKind
from tillpost.model.results import ElementResult, HeldDocument

MAX_DOCUMENTS = 50
MAX_BODY_BYTES = 3_500_000
MAX_NUMBERS = 40

Gate = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Parent:
    """The document in whose path a request goes: the credit note or overpayment that allocations take from."""

    kind: DocumentKind
    xero_id: str


@dataclass(frozen=True, slots=True)
class ContactResult:
    """One contact as Xero holds it now. An empty ``contact_id`` says that it cannot be used; ``messages`` tell why."""

    contact_id: str
    messages: tuple[str, ...] = ()


class Ids(Protocol):
    """Finds the ids that a payload must name; both are known before a document is claimed (KeyError otherwise)."""

    def contact_id(self, contact: Contact) -> str:
        """The ContactID of a contact."""

    def xero_id(self, natural_key: str) -> str:
        """The id in Xero of the posted document of that natural key (what a payment settles, what an allocation takes from)."""


class Meter(Protocol):
    """Counts calls before they leave and learns from the headers of every answer (``tillpost.xero.quota.Quota``)."""

    def before_call(self) -> None:
        """Count one call that is about to leave; raises RateLimited, and then it must not leave."""

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take Xero's own count from the headers of any answer, whatever its status."""


class Budget(Protocol):
    """What the poster may spend (``tillpost.xero.quota.Quota``); asked before a chunk is claimed, it counts nothing."""

    def room(self, *, in_flight: int, backfill: bool) -> RateLimited | None:
        """None where one more call may leave now beside those in flight; else the limit it waits for.

        ``backfill``: for documents of older dates, which leave a share of the day to the nightly run.
        """


class Sender(Protocol):
    """A connection to one Xero organisation."""

    @property
    def calls(self) -> int:
        """How many requests to the organisation have left through this sender."""

    def tenant_id(self) -> str:
        """The id of the Xero organisation that it is connected to."""

    def body(self, kind: DocumentKind, documents: Sequence[Document], ids: Ids) -> bytes:
        """The exact JSON body of one request with these documents in this order. Pure and deterministic; no call."""

    def send(
        self, kind: DocumentKind, body: bytes, idempotency_key: str, *, parent: Parent | None = None, gate: Gate
    ) -> list[ElementResult]:
        """Send one body as it is, once; one result per document, by position.

        ``parent`` is given for allocations only. ``gate`` is called last of all, when token and quota are there and only the bytes
        are left to go; if it raises, nothing is sent and its exception goes through.
        """

    def held_documents(self, kind: DocumentKind, changed_since: datetime) -> list[HeldDocument]:
        """All documents of a kind that changed in Xero at or after an aware moment, voided and deleted ones too.

        ``number`` is as we wrote it; that of an allocation is ``allocation_number``.
        """

    def find_bills(self, kind: DocumentKind, numbers: Sequence[str]) -> list[HeldDocument]:
        """The bills (or supplier credits) with any of these at most 40 numbers, from whatever contact. One call."""

    def ensure_contacts(self, contacts: Sequence[Contact]) -> list[ContactResult]:
        """Find these contacts by ContactNumber, then by exact name, and create those that are missing, in batches; by position."""


def allocation_number(credit_id: str, settles_id: str) -> str:
    """What tells an allocation, which has no number: the ids of both of its ends. Its amount tells the rest."""
    return f"{credit_id}/{settles_id}"
