"""Taking documents back in Xero: each wish on record is carried out once more until Xero's word on the document is clear.

Xero is asked for the document first, so that what is void already is only written down, and again after any answer that is not clear.
To void a document twice does no harm: Xero refuses the second time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum

from tillpost.errors import UnknownOutcome, XeroRefused
from tillpost.store.claims import LeaseLost
from tillpost.store.leases import holds_lease
from tillpost.store.lookups import VOID
from tillpost.store.voiding import Voidable, confirm_void, pending_voids, withdraw_void
from tillpost.xero.run import Run
from tillpost.xero.sender import InXero, Parent

OPEN = ("DRAFT", "SUBMITTED")
_log = logging.getLogger("tillpost.posting")


class Ending(StrEnum):
    """How the voiding of a document ended for now."""

    VOIDED = "voided"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Voided:
    """What became of one document: ``said`` is Xero's own reason where it refused, ``again`` the number of the version that follows."""

    name: str
    ending: Ending
    said: str = ""
    again: str = ""


def finish_voids(run: Run) -> list[Voided]:
    """Carry out every wish that is not confirmed, what goes first first. Raises LeaseLost and the XeroErrors that end a drain.

    Two calls each, three where the answer is not clear. Whatever is raised, the wish stays on record and the next poster carries it out.
    """
    done = []
    for one in pending_voids(run.db, run.organisation):
        done.append(_finished(run, one))
        _log.info("%s: %s: %s %s", run.organisation, one.name, done[-1].ending, done[-1].said)
    return done


def _finished(run: Run, one: Voidable) -> Voided:
    there = InXero(one.document.kind, one.xero_id, one.document.narration, one.day, Parent(*one.parent) if one.parent else None)
    try:
        return _asked(run, one, there)
    except XeroRefused as refusal:  # it cannot even be read, so that nothing can be said of it
        return _refused(run, one, refusal)


def _asked(run: Run, one: Voidable, there: InXero) -> Voided:
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
    return _refused(run, one, refused) if refused else Voided(one.name, Ending.UNKNOWN)


def _ours(run: Run) -> None:
    if not holds_lease(run.db, run.lease):
        raise LeaseLost


def _confirmed(run: Run, one: Voidable, status: str) -> Voided:
    return Voided(one.name, Ending.VOIDED, again=confirm_void(run.db, one, status, run.clock()))


def _refused(run: Run, one: Voidable, refusal: XeroRefused) -> Voided:
    said = "; ".join(refusal.messages) or str(refusal)
    withdraw_void(run.db, one, said, run.clock())
    return Voided(one.name, Ending.REFUSED, said)
