"""The documents of a schedule: some of every kind, of a few business dates of one store, valid in the local Xero as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.findings import Stream, StreamKey

ORGANISATION, STORE = "harbour", "cafe"
FIRST = date(2026, 10, 1)
BANK, CLEARING, SALES, GOODS = "090", "102", "201", "310"
CHART = (
    ("090", "Bank", "BANK", "no", ""), ("101", "Cash clearing", "CURRENT", "no", ""), ("102", "Card clearing", "CURRENT", "yes", ""),
    ("201", "Food", "REVENUE", "no", ""), ("310", "Purchases", "DIRECTCOSTS", "no", ""),
    ("610", "Accounts Receivable", "CURRENT", "no", "DEBTORS"), ("800", "Accounts Payable", "CURRLIAB", "no", "CREDITORS"),
    ("820", "GST", "CURRLIAB", "no", "GST"), ("960", "Retained Earnings", "EQUITY", "no", "RETAINEDEARNINGS"),
)  # fmt: skip
PURCHASES = (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT)


def key_of(day: date, stream: Stream) -> StreamKey:
    """A stream of the store."""
    return StreamKey(ORGANISATION, STORE, day, stream)


def nights(chance: Random) -> list[list[Document]]:
    """The documents of each of a few nights, as they are released. What is paid and allocated never exceeds what there is."""
    if chance.random() < 0.03:
        size = chance.randint(20, 55)
        return [[journal(FIRST + timedelta(days=size * n + m), chance.randint(1_000, 90_000)) for m in range(size)] for n in range(2)]
    parts = (_takings, _accounts, _deposits, _goods, _returns)
    found = []
    for n in range(chance.choice([1, 2, 2, 3])):
        chosen = chance.sample(parts, k=chance.choice([1, 1, 2]))
        found.append([document for part in chosen for document in part(chance, f"{n + 1}", FIRST + timedelta(days=n))])
    return found


def journal(day: date, cents: int) -> Document:
    """A date's takings."""
    number = f"TP/{STORE}/sales/{day}"
    lines = (DocumentLine("101", "BASEXCLUDED", cents, "Cash"), DocumentLine(SALES, "OUTPUT", -cents, "Food", rate_bp=1_000))
    return _document(DocumentKind.JOURNAL, f"sales/{day}", number, day, lines=lines, narration=f"Takings of {day} [{number}]")


def with_cents(document: Document, cents: int) -> Document:
    """The same document over another amount."""
    if document.kind is DocumentKind.JOURNAL:
        return replace(document, lines=journal(document.date, cents).lines)
    if document.lines:
        return replace(document, lines=(replace(document.lines[0], cents=cents),))
    return replace(document, amount_cents=cents)


def _takings(chance: Random, n: str, day: date) -> list[Document]:
    return [journal(day, chance.randint(1_000, 500_000))]


def _accounts(chance: Random, n: str, day: date) -> list[Document]:
    """Invoices with payments, a credit note set against one and handed back for the rest."""
    who = chance.choice(["Able", "Baker", "Carter"])
    found = []
    for m in range(chance.choice([1, 1, 2])):
        cents = chance.randint(3_000, 90_000)
        sale = _trade(DocumentKind.INVOICE, f"s{n}{m}", day, cents, who)
        found.append(sale)
        for p in range(chance.choice([0, 1, 1, 2])):
            found.append(_payment(f"m{n}{m}{p}", sale, cents // 4 + p, chance.choice([BANK, CLEARING])))
    if chance.random() < 0.6:
        credit = _trade(DocumentKind.CREDIT_NOTE, f"r{n}", day, 1_200, who)
        found += [credit, _allocation(f"a{n}", credit, found[0], 500), _payment(f"h{n}", credit, 300, BANK)]
    return found


def _deposits(chance: Random, n: str, day: date) -> list[Document]:
    """Money received before there is an invoice, later set against one, the rest handed back."""
    over = _overpayment(f"o{n}", day, 5_000, "Deposit Ltd")
    sale = _trade(DocumentKind.INVOICE, f"d{n}", day, 4_000, "Deposit Ltd")
    found = [over, sale]
    if chance.random() < 0.7:
        found += [_allocation(f"x{n}0", over, sale, 1_000), _allocation(f"x{n}1", over, sale, 1_500)]
    if chance.random() < 0.5:
        found.append(_payment(f"y{n}", over, 700, BANK))
    return found


def _goods(chance: Random, n: str, day: date) -> list[Document]:
    """Bills; two suppliers use the same number."""
    names = chance.sample(["Beans Ltd", "Milk Ltd", "Paper Ltd"], k=chance.choice([1, 2, 2, 3]))
    bills = [_trade(DocumentKind.BILL, f"p{n}{m}", day, chance.randint(1_000, 70_000), who, f"INV {n}") for m, who in enumerate(names)]
    return [*bills, *(_payment(f"q{n}{m}", bill, 400, BANK) for m, bill in enumerate(bills) if chance.random() < 0.5)]


def _returns(chance: Random, n: str, day: date) -> list[Document]:
    """A supplier's credit set against that supplier's bill."""
    bill = _trade(DocumentKind.BILL, f"b{n}", day, 9_000, "Returns Ltd", f"77-{n}")
    credit = _trade(DocumentKind.SUPPLIER_CREDIT, f"c{n}", day, 2_000, "Returns Ltd", f"CN-{n}")
    return [bill, credit, *([_allocation(f"z{n}", credit, bill, 1_100)] if chance.random() < 0.7 else [])]


def _trade(kind: DocumentKind, pos_id: str, day: date, cents: int, who: str, number: str = "") -> Document:
    bought = kind in PURCHASES
    line = DocumentLine(GOODS if bought else SALES, "INPUT" if bought else "OUTPUT", cents, "Goods", rate_bp=1_000)
    named = {"contact": _contact(who), "pos_id": pos_id, "stream": Stream.PURCHASES if bought else Stream.SALES}
    return _document(kind, f"{kind}/{pos_id}", number or f"TP/{STORE}/{kind}/{pos_id}", day, lines=(line,), **named)


def _overpayment(pos_id: str, day: date, cents: int, who: str) -> Document:
    named = {"contact": _contact(who), "pos_id": pos_id, "account": BANK, "amount_cents": cents, "narration": "Deposit"}
    return _document(DocumentKind.OVERPAYMENT, f"overpayment/{pos_id}", f"TP/{STORE}/overpayment/{pos_id}", day, **named)


def _contact(who: str) -> Contact:
    return Contact(who, f"C-{who[:4].upper()}")


def _payment(pos_id: str, settles: Document, cents: int, account: str) -> Document:
    named = {"settles": settles.natural_key, "account": account, "amount_cents": cents, "pos_id": pos_id}
    return _document(
        DocumentKind.PAYMENT, f"payment/{pos_id}", f"TP/{STORE}/payment/{pos_id}", settles.date, stream=settles.key.stream, **named
    )


def _allocation(pos_id: str, credit: Document, settles: Document, cents: int) -> Document:
    named = {"settles": settles.natural_key, "credit": credit.natural_key, "amount_cents": cents, "pos_id": pos_id}
    return _document(DocumentKind.ALLOCATION, f"allocation/{pos_id}", "", settles.date, stream=settles.key.stream, **named)


def _document(kind: DocumentKind, named: str, number: str, day: date, *, stream: Stream = Stream.SALES, **fields: Any) -> Document:
    return Document(key_of(day, stream), f"{ORGANISATION}/{STORE}/{named}", kind, number, day, "AUD", **fields)
