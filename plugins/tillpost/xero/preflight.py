"""Pre-flight: what Xero would refuse is held before it costs a call, with a sentence that says what to do.

Judged once per drain, by what the organisation itself says at that time: accounts, tax types, tracking, plan, currency, contacts, lock
dates. What is held here is judged again by the next drain and is sent by itself when the cause is gone.

Lock dates: https://central.xero.com/s/article/Set-and-work-with-lock-dates. What becomes of a locked date is the organisation's rule
``locked_period``: hold it, send it on the first open day with its own date in the text, or refuse it. It is never re-dated silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tillpost.model.acceptance import OBSTACLES, Obstacle
from tillpost.model.documents import Contact, Document
from tillpost.model.reference import ReferenceData
from tillpost.posting_rules import PostingRules
from tillpost.store.claims import ReadyDocument
from tillpost.store.judging import ToJudge, Verdict, documents_to_judge, waiting_revisions, write_verdicts
from tillpost.store.names import keep_contacts
from tillpost.store.outbox import contact_key
from tillpost.xero.contact_steps import contact_book
from tillpost.xero.run import Run

PAGE = 500
MAX_TOLD = 3


@dataclass(slots=True)
class Judge:
    """What a drain judges by, and what it found in order: revisions by document id; problems by contact key."""

    reference: ReferenceData
    revisions: dict[int, int] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)


def hold_what_cannot_succeed(run: Run) -> None:
    """Judge the documents that are ready or were held by pre-flight, those of them that this drain has not judged yet.

    Costs the reads of reference data that are due, and one for contacts; none where there is nothing to judge. Raises XeroErrors.
    """
    if run.reference is None:
        return
    waiting = waiting_revisions(run.db, run.organisation)
    known = run.judge.revisions if run.judge else {}
    ids = [document_id for document_id, revision in waiting.items() if known.get(document_id) != revision]
    if not ids:
        return
    judge = run.judge = run.judge or Judge(run.reference())
    for start in range(0, len(ids), PAGE):
        page = documents_to_judge(run.db, run.organisation, ids[start : start + PAGE])
        verdicts = [_verdict(run, judge, one) for one in page]
        run.add(write_verdicts(run.db, run.organisation, verdicts, run.clock()))
        # What cannot succeed is judged once more if a person releases it in the middle of the drain.
        judge.revisions.update({v.judged.id: v.judged.revision for v in verdicts if not v.why and not v.refused})


def is_judged(run: Run, documents: Sequence[ReadyDocument]) -> bool:
    """Whether all of these were judged as they are now: a document may have been released or changed since the drain began."""
    if run.reference is None:
        return True
    return run.judge is not None and all(run.judge.revisions.get(one.id) == one.revision for one in documents)


def reasons(document: Document, reference: ReferenceData, rules: PostingRules) -> list[str]:
    """Why Xero would refuse a document, a sentence each with what to do; empty if nothing is in its way."""
    found = [_sentence(obstacle, [text for _, text in obstacle.look(document, reference)]) for obstacle in OBSTACLES]
    return [*(sentence for sentence in found if sentence), *_locked(document, reference, rules)]


def sent_date(document: Document, reference: ReferenceData, rules: PostingRules) -> date | None:
    """The date that a document is sent with where that is not its own: the first open day, by the rule of that name."""
    if rules.locked_period != "first_open_day" or not reference.organisation.locks_on(document.date):
        return None
    return reference.organisation.first_open_day


def _verdict(run: Run, judge: Judge, one: ToJudge) -> Verdict:
    problems = reasons(one.document, judge.reference, run.rules)
    locked = _locked(one.document, judge.reference, run.rules)
    contact = _contact_problem(run, judge, one.document.contact)
    # What else is in the way is held first: a document is refused for its date when only that is left.
    refused = run.rules.locked_period == "fail" and bool(locked) and problems == locked and not contact
    why = " ".join([*problems, *([contact] if contact else [])])
    return Verdict(one, why, refused, None if why else sent_date(one.document, judge.reference, run.rules))


def _sentence(obstacle: Obstacle, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    told = list(dict.fromkeys(texts))
    more = f" and {len(told) - MAX_TOLD} more" if len(told) > MAX_TOLD else ""
    return f"{obstacle.title}: {', '.join(told[:MAX_TOLD])}{more}. {obstacle.remedy}"


def _locked(document: Document, reference: ReferenceData, rules: PostingRules) -> list[str]:
    locks = reference.organisation.locks_on(document.date)
    if not locks or rules.locked_period == "first_open_day":
        return []
    said = f"Its date, {document.date.isoformat()}, is locked in Xero by {' and '.join(locks)}."
    if rules.locked_period == "fail":
        return [f"{said} Move the lock date back in Xero, then send it again with retry."]
    return [
        f"{said} Move the lock date back in Xero and it is sent by itself; or let posting.locked_period in tillpost.yml be first_open_day."
    ]


def _contact_problem(run: Run, judge: Judge, contact: Contact | None) -> str:
    """Why a contact cannot be used; one that was merged into another is followed, and its ContactID kept."""
    if contact is None:
        return ""
    key = contact_key(contact)
    if key not in judge.contacts:
        judge.contacts[key] = _looked_up(run, contact, key)
    return judge.contacts[key]


def _looked_up(run: Run, contact: Contact, key: str) -> str:
    book, contact_id = contact_book(run), run.contacts.get(key)
    result = book.known(contact, contact_id) if contact_id else book.found(contact)
    if result is None:
        return ""
    if not result.contact_id:
        return " ".join(result.messages)
    if contact_id and result.contact_id != contact_id:
        keep_contacts(run.db, run.organisation, [(contact, result.contact_id)], run.clock(), {key: " ".join(result.messages)})
        run.contacts[key] = result.contact_id
    return ""
