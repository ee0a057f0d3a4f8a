"""The Accounting API, contacts and documents: each path and method, and what it does with the books."""

from __future__ import annotations

from sandbox.xero import batch, contacts, lists
from sandbox.xero.batch import Resource
from sandbox.xero.context import Context
from sandbox.xero.documents import allocations, bank, journals, payments, rows, trade
from sandbox.xero.documents.kinds import CREDIT_NOTE, INVOICE, Kind
from sandbox.xero.errors import ApiError, Invalid, Unreadable, not_found
from sandbox.xero.http import Response, json_response
from sandbox.xero.routes import Call, Handler, route
from sandbox.xero.wire import Json, Raw

CONTACTS = Resource("Contacts", "ContactID")
INVOICES = Resource("Invoices", "InvoiceID", "LineItems")
CREDIT_NOTES = Resource("CreditNotes", "CreditNoteID", "LineItems")
JOURNALS = Resource("ManualJournals", "ManualJournalID", "JournalLines")
PAYMENTS = Resource("Payments", "PaymentID")
BANK = Resource("BankTransactions", "BankTransactionID", "LineItems")
OVERPAYMENTS = Resource("Overpayments", "OverpaymentID", "LineItems")
ALLOCATIONS = Resource("Allocations", "AllocationID")


@route("GET", "/Contacts")
def _contacts(call: Call) -> Response:
    parameters = call.request.query
    found = lists.query(call.context, "contact", parameters, call.request.headers.get("if-modified-since"))
    if not lists.is_true(parameters.get("includeArchived")) and "IDs" not in parameters:
        found.add("status = 'ACTIVE'")
    if parameters.get("searchTerm"):
        found.add("(instr(lower(name), lower(?)) OR instr(lower(IFNULL(number, '')), lower(?)))", *[parameters["searchTerm"]] * 2)
    rows_, pagination = lists.fetch(found, "contacts")
    shown = [contacts.as_json(call.context, row) for row in rows_]
    return call.respond({**({"pagination": pagination} if pagination else {}), "Contacts": shown})


@route("GET", "/Contacts/{key}")
def _contact(call: Call) -> Response:
    key, context = call.path["key"], call.context
    row = context.store.row("SELECT * FROM contacts WHERE org = ? AND (id = ? OR number = ?) LIMIT 1", (context.org, key.lower(), key))
    if row is None:
        raise not_found()
    return call.respond({"Contacts": [contacts.as_json(context, row)]})


def _write_contacts(call: Call) -> Response:
    creating = call.request.method == "PUT"
    items = _named(batch.elements(call.request, CONTACTS), CONTACTS, call.path)
    return batch.run(call.context, CONTACTS, items, lambda item: contacts.write(call.context, item, creating), call.request.query)


def _named(items: list[Json], resource: Resource, path: dict[str, str]) -> list[Json]:
    """The elements, the only one taking its id from the path where that names one."""
    if not path.get("key"):
        return items
    if len(items) != 1:
        raise Unreadable(f"Only one element can be sent to one of {resource.name}.")
    return [{**items[0], resource.id_field: path["key"]}]


def _list_route(kind: str, resource: Resource) -> None:
    def listed(call: Call) -> Response:
        found = lists.query(call.context, kind, call.request.query, call.request.headers.get("if-modified-since"))
        shown, pagination = lists.documents(found, call.lag_ms)
        return call.respond({**({"pagination": pagination} if pagination else {}), resource.name: shown})

    def one(call: Call) -> Response:
        document = rows.existing(call.context, kind, call.path["key"], number_too=kind in ("invoice", "credit_note"))
        return call.respond({resource.name: [rows.answer(document)]})

    route("GET", f"/{resource.name}")(listed)
    route("GET", f"/{resource.name}/{{key}}")(one)


def _trade_write(kind: Kind, resource: Resource) -> Handler:
    def written(call: Call) -> Response:
        creating = call.request.method == "PUT"
        decimals = 4 if call.request.query.get("unitdp") == "4" else 2
        items = batch.elements(call.request, resource)
        if call.path.get("key"):
            document = rows.existing(call.context, kind.kind, call.path["key"], number_too=True)
            items = _named(items, resource, {"key": document.id})
        return batch.run(
            call.context, resource, items, lambda item: trade.write(call.context, kind, item, creating, decimals), call.request.query
        )

    return written


def _write_journals(call: Call) -> Response:
    creating = call.request.method == "PUT"
    items = _named(batch.elements(call.request, JOURNALS), JOURNALS, call.path)
    return batch.run(call.context, JOURNALS, items, lambda item: journals.write(call.context, item, creating), call.request.query)


def _write_bank(call: Call) -> Response:
    creating = call.request.method == "PUT"
    items = _named(batch.elements(call.request, BANK), BANK, call.path)
    return batch.run(call.context, BANK, items, lambda item: bank.write(call.context, item, creating), call.request.query)


@route("PUT", "/Payments")
def _put_payments(call: Call) -> Response:
    items = batch.elements(call.request, PAYMENTS)
    return batch.run(call.context, PAYMENTS, items, lambda item: payments.create(call.context, item), call.request.query)


@route("POST", "/Payments")
def _post_payment(call: Call) -> Response:
    items = batch.elements(call.request, PAYMENTS)
    if len(items) != 1:
        raise Unreadable("POST takes one payment.")
    return batch.run(call.context, PAYMENTS, items, lambda item: _one_payment(call.context, item), {})


def _one_payment(context: Context, item: Json) -> Raw:
    if item.get("PaymentID"):
        return payments.delete(context, str(item["PaymentID"]), item)
    return payments.create(context, item)


@route("POST", "/Payments/{key}")
def _delete_payment(call: Call) -> Response:
    items = _named(batch.elements(call.request, PAYMENTS), PAYMENTS, call.path)
    return batch.run(call.context, PAYMENTS, items, lambda item: payments.delete(call.context, call.path["key"], item), {})


def _allocation_routes(kind: str, resource: Resource) -> None:
    def put(call: Call) -> Response:
        items = batch.elements(call.request, ALLOCATIONS)
        return batch.run(
            call.context,
            ALLOCATIONS,
            items,
            lambda item: allocations.create(call.context, kind, call.path["key"], item),
            call.request.query,
        )

    def delete(call: Call) -> Response:
        try:
            return json_response(200, allocations.delete(call.context, kind, call.path["key"], call.path["allocation"]))
        except Invalid as error:
            raise ApiError(400, {"ErrorNumber": 10, "Type": "ValidationException", "Message": str(error)}) from None

    route("PUT", f"/{resource.name}/{{key}}/Allocations")(put)
    route("DELETE", f"/{resource.name}/{{key}}/Allocations/{{allocation}}")(delete)


def _writes(name: str, handler: Handler) -> None:
    route("PUT", f"/{name}")(handler)
    route("POST", f"/{name}")(handler)
    route("POST", f"/{name}/{{key}}")(handler)


_writes("Contacts", _write_contacts)
_writes("Invoices", _trade_write(INVOICE, INVOICES))
_writes("CreditNotes", _trade_write(CREDIT_NOTE, CREDIT_NOTES))
_writes("ManualJournals", _write_journals)
_writes("BankTransactions", _write_bank)
for _kind, _resource in (
    *(("invoice", INVOICES), ("credit_note", CREDIT_NOTES), ("journal", JOURNALS)),
    *(("payment", PAYMENTS), ("bank", BANK), ("overpayment", OVERPAYMENTS)),
):
    _list_route(_kind, _resource)
_allocation_routes("credit_note", CREDIT_NOTES)
_allocation_routes("overpayment", OVERPAYMENTS)
