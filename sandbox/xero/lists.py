"""Lists of documents and contacts: filters, order, pages, If-Modified-Since, and lists that lag behind.

https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sandbox.xero.clock import to_ms
from sandbox.xero.context import Context
from sandbox.xero.documents.rows import full
from sandbox.xero.errors import ApiError, query_error
from sandbox.xero.where import Column, order_sql, to_sql
from sandbox.xero.wire import Json, Raw, dumps, loads

_DOCUMENT: dict[str, Column] = {
    "Type": Column("type COLLATE NOCASE"),
    "Status": Column("status COLLATE NOCASE"),
    "Date": Column("date", "date"),
    "UpdatedDateUTC": Column("updated_ms", "moment"),
    "Total": Column("total_cents", "money"),
    "Reference": Column("text"),
}
_CONTACT = {
    "Contact.ContactID": Column("contact_id", "id"),
    "Contact.Name": Column("contact_name"),
    "Contact.ContactNumber": Column("(SELECT c.number FROM contacts c WHERE c.id = contact_id)"),
}
_DUE = {
    "DueDate": Column("due_date", "date"),
    "AmountDue": Column("due_cents", "money"),
    "AmountPaid": Column("paid_cents", "money"),
    "AmountCredited": Column("credited_cents", "money"),
    "FullyPaidOnDate": Column("paid_on", "date"),
}
COLUMNS: dict[str, dict[str, Column]] = {
    "invoice": {**_DOCUMENT, **_CONTACT, **_DUE, "InvoiceID": Column("id", "id"), "InvoiceNumber": Column("number")},
    "credit_note": {
        **{**_DOCUMENT, **_CONTACT, "CreditNoteID": Column("id", "id"), "CreditNoteNumber": Column("number")},
        **{"RemainingCredit": Column("due_cents", "money"), "DueDate": Column("due_date", "date")},
    },
    "overpayment": {**_DOCUMENT, **_CONTACT, "OverpaymentID": Column("id", "id"), "RemainingCredit": Column("due_cents", "money")},
    "bank": {**_DOCUMENT, **_CONTACT, "BankTransactionID": Column("id", "id"), "BankAccount.AccountID": Column("account_id", "id")},
    "journal": {
        **{key: _DOCUMENT[key] for key in ("Status", "Date", "UpdatedDateUTC")},
        **{"ManualJournalID": Column("id", "id"), "Narration": Column("text")},
    },
    "payment": {
        **{key: _DOCUMENT[key] for key in ("Status", "Date", "UpdatedDateUTC", "Reference")},
        **{"PaymentID": Column("id", "id"), "PaymentType": Column("type COLLATE NOCASE"), "Amount": Column("total_cents", "money")},
        **{f"{name}.{id_name}": Column("target", "id") for name, id_name in (("Invoice", "InvoiceID"), ("CreditNote", "CreditNoteID"))},
        **{
            "Overpayment.OverpaymentID": Column("target", "id"),
            "Invoice.InvoiceNumber": Column("number"),
            "Account.AccountID": Column("account_id", "id"),
        },
        **{key: _CONTACT[key] for key in ("Contact.ContactID", "Contact.Name")},
    },
    "contact": {
        **{
            "ContactID": Column("id", "id"),
            "Name": Column("name"),
            "ContactNumber": Column("number"),
            "AccountNumber": Column("account_number"),
        },
        **{
            "EmailAddress": Column("email"),
            "ContactStatus": Column("status COLLATE NOCASE"),
            "UpdatedDateUTC": Column("updated_ms", "moment"),
        },
    },
}
# Comma lists in the query: the parameter, its column.
COMMA_LISTS = {
    "invoice": {"IDs": "id", "InvoiceNumbers": "number", "ContactIDs": "contact_id", "Statuses": "status"},
    "credit_note": {"IDs": "id"},
    "contact": {"IDs": "id"},
}


@dataclass(slots=True)
class Query:
    """The conditions that a list's rows must meet."""

    context: Context
    kind: str
    parameters: Mapping[str, str]
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        """One more condition with its bound values."""
        self.conditions.append(condition)
        self.values.extend(values)


def _page(parameters: Mapping[str, str]) -> tuple[int, int] | None:
    """Page and page size, brought into range; None where no page is asked for."""
    if "page" not in parameters:
        return None
    try:
        page, size = int(parameters["page"] or 1), int(parameters.get("pageSize") or 100)
    except ValueError:
        raise query_error("page and pageSize must be numbers") from None
    return max(1, page), min(1000, max(1, size))


def _modified_since(header: str | None) -> int | None:
    if not header:
        return None
    try:
        moment = datetime.fromisoformat(header.strip())
    except ValueError:
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            raise ApiError(
                412, {"ErrorNumber": 17, "Type": "NoDataProcessedException", "Message": "If-Modified-Since is not a date."}
            ) from None
    return to_ms((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0))


def is_true(value: str | None) -> bool:
    """A query flag: Xero takes True and true alike."""
    return (value or "").lower() == "true"


def query(context: Context, kind: str, parameters: Mapping[str, str], modified_since: str | None) -> Query:
    """The conditions of a list request; 400 if one cannot be read, 404 if a list of ids is too long."""
    found = Query(context, kind, parameters)
    found.add("org = ?", context.org)
    if kind != "contact":
        found.add("kind = ?", kind)
    since = _modified_since(modified_since)
    if since is not None:
        found.add("updated_ms >= ?", since)
    for name, column in COMMA_LISTS.get(kind, {}).items():
        if parameters.get(name):
            items = [item.strip() for item in parameters[name].split(",")]
            lowered = [item.lower() for item in items] if column in ("id", "contact_id") else items
            found.add(f"{column} IN ({','.join('?' * len(items))})", *lowered)
    if parameters.get("where"):
        sql, values = to_sql(parameters["where"], COLUMNS[kind], kind.replace("_", " ").title().replace(" ", ""))
        found.add(sql, *values)
    if is_true(parameters.get("createdByMyApp")):
        found.add("by_app = 1")
    return found


def fetch(found: Query, table: str) -> tuple[list[sqlite3.Row], Json | None]:
    """The rows of one page with its pagination object, or all rows; 400 above the row guard."""
    store, condition = found.context.store, " AND ".join(found.conditions)
    order = order_sql(found.parameters.get("order") or "UpdatedDateUTC", COLUMNS[found.kind], found.kind, "id")
    count = store.value(f"SELECT COUNT(*) FROM {table} WHERE {condition}", found.values)
    page = _page(found.parameters)
    if page is None:
        if count > found.context.settings.max_rows:
            raise query_error(f"The request would return more than {found.context.settings.max_rows} rows. Use paging or a filter.")
        return store.rows(f"SELECT * FROM {table} WHERE {condition} ORDER BY {order}", found.values), None
    number, size = page
    sql = f"SELECT * FROM {table} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
    rows = store.rows(sql, (*found.values, size, (number - 1) * size))
    return rows, {"page": number, "pageSize": size, "pageCount": -(-count // size), "itemCount": count}


def documents(found: Query, lag_ms: int = 0) -> tuple[list[Raw], Json | None]:
    """Documents as a list shows them: without lines unless a page was asked for; as they were `lag_ms` ago."""
    horizon = found.context.now_ms - lag_ms
    if lag_ms:
        found.add("created_ms <= ?", horizon)
    rows, pagination = fetch(found, "documents")
    summary = is_true(found.parameters.get("summaryOnly"))
    with_lines = (pagination is not None or "IDs" in found.parameters) and not summary
    return [_shown(found, row, horizon if lag_ms else None, with_lines, summary) for row in rows], pagination


def _shown(found: Query, row: sqlite3.Row, horizon: int | None, with_lines: bool, summary: bool) -> Raw:
    head, lines = row["head"], row["lines"]
    if horizon is not None and row["updated_ms"] > horizon and row["previous_head"]:
        head, lines = row["previous_head"], row["previous_lines"]
    if summary:
        head = _summary(found, head)
    return full(found.kind, head, lines if with_lines else "[]")


def _summary(found: Query, head: str) -> str:
    fields = loads(head)
    dropped = {"Payments", "CreditNotes", "Prepayments", "Overpayments", "Allocations"}
    if not found.context.settings.summary_keeps_amounts:
        dropped |= {"AmountDue", "AmountPaid", "AmountCredited"}
    return dumps({key: value for key, value in fields.items() if key not in dropped})
