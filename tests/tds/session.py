"""One client's session: it logs in, then asks; each message is answered in the order of [MS-TDS] 3.3.5."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.tds import packets, tokens
from tests.tds.answers import Answer, Answering, Cut, Params, SqlServerError, Stall, Transactional
from tests.tds.login import Login, prelogin_answer, read_login
from tests.tds.packets import Cancelled, Gone, Wire
from tests.tds.reading import Call, Parameter, batch_text, read_calls
from tests.tds.system import State, settings_of, system_answer
from tests.tds.types import COLLATION, INT

if TYPE_CHECKING:
    from tests.tds.server import Stub

_TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK)(\s+TRAN(SACTION)?|\s+WORK)?\s*;?\s*\Z", re.IGNORECASE)
_FREETDS_END = re.compile(r"\s*IF @@TRANCOUNT > 0 (COMMIT|ROLLBACK)(?: BEGIN TRANSACTION)?\s*\Z", re.IGNORECASE)
_BEGIN, _COMMIT, _ROLLBACK = 5, 7, 8
_ACTS = {_BEGIN: "BEGIN", _COMMIT: "COMMIT", _ROLLBACK: "ROLLBACK"}
_ENVIRONMENT = {"BEGIN": 8, "COMMIT": 9, "ROLLBACK": 10}


class Session:
    """One client and what it has set, prepared and begun."""

    def __init__(self, wire: Wire, stub: Stub) -> None:
        self.wire, self.stub = wire, stub
        self.state = State("", stub.snapshot)
        self.login: Login | None = None
        self.prepared: dict[int, str] = {}
        answer = stub.answer
        self._transactional = answer.session() if isinstance(answer, Transactional) else None
        self._answer: Answering = self._transactional or answer  # type: ignore[assignment]

    def run(self) -> None:
        """Until the client leaves."""
        try:
            if self._log_in():
                while True:
                    self._message(*self.wire.read())
        except (Gone, Cut):
            pass
        finally:
            if self.state.transactions:
                self._act("ROLLBACK")

    def _log_in(self) -> bool:
        kind, message = self.wire.read()
        if kind == packets.PRELOGIN:
            self.wire.write(prelogin_answer())
            self.wire.finish()
            kind, message = self.wire.read()
        if kind != packets.LOGIN:
            raise Gone  # it wants to encrypt, and cannot
        self.login = read_login(message)
        self.stub.logins.append(self.login)
        refusals = self.stub.refusals(self.login)
        if refusals:
            self.wire.write(b"".join(map(tokens.message, refusals)) + tokens.done(tokens.DONE, tokens.FAILED))
        else:
            self.state.database = self.login.database or "master"
            self.wire.write(self._welcome())
        self.wire.finish()
        return not refusals

    def _welcome(self) -> bytes:
        database = self.state.database
        changed = SqlServerError(5701, f"Changed database context to '{database}'.", severity=10, state=2)
        return (
            tokens.environment(1, database, "master") + tokens.message(changed, info=True) + tokens.environment(7, COLLATION)
            + tokens.environment(2, "us_english") + tokens.environment(4, str(packets.SIZE), str(packets.SIZE))
            + tokens.login_acknowledged() + tokens.done(tokens.DONE, 0)
        )  # fmt: skip

    def _message(self, kind: int, message: bytes) -> None:
        try:
            if kind == packets.BATCH:
                self._batch(batch_text(message))
            elif kind == packets.RPC:
                for call in read_calls(message):
                    self._call(call)
            elif kind == packets.TRANSACTION:
                self._transaction(message)
            elif kind == packets.ATTENTION:
                raise Cancelled
            else:
                raise AssertionError(f"a client sent a message of kind {kind:#x}")
        except Cancelled:
            self.wire.forget()
            self.wire.write(tokens.done(tokens.DONE, tokens.CANCELLED))
        self.wire.finish()

    # Batches and calls

    def _batch(self, sql: str) -> None:
        self._reply(tokens.DONE, lambda: self._results(sql, {}))

    def _call(self, call: Call) -> None:
        handed, handle = call.parameters, None
        name = call.procedure.lower()
        if name == "sp_unprepare":
            self.prepared.pop(handed[0].value, None)
            self.wire.write(tokens.return_status(0) + tokens.done(tokens.DONE_PROC, 0))
            return
        if name in ("sp_prepare", "sp_prepexec"):
            handle = len(self.prepared) + 1
            self.prepared[handle] = handed[2].value
        sql, values = self._called(name, handed, handle)
        self._reply(
            tokens.DONE_IN_PROC, lambda: [] if name == "sp_prepare" else self._results(sql, values), end=tokens.DONE_PROC, handle=handle
        )

    def _called(self, name: str, handed: tuple[Parameter, ...], handle: int | None) -> tuple[str, Params]:
        """The statement of a call and its values by their names."""
        if name == "sp_executesql":
            sql, values = handed[0].value, handed[2:]
        elif name == "sp_execute":
            sql, values = self.prepared[handed[0].value], handed[1:]
        elif handle is not None:
            sql, values = self.prepared[handle], handed[3:]
        else:
            sql, values = f"EXEC {name}", handed
        named = {value.name or f"@P{index}": value for index, value in enumerate(values, 1)}
        self.stub.types.append({key: value.type for key, value in named.items()})
        return sql, {key: value.value for key, value in named.items()}

    def _results(self, sql: str, params: Params) -> Iterable[Answer]:
        self.stub.log.append(sql if not params else f"{sql} -- {dict(params)}")
        settings = settings_of(sql)
        if settings is not None:
            self.state.settings |= settings
            return []
        act = _TRANSACTION.match(sql) or _FREETDS_END.match(sql)
        if act:
            self._text_transaction(act[1].upper(), "BEGIN TRANSACTION" in sql.upper())
            return []
        answer: Answer | Iterable[Answer] | None = system_answer(sql, self.state, self.stub.refused)
        if answer is None:
            self.state.check_isolation()
            answer = self._answer(sql, params)
        return [answer] if isinstance(answer, Answer) else answer

    def _reply(self, token: int, ask: object, end: int | None = None, handle: int | None = None) -> None:
        """All results of a batch, the error that ended it, and its end."""
        failed = 0
        try:
            for answer in ask():  # type: ignore[operator]
                self._result(token, answer)
        except SqlServerError as error:
            self._failed(error)
            failed = tokens.FAILED
        except Stall:
            self.wire.stall()
        if end is not None:
            self.wire.write(tokens.return_status(0))
            if handle is not None:
                self.wire.write(tokens.return_value("", INT, handle))
        self.wire.write(tokens.done(end or tokens.DONE, failed))

    def _result(self, token: int, answer: Answer) -> None:
        if not answer.columns:
            if answer.affected is not None:
                counted = self.state.settings.get("NOCOUNT") != "ON"
                self.wire.write(tokens.done(token, tokens.MORE, answer.affected if counted else None, tokens.CHANGE))
            return
        self.wire.write(tokens.column_metadata(answer.columns))
        write_row = tokens.row_with_nulls if self.stub.bits_for_nulls else tokens.row
        count = 0
        try:
            for count, values in enumerate(answer.rows, 1):  # noqa: B007
                self.wire.write(write_row(answer.columns, values))
        except Cut:
            self.wire.flush()
            raise
        self.wire.write(tokens.done(token, tokens.MORE, count))

    def _failed(self, error: SqlServerError) -> None:
        self.wire.write(tokens.message(error))
        if error.number == 1205 and self.state.transactions:
            self._act("ROLLBACK")
        if error.severity >= 20:
            self.wire.write(tokens.done(tokens.DONE, tokens.FAILED))
            self.wire.finish()
            raise Cut

    # Transactions

    def _text_transaction(self, act: str, and_begin: bool) -> None:
        if act != "BEGIN" and not self.state.transactions:
            if and_begin:
                self._act("BEGIN")
                return
            verb, number = ("COMMIT", 3902) if act == "COMMIT" else ("ROLLBACK", 3903)
            raise SqlServerError(number, f"The {verb} TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        self._act(act)
        if and_begin and act != "BEGIN":
            self._act("BEGIN")

    def _transaction(self, message: bytes) -> None:
        """A transaction manager request: its number, then for an end a name and whether the next one begins at once."""
        start = struct.unpack_from("<I", message)[0]
        number = struct.unpack_from("<H", message, start)[0]
        act = _ACTS[number]
        and_begin = act != "BEGIN" and bool(message[start + 3 + message[start + 2]] & 1)
        self.stub.log.append(f"({act} as a request{', then BEGIN' if and_begin else ''})")
        self._act(act)
        if and_begin:
            self._act("BEGIN")
        self.wire.write(tokens.done(tokens.DONE, 0))

    def _act(self, act: str) -> None:
        """Begin or end the transaction, here and where the answers come from."""
        number = struct.pack("<Q", id(self) & 0xFFFFFFFF)
        before = self.state.transactions
        self.state.transactions = before + 1 if act == "BEGIN" else max(before - 1, 0) if act == "COMMIT" else 0
        if act == "BEGIN":
            self.state.began_as = self.state.isolation
        outermost = before == 0 if act == "BEGIN" else before > 0 and self.state.transactions == 0
        if not outermost:
            return
        self.stub.acts.append(act)
        if self._transactional:
            getattr(self._transactional, act.lower())()
        new, old = (number, b"") if act == "BEGIN" else (b"", number)
        self.wire.write(tokens.environment(_ENVIRONMENT[act], new, old))
