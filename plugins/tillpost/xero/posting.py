"""The poster: drains an organisation's outbox into Xero, each document exactly once, whatever dies in between.

One poster per organisation (a lease); a claim is committed before its request leaves, each document's own result before that
lane's next request (``tillpost.store.claims``, ``tillpost.xero.sending``). First what an earlier poster left is looked up, then what
cannot succeed is held, then chunks go out in lanes.

Limits: https://developer.xero.com/documentation/guides/oauth2/limits/ (50 elements and 3.5 MB a request are Xero's advice).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tillpost.errors import RateLimited
from tillpost.model.findings import StreamKey
from tillpost.model.reference import ReferenceData
from tillpost.posting_rules import DEFAULT_RULES, PostingRules
from tillpost.store import claims, queue
from tillpost.store.database import Clock, Database
from tillpost.store.leases import LeaseHolder, give_back_lease, take_lease
from tillpost.store.names import known_contacts
from tillpost.xero.binding import bound_tenant
from tillpost.xero.evidence import send_evidence, turn_evidence
from tillpost.xero.lanes import Lanes, OneLane
from tillpost.xero.lookup import settle_rested
from tillpost.xero.preflight import hold_what_cannot_succeed
from tillpost.xero.recovery import check_known
from tillpost.xero.run import Run, Stop
from tillpost.xero.sender import Budget, File, Sender
from tillpost.xero.sending import send_ready
from tillpost.xero.voiding import finish_voids

_log = logging.getLogger("tillpost.posting")


@dataclass(frozen=True, slots=True)
class Progress:
    """What a drain did and what it left.

    ``posted`` and ``refused``: documents in this drain; ``unknown``, ``held``, ``waiting`` (for what they settle) and ``left``: documents
    now; ``calls``: requests of this drain. ``until`` is when it is worth to go on, aware UTC; ``why`` says why it stopped. ``strangers``:
    documents of ours in Xero that are not on record here; nothing is sent before they are.
    """

    posted: int = 0
    refused: int = 0
    unknown: int = 0
    held: int = 0
    waiting: int = 0
    left: int = 0
    calls: int = 0
    until: datetime | None = None
    why: str = ""
    strangers: int = 0


def drain(
    db: Database,
    organisation: str,
    sender: Sender,
    clock: Clock,
    holder: str,
    *,
    max_seconds: int = 600,
    rules: PostingRules = DEFAULT_RULES,
    lanes: Lanes | None = None,
    budget: Budget | None = None,
    reference: Callable[[], ReferenceData] | None = None,
    wait: Callable[[float], None] | None = None,
    file_of: Callable[[StreamKey], File] | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Progress:
    """Send what is ready until nothing is left, a limit is reached or ``max_seconds`` are over.

    ``lanes``: where requests run, one after the other if not given; ``budget``: asked before a chunk is claimed; ``reference``: what the
    organisation says of itself, for pre-flight; ``wait``: how to wait for the minute's quota, else the drain stops there; ``file_of``: the
    validation report of a stream's date, to be attached; ``tell``: is told the documents done and the sender's
    calls after each chunk.

    Raises XeroAuthError, XeroUnavailable, XeroRefused (a request that Xero does not take from us at all), ConfigError and StoreError;
    whatever happens, nothing is lost and nothing is sent twice. A second poster returns at once and says who is at work.
    """
    calls = sender.calls
    taken = take_lease(db, organisation, holder, clock())
    if isinstance(taken, LeaseHolder):
        return _progress(db, organisation, Stop(f"Another poster is at work: {taken.holder}.", taken.expires_at))
    deadline = clock() + timedelta(seconds=max_seconds)
    run = Run(db, organisation, sender, clock, taken, "", deadline, rules, budget, reference, wait, file_of, tell)
    try:
        stop = _stop_of(lambda: _work(run, lanes or OneLane()))
    finally:
        give_back_lease(db, taken, clock())
    progress = _progress(db, organisation, stop, run, sender.calls - calls)
    _log.info("%s: %s", organisation, progress)
    return progress


def _stop_of(work: Callable[[], None]) -> Stop | None:
    """Work until nothing is left, or until an orderly end, and say why."""
    try:
        work()
    except Stop as end:
        return end
    except claims.LeaseLost:
        return Stop("Another poster has taken over.")
    except RateLimited as limit:
        return Stop(str(limit), limit.until)
    return None


def _work(run: Run, lanes: Lanes) -> None:
    run.tenant_id = bound_tenant(run.db, run.organisation, run.sender, run.clock())
    lost = claims.give_up_lost_claims(run.db, run.lease, run.clock())
    if lost:
        _log.warning("%s: %s chunks of an earlier poster have an unknown outcome and are looked up", run.organisation, lost)
    run.contacts = known_contacts(run.db, run.organisation)
    turn_evidence(run)
    settle_rested(run)
    finish_voids(run)
    check_known(run)
    hold_what_cannot_succeed(run)
    send_ready(run, lanes)
    send_evidence(run)


def _progress(db: Database, organisation: str, stop: Stop | None, run: Run | None = None, calls: int = 0) -> Progress:
    left = queue.leftover(db, organisation)
    until, why = (stop.until, stop.why) if stop else (None, "")
    if until is None and left.unknown_since is not None:
        until = left.unknown_since + claims.REST
        why = why or f"{left.unknown} documents of unknown outcome rest before they are looked up."
    posted, refused, strangers = (run.posted, run.refused, run.strangers) if run else (0, 0, 0)
    return Progress(posted, refused, left.unknown, left.held, left.waiting, left.ready, calls, until, why, strangers)
