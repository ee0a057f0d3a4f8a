"""Deliberate mistakes of a poster, each made in its own process before it begins: the suite must notice every one of them.

Before a poster sends, it also compares the newest of our numbers in Xero with its own. That is a second guard against what some of these
do, so they do without it. What a mistake replaces must still be there under its name; where it is not, the mistake has to be written anew.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tillpost.model.documents import DocumentKind
from tillpost.model.results import HeldDocument
from tillpost.store import claims
from tillpost.store.bookings import SentDocument
from tillpost.store.database import Database
from tillpost.store.leases import Lease
from tillpost.xero import recovery, sending
from tillpost.xero.client import XeroClient


def send_blindly_again() -> None:
    """An unclear answer is taken for a refusal: the documents are ready again at once."""

    def mark_unknown(db: Database, sent: claims.Chunk, why: str, now: datetime, *, max_chunk: int | None = None) -> None:
        claims.give_back(db, sent, why, now, max_chunk=max_chunk)

    _without_the_second_guard()
    _replace(claims, "mark_unknown", mark_unknown)


def commit_the_claim_too_late() -> None:
    """A claim is committed with its outcome, after its request has left: a poster that dies in between has claimed nothing."""
    real, numbers, open_claims = claims.claim, itertools.count(1), dict[int, Any]()

    def claim(db: Database, held: Lease, request: claims.Request, now: datetime) -> claims.Chunk:
        sent = tuple(SentDocument(d.id, d.books_digest, d.document) for d in request.documents)
        chunk = claims.Chunk(-next(numbers), held.organisation, request.kind, now, sent)
        open_claims[chunk.id] = (held, request)
        return chunk

    def after_claiming(outcome: Callable[..., Any]) -> Callable[..., Any]:
        def late(db: Database, sent: claims.Chunk, *more: Any, **named: Any) -> Any:
            held, request = open_claims.pop(sent.id, (None, None))
            chunk = real(db, held, request, sent.claimed_at) if request else sent
            return outcome(db, chunk, *more, **named) if chunk else claims.Tally()

        return late

    for name in ("record_answer", "give_back", "refuse", "mark_unknown"):
        _replace(claims, name, after_claiming(getattr(claims, name)))
    _replace(claims, "claim", claim)


def skip_the_look_up() -> None:
    """What is unknown is ready again after its rest, without a question to Xero."""

    def held_documents(self: XeroClient, kind: DocumentKind, changed_since: datetime) -> Sequence[HeldDocument]:
        return []

    _without_the_second_guard()
    _replace(XeroClient, "held_documents", held_documents)


def send_after_losing_the_lease() -> None:
    """No last look: a poster that was suspended sends when it wakes up."""

    def look(self: Any) -> None:
        self.passed = True

    _replace(sending._Gate, "__call__", look)


def take_a_lagging_list_for_proof() -> None:
    """What is unknown is looked up at once: a list that lags behind, or a slow request, is not waited for."""
    _without_the_second_guard()
    _replace(claims, "REST", timedelta())


# Each with the step of a story that it harms most.
MISTAKES = (
    (send_blindly_again, "post"),
    (commit_the_claim_too_late, "die"),
    (skip_the_look_up, "post"),
    (send_after_losing_the_lease, "two"),
    (take_a_lagging_list_for_proof, "post"),
)


def _without_the_second_guard() -> None:
    _replace(recovery, "sort_out", lambda *ignored: [])


def _replace(owner: Any, name: str, mistaken: Any) -> None:
    assert name in vars(owner), f"{owner} has no {name} any more: write this mistake anew"
    setattr(owner, name, mistaken)
