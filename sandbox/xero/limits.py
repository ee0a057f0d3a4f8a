"""Rate limits: per minute and day for each app and organisation, per minute for the app, and calls at once.

https://developer.xero.com/documentation/guides/oauth2/limits/ : a refused call gets 429 with an empty body, X-Rate-Limit-Problem, and
Retry-After for the minute and the day only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sandbox.xero.errors import ApiError
from sandbox.xero.organisations import Organisation
from sandbox.xero.settings import Settings
from sandbox.xero.store import Store

MINUTE_MS, DAY_MS = 60_000, 86_400_000


@dataclass(frozen=True, slots=True)
class Window:
    """A counted window: calls so far and milliseconds until it starts anew."""

    used: int
    left_ms: int


@dataclass(frozen=True, slots=True)
class Quota:
    """What remains to an app at one organisation."""

    minute: int
    day: int
    app_minute: int

    def headers(self) -> dict[str, str]:
        """The three headers of every tenant answer."""
        return {
            "X-DayLimit-Remaining": str(self.day),
            "X-MinLimit-Remaining": str(self.minute),
            "X-AppMinLimit-Remaining": str(self.app_minute),
        }


def _scopes(organisation: Organisation) -> tuple[tuple[str, str, int, int], ...]:
    settings = organisation.settings
    return (
        ("minute", f"minute:{organisation.key}", MINUTE_MS, settings.minute_limit),
        ("day", f"day:{organisation.key}", DAY_MS, settings.day_limit),
        ("appminute", f"app:{organisation.client_id}", MINUTE_MS, settings.app_minute_limit),
    )


def take(store: Store, organisation: Organisation, now_ms: int) -> Quota:
    """Count one call; ApiError 429 where a limit is used up. Limits are checked before anything else is."""
    # Where several are used up, the longest wait is the one that is told.
    for name, scope, length, limit in sorted(_scopes(organisation), key=lambda item: -item[2]):
        window = _window(store, organisation.settings, scope, length, now_ms)
        if window.used >= limit:
            if organisation.settings.refused_calls_count:
                _count(store, organisation, now_ms)
            raise refusal(name, remaining(store, organisation, now_ms), -(-window.left_ms // 1000))
    _count(store, organisation, now_ms)
    left = remaining(store, organisation, now_ms)
    if organisation.settings.window == "fixed":
        return left
    # A rolling window counts the call log, where this call is not yet written.
    return Quota(max(0, left.minute - 1), max(0, left.day - 1), max(0, left.app_minute - 1))


def refusal(name: str, quota: Quota, retry_after: int | None) -> ApiError:
    """429 with an empty body; Retry-After in seconds for the minute and the day only."""
    headers = quota.headers() | {"X-Rate-Limit-Problem": name}
    if name in ("minute", "day") and retry_after is not None:
        headers["Retry-After"] = str(max(1, retry_after))
    return ApiError(429, "", headers)


def _count(store: Store, organisation: Organisation, now_ms: int) -> None:
    """Count a call in every window; a fixed window is opened by its first call."""
    sql = (
        "INSERT INTO windows VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET"
        " calls = IIF(?2 < start_ms + ?3, calls + 1, 1), start_ms = IIF(?2 < start_ms + ?3, start_ms, ?2)"
    )
    store.run_many(sql, [(scope, now_ms, length) for _, scope, length, _ in _scopes(organisation)])


def _window(store: Store, settings: Settings, scope: str, length: int, now_ms: int) -> Window:
    """The present window of a scope."""
    if settings.window == "rolling":
        return _rolling(store, scope, length, now_ms)
    row = store.row("SELECT start_ms, calls FROM windows WHERE scope = ?", (scope,))
    if row is None or now_ms >= row["start_ms"] + length:
        return Window(0, length)
    return Window(row["calls"], row["start_ms"] + length - now_ms)


def _rolling(store: Store, scope: str, length: int, now_ms: int) -> Window:
    kind, _, key = scope.partition(":")
    column = "client_id" if kind == "app" else "org"
    sql = f"SELECT COUNT(*) AS used, MIN(at_ms) AS first FROM calls WHERE {column} = ? AND counted = 1 AND at_ms > ?"
    row = store.row(sql, (key, now_ms - length))
    assert row is not None
    return Window(row["used"], (row["first"] or now_ms) + length - now_ms)


def remaining(store: Store, organisation: Organisation, now_ms: int) -> Quota:
    """What remains now."""
    left = {}
    for name, scope, length, limit in _scopes(organisation):
        window = _window(store, organisation.settings, scope, length, now_ms)
        left[name] = max(0, limit - window.used)
    return Quota(left["minute"], left["day"], left["appminute"])


class InFlight:
    """The calls in progress per organisation."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()

    def enter(self, key: str, limit: int) -> bool:
        """Count a call in; False if as many as allowed are in progress."""
        if self._calls[key] >= limit:
            return False
        self._calls[key] += 1
        return True

    def leave(self, key: str) -> None:
        """Count a call out."""
        self._calls[key] -= 1
