"""Every event is booked, and booked once: what the facts tell is what the documents' postings come to, account by account.

What is in the date's one document and what was sent one by one is, together, all activity. The facts are asked anew for it, so that
this proves building instead of repeating it. What books nothing on purpose is asked for as little: sales that the POS has invoiced
elsewhere, lay-bys by the store's way of recognising them, ledger entries of a sale that was sent, payments on drafts, dates before the
store's start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from tillpost.checks.activity_documents import figures_of_documents
from tillpost.checks.activity_facts import ACCOUNTS, IGNORE, Asked, Figure, ask
from tillpost.checks.context import CheckContext
from tillpost.checks.measuring import EXAMPLES, log
from tillpost.checks.outstanding import SUBLEDGER_APART, outstanding_apart
from tillpost.checks.rule import Measure, Measured, Rule
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.findings import Finding, Severity, Stream, StreamKey
from tillpost.model.money import format_cents

_FIGURES = ("figure", "figures")
NOT_BOOKED_ONCE = {
    stream: Rule(
        "activity_not_booked_once",
        Severity.BLOCKER,
        "What the documents book is not all that happened, once",
        "This is no mistake of the shop: tell the data team which figures they are; nothing of it is sent until both sides agree.",
        _FIGURES,
        "{} apart",
        stream,
    )
    for stream in Stream
}
LINES_APART = {
    stream: Rule(
        "lines_are_not_the_postings",
        Severity.BLOCKER,
        "The lines of a document are not what its postings come to",
        "This is no mistake of the shop: tell the data team which document it is; nothing of it is sent until it is right.",
        ("document", "documents"),
        "{} apart",
        stream,
    )
    for stream in Stream
}
IGNORED = {
    stream: Rule(
        "ignored_by_mapping",
        Severity.INFO,
        "Amounts are not booked because accounts.csv says ignore",
        "Nothing to do, if that row of accounts.csv means it.",
        _FIGURES,
        "{} in all",
        stream,
    )
    for stream in Stream
}
_RULES = (NOT_BOOKED_ONCE, LINES_APART, SUBLEDGER_APART, IGNORED)
ACTIVITY_RULES: tuple[Rule, ...] = tuple(rules[Stream.SALES] for rules in _RULES)
_SIGNS = {DocumentKind.INVOICE: -1, DocumentKind.SUPPLIER_CREDIT: -1}

# A stream, what its figure is, and the account.
Place = tuple[StreamKey, str, str]


@dataclass(frozen=True, slots=True)
class Apart:
    """One figure on which facts and documents differ, in cents, debit positive; each by side: in the date's document, sent one by one."""

    store: str
    what: str
    account: str
    facts: tuple[int, int]
    documents: tuple[int, int]

    @property
    def cents(self) -> int:
        """How far they are apart; what is booked on the other side counts as well."""
        return max(abs(f - d) for f, d in (*zip(self.facts, self.documents, strict=True), (sum(self.facts), sum(self.documents))))

    def told(self) -> str:
        """Both sides in words."""
        return f"{self.store}, {self.what} on {self.account}: the POS {_told(self.facts)}, the documents {_told(self.documents)}"


def check_activity(
    facts: duckdb.DuckDBPyConnection,
    documents: Iterable[Document],
    keys: Collection[StreamKey],
    context: CheckContext,
    shared: Mapping[StreamKey, StreamKey] | None = None,
) -> list[Finding]:
    """The findings in the streams of ``keys``, whose documents these are; a blocker among them holds its stream.

    ``shared`` names, for a store's sales whose batch is in the document of all stores, the stream of that document.
    """
    from tillpost.checks.runner import judge

    measured = measure_activity(facts, tuple(documents), Judged(context, frozenset(keys), shared or {}))
    return judge("activity", measured, sorted(keys), context.store_name)


@dataclass(frozen=True, slots=True)
class Judged:
    """Which sides of which streams are compared, and in whose name: the batch of stores that share one document is the document's."""

    context: CheckContext
    keys: Collection[StreamKey]
    shared: Mapping[StreamKey, StreamKey]

    def key(self, figure: Figure) -> StreamKey:
        """The stream that a figure is of."""
        return StreamKey(self.context.organisation.key, figure.store, figure.business_date, figure.stream)

    def has(self, key: StreamKey, what: str, side: str) -> bool:
        """Whether the documents that would carry this are at hand."""
        if key not in self.keys or self.shared.get(key, key) in self.keys:
            return key in self.keys
        has_deposits = what == ACCOUNTS and self.context.organisation.store(key.store).surplus == "deposit"
        return side != "batch" and not has_deposits

    def holder(self, key: StreamKey, apart: Apart) -> StreamKey:
        """The stream that such a difference holds."""
        return self.shared.get(key, key) if apart.facts[0] != apart.documents[0] else key


def measure_activity(facts: duckdb.DuckDBPyConnection, documents: Sequence[Document], judged: Judged) -> tuple[Measured, ...]:
    """What each rule finds, per stream."""
    try:
        asked = ask(facts, judged.context)
        found = compared(asked, documents, judged)
        untied = list(outstanding_apart(facts, documents, judged.keys, judged.context))
    except Exception as problem:
        # Whatever it is, a proof that cannot be made must hold the streams instead of ending the night.
        log.exception("the proof that all activity is booked once failed")
        crash = f"the rule failed ({type(problem).__name__})"
        return tuple(Measured(rules[stream], crash=crash) for rules in _RULES for stream in rules)
    ignored = [(judged.key(f), f.cents, f"{f.what}: {format_cents(f.cents)}") for f in asked.figures if f.account == IGNORE and f.cents]
    lines = [(d.key, cents, f"{d.kind.replace('_', ' ')} {d.number}") for d in documents if (cents := lines_apart(d))]
    return (
        *_measured(NOT_BOOKED_ONCE, [(key, apart.cents, apart.told()) for key, apart in found]),
        *_measured(LINES_APART, lines),
        *_measured(SUBLEDGER_APART, untied),
        *_measured(IGNORED, ignored),
    )


def compared(asked: Asked, documents: Iterable[Document], judged: Judged) -> list[tuple[StreamKey, Apart]]:
    """Each figure of which facts and documents tell two amounts, by the stream that it holds."""
    facts, booked = _sums(asked.figures, judged), _sums(figures_of_documents(documents, asked), judged)
    found = []
    for key, what, account in sorted(facts.keys() | booked.keys()):
        name, place = judged.context.store_name(key.store), (key, what, account)
        apart = Apart(name, what, account, _sides(facts, place), _sides(booked, place))
        if apart.cents:
            found.append((judged.holder(key, apart), apart))
    return found


def _sums(figures: Iterable[Figure], judged: Judged) -> Mapping[Place, Counter[str]]:
    sums: dict[Place, Counter[str]] = {}
    for figure in figures:
        key = judged.key(figure)
        if figure.account != IGNORE and judged.has(key, figure.what, figure.side):
            sums.setdefault((key, figure.what, figure.account), Counter())[figure.side] += figure.cents
    return sums


def _sides(sums: Mapping[Place, Counter[str]], place: Place) -> tuple[int, int]:
    sides = sums.get(place, Counter())
    return sides["batch"], sides["sent"]


def lines_apart(document: Document) -> int:
    """How far a document's lines (or its amount) are from its postings, in cents, summed over accounts, tax types and tracking."""
    if document.kind is DocumentKind.ALLOCATION:
        return 0
    sums: Counter[tuple[str, str, str]] = Counter()
    for posting in document.postings:
        sums[posting.account, posting.tax_type, posting.tracking] += posting.cents
    if document.kind in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT):
        moved = sum(cents for (account, _, _), cents in sums.items() if account == document.account)
        return abs(abs(moved) - document.amount_cents)
    sign = _SIGNS.get(document.kind, 1)
    for line in document.lines:
        sums[line.account, line.tax_type, line.tracking] -= sign * line.cents
    return sum(abs(cents) for cents in sums.values())


def _measured(rules: Mapping[Stream, Rule], found: Iterable[tuple[StreamKey, int, str]]) -> Iterator[Measured]:
    streams: dict[StreamKey, list[tuple[int, str]]] = {}
    for key, cents, text in found:
        streams.setdefault(key, []).append((cents, text))
    for stream, rule in rules.items():
        yield Measured(rule, tuple(_measure(key, told) for key, told in sorted(streams.items()) if key.stream is stream))


def _measure(key: StreamKey, told: Sequence[tuple[int, str]]) -> Measure:
    texts = tuple(text for _, text in told[:EXAMPLES])
    return Measure(key.store, key.business_date, len(told), sum(cents for cents, _ in told), texts)


def _told(sides: tuple[int, int]) -> str:
    batch, sent = sides
    return f"{format_cents(batch + sent)} (the date's document {format_cents(batch)}, sent one by one {format_cents(sent)})"
