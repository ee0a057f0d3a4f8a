"""Rows that wait between the POS database and the facts: few in memory, more in a file without a name.

They leave the database as fast as it gives them, so that its transaction and its locks are over before the rows are read into facts.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Batch = Sequence[Any]

IN_MEMORY_ROWS = 20_000


class Spool:
    """Batches of rows in the order in which they came; ``close`` gives the file's space back. Only this process can reach the file."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._rows = folder, 0
        self._batches: list[Batch] = []
        self._file: Any = None
        self._in_file = 0

    def add(self, batch: Batch) -> None:
        """Put a batch behind the others; raises OSError where the disk is full."""
        self._rows += len(batch)
        if self._rows <= IN_MEMORY_ROWS:
            self._batches.append(batch)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 (closed by close)
        pickle.dump(list(map(tuple, batch)), self._file, pickle.HIGHEST_PROTOCOL)
        self._in_file += 1

    def __iter__(self) -> Iterator[Batch]:
        """The batches, once."""
        yield from self._batches
        if self._file is not None:
            self._file.seek(0)
            for _ in range(self._in_file):
                yield pickle.load(self._file)

    def close(self) -> None:
        """Forget all rows."""
        self._batches = []
        if self._file is not None:
            self._file.close()
