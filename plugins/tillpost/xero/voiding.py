"""Taking documents back in Xero: each wish on record is carried out once more until Xero's word on the document is clear.

Xero is asked for the document first, so that what is void already is only written down, and again after any answer that is not clear.
To void a document twice does no harm: Xero refuses the second time.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tillpost.errors import UnknownOutcome, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.store.claims import LeaseLost
from tillpost.store.leases import holds_lease
from tillpost.store.lookups import VOID
from tillpost.store.voiding import Voidable, confirm_void, keep_void, pending_voids, withdraw_void
from tillpost.xero.run import Run
from tillpost.xero.sender import InXero, Parent

OPEN = ("DRAFT", "SUBMITTED")
_ON_IT = "What stands on it is not void yet."
_log = logging.getLogger("tillpost.posting")


class Ending(StrEnum):
    """How the voiding of a document ended for now."""

    VOIDED = "voided"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Voided:
    """What became of one document: ``said`` is why it was refused or waits, ``again`` the number of the version that follows."""

    name: str
    ending: Ending
    said: str = ""
    again: str = ""


def finish_voids(run: Run) -> list[Voided]:
    """Carry out every wish that is not confirmed, what goes first first. Raises LeaseLost and RateLimited.

    Two calls each, three where the answer is not clear. A wish that is not clear stays on record and the next poster carries it out; what
    it stands on waits for it, for Xero would refuse that.
    """
    done: list[Voided] = []
    waited_for: set[str] = set()
    for one in pending_voids(run.db, run.organisation):
        ended = _open(run, one, Ending.WAITING, _ON_IT) if one.document.natural_key in waited_for else _finished(run, one)
        if ended.ending in (Ending.UNKNOWN, Ending.WAITING):
            waited_for |= {one.document.settles, one.document.credit}
        done.append(ended)
        _log.info("%s: %s: %s %s", run.organisation, one.name, ended.ending, ended.said)
    return done


def withdraw_voids(run: Run, wishes: Sequence[Voidable], who: str, why: str) -> list[Voided]:
    """Take wishes back, as a person decided; what Xero says is void already becomes voided all the same. Raises XeroErrors."""
    return [_withdrawn(run, one, who, why) for one in wishes]


def _withdrawn(run: Run, one: Voidable, who: str, why: str) -> Voided:
    status = run.sender.status_of(_there(one))
    if status in VOID:
        return _confirmed(run, one, status)
    withdraw_void(run.db, one, why, run.clock(), action="void withdrawn", who=who)
    return Voided(one.name, Ending.WITHDRAWN)


def _there(one: Voidable) -> InXero:
    return InXero(one.document.kind, one.xero_id, one.document.narration, one.day, Parent(*one.parent) if one.parent else None)


def _finished(run: Run, one: Voidable) -> Voided:
    try:
        return _asked(run, one)
    except XeroRefused as refusal:  # it cannot even be read, so that nothing can be said of it
        return _refused(run, one, refusal)
    except (XeroAuthError, XeroUnavailable) as problem:  # one act that is not allowed must not keep all documents from being sent
        return _open(run, one, Ending.WAITING, str(problem))


def _asked(run: Run, one: Voidable) -> Voided:
    there = _there(one)
    status = run.sender.status_of(there)
    if status in VOID:
        return _confirmed(run, one, status)
    refused: XeroRefused | None = None
    try:
        run.sender.void(there, draft=status in OPEN, gate=lambda: _ours(run))
    except XeroRefused as refusal:
        refused = refusal
    except UnknownOutcome:
        pass
    # Only Xero's word on the document itself makes it void, whatever it answered to the request.
    after = run.sender.status_of(there)
    if after in VOID:
        return _confirmed(run, one, after)
    return _refused(run, one, refused) if refused else _open(run, one, Ending.UNKNOWN, "")


def _ours(run: Run) -> None:
    if not holds_lease(run.db, run.lease):
        raise LeaseLost


def _open(run: Run, one: Voidable, ending: Ending, said: str) -> Voided:
    keep_void(run.db, one, said, run.clock())
    return Voided(one.name, ending, said)


def _confirmed(run: Run, one: Voidable, status: str) -> Voided:
    return Voided(one.name, Ending.VOIDED, again=confirm_void(run.db, one, status, run.clock()))


def _refused(run: Run, one: Voidable, refusal: XeroRefused) -> Voided:
    said = "; ".join(refusal.messages) or str(refusal)
    withdraw_void(run.db, one, said, run.clock())
    return Voided(one.name, Ending.REFUSED, said)
