"""The local Xero's ids from the schedule's seed: the same seed, the same books."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random


@contextmanager
def seeded_ids(chance: Random) -> Iterator[None]:
    """``uuid.uuid4`` by this chance."""
    original = uuid.uuid4
    uuid.uuid4 = lambda: uuid.UUID(int=chance.getrandbits(128), version=4)
    try:
        yield
    finally:
        uuid.uuid4 = original
