"""After a schedule: Xero's books equal the outbox exactly, document by document and account by account."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from sandbox.xero.store import Store
from tests.torture.documents import ORGANISATION
from tests.torture.poster import Stage
from tillpost.model.documents import Document, DocumentKind, document_of_dict
from tillpost.model.money import tax_inside
from tillpost.store.schema import chunk, document
from tillpost.store.states import DONE, stream_states

GONE = ("VOIDED", "DELETED")
KINDS = {
    ("journal", ""): DocumentKind.JOURNAL,
    ("invoice", "ACCREC"): DocumentKind.INVOICE,
    ("invoice", "ACCPAY"): DocumentKind.BILL,
    ("credit_note", "ACCRECCREDIT"): DocumentKind.CREDIT_NOTE,
    ("credit_note", "ACCPAYCREDIT"): DocumentKind.SUPPLIER_CREDIT,
    ("overpayment", "RECEIVE-OVERPAYMENT"): DocumentKind.OVERPAYMENT,
}
# Of a document's line, and of its contact's control account: which way they are booked.
SIGNS = {
    DocumentKind.JOURNAL: (1, ""),
    DocumentKind.INVOICE: (-1, "610"),
    DocumentKind.CREDIT_NOTE: (1, "610"),
    DocumentKind.BILL: (1, "800"),
    DocumentKind.SUPPLIER_CREDIT: (-1, "800"),
}
# A payment: which way the money goes, and the control account, by what it settles.
PAID = {
    DocumentKind.INVOICE: (1, "610"),
    DocumentKind.CREDIT_NOTE: (-1, "610"),
    DocumentKind.OVERPAYMENT: (-1, "610"),
    DocumentKind.BILL: (-1, "800"),
    DocumentKind.SUPPLIER_CREDIT: (1, "800"),
}


@dataclass(frozen=True, slots=True)
class InXero:
    """One document as Xero holds it; ``by_app`` is false where a person made it."""

    id: str
    kind: DocumentKind
    number: str
    status: str
    cents: int
    contact: str
    by_app: bool

    @property
    def identity(self) -> tuple[object, ...]:
        """What may be there only once."""
        return (self.kind, self.number.lower(), self.contact if self.kind in (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT) else "")


def verify(stage: Stage, *, calm: bool, may_be_refused: int) -> None:
    """Raises AssertionError with all that is wrong. ``calm``: nobody did anything that may keep a document out of Xero.

    ``may_be_refused``: how many calls may have met a limit of Xero.
    """
    with stage.db.read() as tx:
        rows = tx.execute(select(document).order_by(document.c.id)).all()
        chunks = tx.execute(select(chunk.c.id, chunk.c.state)).all()
    mute = [s.key for s in stream_states(stage.db, ORGANISATION) if s.state not in DONE and not s.reasons]
    store = Store(stage.xero)
    try:
        held = in_xero(store)
        wrong = [
            *_booked_twice(held),
            *_not_on_record(rows, held),
            *_not_in_xero(rows, held),
            *_unsettled(rows, chunks),
            *_without_a_reason(rows, calm),
            *(f"{key} is not in Xero, and nothing says why" for key in mute),
            *_balances(store, rows, held),
            *_refused_calls(store, may_be_refused),
        ]
    finally:
        store.close()
    assert not wrong, "\n".join(wrong)


def in_xero(store: Store) -> dict[str, InXero]:
    """All documents that Xero holds, allocations too, by id."""
    found = {}
    for row in store.rows("SELECT * FROM documents WHERE kind <> 'bank' ORDER BY seq"):
        kind = DocumentKind.PAYMENT if row["kind"] == "payment" else KINDS[row["kind"], row["type"] if row["kind"] != "journal" else ""]
        number, contact = _number(kind, row), row["contact_id"] or ""
        found[row["id"]] = InXero(row["id"], kind, number, row["status"], row["total_cents"], contact, bool(row["by_app"]))
    for row in store.rows("SELECT * FROM allocations ORDER BY seq"):
        status, number = "DELETED" if row["deleted"] else "AUTHORISED", f"{row['source']}/{row['target']}/{row['cents']}"
        found[row["id"]] = InXero(row["id"], DocumentKind.ALLOCATION, number, status, row["cents"], "", True)
    return found


def _number(kind: DocumentKind, row: Mapping[str, Any]) -> str:
    if kind is DocumentKind.PAYMENT:
        return row["text"] or ""
    if kind is DocumentKind.JOURNAL:
        return str(row["text"]).rpartition("[")[2].rstrip("]")
    if kind is DocumentKind.OVERPAYMENT:
        return str(json.loads(row["lines"])[0]["Description"]).rpartition("[")[2].rstrip("]")
    return row["number"] or ""


def _booked_twice(held: Mapping[str, InXero]) -> Iterable[str]:
    counted = Counter(one.identity for one in held.values() if one.by_app)
    return (f"Xero holds {identity} {times} times" for identity, times in counted.items() if times > 1)


def _not_on_record(rows: Sequence[Row[Any]], held: Mapping[str, InXero]) -> Iterable[str]:
    known = Counter(row.xero_id for row in rows if row.xero_id)
    for one in held.values():
        if one.by_app and known[one.id] != 1:
            yield f"Xero holds {one}, which is on record {known[one.id]} times"


def _not_in_xero(rows: Sequence[Row[Any]], held: Mapping[str, InXero]) -> Iterable[str]:
    for row in rows:
        if row.state != "posted":
            continue
        one, name = held.get(row.xero_id), f"{row.kind} {row.number or row.natural_key}"
        if one is None:
            yield f"{name} is on record as {row.xero_id}, which Xero does not hold"
        elif one.kind != row.kind or (row.number and one.number.lower() != row.number.lower()):
            yield f"{name} is on record as {one}"
        elif one.by_app and one.cents != row.total_cents:
            # One that a person typed meanwhile under the same number of the same supplier is taken for ours; the difference is reported.
            yield f"{name} over {row.total_cents} is on record as {one}"


def _unsettled(rows: Sequence[Row[Any]], chunks: Sequence[Row[Any]]) -> Iterable[str]:
    under_way = ("sending", "unknown")
    yield from (f"{row.kind} {row.number or row.natural_key} is still {row.state}" for row in rows if row.state in under_way)
    yield from (f"chunk {row.id} is still {row.state}" for row in chunks if row.state in under_way)


def _without_a_reason(rows: Sequence[Row[Any]], calm: bool) -> Iterable[str]:
    live = {row.natural_key: row.state for row in rows}
    for row in rows:
        name = f"{row.kind} {row.number or row.natural_key} is {row.state}"
        if row.state in ("posted", "superseded", "voided"):
            continue
        if calm:
            yield f"{name} ({row.message or row.held_why}), although nobody did anything that keeps it out of Xero"
        elif row.state == "refused" and not row.message:
            yield f"{name} without Xero's message"
        elif row.state == "ready" and all(live.get(key) == "posted" for key in (row.settles, row.credit) if key):
            yield f"{name}, although nothing keeps it from being sent"


def _balances(store: Store, rows: Sequence[Row[Any]], held: Mapping[str, InXero]) -> Iterable[str]:
    """What every account moved by, for the documents on record and in Xero's ledger."""
    kinds = {row.natural_key: DocumentKind(row.kind) for row in rows}
    ours = expected_balances((document_of_dict(row.payload) for row in rows if _is_living(row, held)), kinds)
    sql = (
        "SELECT a.code AS code, SUM(p.cents) AS cents FROM postings p JOIN documents d ON d.id = p.document_id JOIN accounts a"
        " ON a.id = p.account_id WHERE d.by_app = 1 GROUP BY a.code"
    )
    theirs = {row["code"]: row["cents"] for row in store.rows(sql) if row["cents"]}
    for account in sorted(ours.keys() | theirs.keys()):
        if ours.get(account, 0) != theirs.get(account, 0):
            yield f"account {account}: {ours.get(account, 0)} cents are on record and {theirs.get(account, 0)} in Xero's ledger"


def _is_living(row: Row[Any], held: Mapping[str, InXero]) -> bool:
    one = held.get(row.xero_id) if row.state == "posted" else None
    return one is not None and one.by_app and one.status not in GONE


def expected_balances(documents: Iterable[Document], kinds: Mapping[str, DocumentKind]) -> dict[str, int]:
    """Cents per account, debit positive; ``kinds`` of documents by natural key."""
    books: Counter[str] = Counter()
    for one in documents:
        if one.kind in SIGNS:
            sign, control = SIGNS[one.kind]
            for line in one.lines:
                tax = tax_inside(line.cents, line.rate_bp)
                books.update({line.account: sign * (line.cents - tax), "820": sign * tax})
                books.update({control: -sign * line.cents} if control else {})
        elif one.kind is DocumentKind.OVERPAYMENT:
            books.update({one.account: one.amount_cents, "610": -one.amount_cents})
        elif one.kind is DocumentKind.PAYMENT:
            sign, control = PAID[kinds[one.settles]]
            books.update({one.account: sign * one.amount_cents, control: -sign * one.amount_cents})
    return {account: cents for account, cents in books.items() if cents}


def _refused_calls(store: Store, may_be_refused: int) -> Iterable[str]:
    """Xero's limits were met only where they had just been changed (its own faults apart)."""
    refused = store.value("SELECT COUNT(*) FROM calls WHERE status = 429 AND note <> 'fault'")
    if refused > may_be_refused:
        yield f"Xero refused {refused} calls for its limits; changes of them excuse {may_be_refused}"
