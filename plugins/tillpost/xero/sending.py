"""Sending: a chunk is claimed, sent in a lane, and its outcome recorded before that lane's next request.

What may be sent again is decided by what came back:

* a clear answer: each element is posted or refused by its own result;
* proof that nothing was booked (limits, connection, too large): ready again, in smaller chunks where that helps;
* 400 and 404 as a whole: looked up at once, then split until the document that breaks the request stands alone;
* anything else: unknown. It rests for 7 minutes and is looked up in one list per kind before anything of it is sent again.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from tillpost.errors import ConfigError, RateLimited, StoreError, TillpostError, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.store import claims
from tillpost.store.leases import holds_lease
from tillpost.xero.bodies import Body, body_of
from tillpost.xero.choosing import next_choice
from tillpost.xero.hints import explained, refusal
from tillpost.xero.lanes import Job, Lanes, Outcome
from tillpost.xero.lookup import settle_rested, settle_unknown
from tillpost.xero.run import MAX_IN_A_ROW, Run, Stop

# A claim older than this is not sent: its poster was suspended, and somebody may have given it up.
MAX_CLAIM_AGE = timedelta(minutes=1)
# The poster waits so long for the minute's quota before it gives its slot back.
PATIENCE = timedelta(seconds=75)
# What is under way when a poster is told to end gets so long to answer; what does not is looked up by the next one.
LAST_WORDS = timedelta(seconds=20)
_log = logging.getLogger("tillpost.posting")


class _Stale(Exception):
    """The gate is shut: the claim is too old or the lease is lost. Nothing left."""


def send_ready(run: Run, lanes: Lanes) -> None:
    """Send until nothing is ready. Raises Stop, LeaseLost and the errors of ``tillpost.errors``, when every outcome is recorded."""
    try:
        trouble: Exception | None = None
        while trouble is None or lanes.busy:
            try:
                if _step(run, lanes, filling=trouble is None):
                    return
            except Exception as error:  # what is under way in other lanes is recorded first
                trouble = trouble or error
        raise trouble
    except Exception:
        raise
    except BaseException:
        if not run.dying:
            _last_words(run, lanes)
        raise


def _step(run: Run, lanes: Lanes, *, filling: bool) -> bool:
    """Fill the lanes, then record the next outcome or wait for quota; whether all is done."""
    limit = _fill(run, lanes) if filling else None
    if lanes.busy:
        outcome = lanes.next_done(_seconds(run, limit) if limit and lanes.busy < lanes.size else None)
        if outcome is not None:
            record(run, outcome)
        return False
    if limit is None:
        return filling
    _wait(run, limit)
    return False


def _fill(run: Run, lanes: Lanes) -> RateLimited | None:
    """Start chunks until all lanes are busy or nothing is ready; the limit that keeps one from leaving, if any."""
    while lanes.busy < lanes.size:
        limit = run.room(lanes.busy, backfill=False)
        if limit is not None:
            return limit
        try:
            choice = next_choice(run, lanes.busy)
            if choice is None and settle_rested(run):
                continue
        except RateLimited as reached:
            return reached
        if choice is None:
            return None
        limit = run.room(lanes.busy, backfill=True) if choice.backfill else None
        if limit is not None:
            return limit
        job = _claimed(run, body_of(run, choice.kind, choice.documents))
        if job is not None:
            lanes.start(job)
    return None


def _wait(run: Run, limit: RateLimited) -> None:
    """Wait for the minute's quota; Stop where that takes longer, or nobody wants to wait."""
    if run.wait is None or limit.until - run.clock() > PATIENCE or limit.until >= run.deadline:
        raise Stop(str(limit), limit.until)
    run.wait(_seconds(run, limit))


def _seconds(run: Run, limit: RateLimited) -> float:
    return max((limit.until - run.clock()).total_seconds(), 0.01)


def _claimed(run: Run, body: Body | None) -> Job | None:
    """Commit the claim of a chunk; the request that may leave then. None if it was changed meanwhile."""
    if body is None:
        return None
    request = claims.Request(body.kind, body.digest, body.idempotency_key, body.documents)
    chunk = claims.claim(run.db, run.lease, request, run.clock())
    return None if chunk is None else _job(run, chunk, body)


def _job(run: Run, chunk: claims.Chunk, body: Body) -> Job:
    """The request of a chunk: it leaves once, and its outcome tells all."""

    def send() -> Outcome:
        gate = _Gate(run, chunk)
        try:
            results = run.sender.send(body.kind, body.data, body.idempotency_key, parent=body.parent, gate=gate)
            if len(results) != len(chunk.documents):
                raise ValueError(f"{len(results)} results for {len(chunk.documents)} documents")
        except BaseException as error:  # whatever it is, it decides what may be sent again
            return Outcome(chunk, error=error, left=gate.passed)
        return Outcome(chunk, results)

    return send


class _Gate:
    """The last look before a request leaves: the claim is fresh and the lease still ours."""

    def __init__(self, run: Run, chunk: claims.Chunk) -> None:
        self.run, self.chunk, self.passed = run, chunk, False

    def __call__(self) -> None:
        self.passed = False
        if not holds_lease(self.run.db, self.run.lease):
            raise _Stale("another poster has taken over")
        # The clock comes last: everything before it takes time.
        if self.run.clock() - self.chunk.claimed_at > MAX_CLAIM_AGE:
            raise _Stale("the claim is older than a minute")
        self.passed = True


def record(run: Run, outcome: Outcome) -> None:
    """Commit what an outcome proves; raises what ends the drain."""
    chunk, error = outcome.chunk, outcome.error
    if error is not None:
        _failed(run, chunk, error, left=outcome.left)
        return
    results = explained(outcome.results, [one.document for one in chunk.documents])
    tally = claims.record_answer(run.db, chunk, results, run.clock())
    run.add(tally)
    _log.info("%s: %s %ss posted, %s refused", run.organisation, tally.posted, chunk.kind, tally.refused)


def _failed(run: Run, chunk: claims.Chunk, error: BaseException, *, left: bool) -> None:
    """A request without results: commit what is proved, then go on, stop or raise."""
    now, size = run.clock(), len(chunk.documents)
    if not isinstance(error, Exception):
        run.dying = True
        raise error
    if isinstance(error, XeroRefused):
        _refused_as_a_whole(run, chunk, error)
    elif isinstance(error, RateLimited):
        claims.give_back(run.db, chunk, f"nothing booked: {error}", now)
        run.paused = error
    elif isinstance(error, (XeroUnavailable, XeroAuthError)):
        claims.give_back(run.db, chunk, f"nothing booked: {error}", now)
        raise error
    elif isinstance(error, _Stale):
        claims.give_back(run.db, chunk, f"not sent: {error}", now)
        run.count_in_a_row(f"It was not sent in time: {error}.", now)
    elif isinstance(error, (ConfigError, StoreError)) and not left:
        claims.give_back(run.db, chunk, f"not sent: {error}", now)
        raise error
    else:
        said = str(error) if isinstance(error, TillpostError) else f"The request ended with {type(error).__name__}."
        claims.mark_unknown(run.db, chunk, said, now)
        _log.warning("%s: the outcome of %s %ss is unknown: %s", run.organisation, size, chunk.kind, said)
        run.count_in_a_row(f"No clear answer {MAX_IN_A_ROW} times in a row. The last: {said}", now + claims.REST)


def _refused_as_a_whole(run: Run, chunk: claims.Chunk, error: XeroRefused) -> None:
    size, now = len(chunk.documents), run.clock()
    said = refusal(error.messages or (str(error),), chunk.documents[0].document) if size == 1 else str(error)
    if error.status == 413:
        if size == 1:
            run.add(claims.refuse(run.db, chunk, said, now))
        else:
            claims.give_back(run.db, chunk, f"too large: {error}", now, max_chunk=(size + 1) // 2)
    elif error.status in (400, 404):
        # Committed as unknown first: if the look-up fails, it is repeated after its rest.
        claims.mark_unknown(run.db, chunk, said, now, max_chunk=(size + 1) // 2 if size > 1 else claims.ALONE)
        run.add(settle_unknown(run, chunk.kind, [chunk]))
    else:
        claims.give_back(run.db, chunk, f"nothing booked: {error}", now)
        raise error


def _last_words(run: Run, lanes: Lanes) -> None:
    """Told to end in the middle of requests: record the answers that still come soon, whatever they say."""
    _log.warning("%s: told to end with %s requests under way", run.organisation, lanes.busy)
    try:
        until = run.clock() + LAST_WORDS
        while lanes.busy:
            outcome = lanes.next_done(max((until - run.clock()).total_seconds(), 0.0))
            if outcome is None:
                return
            _record_if_possible(run, outcome)
    except StoreError as error:  # the clock is the database's: what ends the process is told, not this
        _log.warning("%s: %s", run.organisation, error)


def _record_if_possible(run: Run, outcome: Outcome) -> None:
    try:
        record(run, outcome)
    except Exception as error:
        _log.warning("%s: %s", run.organisation, error)
