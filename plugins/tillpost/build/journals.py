"""Postings into manual journals: one line per account, tax type and tracking option, net; lines that net to zero are dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from tillpost.build.context import BuildContext
from tillpost.build.numbering import number
from tillpost.model.documents import Document, DocumentKind, DocumentLine, Posting
from tillpost.model.findings import StreamKey

_LONGEST_DESCRIPTION = 200


def journal(
    context: BuildContext,
    key: StreamKey,
    document: str,
    kind: str,
    what: str,
    postings: Sequence[Posting],
    title: str,
    on: date | None = None,
) -> Document | None:
    """One journal from its postings, or None where there are none; it has no lines where they net to nothing.

    The number is its token in the narration.
    """
    if not postings:
        return None
    lines = grouped_lines(postings)
    token = number(key, kind, what)
    day = on or key.business_date
    return Document(
        key=key,
        natural_key=document,
        kind=DocumentKind.JOURNAL,
        number=token,
        date=day,
        currency=context.organisation.currency,
        lines=lines,
        narration=f"{title}, {context.organisation.store_name(key.store)}, {day:%A} {day.day} {day:%B %Y} [{token}]",
        pos_id="" if what == key.business_date.isoformat() else what,
        draft=key.store in context.organisation.stores and context.store(key.store).sends_drafts_on(key.business_date),
        postings=tuple(postings),
    )


def grouped_lines(postings: Iterable[Posting], sign: int = 1) -> tuple[DocumentLine, ...]:
    """Postings summed by (account, tax type, tracking), in that order; ``sign`` -1 turns credits into an invoice's positive lines."""
    groups: dict[tuple[str, str, str], list[Posting]] = {}
    for posting in postings:
        groups.setdefault((posting.account, posting.tax_type, posting.tracking), []).append(posting)
    lines = (line_of(group, sign) for _, group in sorted(groups.items()))
    return tuple(line for line in lines if line.cents)


def line_of(postings: Sequence[Posting], sign: int = 1) -> DocumentLine:
    """One document line from postings of one account, tax type and tracking option."""
    first = postings[0]
    return DocumentLine(
        account=first.account,
        tax_type=first.tax_type,
        cents=sign * sum(p.cents for p in postings),
        description=_description(postings),
        tracking=first.tracking,
        rate_bp=first.rate_bp,
        pos_tax_cents=sign * sum(p.pos_tax_cents for p in postings),
    )


def _description(postings: Sequence[Posting]) -> str:
    names = list(dict.fromkeys(p.description for p in postings if p.description))
    text = ", ".join(names)
    if len(text) <= _LONGEST_DESCRIPTION:
        return text
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0][: _LONGEST_DESCRIPTION - len(more)]}{more}"
