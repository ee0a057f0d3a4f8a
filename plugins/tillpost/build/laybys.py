"""Adjustments of lay-bys that a cancelling takes back, GST included, so that the lay-by's liability ends at zero (accounting policy 4).

Each adjustment is taken back once, by the first cancelling on or after its date, be it booked in this run or on record. One that was sent
is taken back as it was sent, unless its store adjusts what is posted: there the journal follows what is built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from tillpost.build.coding import code_of, post
from tillpost.build.context import BuildContext
from tillpost.build.facts import LaybyCancel, Selection
from tillpost.build.record import StoreLayby
from tillpost.build.sales import document_of_sale
from tillpost.model.documents import FactSelection, Posting

# What a posting of a lay-by's movement is, told in its selection of facts: a later run finds it by that.
ADJUSTMENT, REVERSED, BALANCE = "adjustment", "adjustment reversed", "lay-by balance"


class StandingAdjustments:
    """The booked adjustments of the lay-bys that are cancelled in this run, less what an earlier cancelling took back."""

    def __init__(self, selection: Selection, context: BuildContext) -> None:
        cancelled = {(m.store, m.layby_id) for m in selection.movements if m.kind == "layby_cancel" and m.layby_id}
        cancelled |= {(c.store, c.layby_id) for c in selection.layby_cancels}
        self._standing: dict[StoreLayby, list[tuple[date, Posting]]] = {layby: [] for layby in sorted(cancelled)}
        self._taken_back: set[tuple[StoreLayby, str]] = set()
        for layby, recorded in (context.record.layby_postings(cancelled) if cancelled else {}).items():
            self._standing[layby].extend(_still_standing(recorded))
            self._taken_back |= {(layby, _pairs(p)["movement_id"]) for _, p in recorded if _pairs(p).get("amount") == REVERSED}
        self._sent: dict[tuple[StoreLayby, str, date], list[Posting]] = {}
        held = {layby for layby in cancelled if context.store(layby[0]).posted_changes == "hold"}
        for layby, sent in (context.sent.layby_postings(held) if held else {}).items():
            for day, posting in _still_standing([(day, p) for day, p in sent if _pairs(p).get("amount") == ADJUSTMENT]):
                self._sent.setdefault((layby, _pairs(posting)["movement_id"], day), []).append(posting)

    def add(self, layby: StoreLayby, on: date, postings: Iterable[Posting]) -> None:
        """Remember the postings of an adjustment that is booked in this run, unless a cancelling on record took it back."""
        built: dict[str, list[Posting]] = {}
        for posting in postings if layby in self._standing else ():
            pairs = _pairs(posting)
            if pairs.get("amount") == ADJUSTMENT and (layby, pairs["movement_id"]) not in self._taken_back:
                built.setdefault(pairs["movement_id"], []).append(posting)
        for movement, own in built.items():
            self._standing[layby].extend((on, posting) for posting in self._sent.get((layby, movement, on), own))

    def take_back(self, layby: StoreLayby, on: date, document: str) -> list[Posting]:
        """The postings, for that document, that take back what stands of a lay-by on a date; it stands no longer."""
        standing = self._standing.get(layby, [])
        self._standing[layby] = [(day, p) for day, p in standing if day > on]
        return [_reversed(p, document) for day, p in standing if day <= on]


def sale_cancel_postings(selection: Selection, standing: StandingAdjustments, context: BuildContext) -> Iterator[Posting]:
    """Where the cancelling of a lay-by is told as a sale: its adjustments, taken back in the day's journal."""
    for cancel in selection.layby_cancels:
        yield from _sale_cancel(cancel, standing, context)


def _sale_cancel(cancel: LaybyCancel, standing: StandingAdjustments, context: BuildContext) -> Iterator[Posting]:
    document = document_of_sale(context, cancel.store, cancel.business_date, "journal", "")
    coding = code_of(context.mapping_of(cancel.store), "other", "layby", cancel.business_date)
    taken_back = standing.take_back((cancel.store, cancel.layby_id), cancel.business_date, document)
    if coding is None or not taken_back:
        return
    yield from taken_back
    source = FactSelection("sales", (("layby_id", cancel.layby_id), ("amount", BALANCE)), 1)
    yield post(document, coding, -sum(p.cents for p in taken_back), source)


def _still_standing(recorded: Sequence[tuple[date, Posting]]) -> Iterator[tuple[date, Posting]]:
    """The adjustments on record, each as the sum of its versions and of what took it back; what comes to zero stands no longer."""
    known: dict[tuple[str, str, str, str], tuple[date, Posting]] = {}
    cents: Counter[tuple[str, str, str, str]] = Counter()
    taxes: Counter[tuple[str, str, str, str]] = Counter()
    for day, posting in recorded:
        pairs = _pairs(posting)
        place = (pairs.get("movement_id", ""), posting.account, posting.tax_type, posting.tracking)
        if pairs.get("amount") == ADJUSTMENT:
            known.setdefault(place, (day, posting))
        if pairs.get("amount") in (ADJUSTMENT, REVERSED):
            cents[place] += posting.cents
            taxes[place] += posting.pos_tax_cents
    for place, (day, posting) in known.items():
        if cents[place]:
            yield day, replace(posting, cents=cents[place], pos_tax_cents=taxes[place])


def _reversed(posting: Posting, document: str) -> Posting:
    where = tuple((name, REVERSED if name == "amount" else value) for name, value in posting.source.where)
    return replace(
        posting,
        document=document,
        cents=-posting.cents,
        pos_tax_cents=-posting.pos_tax_cents,
        source=replace(posting.source, where=where),
    )


def _pairs(posting: Posting) -> dict[str, str]:
    return dict(posting.source.where)
