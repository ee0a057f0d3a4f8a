"""What Xero's limits leave: pure rules over counts of our own calls and what the headers of its answers said.

Whether Xero's windows are fixed or rolling is not documented, so every rule here holds for both
(https://developer.xero.com/documentation/guides/oauth2/limits/). A call is counted when it leaves and may arrive up to a second later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tillpost.xero.errors_from_xero import TOO_MANY, WAIT_SECONDS, WAIT_UNNAMED, retry_after
from tillpost.xero.wire import clean

# Xero's limits for one app and organisation, and those of an app over all its organisations; of each minute some calls are kept free.
MINUTE_CALLS, KEPT_OF_A_MINUTE, AT_ONCE = 60, 2, 5
APP_MINUTE_CALLS, KEPT_OF_AN_APP_MINUTE = 10_000, 100
# The smallest daily limit that Xero gives.
FIRST_TIER = 1_000

# A call arrives at Xero within a second of the moment at which it is counted.
ARRIVAL = timedelta(seconds=1)
MINUTE, DAY = timedelta(minutes=1) + ARRIVAL, timedelta(days=1) + ARRIVAL
# Xero refuses at once or not at all: a call that was not refused for so long was let in. Only one call at a time has yet to prove that,
# so that a limit that Xero has lowered is met by one call, not by one of each lane.
PROVED = timedelta(milliseconds=800)
# Longer than the longest request: a slot of a process that died is free again.
SLOT_LIFE = timedelta(minutes=3)
# How long something that Xero said without telling until when is believed.
BELIEVE = timedelta(hours=1)
_NAMES = {"daily": "day"}


@dataclass(frozen=True, slots=True)
class Said:
    """What the headers of an answer say: calls that remain (None: not told), and the limit that refused it, with the seconds to wait."""

    minute_left: int | None = None
    day_left: int | None = None
    app_minute_left: int | None = None
    problem: str = ""
    wait: int | None = None


def said_by(headers: Mapping[str, str], now: datetime, status: int = 0) -> Said:
    """Read the rate headers of any answer; what is missing or rubbish says nothing.

    A refusal (429) that names no limit, as a gateway's does, counts as the minute's.
    """
    seen = {name.lower(): value for name, value in headers.items()}
    problem = clean(seen.get("x-rate-limit-problem"), 40).lower().replace("-", "")
    problem = _NAMES.get(problem, problem) or ("minute" if status == TOO_MANY else "")
    wait = retry_after(seen.get("retry-after", ""), now)
    if wait is None and problem:
        wait = WAIT_SECONDS.get(problem, WAIT_UNNAMED)
    minute, day, app = (_whole(seen.get(f"x-{name}-remaining", "")) for name in ("minlimit", "daylimit", "appminlimit"))
    return Said(minute, day, app, problem, wait)


def learnt_limit(configured: int, known: int | None, left: int, counted: int) -> int:
    """What a limit is by an answer that says how many calls are ``left``, of whose window at most ``counted`` are ours.

    The window held that call at least, and all that we counted at most: the limit lies between. It stays as it was ``known`` there.
    """
    return max(left + 1, min(configured if known is None else known, left + counted))


def allowed_calls(configured: int, kept: int, known: int | None, left: int | None, since: int) -> int:
    """How many calls a window of ours may hold: the limit as it is known, or as configured while Xero says that enough are left.

    ``left`` is what the newest answer said, ``since`` how many calls left after that one. What an answer proves holds for both kinds of
    windows: no more than those have arrived since, and what was let in earlier can only fall out.
    """
    if known is None or (left is not None and left - since > kept):
        return max(configured - kept, 1)
    return max(min(configured, known) - kept, 1)


def calls_left(configured: int, kept: int, known: int | None, left: int | None, since: int, used: int) -> int:
    """How many more calls may leave, where a window of ours holds ``used``; the rest as in ``allowed_calls``."""
    by_us = configured - kept - used
    if known is None:
        return max(by_us, 0)
    by_xero = 0 if left is None else left - since - kept
    return max(min(by_us, max(by_xero, min(configured, known) - kept - used)), 0)


def tier(configured: int, known: int | None) -> int:
    """Xero's limit of a day. Less than its smallest is no limit: others used the app before the first answer that we know."""
    return configured if known is None or known < FIRST_TIER else min(configured, known)


def share_for_backfill(calls: int, kept_for_nights: int) -> int:
    """Of a day's calls those that documents of older dates may use; ``kept_for_nights`` in percent."""
    return max(calls * (100 - kept_for_nights) // 100, 1)


def _whole(value: str) -> int | None:
    """A header's whole number of at most nine digits; None where it is missing or no number."""
    text = value.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
