"""Documents as rows: reading them, saving them, and the answer text that is kept beside them."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from dataclasses import dataclass, replace

from sandbox.xero.context import Context
from sandbox.xero.errors import not_found
from sandbox.xero.wire import Json, Raw, dumps, loads

LINES_FIELD = {
    "invoice": "LineItems",
    "credit_note": "LineItems",
    "journal": "JournalLines",
    "bank": "LineItems",
    "overpayment": "LineItems",
}
_COLUMNS = (
    *("id", "org", "kind", "type", "number", "contact_id", "contact_name", "account_id", "target", "status", "date", "due_date", "text"),
    *(
        "total_cents",
        "due_cents",
        "paid_cents",
        "credited_cents",
        "paid_on",
        "by_app",
        "created_ms",
        "updated_ms",
        "input",
        "head",
        "lines",
    ),
)
_INSERT = f"INSERT INTO documents ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_UPDATE = (
    "UPDATE documents SET previous_head = IIF(updated_ms < ?, head, previous_head),"
    " previous_lines = IIF(updated_ms < ?, lines, previous_lines), "
    + ", ".join(f"{name} = ?" for name in _COLUMNS if name not in ("id", "org"))
    + " WHERE id = ?"
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document; `input` is what was sent, merged over all edits; `lines` is the answer's line list as JSON text."""

    id: str
    kind: str
    type: str
    status: str
    date: dt.date
    input: Json
    lines: str = "[]"
    number: str | None = None
    contact_id: str | None = None
    contact_name: str | None = None
    account_id: str | None = None
    target: str | None = None
    due_date: dt.date | None = None
    text: str | None = None
    total_cents: int = 0
    due_cents: int = 0
    paid_cents: int = 0
    credited_cents: int = 0
    paid_on: dt.date | None = None
    by_app: bool = True
    created_ms: int = 0
    updated_ms: int = 0
    head: str = "{}"


def new_id() -> str:
    """A new GUID."""
    return str(uuid.uuid4())


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def of_row(row: sqlite3.Row) -> Document:
    """The document of a row."""
    return Document(
        id=row["id"],
        kind=row["kind"],
        type=row["type"],
        status=row["status"],
        date=dt.date.fromisoformat(row["date"]),
        input=loads(row["input"]),
        lines=row["lines"],
        number=row["number"],
        contact_id=row["contact_id"],
        contact_name=row["contact_name"],
        account_id=row["account_id"],
        target=row["target"],
        due_date=_day(row["due_date"]),
        text=row["text"],
        total_cents=row["total_cents"],
        due_cents=row["due_cents"],
        paid_cents=row["paid_cents"],
        credited_cents=row["credited_cents"],
        paid_on=_day(row["paid_on"]),
        by_app=bool(row["by_app"]),
        created_ms=row["created_ms"],
        updated_ms=row["updated_ms"],
        head=row["head"],
    )


def find(context: Context, kind: str, key: str, number_too: bool = False) -> Document | None:
    """The document of an id, or of a number where that is allowed; None if there is none."""
    sql = "SELECT * FROM documents WHERE org = ? AND kind = ? AND id = ?"
    row = context.store.row(sql, (context.org, kind, key.lower()))
    if row is None and number_too:
        sql = "SELECT * FROM documents WHERE org = ? AND kind = ? AND number = ? ORDER BY status IN ('VOIDED', 'DELETED'), seq LIMIT 1"
        row = context.store.row(sql, (context.org, kind, key))
    return of_row(row) if row else None


def existing(context: Context, kind: str, key: str, number_too: bool = False) -> Document:
    """The document of an id or number; 404 if there is none."""
    found = find(context, kind, key, number_too)
    if found is None:
        raise not_found()
    return found


def save(context: Context, document: Document, head: Json) -> Document:
    """Insert or update a document with its answer; moves its UpdatedDateUTC."""
    now_ms = context.now_ms
    is_new = document.created_ms == 0
    saved = replace(document, created_ms=now_ms if is_new else document.created_ms, updated_ms=now_ms, head=dumps(head))
    values = _values(context, saved)
    if is_new:
        context.store.run(_INSERT, values)
    else:
        context.store.run(_UPDATE, (now_ms, now_ms, *values[2:], saved.id))
    return saved


def _values(context: Context, item: Document) -> tuple[object, ...]:
    return (
        *(item.id, context.org, item.kind, item.type, item.number, item.contact_id, item.contact_name, item.account_id, item.target),
        *(item.status, item.date.isoformat(), item.due_date.isoformat() if item.due_date else None, item.text, item.total_cents),
        *(item.due_cents, item.paid_cents, item.credited_cents, item.paid_on.isoformat() if item.paid_on else None, item.by_app),
        *(item.created_ms, item.updated_ms, dumps(item.input), item.head, item.lines),
    )


def full(kind: str, head: str, lines: str) -> Raw:
    """The whole answer of a document: its head with its lines."""
    field = LINES_FIELD.get(kind)
    return Raw(f'{head[:-1]},"{field}":{lines}}}' if field else head)


def answer(document: Document) -> Raw:
    """The whole answer of a document just read or saved."""
    return full(document.kind, document.head, document.lines)
