"""A store's tables on their way from the database to files of facts, one Parquet file each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tillpost.model.period import DateRange
from tillpost.organisations import Store
from tillpost.pos.batches import Delivery, Row, Tally, make_facts, read_batch
from tillpost.pos.contract import Shape, contract_error
from tillpost.pos.facts import fact_schema

GROUP_ROWS = 100_000


@dataclass(slots=True)
class StoreReading:
    """What was read of a store so far. A table that was added once may be added again: then only the second time counts."""

    store: Store
    days: DateRange
    folder: Path
    tally: Tally = field(default_factory=Tally)
    as_of: datetime | None = None
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add_rows(self, shape: Shape, batches: Iterable[Sequence[Row]]) -> None:
        """Write a table that was delivered row by row; raises ContractError."""
        tally = self.tally.copy()
        self._write(shape, (read_batch(shape, rows, self.store, self.days, tally) for rows in batches), tally)

    def add_columns(self, shape: Shape, batches: Iterable[Delivery]) -> None:
        """Write a table that was delivered as columns; raises ContractError, and what its batches raise."""
        tally = self.tally.copy()
        self._write(shape, (make_facts(shape, batch, self.store, self.days, tally) for batch in batches), tally)

    def _write(self, shape: Shape, batches: Iterator[Any], tally: Tally) -> None:
        with _groups(self.folder / f"{shape.table.name}.parquet", fact_schema(shape.table)) as file:
            for batch in batches:
                file.add(batch)
                if shape.table.name == "source" and batch.num_rows:
                    self.as_of = _as_of(shape, batch, tally)
        self.tally = tally
        if shape.extra:
            self.extra[shape.table.name] = shape.extra


def _as_of(shape: Shape, batch: Any, tally: Tally) -> datetime:
    if tally.rows[shape.table.name] > 1:
        raise contract_error(
            shape.file, "more than one row is delivered; it is one row with the time up to which the database is complete."
        )
    moment: datetime = batch.column("as_of").to_pylist()[0]
    return moment.astimezone(UTC)


@dataclass(slots=True)
class _Groups:
    """Rows put together to row groups of one size, whatever batches they come in: many small ones are slow to read."""

    writer: Any
    schema: Any
    waiting: list[Any] = field(default_factory=list)
    rows: int = 0

    def add(self, batch: Any) -> None:
        self.waiting.append(batch)
        self.rows += batch.num_rows
        while self.rows >= GROUP_ROWS:
            self.write(GROUP_ROWS)

    def write(self, size: int) -> None:
        table = pa.Table.from_batches(self.waiting, self.schema)
        self.writer.write_table(table.slice(0, size).combine_chunks(), row_group_size=size)
        self.waiting, self.rows = table.slice(size).to_batches(), self.rows - size


@contextmanager
def _groups(file: Path, schema: Any) -> Iterator[_Groups]:
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        groups = _Groups(writer, schema)
        yield groups
        if groups.rows:
            groups.write(groups.rows)
