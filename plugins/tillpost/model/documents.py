"""Postings and the Xero documents that they become.

Amounts are integer cents, debit positive and credit negative in postings and journals; an invoice's, a bill's, a credit
note's and a payment's amounts are positive, as Xero writes them. Every amount of a line includes its tax: documents are
sent tax-inclusive, so the gross is exact and the ledger computes the tax per line.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from tillpost.model.findings import Stream, StreamKey

# The kind in the natural key and number of a date's takings that are sent as an invoice.
TAKINGS = "takings"
# Every number of ours in Xero begins so.
OUR_NUMBERS = "TP/"


class DocumentKind(StrEnum):
    """The kinds of Xero documents, in the order in which they may be sent."""

    JOURNAL = "journal"
    INVOICE = "invoice"
    BILL = "bill"
    CREDIT_NOTE = "credit_note"
    SUPPLIER_CREDIT = "supplier_credit"
    OVERPAYMENT = "overpayment"
    PAYMENT = "payment"
    ALLOCATION = "allocation"


@dataclass(frozen=True, slots=True)
class FactSelection:
    """Where the amount of a posting comes from: rows of one contract table, told so that they can be selected again.

    ``where`` are column and value pairs within the stream's store and business date; ``rows`` is how many they were.
    """

    table: str
    where: tuple[tuple[str, str], ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One amount on one account, before it is grouped into a document line.

    ``document`` is the natural key of the document it belongs to. ``cents`` includes tax at ``rate_bp`` (debit positive),
    ``pos_tax_cents`` is the tax that the POS recorded inside it, ``roundings`` how many amounts the POS rounded for it, and
    ``mapped_by`` the mapping row (file:line) that chose the account.
    """

    document: str
    account: str
    tax_type: str
    rate_bp: int
    tracking: str
    cents: int
    pos_tax_cents: int
    roundings: int
    description: str
    source: FactSelection
    mapped_by: str
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line: an account, a tax type and an amount in cents including tax. A journal's debit is positive, its credit negative."""

    account: str
    tax_type: str
    cents: int
    description: str
    tracking: str = ""
    rate_bp: int = 0
    pos_tax_cents: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom an invoice, bill or credit note is for. ``number`` is Xero's ContactNumber, our external key; empty: matched by name."""

    name: str
    number: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One Xero document, as it will be sent.

    ``natural_key`` is ``organisation/store/kind/business date or POS id`` and never changes; ``number`` is what is written into Xero
    (InvoiceNumber, CreditNoteNumber, a payment's Reference, the token in a journal's Narration). ``settles`` is the natural key of what
    a payment, an allocation or the reversal of goods received settles, ``account`` the account that a payment or overpayment uses,
    ``credit`` the natural key of the credit note or overpayment that an allocation takes from. ``pos_id`` is the sale, movement or
    purchase that it stands for.
    """

    key: StreamKey
    natural_key: str
    kind: DocumentKind
    number: str
    date: datetime.date
    currency: str
    lines: tuple[DocumentLine, ...] = ()
    narration: str = ""
    contact: Contact | None = None
    due_date: datetime.date | None = None
    reference: str = ""
    pos_id: str = ""
    settles: str = ""
    credit: str = ""
    account: str = ""
    amount_cents: int = 0
    draft: bool = False
    facts_digest: str = ""
    version: int = 1
    postings: tuple[Posting, ...] = field(default=(), repr=False, compare=False)

    @property
    def books_nothing(self) -> bool:
        """Whether its postings net to nothing, account by account, so that there is nothing to send."""
        return not self.lines and (self.kind is DocumentKind.JOURNAL or self.is_takings)

    @property
    def total_cents(self) -> int:
        """What it is worth including tax: a journal's debits; a payment's or allocation's amount; else the sum of the lines."""
        if self.kind is DocumentKind.JOURNAL:
            return sum(line.cents for line in self.lines if line.cents > 0)
        return self.amount_cents or sum(line.cents for line in self.lines)

    def as_dict(self) -> dict[str, object]:
        """Plain values for storing; ``document_of_dict`` reads them back. Postings are evidence and stored apart."""
        values = asdict(self)
        values.pop("postings")
        return json.loads(json.dumps(values, default=str))  # type: ignore[no-any-return]

    @property
    def is_takings(self) -> bool:
        """Whether it is a date's takings as an invoice, which totals zero: told by the kind in its natural key."""
        return self.kind is DocumentKind.INVOICE and self.natural_key.split("/")[2:3] == [TAKINGS]

    @property
    def books_digest(self) -> str:
        """Digest of what the document books (accounts, tax types, amounts, dates, contact), not of its wording."""
        booked = {
            "kind": self.kind, "date": self.date, "due": self.due_date, "currency": self.currency, "draft": self.draft,
            "contact": self.contact and (self.contact.number or self.contact.name),
            "lines": sorted((line.account, line.tax_type, line.tracking, line.cents) for line in self.lines),
            "settles": self.settles, "credit": self.credit, "account": self.account, "amount": self.amount_cents,
        }  # fmt: skip
        return hashlib.sha256(json.dumps(booked, sort_keys=True, default=str).encode()).hexdigest()


def document_of_dict(values: dict[str, object]) -> Document:
    """The document that ``Document.as_dict`` wrote."""
    raw: dict[str, object] = dict(values)
    key = raw.pop("key")
    assert isinstance(key, dict)
    lines, contact = raw.pop("lines"), raw.pop("contact")
    due = raw.pop("due_date")
    assert isinstance(lines, list)
    return Document(
        key=stream_key_of_dict(key),
        lines=tuple(DocumentLine(**line) for line in lines),
        contact=Contact(**contact) if isinstance(contact, dict) else None,
        due_date=datetime.date.fromisoformat(due) if isinstance(due, str) else None,
        date=datetime.date.fromisoformat(str(raw.pop("date"))),
        kind=DocumentKind(str(raw.pop("kind"))),
        **raw,  # type: ignore[arg-type]
    )


def stream_key_of_dict(values: dict[str, str]) -> StreamKey:
    """A stream key from its plain values."""
    return StreamKey(
        values["organisation"], values["store"], datetime.date.fromisoformat(values["business_date"]), Stream(values["stream"])
    )
