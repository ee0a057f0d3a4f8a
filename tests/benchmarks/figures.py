"""A figure and how it is taken: the median of three runs, told beside something plain that ran on the same machine at the same time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

RUNS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its value in a unit, and the same as a ratio to what a reader knows. Machines differ; ratios differ less."""

    name: str
    value: float
    unit: str
    ratio: float
    to_what: str

    def __str__(self) -> str:
        return f"{self.name}: {_shown(self.value)} {self.unit}, {_shown(self.ratio)} {self.to_what}"


def median_seconds(*works: Callable[[int], object]) -> tuple[float, ...]:
    """The median time of three runs of each ``work(run)``, in seconds. They run in turn, so that a busy machine is busy for all."""
    times = [[seconds_of(partial(work, run)) for work in works] for run in range(RUNS)]
    return tuple(statistics.median(of_one) for of_one in zip(*times, strict=True))


def seconds_of(work: Callable[[], object]) -> float:
    """The time of one run, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _shown(number: float) -> str:
    """Three digits that count.

    >>> _shown(12345.6), _shown(3.14159), _shown(0.0123), _shown(10)
    ('12,346', '3.14', '0.012', '10')
    """
    places = 0 if number >= 100 or number == int(number) else 1 if number >= 10 else 2 if number >= 1 else 3
    return f"{number:,.{places}f}"
