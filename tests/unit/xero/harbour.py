"""What the tests of the Xero client share: a small organisation, its connection, documents and ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sandbox.xero.client import AdminClient
from tillpost.connection import Connection
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.findings import Stream, StreamKey

SECRET = "secret-of-the-app-0123456789"
NOW = datetime(2026, 10, 3, 4, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAY = date(2026, 10, 2)
KEY = StreamKey("harbour", "cafe", DAY, Stream.SALES)
ACME = Contact("Acme Catering", "C-1", "accounts@acme.example")
CHART = """\
090,Bank,BANK,no,
101,Cash clearing,CURRENT,no,
102,Card clearing,CURRENT,yes,
201,Food,REVENUE,no,
310,Purchases,DIRECTCOSTS,no,
610,Accounts Receivable,CURRENT,no,DEBTORS
800,Accounts Payable,CURRLIAB,no,CREDITORS
820,GST,CURRLIAB,no,GST
960,Retained Earnings,EQUITY,no,RETAINEDEARNINGS
"""


def create_harbour(admin: AdminClient, key: str = "harbour", client_id: str = "app-1") -> str:
    """An Australian organisation with limits out of the way; its tenant id."""
    names = ("code", "name", "type", "enable_payments", "system")
    created = admin.create_organisation(
        key,
        name="Harbour Group",
        country="AU",
        currency="AUD",
        time_zone="Australia/Melbourne",
        client_id=client_id,
        client_secret=SECRET,
        accounts=[dict(zip(names, row.split(","), strict=True)) for row in CHART.splitlines()],
    )
    admin.raise_limits(key)
    return str(created["tenant_id"])


def connection_to(base_url: str, **extra: str) -> Connection:
    """The connection of the app to a base address."""
    return Connection("xero_harbour", "generic", login="app-1", password=SECRET, extra={"base_url": base_url, **extra})


@dataclass(frozen=True, slots=True)
class KnownIds:
    """Ids that are known beforehand: of contacts by name, of documents by natural key."""

    contacts: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)

    def contact_id(self, contact: Contact) -> str:
        """The ContactID of a contact."""
        return self.contacts[contact.name]

    def xero_id(self, natural_key: str) -> str:
        """The id of a posted document."""
        return self.documents[natural_key]


def document(kind: DocumentKind, number: str = "TP/cafe/x/1", **fields: Any) -> Document:
    """A document of the cafe on the day."""
    given = {"natural_key": f"harbour/cafe/{kind}/{number.rpartition('/')[2]}", "date": DAY, "currency": "AUD", **fields}
    return Document(KEY, kind=kind, number=number, **given)


def journal(number: str = "TP/cafe/sales/2026-10-02", food_cents: int = 5000, account: str = "201") -> Document:
    """Food sold for cash."""
    lines = (DocumentLine("101", "BASEXCLUDED", food_cents, "Cash"), DocumentLine(account, "OUTPUT", -food_cents, "Food"))
    return document(DocumentKind.JOURNAL, number, lines=lines, narration=f"Harbour Cafe, sales of 2 October 2026 [{number}]")


def invoice(number: str = "TP/cafe/invoice/17", cents: int = 11000, **fields: Any) -> Document:
    """Food sold to Acme on account."""
    return document(DocumentKind.INVOICE, number, lines=(DocumentLine("201", "OUTPUT", cents, "Food"),), contact=ACME, **fields)
