"""Several runs one after the other: each builds some dates, with what the earlier ones built on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path
from typing import Any

from tests.golden.given import STORE, facts_of_case
from tests.unit.build.conftest import MAPPINGS
from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.mapping.tables import load_mapping
from tillpost.model.documents import Contact, Document, DocumentKind, Posting
from tillpost.model.facts import TABLES
from tillpost.model.period import TradingClock
from tillpost.model.reference import PaymentTerm
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts

D1, D2, D3, D4, D5 = (date(2026, 3, day) for day in range(1, 6))
BANK = "090"
ROWS = """tender,DIRECT,090,NONE,,,Bank account
tender,POINTS,205,GST,,,Points as a credit with GST
tender,PREPAID_GST,812,GST,,,Prepaid money with GST
function,PREPAID_GST,812,GST,,,Prepaid money with GST
other,deposit,808,NONE,,,Customer deposits
"""
CONTACTS = """customer,OPEN,Open Terms Ltd,OPEN,,yes,
supplier,OPENSUP,Open Supplier,OPENSUP,,yes,
"""


@dataclass
class Recorded:
    """What the runs built, as the record of the next one."""

    documents: dict[str, Document]
    without: frozenset[tuple[str, date]]
    settled: frozenset[date] = frozenset()

    def document(self, natural_key: str) -> Document | None:
        return self.documents.get(natural_key)

    def is_settled(self, store: str, on: date) -> bool:
        return on in self.settled

    def _live(self) -> list[Document]:
        return [d for d in self.documents.values() if (d.key.store, d.key.business_date) not in self.without]

    def carrier(self, store: str, sale_id: str, on: date | None) -> Document | None:
        keys = {f"org/{store}/invoice/{sale_id}", f"org/{store}/credit-note/{sale_id}"}
        for document in self._live():
            named = any(dict(p.source.where).get("sale_id") == sale_id for p in document.postings)
            if document.natural_key in keys or (f"{store}/account-sales/" in document.natural_key and named):
                return document
        return None

    def deposits(self, sales: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[Document]]:
        found: dict[tuple[str, str], list[Document]] = {}
        for document in self._live():
            for posting in (
                document.postings if "/overpayment/" in document.natural_key or "/account-credit/" in document.natural_key else ()
            ):
                sale = (document.key.store, dict(posting.source.where).get("sale_id", ""))
                if sale in sales:
                    found.setdefault(sale, []).append(document)
        return found

    def overpayments(self, store: str, contact: Contact, until: date) -> Sequence[Document]:
        known = [d for d in self._live() if d.kind is DocumentKind.OVERPAYMENT and d.key.store == store and d.contact == contact]
        return [d for d in known if d.date <= until]

    def settlements(self, natural_key: str) -> Sequence[Document]:
        return [d for d in self._live() if natural_key in (d.settles, d.credit) and d.kind is not DocumentKind.JOURNAL]

    def layby_postings(self, laybys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[tuple[date, Posting]]]:
        found: dict[tuple[str, str], list[tuple[date, Posting]]] = {}
        for document in self._live():
            for posting in document.postings:
                layby = (document.key.store, dict(posting.source.where).get("layby_id", ""))
                if layby in laybys:
                    found.setdefault(layby, []).append((document.key.business_date, posting))
        return found

    def is_billed(self, store: str, receipt_id: str) -> bool:
        kinds = (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT)
        postings = [p for d in self._live() if d.kind in kinds and d.key.store == store for p in d.postings]
        return any(dict(p.source.where).get("receipt_id") == receipt_id for p in postings)


@dataclass
class Runs:
    """One store that is settled run by run. ``policies`` are those of the store; each run may change some."""

    folder: Path
    policies: dict[str, Any] = field(default_factory=dict)
    terms: PaymentTerm | None = None
    documents: dict[str, Document] = field(default_factory=dict)
    sent: dict[str, Document] = field(default_factory=dict)
    rows: str = ROWS
    _settled: set[date] = field(default_factory=set)
    _count: int = 0

    def run(self, given: Mapping[str, Any], **changed: Any) -> list[Document]:
        """Build the dates of these facts; the documents stay on record in place of what was built of those dates."""
        self._count += 1
        self.policies |= changed
        mapping = self.mapping()
        facts = facts_of_case(given, "AU", mapping)
        folder = self.folder / str(self._count)
        write_facts(folder, {name: facts_of_rows(TABLES[name], STORE, rows) for name, rows in facts.tables.items()})
        days = tuple((STORE, day) for day in sorted(facts.dates()))
        record = Recorded(dict(self.documents), frozenset(days), frozenset(self._settled))
        found = build_documents(open_facts([folder]), self._context(mapping, days, record))
        built = [document for documents in found.values() for document in documents]
        self.documents = {d.natural_key: d for d in record._live()} | {d.natural_key: d for d in built} | self.sent
        self._settled |= facts.dates()
        return built

    def post(self) -> None:
        """Send what is on record: from now on it stays as it is."""
        self.sent = dict(self.documents)

    def mapping(self) -> Mappings:
        """The demo's mapping, with rows for what it lacks."""
        folder = self.folder / "mapping"
        folder.mkdir(parents=True, exist_ok=True)
        for name, more in (("accounts", self.rows), ("contacts", CONTACTS), ("taxes", "")):
            given = {",".join(row.split(",")[:2]) for row in more.splitlines()}
            text = (MAPPINGS / f"{name}.csv").read_text(encoding="utf-8")
            kept = [row for row in text.splitlines() if ",".join(row.split(",")[:2]) not in given]
            (folder / f"{name}.csv").write_text("\n".join([*kept, more]), encoding="utf-8")
        return load_mapping(folder, "AU")

    def _context(self, mapping: Mappings, days: tuple[tuple[str, date], ...], record: Recorded) -> BuildContext:
        clock = TradingClock("Australia/Melbourne", time(4))
        store = replace(Store(STORE, "Shop", "none", "none", STORE, clock, date(2026, 1, 1)), **self.policies)
        org = Organisation("org", "Org", "AU", "AUD", clock.zone, "none", time(6), {STORE: store})
        on_record = dict(self.documents)
        return BuildContext(org, mapping, days, frozenset({BANK}), on_record.get, record, invoice_terms=self.terms, bill_terms=self.terms,
                            sent=Recorded(self.sent, frozenset()))  # fmt: skip

    def balances(self) -> dict[str, int]:
        """What all documents on record come to per account, gross; ``debtors`` and ``creditors`` are what contacts owe and are owed."""
        sums: Counter[str] = Counter()
        for document in self.documents.values():
            sums.update(dict(_moved(document, self.documents)))
        return {account: cents for account, cents in sorted(sums.items()) if cents}


def _moved(document: Document, known: Mapping[str, Document]) -> Counter[str]:
    sums: Counter[str] = Counter()
    sign = {"journal": 1, "invoice": -1, "credit_note": 1, "bill": 1, "supplier_credit": -1}.get(document.kind.value, 0)
    control = "creditors" if document.kind.value in ("bill", "supplier_credit") else "debtors"
    for line in document.lines:
        sums[line.account] += sign * line.cents
        if document.kind is not DocumentKind.JOURNAL:
            sums[control] -= sign * line.cents
    if document.account:
        credits = (DocumentKind.CREDIT_NOTE, DocumentKind.OVERPAYMENT)
        out = document.kind is DocumentKind.PAYMENT and known[document.settles].kind in credits
        cents = -document.amount_cents if out else document.amount_cents
        sums[document.account] += cents
        sums["debtors"] -= cents
    return sums
