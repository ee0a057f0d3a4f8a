"""Where schedules are played: each begins with a copy of an empty outbox and of a local Xero with one organisation."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sandbox.xero import organisations
from sandbox.xero.clock import to_ms
from sandbox.xero.organisations import NewOrganisation
from sandbox.xero.store import Store
from tests.torture.clock import SharedClock
from tests.torture.documents import CHART, ORGANISATION
from tests.torture.local_xero import LATE
from tests.torture.poster import CLIENT_ID, SECRET, Stage, open_outbox
from tillpost.store.database import migrate

SHARED_MEMORY = Path("/dev/shm")


class Theatre:
    """A folder with both files, and what they are copied from."""

    def __init__(self, root: Path) -> None:
        self._outbox, self._xero = root / "outbox.db", root / "xero.db"
        self._empty_outbox, self._empty_xero = _outbox(root / "empty-outbox.db"), _xero(root / "empty-xero.db")
        self._clock = SharedClock()
        self._db = open_outbox(self._outbox, self._clock)

    def stage(self, start: datetime) -> Stage:
        """Everything anew, at this moment."""
        self._db.close()
        for empty, file in ((self._empty_outbox, self._outbox), (self._empty_xero, self._xero)):
            for old in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
                old.unlink(missing_ok=True)
            shutil.copyfile(empty, file)
        self._clock.set(start)
        return Stage(self._db, self._xero, self._clock)


@contextmanager
def theatre() -> Iterator[Theatre]:
    """A theatre in memory, where the machine has such a place."""
    where = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="tillpost-torture-", dir=where) as folder:
        yield Theatre(Path(folder))


def _outbox(file: Path) -> Path:
    migrate(f"sqlite:///{file}")
    return file


def _xero(file: Path) -> Path:
    names = ("code", "name", "type", "enable_payments", "system")
    accounts = [dict(zip(names, row, strict=True)) for row in CHART]
    new = NewOrganisation(
        ORGANISATION, "Harbour Group", "AU", "AUD", "Australia/Melbourne", CLIENT_ID, SECRET, accounts=accounts, settings={}
    )
    store = Store(file)
    with store.transaction():
        organisations.create(store, new, to_ms(datetime(2026, 1, 1, tzinfo=UTC)))
    store.run(LATE)
    store.close()
    return file
