"""History notes and attachments of documents: what stands beside the books and moves nothing in them.

https://developer.xero.com/documentation/api/accounting/historyandnotes and /attachments
"""

from __future__ import annotations

import re
import sqlite3

from sandbox.xero import batch
from sandbox.xero.batch import Resource
from sandbox.xero.context import Context
from sandbox.xero.documents import rows
from sandbox.xero.errors import ApiError, not_found
from sandbox.xero.http import Response
from sandbox.xero.routes import Call, route
from sandbox.xero.wire import Json, moment_string, ms_moment

HISTORY = Resource("HistoryRecords", "HistoryRecordID")
LONGEST_NOTE, MOST_ATTACHMENTS, LARGEST_BYTES = 2_500, 10, 10_000_000
FORBIDDEN = re.compile(r'[<>:"/\\|?*+\x00-\x1f]')
TYPES = ("csv", "doc", "docx", "gif", "jpeg", "jpg", "pdf", "png", "rtf", "txt", "xls", "xlsx", "zip")
# Resource, kind, and whether it takes attachments: payments and overpayments take notes only.
NOTED = (
    *(("Invoices", "invoice", True), ("CreditNotes", "credit_note", True), ("ManualJournals", "journal", True)),
    *(("BankTransactions", "bank", True), ("Payments", "payment", False), ("Overpayments", "overpayment", False)),
)


def _refused(message: str) -> ApiError:
    return ApiError(400, {"ErrorNumber": 10, "Type": "ValidationException", "Message": message, "Elements": []})


def _history_routes(name: str, kind: str) -> None:
    def listed(call: Call) -> Response:
        document = rows.existing(call.context, kind, call.path["key"])
        sql = "SELECT * FROM notes WHERE document_id = ? ORDER BY seq DESC"
        return call.respond({"HistoryRecords": [_note(row) for row in call.context.store.rows(sql, (document.id,))]})

    def put(call: Call) -> Response:
        document = rows.existing(call.context, kind, call.path["key"])
        items = batch.elements(call.request, HISTORY)
        return call.respond({"HistoryRecords": [_add_note(call.context, document.id, item) for item in items]})

    route("GET", f"/{name}/{{key}}/History")(listed)
    route("PUT", f"/{name}/{{key}}/History")(put)


def _add_note(context: Context, document_id: str, item: Json) -> Json:
    details = item.get("Details")
    if not isinstance(details, str) or not details.strip():
        raise _refused("Details must be specified.")
    if len(details) > LONGEST_NOTE:
        raise _refused(f"The Details field must not exceed {LONGEST_NOTE} characters in length.")
    values = (context.org, document_id, context.now_ms, details)
    context.store.run("INSERT INTO notes (org, document_id, at_ms, details) VALUES (?,?,?,?)", values)
    row = context.store.row("SELECT * FROM notes WHERE seq = last_insert_rowid()")
    assert row is not None
    return _note(row)


def _note(row: sqlite3.Row) -> Json:
    at = {"DateUTC": ms_moment(row["at_ms"]), "DateUTCString": moment_string(row["at_ms"])}
    return {"Changes": "Note", **at, "User": "System Generated", "Details": row["details"]}


def _attachment_routes(name: str, kind: str) -> None:
    def listed(call: Call) -> Response:
        document = rows.existing(call.context, kind, call.path["key"])
        sql = "SELECT * FROM attachments WHERE document_id = ? ORDER BY seq"
        return call.respond({"Attachments": [_attachment(row, name) for row in call.context.store.rows(sql, (document.id,))]})

    def one(call: Call) -> Response:
        row = _existing(call.context, rows.existing(call.context, kind, call.path["key"]).id, call.path["file"])
        if row is None:
            raise not_found()
        return Response(200, row["content"], row["mime_type"])

    def written(call: Call) -> Response:
        document = rows.existing(call.context, kind, call.path["key"])
        row = _attach(call.context, document.id, call.path["file"], call.request.headers.get("content-type", ""), call.request.body)
        return call.respond({"Attachments": [_attachment(row, name)]})

    route("GET", f"/{name}/{{key}}/Attachments")(listed)
    route("GET", f"/{name}/{{key}}/Attachments/{{file}}")(one)
    route("PUT", f"/{name}/{{key}}/Attachments/{{file}}")(written)
    route("POST", f"/{name}/{{key}}/Attachments/{{file}}")(written)


def _attach(context: Context, document_id: str, file: str, mime_type: str, content: bytes) -> sqlite3.Row:
    """Keep a file; one of the same name takes the place of the old one."""
    if FORBIDDEN.search(file):
        raise _refused('The file name must not contain any of < > : " / \\ | ? * +')
    if file.rpartition(".")[2].lower() not in TYPES:
        raise _refused("The file type is not supported.")
    if not 0 < len(content) <= LARGEST_BYTES:
        raise _refused("The file must not be empty, nor larger than 10 MB.")
    there = _existing(context, document_id, file) is not None
    if not there and context.store.value("SELECT COUNT(*) FROM attachments WHERE document_id = ?", (document_id,)) >= MOST_ATTACHMENTS:
        raise _refused(f"A maximum of {MOST_ATTACHMENTS} attachments is allowed.")
    values = (mime_type, content, document_id, file)
    if there:
        context.store.run("UPDATE attachments SET mime_type = ?, content = ? WHERE document_id = ? AND file = ?", values)
    else:
        sql = "INSERT INTO attachments (mime_type, content, document_id, file, id, org) VALUES (?,?,?,?,?,?)"
        context.store.run(sql, (*values, rows.new_id(), context.org))
    kept = _existing(context, document_id, file)
    assert kept is not None
    return kept


def _existing(context: Context, document_id: str, file: str) -> sqlite3.Row | None:
    return context.store.row("SELECT * FROM attachments WHERE document_id = ? AND file = ?", (document_id, file))


def _attachment(row: sqlite3.Row, name: str) -> Json:
    url = f"https://api.xero.com/api.xro/2.0/{name}/{row['document_id']}/Attachments/{row['file']}"
    size = {"MimeType": row["mime_type"], "ContentLength": len(row["content"])}
    return {"AttachmentID": row["id"], "FileName": row["file"], "Url": url, **size}


for _name, _kind, _takes_files in NOTED:
    _history_routes(_name, _kind)
    if _takes_files:
        _attachment_routes(_name, _kind)
