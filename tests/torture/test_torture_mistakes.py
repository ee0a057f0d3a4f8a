"""The suite itself: each deliberate mistake of a poster is noticed within the first schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.torture.mistakes import MISTAKES
from tests.torture.story import rehearsed, run_story
from tests.torture.theatre import Theatre

WITHIN = 150


@pytest.fixture(scope="module")
def played() -> Iterator[Theatre]:
    """Where the schedules are played."""
    with rehearsed() as found:
        yield found


@pytest.mark.parametrize(("mistake", "step"), MISTAKES, ids=[mistake.__name__ for mistake, _ in MISTAKES])
def test_a_mistake_is_noticed(played: Theatre, mistake: Callable[[], None], step: str) -> None:
    for seed in range(WITHIN):
        try:
            run_story(seed, played, mistake, step)
        except AssertionError as error:
            # Books that are wrong, not a mistake that stumbles over itself.
            assert "Xero holds" in str(error), error
            return
    pytest.fail(f"none of {WITHIN} schedules has noticed it")
