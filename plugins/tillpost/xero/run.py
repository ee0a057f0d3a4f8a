"""One drain of an organisation's outbox: its tools and what it has counted, handed from step to step of the poster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tillpost.errors import RateLimited
from tillpost.model.documents import DocumentKind
from tillpost.model.findings import StreamKey
from tillpost.model.reference import ReferenceData
from tillpost.posting_rules import PostingRules
from tillpost.store.claims import Tally
from tillpost.store.database import Clock, Database
from tillpost.store.leases import Lease
from tillpost.xero.sender import Budget, File, Sender

if TYPE_CHECKING:
    from tillpost.xero.contact_book import Book
    from tillpost.xero.preflight import Judge

# So many chunks in a row without a clear answer, or too slow to be sent, and the poster stops for now.
MAX_IN_A_ROW = 5
# Documents of so many days back belong to the nightly work; older ones are a backfill.
NIGHTLY_DAYS = 14


class Stop(Exception):
    """An orderly end before the outbox is empty; ``until``: when it is worth to go on (aware UTC), None: when a person has acted."""

    def __init__(self, why: str, until: datetime | None = None) -> None:
        self.why, self.until = why, until
        super().__init__(why)


@dataclass(slots=True)
class Run:
    """One drain. ``deadline``: no chunk is begun from then on. ``wait``: how to wait for some seconds; None: stop instead.

    ``tenant_id``: empty until the connection has been asked. ``paused``: the limit that an answer told of. ``dying``: a request met what
    ends the process, so that nothing more is recorded.
    ``book``: the contacts as Xero holds them; ``judge``: what pre-flight judges by. Both None until they are needed.
    ``checked``: the kinds of which Xero was asked for documents that are not on record, each with the first business date that this
    covers; ``strangers``: how many there are. ``nightly_from``: the first business date that belongs to the nightly work.
    ``file_of``: the validation report of a stream's date as a file; None: no files are attached. ``tell``: is told the documents done and
    the sender's calls.
    """

    db: Database
    organisation: str
    sender: Sender
    clock: Clock
    lease: Lease
    tenant_id: str
    deadline: datetime
    rules: PostingRules
    budget: Budget | None = None
    reference: Callable[[], ReferenceData] | None = None
    wait: Callable[[float], None] | None = None
    file_of: Callable[[StreamKey], File] | None = None
    tell: Callable[[int, int], None] | None = None
    contacts: dict[str, str] = field(default_factory=dict)
    posted: int = 0
    refused: int = 0
    in_a_row: int = 0
    paused: RateLimited | None = None
    dying: bool = False
    book: Book | None = None
    judge: Judge | None = None
    checked: dict[DocumentKind, date] = field(default_factory=dict)
    strangers: int = 0
    nightly_from: date = field(init=False)

    def __post_init__(self) -> None:
        # Fixed for the drain: it is asked for each document, and the clock is the database's.
        self.nightly_from = self.clock().date() - timedelta(days=NIGHTLY_DAYS)

    def room(self, in_flight: int, *, backfill: bool) -> RateLimited | None:
        """The limit that keeps one more call from leaving now beside those in flight; None if there is none."""
        if self.paused is not None and self.paused.until > self.clock():
            return self.paused
        return self.budget.room(in_flight=in_flight, backfill=backfill) if self.budget else None

    def add(self, tally: Tally) -> None:
        """Count what became of documents."""
        self.posted += tally.posted
        self.refused += tally.refused
        if tally.posted or tally.refused:
            self.in_a_row = 0
        if self.tell:
            self.tell(self.posted + self.refused, self.sender.calls)

    def count_in_a_row(self, why: str, until: datetime) -> None:
        """Count a chunk that came to nothing; raises Stop when there were too many in a row."""
        self.in_a_row += 1
        if self.in_a_row >= MAX_IN_A_ROW:
            raise Stop(why, until)
