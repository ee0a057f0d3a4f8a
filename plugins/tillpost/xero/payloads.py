"""Documents as the exact JSON bytes of one request, built with xero-python's models.

Amounts are tax-inclusive: Xero computes the tax of each line itself, half up, and the gross stays ours
(https://developer.xero.com/documentation/guides/how-to-guides/rounding-in-xero). The same documents give the same bytes, so that the
digest of a claim is the digest of what leaves. A quantity is never negative (Xero refuses it); a unit amount may be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from xero_python.accounting import models as xero
from xero_python.api_client.serializer import serialize

from tillpost.errors import ConfigError
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.money import decimal_of_cents
from tillpost.model.tracking import tracking_of
from tillpost.xero.sender import Ids

# The SDK writes decimals as JSON numbers by way of a float: exact to 13 digits before they are cents.
MAX_CENTS = 10**13
LONGEST_REFERENCE = 255
CREDITS = (DocumentKind.CREDIT_NOTE, DocumentKind.SUPPLIER_CREDIT)
Model = Any


@runtime_checkable
class KnowsKinds(Protocol):
    """Ids that also know what kind of document a natural key became: the sale of a key ``.../invoice/...`` may be a credit note."""

    def kind_of(self, natural_key: str) -> DocumentKind:
        """The kind of the posted document of that natural key."""


def body_of(kind: DocumentKind, documents: Sequence[Document], ids: Ids) -> bytes:
    """The body of one request with these documents, in this order; ConfigError names a document that Xero's model refuses."""
    wrapper, make = _MAKERS[kind]
    return body_of_models(wrapper, [_made(make, document, ids) for document in documents])


def body_of_models(wrapper: str, models: Sequence[Model]) -> bytes:
    """The JSON bytes of models under their wrapper's name: no spaces, fields in the models' order."""
    return json.dumps({wrapper: serialize(list(models))}, separators=(",", ":"), allow_nan=False).encode()


def contact_model(contact: Contact) -> Model:
    """A contact to be created."""
    return xero.Contact(
        name=contact.name,
        contact_number=contact.number or None,
        email_address=contact.email or None,
        has_attachments=None,
        has_validation_errors=None,
    )


def _made(make: Callable[[Document, Ids], Model], document: Document, ids: Ids) -> Model:
    try:
        return make(document, ids)
    except ValueError as error:
        raise ConfigError(f"{document.natural_key}: Xero cannot take this document ({error}).", value=document.number) from error


def _journal(document: Document, ids: Ids) -> Model:
    return xero.ManualJournal(
        narration=document.narration,
        journal_lines=[_journal_line(line) for line in document.lines],
        date=document.date,
        line_amount_types=xero.LineAmountTypes.INCLUSIVE,
        status="DRAFT" if document.draft else "POSTED",
        has_attachments=None,
    )


def _journal_line(line: DocumentLine) -> Model:
    tracking = [xero.TrackingCategory(name=name, option=option) for name, option in tracking_of(line.tracking)]
    return xero.ManualJournalLine(
        line_amount=_amount(line.cents),
        account_code=line.account,
        tax_type=line.tax_type or None,
        description=line.description,
        tracking=tracking or None,
    )


def _invoice(document: Document, ids: Ids) -> Model:
    return xero.Invoice(
        type="ACCREC" if document.kind is DocumentKind.INVOICE else "ACCPAY",
        invoice_number=document.number,
        # Only sales invoices have a reference of their own: a bill shows its number there.
        reference=(document.reference[:LONGEST_REFERENCE] or None) if document.kind is DocumentKind.INVOICE else None,
        due_date=document.due_date or document.date,
        has_errors=None,
        **_head(document, ids),
    )


def _credit_note(document: Document, ids: Ids) -> Model:
    sale = document.kind is DocumentKind.CREDIT_NOTE
    return xero.CreditNote(
        type="ACCRECCREDIT" if sale else "ACCPAYCREDIT",
        credit_note_number=document.number,
        reference=(document.reference[:LONGEST_REFERENCE] or None) if sale else None,
        has_errors=None,
        **_head(document, ids),
    )


def _head(document: Document, ids: Ids) -> dict[str, Model]:
    """What invoices, bills and credit notes have in common."""
    return {
        "contact": _contact(document, ids),
        "date": document.date,
        "line_amount_types": xero.LineAmountTypes.INCLUSIVE,
        "line_items": [_line(line) for line in document.lines],
        "currency_code": _currency(document),
        "status": "DRAFT" if document.draft else "AUTHORISED",
        "has_attachments": None,
    }


def _line(line: DocumentLine) -> Model:
    tracking = [xero.LineItemTracking(name=name, option=option) for name, option in tracking_of(line.tracking)]
    return xero.LineItem(
        # Xero takes no line without a text, and a mapping row need not have a note.
        description=line.description or f"Account {line.account}",
        quantity=1,
        unit_amount=_amount(line.cents),
        account_code=line.account,
        tax_type=line.tax_type or None,
        tracking=tracking or None,
    )


def _payment(document: Document, ids: Ids) -> Model:
    return xero.Payment(
        **_settled(document.settles, ids),
        account=_account(document.account),
        date=document.date,
        amount=_amount(document.total_cents),
        reference=document.number,
        has_account=None,
        has_validation_errors=None,
    )


def _settled(natural_key: str, ids: Ids) -> dict[str, Model]:
    """What a payment is of: an invoice or bill, or a credit that it hands back."""
    settled, kind = ids.xero_id(natural_key), _kind_of(natural_key, ids)
    if kind is DocumentKind.OVERPAYMENT:
        return {"overpayment": xero.Overpayment(overpayment_id=settled, has_attachments=None)}
    if kind in CREDITS:
        return {"credit_note": xero.CreditNote(credit_note_id=settled, has_attachments=None, has_errors=None)}
    return {"invoice": xero.Invoice(invoice_id=settled, has_attachments=None, has_errors=None)}


def _overpayment(document: Document, ids: Ids) -> Model:
    """Money received before there is anything to settle; it has no reference, so its one line carries our number."""
    line = xero.LineItem(description=overpayment_text(document), quantity=1, unit_amount=_amount(document.total_cents))
    return xero.BankTransaction(
        type="RECEIVE-OVERPAYMENT",
        contact=_contact(document, ids),
        line_items=[line],
        bank_account=_account(document.account),
        date=document.date,
        currency_code=_currency(document),
        line_amount_types=xero.LineAmountTypes.NOTAX,
        has_attachments=None,
    )


def _allocation(document: Document, ids: Ids) -> Model:
    invoice = xero.Invoice(invoice_id=ids.xero_id(document.settles), has_attachments=None, has_errors=None)
    return xero.Allocation(invoice=invoice, amount=_amount(document.total_cents), date=document.date)


def overpayment_text(document: Document) -> str:
    """The text of an overpayment's line: what it is for, and our number in square brackets at its end."""
    said = document.narration or next((line.description for line in document.lines if line.description), "") or "Overpayment"
    token = f"[{document.number}]"
    return said if said.endswith(token) else f"{said} {token}"


def _kind_of(natural_key: str, ids: Ids) -> DocumentKind | None:
    """The kind of a document; where the ids do not know it, the one in its natural key, if that is one."""
    if isinstance(ids, KnowsKinds):
        return ids.kind_of(natural_key)
    word = [*natural_key.split("/"), "", "", ""][2].replace("-", "_")
    return next((kind for kind in DocumentKind if kind.value == word), None)


def _contact(document: Document, ids: Ids) -> Model:
    if document.contact is None:
        raise ValueError("it names no contact")
    # The ContactID alone: any other field would change the contact in Xero.
    return xero.Contact(contact_id=ids.contact_id(document.contact), has_attachments=None, has_validation_errors=None)


def _account(code: str) -> Model:
    return xero.Account(code=code, has_attachments=None)


def _currency(document: Document) -> Model:
    try:
        return xero.CurrencyCode[document.currency]
    except KeyError:
        raise ValueError(f"currency {document.currency!r} is not one that Xero knows") from None


def _amount(cents: int) -> Model:
    if abs(cents) >= MAX_CENTS:
        raise ValueError(f"{cents} cents is more than can be written exactly")
    return decimal_of_cents(cents)


_MAKERS: dict[DocumentKind, tuple[str, Callable[[Document, Ids], Model]]] = {
    DocumentKind.JOURNAL: ("ManualJournals", _journal),
    DocumentKind.INVOICE: ("Invoices", _invoice),
    DocumentKind.BILL: ("Invoices", _invoice),
    DocumentKind.CREDIT_NOTE: ("CreditNotes", _credit_note),
    DocumentKind.SUPPLIER_CREDIT: ("CreditNotes", _credit_note),
    DocumentKind.PAYMENT: ("Payments", _payment),
    DocumentKind.OVERPAYMENT: ("BankTransactions", _overpayment),
    DocumentKind.ALLOCATION: ("Allocations", _allocation),
}
