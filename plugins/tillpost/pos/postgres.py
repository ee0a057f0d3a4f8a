"""PostgreSQL's own fast way: COPY to CSV over the connection that is open, read into Arrow block by block.

COPY runs in the same transaction as every other statement, so its rows are of the same moment. The columns' types are asked of the
server first. In its CSV an empty text is quoted and NULL is not, and each message is one whole row, line ends inside it or not.

Only what is certain goes this way: a type that is not listed here, a value that Arrow does not read (an infinite date, NaN) or the
contract forbids ends it, and the table is read again row by row by SQLAlchemy, whose result and messages are the ones that count.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pyarrow as pa
import sqlalchemy as sa
from psycopg import pq
from psycopg.abc import AdaptContext, Buffer, PQGen
from psycopg.adapt import Loader
from psycopg.waiting import Wait
from pyarrow import csv

from tillpost.pos.arrow import Family, Source, read_arrow
from tillpost.pos.batches import Delivery, Row
from tillpost.pos.contract import Delivered, Shape, Unreadable
from tillpost.pos.convert import Reading
from tillpost.pos.queries import Query

BLOCK_BYTES = 2_000_000

_BOM = "\ufeff".encode()
_NUMERIC = 1700
_FIRST_OF_USERS = 16_384  # numbers of types from here on are a site's own (enums, citext): psycopg gives their text
_NOT_THE_STATEMENT = ("08", "40", "53", "55P03", "57", "58")
_TYPES = {
    **dict.fromkeys((18, 19, 25, 1042, 1043, 2950), Source(Family.TEXT, pa.string())),  # "char", name, text, char, varchar, uuid
    **dict.fromkeys((20, 21, 23), Source(Family.WHOLE, pa.int64())),
    **dict.fromkeys((700, 701), Source(Family.FLOAT, pa.float64())),
    16: Source(Family.FLAG, pa.bool_()),
    1082: Source(Family.DATE, pa.date32()),
    1114: Source(Family.NAIVE, pa.timestamp("us")),
    1184: Source(Family.AWARE, pa.timestamp("us", tz="UTC")),
}


class NotCopied(Exception):
    """The statement or one of its values must go the other way."""


@dataclass(frozen=True, slots=True)
class Described:
    """A statement with its values in it, and its columns; a column of a type that is not known here has no source."""

    statement: bytes
    names: tuple[str, ...]
    sources: tuple[Source | None, ...]


def describe(database: sa.Connection, query: Query, values: Mapping[str, object]) -> Described:
    """Ask the server for the columns, without running the statement; raises NotCopied where it is not one SELECT that it accepts."""
    raw: Any = database.connection.driver_connection
    if not query.selects or raw.info.encoding != "utf-8":
        raise NotCopied
    compiled = query.statement(single=True).compile(dialect=database.dialect)
    statement = psycopg.ClientCursor(raw).mogrify(str(compiled), compiled.construct_params(dict(values))).encode()
    result = raw.pgconn.prepare(b"", statement)
    if result.status == pq.ExecStatus.COMMAND_OK:
        result = raw.pgconn.describe_prepared(b"")
    if result.status != pq.ExecStatus.COMMAND_OK:
        raise _refused(result, raw)
    columns = range(result.nfields)
    return Described(
        statement,
        tuple((result.fname(i) or b"").decode() for i in columns),
        tuple(_source(result.ftype(i), result.fmod(i)) for i in columns),
    )


def _refused(result: Any, raw: Any) -> Exception:
    """Why a statement was not taken: what is no fault of its own is not asked a second time, for it may have waited for a lock already."""
    problem = psycopg.errors.error_from_result(result)
    if raw.closed or str(problem.sqlstate or "").startswith(_NOT_THE_STATEMENT):
        return sa.exc.DBAPIError("COPY", None, problem, connection_invalidated=raw.closed)
    return NotCopied()


def _source(kind: int, modifier: int) -> Source | None:
    if kind == _NUMERIC:
        precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
        fixed = modifier >= 4 and precision <= 38 and scale <= precision
        return Source(Family.DECIMAL, pa.decimal128(precision, scale) if fixed else pa.string())
    return _TYPES.get(kind, _TYPES[25] if kind >= _FIRST_OF_USERS else None)


def copied(database: sa.Connection, described: Described, shape: Shape) -> Generator[Delivery]:
    """The rows in blocks; raises NotCopied, pa.ArrowInvalid, or SQLAlchemyError where the server refuses or is gone."""
    sources = {delivered.index: described.sources[delivered.index] for delivered in shape.delivered}
    known = {index: source for index, source in sources.items() if source is not None}
    if len(known) < len(sources):
        raise NotCopied
    with closing(_blocks(database, described.statement)) as blocks:
        for block in blocks:
            yield _delivery(_parsed(block, len(described.names), known), known)


@dataclass(slots=True)
class _Block:
    """Whole rows of CSV behind one another, and their number."""

    data: bytearray = field(default_factory=bytearray)
    rows: int = 0
    more: bool = True


def _blocks(database: sa.Connection, statement: bytes) -> Generator[_Block]:
    raw: Any = database.connection.driver_connection
    try:
        with raw.cursor() as cursor, cursor.copy(b"COPY (" + statement + b"\n) TO STDOUT (FORMAT csv)"):
            block = _Block()
            while block.more:
                block = raw.wait(_next_block(raw.pgconn))
                if block.rows:
                    yield block
    except psycopg.Error as problem:
        raise sa.exc.DBAPIError("COPY", None, problem, connection_invalidated=raw.closed) from problem


def _next_block(pgconn: Any) -> PQGen[_Block]:
    """The next rows. psycopg's own steps cost more than a row does, and so does a list of them: hence this loop."""
    block, data, rows = _Block(), bytearray(), 0
    while len(data) < BLOCK_BYTES:
        length, row = pgconn.get_copy_data(1)
        if length > 0:
            data += row
            rows += 1
        elif length == 0:
            while not (yield Wait.R):
                continue
            pgconn.consume_input()
        else:
            _check_end(pgconn)
            block.more = False
            break
    block.data, block.rows = data, rows
    return block


def _check_end(pgconn: Any) -> None:
    """The server's last word on a COPY: all rows were sent, or what stopped it. All results are taken, so that it can be asked again."""
    for result in list(iter(pgconn.get_result, None)):
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)


def _parsed(block: _Block, width: int, sources: Mapping[int, Source]) -> Any:
    data = block.data
    if data.startswith(_BOM):
        data = bytearray(_BOM) + data  # the reader takes the first one for a mark of the file
    table = csv.read_csv(
        pa.BufferReader(pa.py_buffer(data)),
        # One thread: the server works on another core, and each thread would keep memory of its own.
        csv.ReadOptions(use_threads=False, column_names=[str(i) for i in range(width)], block_size=len(data) + 1),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types={str(i): source.carried for i, source in sources.items()},
            include_columns=[str(i) for i in sources],
            null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False, true_values=["t"], false_values=["f"],
        ),
    )  # fmt: skip
    if table.num_rows != block.rows:
        raise NotCopied
    return table


def _delivery(table: Any, sources: Mapping[int, Source]) -> Delivery:
    def read(delivered: Delivered, reading: Reading) -> tuple[Any, int]:
        array = table.column(str(delivered.index)).combine_chunks()
        return read_arrow(array, sources[delivered.index], delivered.column.kind, delivered.in_cents, reading)

    return Delivery(table.num_rows, read, _no_row)


def _no_row(_: int) -> Row:
    raise Unreadable


def keep_strange_dates(raw: Any) -> None:
    """Let psycopg give a date that Python does not know (infinity, before Christ) as its text, so that the contract can name it."""
    for name in ("date", "timestamp", "timestamptz"):
        kind = raw.adapters.types[name].oid
        raw.adapters.register_loader(kind, _or_text(raw.adapters.get_loader(kind, pq.Format.TEXT)))


def _or_text(known: type[Loader]) -> type[Loader]:
    class OrText(Loader):
        def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
            super().__init__(oid, context)
            self._known = known(oid, context)

        def load(self, data: Buffer) -> object:
            try:
                return self._known.load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    return OrText
