"""What is done to a document that Xero holds: its status, taking it back, a note in its history, a file attached to it.

* invoices, bills, credit notes: VOIDED once approved, DELETED as a draft (https://developer.xero.com/documentation/api/accounting/invoices)
* journals: the same (https://developer.xero.com/documentation/api/accounting/manualjournals)
* payments: never changed, only DELETED (https://developer.xero.com/documentation/api/accounting/payments)
* allocations: removed by their id; an overpayment goes with the bank transaction that made it
* notes and files: https://developer.xero.com/documentation/api/accounting/historyandnotes and /attachments
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tillpost.errors import XeroRefused
from tillpost.model.documents import DocumentKind
from tillpost.xero.errors_from_xero import Answer
from tillpost.xero.lists import Reader, entries
from tillpost.xero.sender import File, Gate, InXero, Parent
from tillpost.xero.wire import Json, guid, objects, text


class Changer(Reader, Protocol):
    """Changes one thing in Xero: the SDK's method by name, ids, then the exact bytes of the body."""

    def change(self, operation: str, *arguments: str | bytes, key: str = "", content_type: str = "", gate: Gate) -> Answer:
        """The answer; raises XeroErrors and what ``gate`` raises."""


@dataclass(frozen=True, slots=True)
class _Methods:
    """The SDK's names for one kind: its list in bodies and answers, how one is read, changed, noted and given files ('' : not at all)."""

    field: str
    id_field: str
    id_name: str
    read: str
    change: str
    history: str
    note: str
    attach: str = ""


_INVOICE = _Methods(
    *("Invoices", "InvoiceID", "invoice_id", "get_invoice", "update_invoice", "get_invoice_history", "create_invoice_history"),
    attach="create_invoice_attachment_by_file_name",
)
_CREDIT_NOTE = _Methods(
    *("CreditNotes", "CreditNoteID", "credit_note_id", "get_credit_note", "update_credit_note"),
    *("get_credit_note_history", "create_credit_note_history"),
    attach="create_credit_note_attachment_by_file_name",
)
_OVERPAYMENT = _Methods(
    *("Overpayments", "OverpaymentID", "overpayment_id", "get_overpayment", "update_bank_transaction"),
    *("get_overpayment_history", "create_overpayment_history"),
)
_METHODS: Mapping[DocumentKind, _Methods] = {
    DocumentKind.JOURNAL: _Methods(
        *("ManualJournals", "ManualJournalID", "manual_journal_id", "get_manual_journal", "update_manual_journal"),
        *("get_manual_journals_history", "create_manual_journal_history_record"),
        attach="create_manual_journal_attachment_by_file_name",
    ),
    DocumentKind.INVOICE: _INVOICE,
    DocumentKind.BILL: _INVOICE,
    DocumentKind.CREDIT_NOTE: _CREDIT_NOTE,
    DocumentKind.SUPPLIER_CREDIT: _CREDIT_NOTE,
    DocumentKind.OVERPAYMENT: _OVERPAYMENT,
    DocumentKind.PAYMENT: _Methods(
        *("Payments", "PaymentID", "payment_id", "get_payment", "delete_payment", "get_payment_history", "create_payment_history")
    ),
}
# Allocations have no history of their own.
NOTED = tuple(_METHODS)
ATTACHED = tuple(kind for kind, methods in _METHODS.items() if methods.attach)


def status_of(reader: Reader, one: InXero) -> str:
    """The status of one document now, in Xero's word; of an allocation DELETED or AUTHORISED. Raises XeroErrors."""
    if one.kind is DocumentKind.ALLOCATION:
        parent = _one(reader, _methods_of(one.parent), _parent_of(one).xero_id)
        living = {guid(item, "AllocationID") for item in objects(parent, "Allocations") if item.get("IsDeleted") is not True}
        return "AUTHORISED" if one.xero_id in living else "DELETED"
    return text(_one(reader, _METHODS[one.kind], one.xero_id), "Status")


def void(changer: Changer, one: InXero, *, draft: bool, gate: Gate) -> None:
    """Take one document back, once; done again Xero refuses it. Raises XeroErrors and what ``gate`` raises."""
    if one.kind is DocumentKind.ALLOCATION:
        parent = _parent_of(one)
        over = parent.kind is DocumentKind.OVERPAYMENT
        operation = "delete_overpayment_allocations" if over else "delete_credit_note_allocations"
        changer.change(operation, parent.xero_id, one.xero_id, gate=gate)
    elif one.kind is DocumentKind.PAYMENT:
        changer.change("delete_payment", one.xero_id, _bytes({"Status": "DELETED"}), gate=gate)
    elif one.kind is DocumentKind.OVERPAYMENT:
        transaction = _bank_transaction(changer, one)
        element = {"BankTransactionID": transaction, "Status": "DELETED"}
        changer.change("update_bank_transaction", transaction, _bytes({"BankTransactions": [element]}), gate=gate)
    else:
        methods = _METHODS[one.kind]
        element = {methods.id_field: one.xero_id, "Status": "DELETED" if draft else "VOIDED"}
        element |= {"Narration": one.narration} if one.narration else {}
        changer.change(methods.change, one.xero_id, _bytes({methods.field: [element]}), gate=gate)


def notes_of(reader: Reader, one: InXero) -> list[str]:
    """The texts in the history of one document. Raises XeroErrors."""
    methods = _METHODS[one.kind]
    answer = reader.read(methods.history, "HistoryRecords", **{methods.id_name: one.xero_id})
    return [text(entry, "Details") for entry in objects(answer or {}, "HistoryRecords")]


def add_note(changer: Changer, one: InXero, words: str, key: str, *, gate: Gate) -> None:
    """Add a note to the history of one document. Raises XeroErrors and what ``gate`` raises."""
    body = _bytes({"HistoryRecords": [{"Details": words}]})
    changer.change(_METHODS[one.kind].note, one.xero_id, body, key=key, gate=gate)


def attach(changer: Changer, one: InXero, file: File, key: str, *, gate: Gate) -> None:
    """Attach a file to one document. Raises XeroErrors and what ``gate`` raises."""
    changer.change(_METHODS[one.kind].attach, one.xero_id, file.name, file.content, key=key, content_type=file.content_type, gate=gate)


def _one(reader: Reader, methods: _Methods, xero_id: str) -> Json:
    answer = reader.read(methods.read, methods.field, **{methods.id_name: xero_id})
    return next(iter(objects(answer or {}, methods.field)), {})


def _methods_of(parent: Parent | None) -> _Methods:
    return _OVERPAYMENT if parent is not None and parent.kind is DocumentKind.OVERPAYMENT else _CREDIT_NOTE


def _parent_of(one: InXero) -> Parent:
    if one.parent is None:
        raise ValueError("an allocation is found by the credit note or overpayment that it takes from: name it as parent")
    return one.parent


def _bank_transaction(reader: Reader, one: InXero) -> str:
    """The bank transaction that made an overpayment: it is listed by its date with the overpayment's id."""
    where = 'Type=="RECEIVE-OVERPAYMENT"'
    if one.day is not None:
        where += f" AND Date==DateTime({one.day.year},{one.day.month},{one.day.day})"
    for entry in entries(reader, "get_bank_transactions", "BankTransactions", "BankTransactionID", where=where):
        if guid(entry, "OverpaymentID") == one.xero_id:
            return guid(entry, "BankTransactionID")
    raise XeroRefused(f"Xero lists no bank transaction of the overpayment {one.xero_id}. Nothing was changed.", status=404)


def _bytes(content: Json) -> bytes:
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
