"""A meter that waits, between calls and never inside one, where the budget has room again within seconds."""

from __future__ import annotations

from collections.abc import Callable

from tillpost.errors import RateLimited
from tillpost.store.database import Clock
from tillpost.xero.sender import Answered, Meter


class PatientMeter:
    """A meter (``tillpost.xero.sender.Meter``) before which a call waits for room; the wait is over before the call leaves.

    ``seconds``: how long one call waits at most; what takes longer raises RateLimited at once. ``wait`` is how to wait for some seconds.
    """

    def __init__(self, meter: Meter, clock: Clock, wait: Callable[[float], None], seconds: float) -> None:
        self._meter, self._clock, self._wait, self._seconds = meter, clock, wait, seconds

    def before_call(self) -> Answered:
        """Count one call, as soon as there is room for it; raises RateLimited where that takes too long."""
        left = self._seconds
        while True:
            try:
                return self._meter.before_call()
            except RateLimited as limit:
                needed = max((limit.until - self._clock()).total_seconds(), 0.01)
                if needed > left:
                    raise
            self._wait(needed)
            left -= needed
