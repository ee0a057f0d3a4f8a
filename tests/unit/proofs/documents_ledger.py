"""What documents do to a ledger, read off their lines as the ledger itself would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from tests.unit.proofs.reference_ledger import PAYABLE, RECEIVABLE, TAX, Ledger, tax_of
from tillpost.model.documents import Document, DocumentKind

SIGNS = {
    DocumentKind.JOURNAL: (1, ""),
    DocumentKind.INVOICE: (-1, RECEIVABLE),
    DocumentKind.CREDIT_NOTE: (1, RECEIVABLE),
    DocumentKind.BILL: (1, PAYABLE),
    DocumentKind.SUPPLIER_CREDIT: (-1, PAYABLE),
}


def ledger_of_documents(documents: Iterable[Document]) -> Ledger:
    """What every account moves by, per store and business date."""
    everything = list(documents)
    refunded = {d.natural_key for d in everything if d.kind in (DocumentKind.CREDIT_NOTE, DocumentKind.OVERPAYMENT)}
    books: Counter[tuple[str, date, str, str]] = Counter()
    for document in everything:
        store, day = document.key.store, document.key.business_date
        if document.kind in SIGNS:
            sign, control = SIGNS[document.kind]
            for line in document.lines:
                tax = sign * tax_of(line.cents, line.rate_bp)
                books[store, day, line.account, line.tax_type] += sign * line.cents - tax
                books[store, day, TAX, ""] += tax
                if control:
                    books[store, day, control, ""] -= sign * line.cents
        elif document.kind in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT):
            sign = -1 if document.settles in refunded else 1
            books[store, day, document.account, ""] += sign * document.amount_cents
            books[store, day, RECEIVABLE, ""] -= sign * document.amount_cents
    return {key: cents for key, cents in books.items() if cents}


def by_account(ledger: Ledger) -> Ledger:
    """The same without tax types: a payment has none."""
    books: Counter[tuple[str, date, str, str]] = Counter()
    for (store, day, account, _), cents in ledger.items():
        books[store, day, account, ""] += cents
    return {key: cents for key, cents in books.items() if cents}
