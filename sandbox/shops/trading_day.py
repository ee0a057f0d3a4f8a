"""One business date at one site: which terminals trade when, how busy it is, and how the shifts end.

Events from the script and everyday receipts are put in order of time before they are rung, so that receipt numbers follow the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sandbox.shops.dates import moment
from sandbox.shops.everyday import everyday_receipt
from sandbox.shops.receipts import CASH
from sandbox.shops.till import Till

Action = Callable[[Till, int, datetime], object]


@dataclass(frozen=True, slots=True)
class Event:
    """Something scripted: at a time on the wall clock (``25:30`` is after midnight), on a terminal, on one date or on some."""

    clock: str
    action: Action
    terminal: int = 1


@dataclass(frozen=True, slots=True)
class Session:
    """A terminal's shift: when it opens and closes, and how many everyday receipts it rings. ``missing``: the hour the clock skips."""

    terminal: int
    opens: str
    closes: str
    receipts: tuple[int, int]
    missing: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """A site's trade: the sessions of a date, and its script of events by date."""

    sessions: Callable[[date], Sequence[Session]]
    script: Mapping[date, Sequence[Event]]


def trade_date(till: Till, trade: Trade, business_date: date, rng: Random) -> None:
    """Open all sessions of a date, ring everything in the order of time, close them."""
    sessions = trade.sessions(business_date)
    till.open_period(business_date, max(moment(business_date, s.closes) for s in sessions) + timedelta(minutes=20))
    plan: list[tuple[datetime, Action, int]] = []
    for session in sessions:
        till.open(session.terminal, moment(business_date, session.opens))
        plan += [(when, _ring_everyday(rng), session.terminal) for when in _everyday_times(rng, business_date, session)]
    plan += [(moment(business_date, e.clock), e.action, e.terminal) for e in trade.script.get(business_date, ())]
    for when, action, terminal in sorted(plan, key=lambda entry: entry[0]):
        action(till, terminal, when)
    for session in sessions:
        _end(till, session.terminal, moment(business_date, session.closes), rng)


def _ring_everyday(rng: Random) -> Action:
    return lambda till, terminal, when: till.ring(terminal, when, everyday_receipt(rng, till.shop))


def _everyday_times(rng: Random, business_date: date, session: Session) -> list[datetime]:
    """Times in the session, its last minutes and the hour that the clock skips left out."""
    first, last = moment(business_date, session.opens), moment(business_date, session.closes)
    times = [first + timedelta(seconds=rng.randrange(60, int((last - first).total_seconds()) - 600)) for _ in range(_count(rng, session))]
    return [_on_the_clock(when, business_date, session) for when in times]


def _count(rng: Random, session: Session) -> int:
    return rng.randint(*session.receipts) if session.receipts[1] else 0


def _on_the_clock(when: datetime, business_date: date, session: Session) -> datetime:
    """The time that the wall clock shows: what falls into the missing hour comes soon after it."""
    if session.missing is None:
        return when
    first, last = (moment(business_date, clock) for clock in session.missing)
    return last + (when - first) / 3 if first <= when < last else when


def _end(till: Till, terminal: int, closes: datetime, rng: Random) -> None:
    """Bank what lies in the drawer beyond some change, count, end the shift."""
    spare = till.expected_cents(terminal, CASH) // 5000 * 5000
    if spare >= 10_000:
        till.move(terminal, closes - timedelta(minutes=5), "BK", spare, note="Bag to the bank")
    variance = rng.choice((0, 0, 0, -5, 5, 20, -50, -100, 200, -300)) if till.expected_cents(terminal, CASH) >= 1000 else 0
    till.close(terminal, closes, variance * (till.shop.coin_cents // 5))
