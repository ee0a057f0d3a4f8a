"""Random schedules: after each of them Xero's books equal the outbox exactly. ``make torture`` runs more; ``SEED=n`` replays one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.torture.story import rehearsed, run_story
from tests.torture.theatre import Theatre

SCHEDULES, AT_ONCE = 120, 10


@pytest.fixture(scope="module")
def played() -> Iterator[Theatre]:
    """Where the schedules are played."""
    with rehearsed() as found:
        yield found


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
def test_after_any_schedule_xero_s_books_equal_the_outbox(played: Theatre, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        run_story(seed, played)


def test_the_same_seed_tells_the_same_story(played: Theatre) -> None:
    assert run_story(5, played).told == run_story(5, played).told
