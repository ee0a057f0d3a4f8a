"""Adjustments: what the documents in Xero lack to what the facts say now, as one more version of the same document.

Version by version the sum stays what the facts say: the next adjustment is the latest facts less all confirmed versions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tillpost.model.documents import Document, DocumentKind, DocumentLine, Posting
from tillpost.model.findings import Stream

Group = tuple[str, str, str]
Source = tuple[str, tuple[tuple[str, str], ...]]

# Tables whose selections name all that a mapping row is chosen by: other figures of the same selection have the same account.
_NAMED = ("sale_lines", "tenders", "counts", "sales")


def is_adjustable(document: Document) -> bool:
    """Whether a difference can be sent: journals of sales, and takings that are an invoice. Nothing settles those, nobody owes them.

    Of one that was read back from Xero with its amount alone nobody knows the accounts.
    """
    known = all(line.account for line in document.lines)
    return known and document.key.stream is Stream.SALES and (document.kind is DocumentKind.JOURNAL or document.is_takings)


def adjustment(wanted: Document | None, confirmed: Sequence[Document], first_number: str, version: int) -> Document | None:
    """The document that brings the confirmed versions (oldest first) to what is wanted now (None: nothing is left to book).

    None where they agree line by line. ``first_number`` is that of the first version on record.
    """
    lines = _difference(wanted.lines if wanted else (), [line for document in confirmed for line in document.lines])
    if not lines:
        return None
    first, base = confirmed[0], wanted or confirmed[-1]
    number = f"{first_number}/v{version}"
    # Without the token of its own that it ends with; an adjustment that is adjusted away still tells the first one's words.
    words = (wanted or first).narration.rpartition(" [")[0]
    told = f"Adjustment of {first_number}, whose figures changed after it was posted"
    return replace(
        base,
        lines=lines,
        version=version,
        number=number,
        narration=f"{told}: {words} [{number}]" if first.kind is DocumentKind.JOURNAL else "",
        reference=told if first.is_takings else "",
        postings=_moved(wanted.postings if wanted else (), [posting for document in confirmed for posting in document.postings]),
    )


def is_recoded(wanted: Document | None, confirmed: Iterable[Document]) -> bool:
    """Whether the mapping has moved amounts of the same facts to another account, tax type or tracking: that is no change of facts.

    Told by the evidence: the same amounts of the same selection, or all of a selection that names what its account is chosen by.
    """
    before = _codings(posting for document in confirmed for posting in document.postings)
    now = _codings(wanted.postings if wanted else ())
    return any(_is_moved(source, before[source], now[source]) for source in before.keys() & now.keys())


def _is_moved(source: Source, before: dict[Group, int], now: dict[Group, int]) -> bool:
    if before.keys() == now.keys():
        return False
    left = {before[group] > 0 for group in before.keys() - now.keys()}
    taken = {now[group] > 0 for group in now.keys() - before.keys()}
    return sorted(before.values()) == sorted(now.values()) or (source[0] in _NAMED and bool(left & taken))


def _codings(postings: Iterable[Posting]) -> dict[Source, dict[Group, int]]:
    """Cents of each selection of facts by account, tax type and tracking; what nets to zero is left out."""
    sums: dict[Source, Counter[Group]] = defaultdict(Counter)
    for p in postings:
        sums[(p.source.table, p.source.where)][(p.account, p.tax_type, p.tracking)] += p.cents
    return {source: {group: cents for group, cents in own.items() if cents} for source, own in sums.items()}


def booked(versions: Sequence[Document]) -> Document:
    """All versions as the one document that they come to."""
    last = versions[-1]
    return last if len(versions) == 1 else replace(versions[0], lines=_difference([line for d in versions for line in d.lines], ()))


def _difference(now: Iterable[DocumentLine], before: Iterable[DocumentLine]) -> tuple[DocumentLine, ...]:
    """Lines by account, tax type and tracking: what is now less what was before; what nets to zero is left out."""
    known: dict[Group, DocumentLine] = {}
    cents: dict[Group, list[int]] = {}
    for sign, lines in ((1, now), (-1, before)):
        for line in lines:
            group = (line.account, line.tax_type, line.tracking)
            known.setdefault(group, line)
            sums = cents.setdefault(group, [0, 0])
            sums[0] += sign * line.cents
            sums[1] += sign * line.pos_tax_cents
    return tuple(replace(known[group], cents=cents[group][0], pos_tax_cents=cents[group][1]) for group in sorted(known) if cents[group][0])


def _moved(now: Iterable[Posting], before: Iterable[Posting]) -> tuple[Posting, ...]:
    """The evidence: per selection of facts what it sums now less what it summed before; what did not change is left out."""
    known: dict[tuple[object, ...], Posting] = {}
    cents: dict[tuple[object, ...], list[int]] = {}
    for sign, postings in ((1, now), (-1, before)):
        for p in postings:
            place = (p.account, p.tax_type, p.tracking, p.rate_bp, p.source.table, p.source.where)
            known.setdefault(place, p)
            sums = cents.setdefault(place, [0, 0])
            sums[0] += sign * p.cents
            sums[1] += sign * p.pos_tax_cents
    changed = (place for place in known if any(cents[place]))
    return tuple(replace(known[place], cents=cents[place][0], pos_tax_cents=cents[place][1]) for place in changed)
