"""A Xero in memory behind the poster's own seam: it books, refuses, replays keys, loses answers, runs slowly, and lists with a lag.

A fake, not a mock: it keeps real books, so that a test can compare what the outbox believes with what is there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.unit.store.databases import Watch
from tillpost.errors import RateLimited, UnknownOutcome, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.model.documents import Contact, Document, DocumentKind
from tillpost.model.money import tax_inside
from tillpost.model.results import ElementResult, HeldDocument, XeroContact
from tillpost.store.lookups import VOID
from tillpost.store.outbox import contact_key
from tillpost.xero.sender import ContactResult, File, Gate, Ids, InXero, Listing, Parent, allocation_number

KEY_LIVES = timedelta(minutes=6)
_SETTLING = (DocumentKind.PAYMENT, DocumentKind.ALLOCATION)
LISTED = {
    Listing.JOURNALS: (DocumentKind.JOURNAL,),
    Listing.INVOICES: (DocumentKind.INVOICE, DocumentKind.BILL, *_SETTLING),
    Listing.CREDIT_NOTES: (DocumentKind.CREDIT_NOTE, DocumentKind.SUPPLIER_CREDIT, *_SETTLING),
    Listing.OVERPAYMENTS: (DocumentKind.OVERPAYMENT, *_SETTLING),
    Listing.PAYMENTS: (DocumentKind.PAYMENT,),
}
OWN_NUMBERS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


class Killed(BaseException):
    """The process dies here: nothing of it runs any more."""


class Crash(RuntimeError):
    """A mistake in the sender that nobody foresaw."""


@dataclass(slots=True)
class Slow:
    """A request whose answer is lost and which is booked later."""

    due: datetime
    kind: DocumentKind
    elements: list[dict[str, object]]


@dataclass(slots=True)
class FakeXero:
    """One organisation's books. ``faults`` are taken one per request; ``refuse`` and ``broken`` are by number, ``locked`` by id.

    ``keys_work``: whether a key is replayed; a chunk that is made up anew has another key, so no poster may rely on it.
    """

    watch: Watch
    tenant: str = "tenant-1"
    books: list[HeldDocument] = field(default_factory=list)
    contacts: dict[str, str] = field(default_factory=dict)
    listed: list[XeroContact] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    wrong_totals: dict[str, int] = field(default_factory=dict)
    bad_contacts: dict[str, str] = field(default_factory=dict)
    max_documents: int = 50
    locked: set[str] = field(default_factory=set)
    notes: list[tuple[str, str]] = field(default_factory=list)
    lag: timedelta = timedelta()
    keys_work: bool = True
    requests: list[tuple[str, int]] = field(default_factory=list)
    lists_read: list[Listing] = field(default_factory=list)
    keys: dict[str, tuple[datetime, bytes, list[ElementResult]]] = field(default_factory=dict)
    slow: list[Slow] = field(default_factory=list)

    def numbers(self, kind: DocumentKind) -> list[str]:
        """The numbers of all documents of a kind that it holds."""
        self.run_slow()
        return [one.number for one in self.books if one.kind is kind]

    def book(self, kind: DocumentKind, elements: Sequence[dict[str, object]]) -> list[ElementResult]:
        """Book elements one by one, as with summarizeErrors=false."""
        return [self._book_one(kind, element) for element in elements]

    def run_slow(self) -> None:
        """Book what slow requests have reached by now."""
        due, self.slow = [s for s in self.slow if s.due <= self.watch()], [s for s in self.slow if s.due > self.watch()]
        for request in due:
            self.book(request.kind, request.elements)

    def type_by_hand(self, kind: DocumentKind, number: str, contact: str, cents: int) -> HeldDocument:
        """A document that a person entered."""
        one = HeldDocument(
            kind,
            f"hand-{len(self.books)}",
            number,
            "AUTHORISED",
            self.contacts[contact],
            contact,
            total_cents=cents,
            changed_at=self.watch(),
        )
        self.books.append(one)
        return one

    def _book_one(self, kind: DocumentKind, element: dict[str, object]) -> ElementResult:
        number, cents = str(element["number"]), int(str(element["cents"]))
        if number in self.refuse:
            return ElementResult(False, messages=(self.refuse[number],))
        if kind in OWN_NUMBERS and number in self.numbers(kind):
            return ElementResult(False, messages=(f"{number} must be unique.",))
        if (needed := element["needs"]) and not all(any(one.xero_id == xero_id for one in self.books) for xero_id in list(needed)):  # type: ignore[call-overload]
            return ElementResult(False, messages=("What it settles was not found.",))
        xero_id = f"{kind}-{len(self.books) + 1}"
        total = self.wrong_totals.get(number, cents)
        self.books.append(
            HeldDocument(kind, xero_id, number, "AUTHORISED", str(element["contact"]), total_cents=total, changed_at=self.watch())
        )
        return ElementResult(True, xero_id, "AUTHORISED", total, int(str(element["tax"])))


class FakeSender:
    """The poster's connection to it (``tillpost.xero.sender.Sender``)."""

    def __init__(self, xero: FakeXero) -> None:
        self.xero, self._calls = xero, 0

    @property
    def calls(self) -> int:
        return self._calls

    def tenant_id(self) -> str:
        return self.xero.tenant

    def check_reach(self) -> None:
        """It is reached."""

    def body(self, kind: DocumentKind, documents: Sequence[Document], ids: Ids) -> bytes:
        return json.dumps([_element(kind, document, ids) for document in documents]).encode()

    def send(
        self, kind: DocumentKind, body: bytes, idempotency_key: str, *, parent: Parent | None = None, gate: Gate
    ) -> list[ElementResult]:
        assert (parent is None) == (kind is not DocumentKind.ALLOCATION)
        gate()
        elements = json.loads(body)
        fault = self._call(f"send {kind}", len(elements))
        self._refuse_whole(elements, fault)
        if fault == "slow":
            self.xero.slow.append(Slow(self.xero.watch() + timedelta(minutes=4), kind, elements))
            raise UnknownOutcome("No answer came in time.")
        results = self._results(kind, body, elements, idempotency_key)
        match fault:
            case "lose after":
                raise UnknownOutcome("The answer was lost.")
            case "crash after":
                raise Crash("after it was booked")
            case "kill after":
                raise Killed
        return results

    def held_documents(self, kind: DocumentKind, changed_since: datetime) -> list[HeldDocument]:
        self._raise(self._call(f"list {kind}", 0))
        seen_until = self.xero.watch() - self.xero.lag
        changed = [one for one in self.xero.books if one.changed_at is not None and changed_since <= one.changed_at <= seen_until]
        return [one for one in changed if one.kind is kind]

    def listing(self, which: Listing, changed_since: datetime) -> list[HeldDocument]:
        """Takes no fault and is not counted: each drain begins with it."""
        self.xero.run_slow()
        self.xero.lists_read.append(which)
        seen_until = self.xero.watch() - self.xero.lag
        changed = [one for one in self.xero.books if one.changed_at is not None and changed_since <= one.changed_at <= seen_until]
        told = [one for one in changed if one.kind in LISTED[which]]
        return [replace(one, xero_id="") if one.kind is DocumentKind.ALLOCATION and which is Listing.INVOICES else one for one in told]

    def find_bills(self, kind: DocumentKind, numbers: Sequence[str]) -> list[HeldDocument]:
        assert 0 < len(numbers) <= 40
        self._raise(self._call(f"find {kind}", len(numbers)))
        return [one for one in self.xero.books if one.kind is kind and one.number in numbers]

    def status_of(self, one: InXero) -> str:
        self._raise(self._call(f"read {one.kind}", 1))
        return self._held(one).status

    def void(self, one: InXero, *, draft: bool, gate: Gate) -> None:
        gate()
        fault = self._call(f"void {one.kind}", 1)
        self._refuse_whole([], fault)
        held = self._held(one)
        if held.status in VOID or one.xero_id in self.xero.locked:
            raise XeroRefused("Not of valid status for modification.", status=400, messages=("Not of valid status for modification.",))
        self.xero.books[self.xero.books.index(held)] = replace(held, status="DELETED" if draft else "VOIDED", changed_at=self.xero.watch())
        if fault == "lose after":
            raise UnknownOutcome("The answer was lost.")
        if fault == "kill after":
            raise Killed

    def notes_of(self, one: InXero) -> list[str]:
        self._raise(self._call(f"notes {one.kind}", 1))
        return [words for xero_id, words in self.xero.notes if xero_id == one.xero_id]

    def add_note(self, one: InXero, words: str, key: str, *, gate: Gate) -> None:
        self._put_beside(f"note {one.kind}", one, words, gate)

    def attach(self, one: InXero, file: File, key: str, *, gate: Gate) -> None:
        self._put_beside(f"attach {one.kind}", one, file.name, gate)

    def _put_beside(self, what: str, one: InXero, words: str, gate: Gate) -> None:
        gate()
        fault = self._call(what, 1)
        self._refuse_whole([], fault)
        if one.xero_id in self.xero.locked:
            raise XeroRefused("Not allowed.", status=400, messages=("Not allowed.",))
        self.xero.notes.append((one.xero_id, words))
        if fault == "lose after":
            raise UnknownOutcome("The answer was lost.")
        if fault == "kill after":
            raise Killed

    def _held(self, one: InXero) -> HeldDocument:
        return next(held for held in self.xero.books if held.xero_id == one.xero_id)

    def changed_contacts(self, since: datetime | None) -> list[XeroContact]:
        """What a test has listed, at no call; a contact that is there and not listed is created as itself."""
        return self.xero.listed

    def create_contacts(self, contacts: Sequence[Contact]) -> list[ContactResult]:
        assert 0 < len(contacts) <= 50
        self._raise(self._call("contacts", len(contacts)))
        return [self._contact(contact) for contact in contacts]

    def _contact(self, contact: Contact) -> ContactResult:
        if contact.name in self.xero.bad_contacts:
            return ContactResult("", (self.xero.bad_contacts[contact.name],))
        return ContactResult(self.xero.contacts.setdefault(contact.name, f"contact-{contact_key(contact)}"))

    def _call(self, what: str, count: int) -> str:
        self._calls += 1
        self.xero.requests.append((what, count))
        self.xero.run_slow()
        fault = self.xero.faults.pop(0) if self.xero.faults else ""
        self.xero.watch.advance(1)
        return fault

    def _refuse_whole(self, elements: Sequence[dict[str, object]], fault: str) -> None:
        """What ends a request before anything of it is booked."""
        self._raise(fault)
        match fault:
            case "lose before":
                raise UnknownOutcome("The connection broke.")
            case "crash before":
                raise Crash("before it was booked")
            case "kill before":
                raise Killed
        if len(elements) > self.xero.max_documents:
            raise XeroRefused("The request is too large.", status=413)
        if any(element["number"] in self.xero.broken for element in elements):
            raise XeroRefused("The request cannot be read.", status=400, messages=("Bad element",))

    def _raise(self, fault: str) -> None:
        """Answers that prove that nothing was booked."""
        match fault:
            case "limit":
                raise RateLimited("The minute limit is reached.", until=self.xero.watch() + timedelta(seconds=30), problem="minute")
            case "unavailable":
                raise XeroUnavailable("Xero could not be reached.")
            case "auth":
                raise XeroAuthError("The connection was revoked.")
            case "412":
                raise XeroRefused("The headers are wrong.", status=412)

    def _results(self, kind: DocumentKind, body: bytes, elements: list[dict[str, object]], key: str) -> list[ElementResult]:
        """Book, or replay what the key did in the last six minutes."""
        known = self.xero.keys.get(key)
        if self.xero.keys_work and known and known[0] + KEY_LIVES > self.xero.watch():
            if known[1] != body:
                raise XeroRefused("The key is used with a different request.", status=400)
            return known[2]
        results = self.xero.book(kind, elements)
        self.xero.keys[key] = (self.xero.watch(), body, results)
        return results


def _element(kind: DocumentKind, document: Document, ids: Ids) -> dict[str, object]:
    needs = [ids.xero_id(key) for key in (document.credit, document.settles) if key]
    number = allocation_number(*needs) if kind is DocumentKind.ALLOCATION else document.number
    tax = sum(tax_inside(line.cents, line.rate_bp) for line in document.lines)
    contact = ids.contact_id(document.contact) if document.contact else ""
    return {"number": number, "cents": document.total_cents, "tax": tax, "contact": contact, "needs": needs, "of": document.natural_key}
