"""Evidence beside documents in Xero: a note in the history of each, or the validation report attached to the main one of a stream.

One call each. It comes last, when nothing is ready to be sent, in what the day's quota leaves beside the night's share, and nothing that
goes wrong with it ends a drain, holds a document or stops a connection.
https://developer.xero.com/documentation/api/accounting/historyandnotes and /attachments
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

from tillpost.errors import RateLimited, TillpostError, UnknownOutcome, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.model.findings import StreamKey
from tillpost.posting_rules import EVIDENCE
from tillpost.store import queue
from tillpost.store import xero_evidence as record
from tillpost.store.database import Database
from tillpost.store.leases import holds_lease
from tillpost.store.xero_evidence import NOTE, Wanted
from tillpost.xero.editing import ATTACHED, NOTED
from tillpost.xero.run import Run, Stop
from tillpost.xero.sender import File, InXero

LONGEST_NOTE = 2_500
KINDS = tuple(kind for kind in EVIDENCE if kind != "none")
FileOf = Callable[[StreamKey], File]
_log = logging.getLogger("tillpost.posting")


def turn_evidence(run: Run) -> None:
    """At both ends of a drain: what is posted from now on wants evidence where that is on, and none where it is off."""
    record.turn_evidence(run.db, run.organisation, run.rules.evidence, KINDS, run.clock())


def send_evidence(run: Run) -> int:
    """Send what is wanted, once nothing is ready any more; how many. Raises Stop where the quota or the time is over."""
    turn_evidence(run)
    kind = run.rules.evidence
    if kind not in KINDS or (kind != NOTE and run.file_of is None) or queue.leftover(run.db, run.organisation).ready:
        return 0
    record.want_evidence(run.db, run.organisation, kind, NOTED if kind == NOTE else ATTACHED, run.clock())
    sent = 0
    try:
        for left in record.interrupted_evidence(run.db, run.organisation, kind):
            _look_up(run, left)
        while one := record.next_evidence(run.db, run.organisation, kind):
            _room(run)
            sent += _send(run, one)
    except (XeroAuthError, XeroUnavailable) as problem:
        _log.warning("%s: evidence waits, all documents are sent: %s", run.organisation, problem)
    return sent


def evidence_calls(db: Database, organisation: str, kind: str) -> int:
    """How many calls evidence will cost beside the documents that wait to be sent, for the plan; 0 where it is off."""
    if kind not in KINDS:
        return 0
    return record.evidence_to_come(db, organisation, kind, NOTED if kind == NOTE else ATTACHED)


def note_of(one: Wanted) -> str:
    """The text of a note: what was sent, from which facts and run, the digests, and who approved it."""
    said = [f"Tillpost sent {_name(one)} of {one.key.store}, {one.key.stream} of {one.key.business_date.isoformat()}."]
    if one.read_at is not None:
        said.append(f"Facts read {one.read_at:%Y-%m-%d %H:%M} UTC by run {one.run}, digest {one.facts_digest[:12] or 'none'}.")
    if one.approved_by:
        said.append(f"Approved by {one.approved_by}.")
    return f"{' '.join(said)[: LONGEST_NOTE - 40]} {_mark(one)}"


def _mark(one: Wanted) -> str:
    """By what a note is known again: it names the version and what it books."""
    return f"[v{one.version} books {one.books_digest[:16]}]"


def _name(one: Wanted) -> str:
    return f"{one.document_kind.replace('_', ' ')} {one.number}"


def _room(run: Run) -> None:
    """Stop where a call may not leave now: evidence leaves the night its share, as older documents do."""
    if run.clock() >= run.deadline:
        raise Stop("The time for this drain is over; evidence is left.", run.clock())
    limit = run.budget.room(in_flight=0, backfill=True) if run.budget else None
    if limit is not None:
        raise Stop(f"All documents are sent; evidence waits: {limit}", limit.until)


def _send(run: Run, one: Wanted) -> int:
    there = InXero(one.document_kind, one.xero_id)
    file = None
    if one.kind != NOTE:
        assert run.file_of is not None
        try:
            file = run.file_of(one.key)
        except Exception as problem:  # a report that cannot be made must not stop the others
            said = str(problem) if isinstance(problem, TillpostError) else type(problem).__name__
            record.move_evidence(run.db, one, "wanted", "failed", run.clock(), f"The report could not be made: {said}")
            return 0
    if not record.move_evidence(run.db, one, "wanted", "sending", run.clock()):
        return 0
    try:
        if file is None:
            run.sender.add_note(there, note_of(one), _key(run, one), gate=lambda: _ours(run))
        else:
            run.sender.attach(there, file, _key(run, one), gate=lambda: _ours(run))
    except XeroRefused as refusal:
        _fail(run, one, refusal)
        return 0
    except UnknownOutcome as unclear:
        _log.warning("%s: evidence of %s is looked up by the next run: %s", run.organisation, _name(one), unclear)
        return 0
    except (RateLimited, XeroAuthError, XeroUnavailable, Stop):
        record.move_evidence(run.db, one, "sending", "wanted", run.clock())
        raise
    record.move_evidence(run.db, one, "sending", "done", run.clock())
    return 1


def _look_up(run: Run, one: Wanted) -> None:
    """A process died, or no clear answer came: a note is looked for; a file of the same name takes the place of the first."""
    found = False
    if one.kind == NOTE:
        _room(run)
        try:
            found = any(_mark(one) in words for words in run.sender.notes_of(InXero(one.document_kind, one.xero_id)))
        except XeroRefused as refusal:
            _fail(run, one, refusal)
            return
    record.move_evidence(run.db, one, "sending", "done" if found else "wanted", run.clock())


def _fail(run: Run, one: Wanted, refusal: XeroRefused) -> None:
    record.move_evidence(run.db, one, "sending", "failed", run.clock(), "; ".join(refusal.messages) or str(refusal))


def _ours(run: Run) -> None:
    if not holds_lease(run.db, run.lease):
        raise Stop("Another poster has taken over.")


def _key(run: Run, one: Wanted) -> str:
    parts = (run.tenant_id, one.kind, one.xero_id, one.books_digest, one.key.business_date.isoformat())
    return f"tillpost-{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"
