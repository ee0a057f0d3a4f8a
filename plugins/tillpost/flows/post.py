"""Post: drain an organisation's outbox into Xero."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

from tillpost.config import Site
from tillpost.flows.budget import POSTER_SECONDS, budget_of, patient_meter
from tillpost.flows.evidence import evidence_files
from tillpost.flows.plan import ProgressLog
from tillpost.flows.reference import reference_to_send_by
from tillpost.flows.reporting import reporting_changes
from tillpost.store.database import Database, open_database
from tillpost.store.queue import leftover
from tillpost.store.states import Stuck, stuck_since

if TYPE_CHECKING:
    from tillpost.xero.client import XeroClient
    from tillpost.xero.posting import Progress

# So many refused or held documents are told with their reasons; all are in the status and in the report.
REASONS = 5


class Posted(TypedDict):
    """What a posting run did: documents by outcome, calls made, and until when it has to wait (ISO text) and why.

    ``refused`` and ``held``: what Xero refused, and what the poster itself held (a supplier's number that Xero has already, what cannot
    succeed), since the run began: each is told once, and stays in the status. ``reasons``: of the first of them, and what to do.
    ``strangers``: documents of ours in Xero that are not on record here; nothing is sent before `tillpost recover` has read them back.
    """

    posted: int
    refused: int
    unknown: int
    held: int
    waiting: int
    left: int
    calls: int
    strangers: int
    until: str | None
    why: str
    reasons: NotRequired[list[str]]


def post(site: Site, organisation: str, *, holder: str, max_seconds: int = 600, since: datetime | None = None) -> Posted:
    """Send what is released and not yet in Xero; returns at once where another poster holds the lease. Raises XeroError.

    ``since``: when the run began of which this is one stretch (aware; None: now).

    A connection that Xero does not accept is raised once (XeroAuthError); after that the documents wait, and ``why`` says so.
    """
    from tillpost.flows.clients import through_connection
    from tillpost.xero.lanes import lanes_of
    from tillpost.xero.posting import drain

    org = site.organisation(organisation)
    db = open_database(site.settings.db_url, migrate=True)
    lanes, begun = lanes_of(org.posting.lanes), db.now()

    def work(client: XeroClient) -> Progress:
        return drain(
            *(db, org.key, client, db.now, holder),
            max_seconds=max_seconds,
            rules=org.posting,
            lanes=lanes,
            budget=budget_of(site, org, db),
            reference=lambda: reference_to_send_by(site, org, client, db.now()),
            wait=time.sleep,
            file_of=evidence_files(site, org, db, holder),
            tell=ProgressLog(db, org).tell,
        )

    with reporting_changes(site, org, db, holder):
        tried = through_connection(site, org, db, work, meter=patient_meter(site, org, db, POSTER_SECONDS), sent=_went_through)
    stuck = stuck_since(db, org.key, since or begun, REASONS)
    return _told(tried.result or _unsent(db, org.key), stuck, (tried.why, tried.warning))


def _went_through(done: Progress) -> bool:
    """Whether a drain shows that Xero takes our documents: it took some, or none is left that it might not take."""
    return done.posted > 0 or done.left == 0


def _told(done: Progress, stuck: Stuck, more: Sequence[str]) -> Posted:
    result: Posted = {
        "posted": done.posted,
        "refused": stuck.refused,
        "unknown": done.unknown,
        "held": stuck.held,
        "waiting": done.waiting,
        "left": done.left,
        "calls": done.calls,
        "strangers": done.strangers,
        "until": done.until.isoformat() if done.until else None,
        "why": " ".join(filter(None, (done.why, *more))),
    }
    if stuck.reasons:
        result["reasons"] = list(stuck.reasons)
    return result


def _unsent(db: Database, organisation: str) -> Progress:
    """The outbox as it waits; without an hour at which to go on, for that depends on a person."""
    from tillpost.xero.posting import Progress

    left = leftover(db, organisation)
    return Progress(unknown=left.unknown, held=left.held, waiting=left.waiting, left=left.ready)
