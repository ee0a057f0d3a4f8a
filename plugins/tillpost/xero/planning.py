"""The plan of the next posting runs: calls, and when they will be done. Numbers in, a plan out; nothing is asked of anybody.

A batch of 50 documents takes Xero some seconds, so that a lane makes a dozen calls a minute; windows and shares are those of
``tillpost.xero.limits``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tillpost.model.documents import DocumentKind
from tillpost.posting_rules import PostingRules
from tillpost.store.backlog import Backlog, Group
from tillpost.xero.limits import DAY, KEPT_OF_A_MINUTE, MINUTE, MINUTE_CALLS, share_for_backfill
from tillpost.xero.quota import Standing
from tillpost.xero.sender import MAX_DOCUMENTS, MAX_NUMBERS

# What a run reads before it sends: at most six parts of reference data and two lists of what Xero holds of ours.
READS, MAX_CONTACTS = 8, 50
# What an answer to a full batch takes, for the estimate.
ANSWER_SECONDS = 5
# Plans do not look further ahead.
HORIZON = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Step:
    """Calls of one sort: what they are for, how many documents, contacts or numbers, and how many calls."""

    what: str
    items: int
    calls: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What posting has before it. ``documents``: by kind; ``others``: calls beside them. ``finish``: aware UTC, None beyond a year.

    ``held``, ``waiting``: how many documents for which reason; ``blocked_until``: when Xero lets calls in again, if it does not now.
    """

    documents: tuple[Step, ...]
    others: tuple[Step, ...]
    calls: int
    minute_left: int
    day_left: int
    blocked_until: datetime | None
    finish: datetime | None
    refused: int
    held: tuple[tuple[str, int], ...]
    waiting: tuple[tuple[str, int], ...]

    @property
    def to_send(self) -> int:
        """How many documents will be sent."""
        return sum(step.items for step in self.documents)


def plan_posting(todo: Backlog, evidence_calls: int, standing: Standing, rules: PostingRules, now: datetime) -> Plan:
    """The plan for what is to be done, by the budget as it stands and the organisation's rules."""
    documents = tuple(_of_kind(kind, todo.groups) for kind in DocumentKind if any(group.kind is kind for group in todo.groups))
    others = tuple(step for step in _others(todo, evidence_calls) if step.calls)
    calls = sum(step.calls for step in (*documents, *others))
    older = sum(_chunks(group.documents) - _chunks(group.recent) for group in todo.groups)
    finish = _finish(calls - older, older, standing, rules, now)
    return Plan(
        *(documents, others, calls, standing.minute_left, standing.day_left, standing.blocked_until, finish),
        refused=todo.refused,
        held=todo.held,
        waiting=todo.waiting,
    )


def plan_sentence(plan: Plan) -> str:
    """The plan in one line, for the log of a posting run."""
    if not plan.calls:
        return "plan: nothing to send"
    kinds = ", ".join(f"{step.items} {step.what}" for step in plan.documents) or "no documents"
    end = "beyond a year" if plan.finish is None else f"done about {plan.finish:%Y-%m-%d %H:%M} UTC"
    left = f"{plan.minute_left} calls left this minute, {plan.day_left} today"
    held, waiting = (sum(number for _, number in part) for part in (plan.held, plan.waiting))
    return f"plan: {kinds}; {plan.calls} calls ({left}); {end}; {held} held, {waiting} waiting, {plan.refused} refused"


def progress_sentence(plan: Plan, done: int, calls: int, begun: datetime, now: datetime) -> str:
    """How far a run is: documents done and left of its plan, calls made, and minutes to go by its pace so far."""
    left = max(plan.to_send - done, 0)
    minutes = (now - begun).total_seconds() / 60
    to_go = (
        f"about {max(round(minutes * left / done), 1)} minutes to go" if done and left else "nothing to go" if not left else "just begun"
    )
    return f"progress: {done} documents done, {left} left, {calls} calls, {to_go}"


def _of_kind(kind: DocumentKind, groups: Sequence[Group]) -> Step:
    mine = [group for group in groups if group.kind is kind]
    return Step(f"{kind.replace('_', ' ')}s", sum(group.documents for group in mine), sum(_chunks(group.documents) for group in mine))


def _others(todo: Backlog, evidence_calls: int) -> Iterable[Step]:
    if todo.groups:
        yield Step("reading what Xero holds", READS, READS)
    if todo.unknown:
        yield Step("looking up unknown outcomes", sum(number for _, number in todo.unknown), len(todo.unknown))
    numbers = [number for _, number in todo.numbers]
    yield Step("looking for suppliers' numbers", sum(numbers), sum(-(-number // MAX_NUMBERS) for number in numbers))
    yield Step("creating contacts", todo.contacts, -(-todo.contacts // MAX_CONTACTS))
    yield Step("evidence", evidence_calls, evidence_calls)


def _chunks(documents: int) -> int:
    return -(-documents // MAX_DOCUMENTS)


def _finish(recent: int, older: int, standing: Standing, rules: PostingRules, now: datetime) -> datetime | None:
    """When so many calls are made, minute by minute: those of recent dates first, those of older ones in their share of the day."""
    a_minute = _calls_a_minute(rules)
    share = share_for_backfill(standing.day_limit, rules.kept_for_nights)
    made: deque[tuple[datetime, int]] = deque((at, 1) for at in standing.calls)
    # Calls that Xero counts and we do not know of pass within a day.
    made.append((now, max(standing.day_limit - standing.day_left - len(made), 0)))
    at, used = max(now, standing.blocked_until or now), sum(number for _, number in made)
    room = min(standing.minute_left or a_minute, a_minute)
    while recent + older:
        while made and made[0][0] + DAY <= at:
            used -= made.popleft()[1]
        first = min(recent, room, max(standing.day_limit - used, 0))
        second = min(older, room - first, max(share - used - first, 0))
        now_made = first + second
        if not now_made:
            at = max(made[0][0] + DAY, at)
        else:
            recent, older, used = recent - first, older - second, used + now_made
            made.append((at, now_made))
            at += timedelta(minutes=1) * (now_made / a_minute)
        if at - now > HORIZON:
            return None
        room = a_minute
    return at


def _calls_a_minute(rules: PostingRules) -> int:
    """What the lanes carry, and what Xero takes."""
    rolling = int((MINUTE_CALLS - KEPT_OF_A_MINUTE) * timedelta(minutes=1) / MINUTE)
    return min(rules.lanes * 60 // ANSWER_SECONDS, rolling)
