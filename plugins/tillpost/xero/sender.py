"""What the poster needs of a Xero client, and nothing more: one request at a time, each with a clear outcome.

``tillpost.xero.client.XeroClient`` is the real one. A sender never sends anything a second time, never sleeps inside a call and
raises only the errors of ``tillpost.errors.XeroError``: what it raises decides what the poster may do next.

* ``RateLimited``, ``XeroRefused``, ``XeroUnavailable``, ``XeroAuthError``: proof that nothing of the request was booked
* ``UnknownOutcome`` (and any other exception): it may have been booked; the poster looks it up later
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from tillpost.errors import RateLimited
from tillpost.model.documents import Contact, Document, DocumentKind
from tillpost.model.results import ElementResult, HeldDocument, XeroContact

MAX_DOCUMENTS = 50
MAX_BODY_BYTES = 3_500_000
MAX_NUMBERS = 40

Gate = Callable[[], None]


class Answered(Protocol):
    """Takes what came of a call."""

    def __call__(self, headers: Mapping[str, str], status: int = 0) -> None:
        """The headers of its answer and its status; none and 0 where no answer came."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The document in whose path a request goes: the credit note or overpayment that allocations take from."""

    kind: DocumentKind
    xero_id: str


@dataclass(frozen=True, slots=True)
class InXero:
    """One document that Xero holds. ``narration`` of a journal, which Xero wants with every change; ``day`` of an overpayment, to find
    it by; ``parent`` of an allocation."""

    kind: DocumentKind
    xero_id: str
    narration: str = ""
    day: date | None = None
    parent: Parent | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach: its name as Xero takes it, its type, its bytes (at most 10 MB)."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ContactResult:
    """One contact as Xero holds it now. An empty ``contact_id`` says that it cannot be used; ``messages`` tell why."""

    contact_id: str
    messages: tuple[str, ...] = ()


class Listing(StrEnum):
    """Xero's lists of documents: one call for each 1,000 entries."""

    JOURNALS = "journals"
    INVOICES = "invoices"
    CREDIT_NOTES = "credit_notes"
    OVERPAYMENTS = "overpayments"
    PAYMENTS = "payments"


class Ids(Protocol):
    """Finds the ids that a payload must name; both are known before a document is claimed (KeyError otherwise)."""

    def contact_id(self, contact: Contact) -> str:
        """The ContactID of a contact."""

    def xero_id(self, natural_key: str) -> str:
        """The id in Xero of the posted document of that natural key (what a payment settles, what an allocation takes from)."""


class Meter(Protocol):
    """Counts calls before they leave and learns from the headers of every answer (``tillpost.xero.quota.Quota``)."""

    def before_call(self) -> Answered:
        """Count one call that is about to leave; raises RateLimited, and then it must not leave.

        What it returns is called once, when the answer is in or the call has failed.
        """


class Budget(Protocol):
    """What the poster may spend (``tillpost.xero.quota.Quota``); asked before a chunk is claimed, it counts nothing."""

    def room(self, *, in_flight: int, backfill: bool) -> RateLimited | None:
        """None where one more call may leave now beside those in flight; else the limit it waits for.

        ``backfill``: for documents of older dates, which leave a share of the day to the nightly run.
        """


class Editor(Protocol):
    """What is done to a document that Xero holds. Each raises the errors of ``XeroError``, and what ``gate`` raises."""

    def status_of(self, one: InXero) -> str:
        """Its status now, in Xero's word; DELETED where it is an allocation that is gone."""

    def void(self, one: InXero, *, draft: bool, gate: Gate) -> None:
        """Take it back: void what is approved, delete a draft, a payment, an allocation or an overpayment. Done twice it is refused."""

    def notes_of(self, one: InXero) -> list[str]:
        """The texts in its history."""

    def add_note(self, one: InXero, words: str, key: str, *, gate: Gate) -> None:
        """Add a note of at most 2,500 characters to its history."""

    def attach(self, one: InXero, file: File, key: str, *, gate: Gate) -> None:
        """Attach a file; one of the same name takes the place of the old one."""


class Sender(Editor, Protocol):
    """A connection to one Xero organisation."""

    @property
    def calls(self) -> int:
        """How many requests to the organisation have left through this sender."""

    def tenant_id(self) -> str:
        """The id of the Xero organisation that it is connected to, as it is configured or as Xero tells."""

    def check_reach(self) -> None:
        """Ask Xero whether that organisation is reached, at the cost of none of its calls; raises XeroAuthError if it is not."""

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

    def listing(self, which: Listing, changed_since: datetime) -> list[HeldDocument]:
        """What one of Xero's lists tells of everything in it that changed at or after an aware moment, voided and deleted ones too.

        Beside its entries the payments and allocations that stand inside them; an allocation told by an invoice has no id there.
        """

    def find_bills(self, kind: DocumentKind, numbers: Sequence[str]) -> list[HeldDocument]:
        """The bills (or supplier credits) with any of these at most 40 numbers, from whatever contact. One call."""

    def changed_contacts(self, since: datetime | None) -> list[XeroContact]:
        """The contacts that changed at or after an aware moment (None: all), archived and merged ones too. One call for each 1,000."""

    def create_contacts(self, contacts: Sequence[Contact]) -> list[ContactResult]:
        """Create at most 50 contacts in one call; one result per contact, by position. Xero refuses a name or number that is taken."""


def allocation_number(credit_id: str, settles_id: str) -> str:
    """What tells an allocation, which has no number: the ids of both of its ends. Its amount tells the rest."""
    return f"{credit_id}/{settles_id}"
