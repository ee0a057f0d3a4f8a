"""Contacts: creating, changing, finding and showing them.

https://developer.xero.com/documentation/api/accounting/contacts
"""

from __future__ import annotations

import sqlite3
import uuid

from sandbox.xero.context import Context
from sandbox.xero.errors import Invalid, Unreadable, not_found
from sandbox.xero.wire import Json, dumps, loads, ms_moment

STATUSES = ("ACTIVE", "ARCHIVED", "GDPRREQUEST")
_TEXTS = {"Name": 255, "ContactNumber": 50, "AccountNumber": 50, "FirstName": 255, "LastName": 255, "EmailAddress": 255, "TaxNumber": 50}
_KEPT = (
    *("AccountNumber", "FirstName", "LastName", "EmailAddress", "TaxNumber", "CompanyNumber", "BankAccountDetails", "Addresses", "Phones"),
    *("ContactPersons", "PaymentTerms", "DefaultCurrency", "AccountsReceivableTaxType", "AccountsPayableTaxType", "Website"),
)
_ARCHIVED_EDIT = "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API."
_ARCHIVED_USE = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes."
)


def write(context: Context, element: Json, creating: bool) -> Json:
    """PUT (creating) or POST one contact; Invalid with Xero's messages, 404 for an unknown ContactID."""
    _check_texts(element)
    row = None if creating else _to_update(context, element)
    if row is not None and row["status"] != "ACTIVE":
        raise Invalid(_ARCHIVED_EDIT)
    name = element.get("Name") or (row["name"] if row else None)
    if not name or not name.strip():
        raise Invalid("The contact name must be specified.")
    number = element.get("ContactNumber", row["number"] if row else None) or None
    _check_unique(context, name, number, row["id"] if row else None)
    status = element.get("ContactStatus", row["status"] if row else "ACTIVE")
    if status not in STATUSES:
        raise Unreadable(f"The value {status!r} is not a ContactStatus.")
    return _save(context, row, name, number, status, element)


def _check_texts(element: Json) -> None:
    for field, limit in _TEXTS.items():
        value = element.get(field)
        if value is not None and not isinstance(value, str):
            raise Unreadable(f"{field} must be text.")
        if value and len(value) > limit:
            raise Invalid(f"The {field} field must not exceed {limit} characters in length.")


def _to_update(context: Context, element: Json) -> sqlite3.Row | None:
    contact_id = element.get("ContactID")
    if contact_id:
        return existing(context, str(contact_id))
    return _match(context, element.get("ContactNumber"), element.get("Name"))


def _match(context: Context, number: object, name: object) -> sqlite3.Row | None:
    store = context.store
    if number:
        found = store.row("SELECT * FROM contacts WHERE org = ? AND number = ? ORDER BY status LIMIT 1", (context.org, number))
        if found:
            return found
    if not name:
        return None
    return store.row("SELECT * FROM contacts WHERE org = ? AND name = ? ORDER BY status LIMIT 1", (context.org, name))


def existing(context: Context, contact_id: str) -> sqlite3.Row:
    """The contact of an id; 404 if there is none."""
    row = context.store.row("SELECT * FROM contacts WHERE org = ? AND id = ?", (context.org, contact_id.lower()))
    if row is None:
        raise not_found()
    return row


def _check_unique(context: Context, name: str, number: str | None, own_id: str | None) -> None:
    same_name = "SELECT 1 FROM contacts WHERE org = ? AND name = ? AND status = 'ACTIVE' AND id <> ?"
    if context.store.row(same_name, (context.org, name, own_id or "")):
        raise Invalid(
            f"The contact name {name} is already assigned to another contact. The contact name must be unique across all active contacts."
        )
    if number and context.store.row("SELECT 1 FROM contacts WHERE org = ? AND number = ? AND id <> ?", (context.org, number, own_id or "")):
        raise Invalid(
            f"The contact number {number} is already assigned to another contact. The contact number must be unique across all contacts."
        )


def _save(context: Context, row: sqlite3.Row | None, name: str, number: str | None, status: str, element: Json) -> Json:
    fields: Json = loads(row["fields"]) if row else {}
    fields |= {key: element[key] for key in _KEPT if key in element}
    contact_id = row["id"] if row else str(uuid.uuid4())
    values = (name, number, fields.get("AccountNumber"), fields.get("EmailAddress"), status, context.now_ms, dumps(fields), contact_id)
    if row:
        sql = "UPDATE contacts SET name=?, number=?, account_number=?, email=?, status=?, updated_ms=?, fields=? WHERE id=?"
        context.store.run(sql, values)
        _rename_on_documents(context, contact_id, name)
    else:
        columns = "name, number, account_number, email, status, updated_ms, fields, id, org"
        context.store.run(f"INSERT INTO contacts ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", (*values, context.org))
    return as_json(context, existing(context, contact_id))


def _rename_on_documents(context: Context, contact_id: str, name: str) -> None:
    """Documents show their contact's present name; a new name does not move their UpdatedDateUTC."""
    sql = "SELECT id, head FROM documents WHERE org = ? AND contact_id = ? AND contact_name <> ?"
    for row in context.store.rows(sql, (context.org, contact_id, name)):
        head = loads(row["head"])
        head["Contact"]["Name"] = name
        context.store.run("UPDATE documents SET head = ?, contact_name = ? WHERE id = ?", (dumps(head), name, row["id"]))


def for_document(context: Context, block: object) -> sqlite3.Row:
    """The contact a document names, created if it has a new name; Invalid if missing or archived, 404 if the ContactID is unknown."""
    if not isinstance(block, dict) or not any(block.get(key) for key in ("ContactID", "ContactNumber", "Name")):
        raise Invalid("A Contact must be specified for this type of transaction")
    if block.get("ContactID"):
        row: sqlite3.Row | None = existing(context, str(block["ContactID"]))
    else:
        row = _match(context, block.get("ContactNumber"), block.get("Name"))
    if row is None:
        row = existing(context, write(context, block, creating=True)["ContactID"])
    if row["status"] != "ACTIVE":
        raise Invalid(_ARCHIVED_USE)
    return row


def set_status(context: Context, contact_id: str, status: str) -> None:
    """Archive a contact, or bring it back, as a person does in Xero."""
    existing(context, contact_id)
    context.store.run("UPDATE contacts SET status = ?, updated_ms = ? WHERE id = ?", (status, context.now_ms, contact_id))


def short_json(row: sqlite3.Row) -> Json:
    """A contact as it stands within a document."""
    return {
        **{"ContactID": row["id"], "Name": row["name"]},
        **({"ContactNumber": row["number"]} if row["number"] else {}),
        **{"Addresses": [], "Phones": [], "ContactGroups": [], "ContactPersons": [], "HasValidationErrors": False},
    }


def as_json(context: Context, row: sqlite3.Row) -> Json:
    """A contact as GET /Contacts shows it."""
    fields = loads(row["fields"])
    kinds = "SELECT 1 FROM documents WHERE org = ? AND kind = 'invoice' AND contact_id = ? AND type = ? LIMIT 1"
    return {
        **{"ContactID": row["id"], "ContactStatus": row["status"], "Name": row["name"]},
        **({"ContactNumber": row["number"]} if row["number"] else {}),
        **{"Addresses": [], "Phones": [], "ContactPersons": []},
        **{key: value for key, value in fields.items() if value is not None},
        "UpdatedDateUTC": ms_moment(row["updated_ms"]),
        "ContactGroups": [],
        "IsSupplier": context.store.row(kinds, (context.org, row["id"], "ACCPAY")) is not None,
        "IsCustomer": context.store.row(kinds, (context.org, row["id"], "ACCREC")) is not None,
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
