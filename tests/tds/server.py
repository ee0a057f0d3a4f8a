"""The server: ``with serve(answer) as stub`` gives where it listens, and afterwards what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.tds.answers import Answering, SqlServerError, Transactional
from tests.tds.login import Login
from tests.tds.packets import Wire
from tests.tds.session import Session

LOGIN, PASSWORD, DATABASE = "reader", "s/3cr€t 7", "till"


@dataclass
class Stub:
    """A server that runs, how it behaves, and what it has seen.

    ``refuse``: an error for every login. ``databases``: those that can be opened (None: any). ``refused``: errors for
    questions about the server itself (system.py). ``snapshot``: whether they allow snapshot isolation.
    ``bits_for_nulls``: rows are sent as NBCROW. Seen: ``log`` the batches and requests of all clients in their order, ``types`` of the
    parameters of each call, ``acts`` the outermost BEGIN, COMMIT and ROLLBACK, ``logins`` and ``sessions``.
    """

    answer: Answering | Transactional
    host: str = "127.0.0.1"
    port: int = 0
    login: str = LOGIN
    password: str = field(default=PASSWORD, repr=False)
    database: str = DATABASE
    databases: Collection[str] | None = None
    refuse: SqlServerError | None = None
    refused: Mapping[str, SqlServerError] = field(default_factory=dict)
    snapshot: bool = False
    bits_for_nulls: bool = False
    log: list[str] = field(default_factory=list)
    types: list[dict[str, str]] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    mishaps: list[BaseException] = field(default_factory=list)

    def refusals(self, login: Login) -> list[SqlServerError]:
        """Why a login is refused, in SQL Server's words; nothing where it is welcome."""
        if self.refuse:
            return [self.refuse]
        failed = SqlServerError(18456, f"Login failed for user '{login.user}'.", severity=14)
        if (login.user, login.password) != (self.login, self.password):
            return [failed]
        if self.databases is not None and login.database not in self.databases:
            words = f'Cannot open database "{login.database}" requested by the login. The login failed.'
            return [SqlServerError(4060, words, severity=11), failed]
        return []


@contextmanager
def serve(answer: Answering | Transactional, **behaviour: object) -> Iterator[Stub]:
    """A server on a free port of this machine for as long as the context lasts; ``behaviour`` are fields of Stub.

    What went wrong inside it (a message that it does not know) is raised at the end, so that no test passes by chance.
    """
    stub = Stub(answer, **behaviour)  # type: ignore[arg-type]
    listener = socket.create_server((stub.host, 0))
    stub.port = listener.getsockname()[1]
    clients: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                clients.append(client)
                threads.append(_start(lambda client=client: _run(client, stub)))  # type: ignore[misc]

    acceptor = _start(accept)
    try:
        yield stub
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(10)
        for client in clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)
    if stub.mishaps:
        raise stub.mishaps[0]


def _start(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True, name="tds stub")
    thread.start()
    return thread


def _run(client: socket.socket, stub: Stub) -> None:
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            session = Session(Wire(client), stub)
            stub.sessions.append(session)
            session.run()
        except BaseException as mishap:  # it is shown at the end of the context
            stub.mishaps.append(mishap)
