"""A local Xero in a process of its own, with organisations that no limit stops, and journals to send it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sandbox.world import start_xero, stop_xero
from sandbox.xero.client import AdminClient, read_chart
from tillpost.connection import Connection
from tillpost.model.documents import Document, DocumentKind, DocumentLine
from tillpost.model.findings import Stream, StreamKey

CHART = Path(__file__).resolve().parents[2] / "sandbox" / "charts" / "harbour.csv"
STORES = 5


@dataclass(frozen=True, slots=True)
class Ledger:
    """The local Xero that is running."""

    base_url: str
    admin: AdminClient

    def organisation(self, key: str) -> Connection:
        """Make an organisation with limits so high that nothing meets them, and the connection to it."""
        made = self.admin.create_organisation(
            key, name=key, country="AU", currency="AUD", time_zone="Australia/Melbourne", accounts=read_chart(CHART),
            client_id=key, client_secret="a secret",
        )  # fmt: skip
        self.admin.raise_limits(key)
        where = {"base_url": self.base_url, "tenant_id": str(made["tenant_id"])}
        return Connection(key, "xero", login=key, password="a secret", extra=where)


@contextmanager
def local_xero(root: Path) -> Iterator[Ledger]:
    """A local Xero whose file lies under ``root``."""
    process, base_url = start_xero(root)
    admin = AdminClient(base_url)
    try:
        yield Ledger(base_url, admin)
    finally:
        admin.close()
        stop_xero(process)


def journals(organisation: str, count: int) -> list[Document]:
    """A day's journal each: three tenders against three incomes with GST, over several stores and as many dates as it takes."""
    return [_journal(organisation, f"shop{n % STORES}", date(2026, 3, 2) + timedelta(days=n // STORES)) for n in range(count)]


def _journal(organisation: str, store: str, day: date) -> Document:
    number = f"TP/{store}/journal/{day}"
    lines = (
        DocumentLine("101", "BASEXCLUDED", 131465, "Undeposited funds"),
        DocumentLine("102", "BASEXCLUDED", 98220, "MasterCard clearing"),
        DocumentLine("105", "BASEXCLUDED", 402310, "EFTPOS clearing"),
        DocumentLine("201", "OUTPUT", -318240, "Sales - Food", rate_bp=1000, pos_tax_cents=-28931),
        DocumentLine("202", "OUTPUT", -148230, "Sales - Beverage", rate_bp=1000, pos_tax_cents=-13475),
        DocumentLine("203", "EXEMPTOUTPUT", -165525, "Sales - Wine"),
    )
    key = StreamKey(organisation, store, day, Stream.SALES)
    return Document(
        key, f"{organisation}/{store}/journal/{day}", DocumentKind.JOURNAL, number, day, "AUD", lines, f"Sales, {store}, {day} [{number}]"
    )
