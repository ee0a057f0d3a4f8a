"""What a statement gets: result sets, errors and faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from tests.tds.types import SqlType

Row = Sequence[Any]
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result set and its SQL Server type."""

    name: str
    type: SqlType


@dataclass(frozen=True, slots=True)
class Answer:
    """One result of a batch. Without columns it is a statement that returns no rows, with the number of those it changed.

    ``rows`` may be a generator: it is sent as it comes, and may raise SqlServerError, Cut or Stall on the way. ``affected`` None with no
    columns is a statement under SET NOCOUNT ON: nothing is told.
    """

    columns: Sequence[Column] = ()
    rows: Iterable[Row] = ()
    affected: int | None = None


Answers = Answer | Sequence[Answer]
Answering = Callable[[str, Params], Answers]


def list_of(answers: Answers) -> list[Answer]:
    """The answers of a batch, also where it is one."""
    return [answers] if isinstance(answers, Answer) else list(answers)


class SqlServerError(Exception):
    """An error as SQL Server sends it; severity 20 and more ends the connection."""

    def __init__(self, number: int, message: str, severity: int = 16, state: int = 1, line: int = 1) -> None:
        self.number, self.message, self.severity, self.state, self.line = number, message, severity, state, line
        super().__init__(message)


class Cut(Exception):
    """The connection ends here without a word."""


class Stall(Exception):
    """Nothing more comes until the client cancels or leaves."""


@runtime_checkable
class Transactional(Protocol):
    """Answers that take part in transactions; a session of its own for each connection."""

    def session(self) -> TransactionalSession:
        """What answers one connection."""


class TransactionalSession(Protocol):
    """What answers one connection, with its transactions."""

    def __call__(self, sql: str, params: Params) -> Answers:
        """The results of a batch."""

    def begin(self) -> None:
        """A transaction begins."""

    def commit(self) -> None:
        """It is kept."""

    def rollback(self) -> None:
        """It is undone."""


def cut_after(rows: Iterable[Row], count: int) -> Iterator[Row]:
    """That many rows, then the connection is gone."""
    yield from _first(rows, count)
    raise Cut


def stall_after(rows: Iterable[Row], count: int) -> Iterator[Row]:
    """That many rows, then nothing comes any more: the client's time-out decides."""
    yield from _first(rows, count)
    raise Stall


def fail_after(rows: Iterable[Row], count: int, error: SqlServerError) -> Iterator[Row]:
    """That many rows, then an error, as of a value that cannot be converted."""
    yield from _first(rows, count)
    raise error


def _first(rows: Iterable[Row], count: int) -> Iterator[Row]:
    for index, row in enumerate(rows):
        if index == count:
            return
        yield row


def deadlock_victim() -> SqlServerError:
    """Error 1205: the transaction lost a deadlock and is undone."""
    words = "Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction."
    return SqlServerError(1205, words, severity=13, state=51)


def invalid_object(name: str) -> SqlServerError:
    """Error 208: no such table."""
    return SqlServerError(208, f"Invalid object name '{name}'.")


def no_permission(name: str, database: str = "till") -> SqlServerError:
    """Error 229: the login may not read it."""
    return SqlServerError(
        229, f"The SELECT permission was denied on the object '{name}', database '{database}', schema 'dbo'.", severity=14, state=5
    )
