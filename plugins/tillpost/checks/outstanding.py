"""Subledgers tie: what is outstanding in the POS (control totals of the measure balance) moves from date to date as the documents do.

Accounting policy 12. A balance is of a tender or function (vouchers, credit notes, deposits), of ``layby`` or of ``debtors``. It is what
customers hold against the shop; of debtors, and of lay-bys that are sold when they are opened, what they owe. Codes of one account are
one balance. A date is compared with the last one before it that has balances, if the documents of all dates between them are at hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from tillpost.checks.activity_facts import RECEIVABLE
from tillpost.checks.context import CheckContext
from tillpost.checks.rule import Rule
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.findings import Severity, Stream, StreamKey
from tillpost.model.money import format_cents

SUBLEDGER_APART = {
    Stream.SALES: Rule(
        "subledger_does_not_tie",
        Severity.WARNING,
        "What is outstanding in the POS did not move as the documents do",
        "Compare the POS's list of vouchers, deposits, lay-bys or debtors with the report: an event is missing, or a date before changed.",
        ("balance", "balances"),
        "{} apart",
    )
}
DEBTORS, LAYBY = "debtors", "layby"
_RECEIVABLE_KINDS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT)
_BALANCES = """
WITH told AS (
    SELECT store, business_date, code, sum(amount_cents)::BIGINT AS cents FROM control_totals WHERE measure = 'balance' GROUP BY ALL)
SELECT * FROM (SELECT store, business_date, code, lag(business_date) OVER w AS before, cents - lag(cents) OVER w AS moved
    FROM told WINDOW w AS (PARTITION BY store, code ORDER BY business_date))
WHERE before IS NOT NULL AND code IS NOT NULL ORDER BY ALL"""

Moves = Counter[tuple[str, date, str]]


@dataclass(frozen=True, slots=True)
class _Balance:
    """One account of a store: the codes that are on it, since when, and what more is outstanding by the POS."""

    key: StreamKey
    account: str
    codes: tuple[str, ...]
    before: date
    moved_cents: int
    sign: int


def outstanding_apart(
    facts: duckdb.DuckDBPyConnection, documents: Iterable[Document], keys: Collection[StreamKey], context: CheckContext
) -> Iterator[tuple[StreamKey, int, str]]:
    """Each balance that moved otherwise than the documents say: its stream, by how much, and both figures in words."""
    moves = _moves(documents)
    for balance in _balances(facts, context):
        days = [balance.before + timedelta(days=n + 1) for n in range((balance.key.business_date - balance.before).days)]
        at_hand = all(StreamKey(balance.key.organisation, balance.key.store, day, Stream.SALES) in keys for day in days)
        booked = balance.sign * sum(moves[balance.key.store, day, balance.account] for day in days)
        if at_hand and booked != balance.moved_cents:
            pos = f"the POS {format_cents(balance.moved_cents)} more outstanding than on {balance.before}"
            told = f"{pos}, the documents {format_cents(booked)}"
            yield balance.key, abs(booked - balance.moved_cents), f"{', '.join(balance.codes)} on {balance.account}: {told}"


def _moves(documents: Iterable[Document]) -> Moves:
    """What each account, and what customers owe, moves by per store and date, debit positive."""
    moves: Moves = Counter()
    for document in documents:
        owed = document.kind in _RECEIVABLE_KINDS and not document.is_takings
        for posting in document.postings:
            store = dict(posting.source.where).get("store", document.key.store)
            moves[store, document.key.business_date, posting.account] += posting.cents
            if owed:
                moves[store, document.key.business_date, RECEIVABLE] -= posting.cents
    return moves


def _balances(facts: duckdb.DuckDBPyConnection, context: CheckContext) -> Iterator[_Balance]:
    groups: dict[tuple[str, date, date, str], list[tuple[str, int]]] = {}
    for store, day, code, before, moved in facts.cursor().execute(_BALANCES).fetchall():
        policies = context.organisation.stores.get(store)
        account = _account(context, store, code, day) if policies else ""
        # Drafts take no payments, so that their accounts lack what people enter.
        if policies and account and not policies.sends_drafts_on(day) and before >= policies.starts_on:
            groups.setdefault((store, day, before, account), []).append((code, moved))
    for (store, day, before, account), told in groups.items():
        codes = tuple(code for code, _ in told)
        owing = account == RECEIVABLE or (LAYBY in codes and context.organisation.store(store).layby_recognition == "sale_date")
        key = StreamKey(context.organisation.key, store, day, Stream.SALES)
        yield _Balance(key, account, codes, before, sum(moved for _, moved in told), 1 if owing else -1)


def _account(context: CheckContext, store: str, code: str, on: date) -> str:
    """The account of what a balance is of; empty where the mapping has no row for it."""
    if code == DEBTORS:
        return RECEIVABLE
    for kind in ("other",) if code == LAYBY else ("tender", "function", "other"):
        for start, end, row in context.mapping.for_store(store).spans(kind, code):
            if start <= on < end:
                return row.account
    return ""
