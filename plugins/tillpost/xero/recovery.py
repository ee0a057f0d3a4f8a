"""Before anything is sent: whether Xero holds documents of ours that are not on record, because the outbox was lost or restored.

Sales invoices and credit notes have unique numbers; a journal, a payment, an overpayment or an allocation would simply be booked
twice. So the lists that would tell of what is about to be sent are read from where the last look ended, usually two calls: an entry
that carries a number of ours and whose id is not on record stops the organisation until ``tillpost recover`` has read all back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from tillpost.model.documents import DocumentKind
from tillpost.model.money import format_cents
from tillpost.model.results import HeldDocument
from tillpost.store import looks
from tillpost.store.claims import ReadyDocument
from tillpost.store.looks import Look, ToSend
from tillpost.store.recovery import adopt_kept
from tillpost.store.strangers import sort_out
from tillpost.xero.payloads import CREDITS
from tillpost.xero.run import Run, Stop
from tillpost.xero.sender import Listing

# A look begins so long before the last one ended: clocks differ, and a list may lag behind the books.
OVERLAP = timedelta(minutes=10)
NAMED = 3
_log = logging.getLogger("tillpost.posting")


def check_known(run: Run) -> None:
    """Raise Stop if Xero holds a document of ours that nothing on record stands for; one call per list that matters.

    A document that was sent and then given back as not there, and is there after all (a list that lagged, a late request), is posted.
    """
    count = adopt_kept(run.db, run.organisation, run.contacts, run.clock())
    if count:
        _log.info("%s: %s documents were read back from Xero before and are posted", run.organisation, count)
    groups = looks.to_send(run.db, run.organisation)
    held: list[HeldDocument] = []
    seen: dict[Listing, Look] = {}
    for which, start in _first_moments(run, groups).items():
        found = run.sender.listing(which, start)
        seen[which] = Look(start, max([start, *(one.changed_at for one in found if one.changed_at)]))
        held += found
    unknown = sort_out(run.db, run.organisation, held, run.contacts, run.clock()) if held else []
    run.strangers = len(unknown)
    if unknown:
        raise Stop(_told(run.organisation, unknown))
    for which, look in seen.items():
        looks.keep_look(run.db, run.organisation, which, look, run.clock())
    for some in groups:
        run.checked[some.kind] = min(run.checked.get(some.kind, some.oldest), some.oldest)


def is_checked(run: Run, documents: Sequence[ReadyDocument]) -> bool:
    """Whether that was done for all of these: a document may have been released since the drain began."""
    return all(run.checked.get(one.document.kind, date.max) <= one.document.key.business_date for one in documents)


def _first_moments(run: Run, groups: Iterable[ToSend]) -> dict[Listing, datetime]:
    """The lists to read, each from where its last look ended; from the first date on where that look did not reach back so far."""
    oldest: dict[Listing, date] = {}
    for some in groups:
        for which in _listings(some):
            oldest[which] = min(oldest.get(which, some.oldest), some.oldest)
    moments = {}
    for which in sorted(oldest):
        # A document is never older than its business date, wherever the store is.
        first = datetime.combine(oldest[which], time(), UTC) - timedelta(days=1)
        last = looks.last_look(run.db, run.organisation, which)
        moments[which] = last.until - OVERLAP if last is not None and last.since <= first else first
    return moments


def _listings(some: ToSend) -> Iterator[Listing]:
    """The lists that would tell if these documents were in Xero already.

    A supplier's number is looked for before its first send; afterwards the list of its kind tells. An invoice tells of its payments
    and of credit set against it; money received or handed back without an invoice is in the list of that credit only.
    """
    credit = {DocumentKind.OVERPAYMENT: Listing.OVERPAYMENTS, **dict.fromkeys(CREDITS, Listing.CREDIT_NOTES)}
    match some.kind:
        case DocumentKind.JOURNAL:
            yield Listing.JOURNALS
        case DocumentKind.OVERPAYMENT:
            yield Listing.OVERPAYMENTS
        case DocumentKind.SUPPLIER_CREDIT:
            yield from [Listing.CREDIT_NOTES] if some.checked else []
        case DocumentKind.PAYMENT:
            yield credit.get(some.of, Listing.INVOICES) if some.of else Listing.INVOICES
        case DocumentKind.ALLOCATION:
            yield Listing.INVOICES
            if some.resent and some.of in credit:
                yield credit[some.of]
        case _:
            yield Listing.INVOICES


def _told(organisation: str, unknown: Sequence[HeldDocument]) -> str:
    newest = sorted(unknown, key=lambda one: (one.changed_at is not None, one.changed_at), reverse=True)
    names = [f"{one.kind.replace('_', ' ')} {_name(one)}" for one in newest[:NAMED]]
    more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
    what = "a document of ours that is" if len(unknown) == 1 else f"{len(unknown)} documents of ours that are"
    return (
        f"Xero holds {what} not on record here: {', '.join(names)}{more}. Nothing was sent: this database was lost or is an older copy, "
        f"or another installation posts there too. Run: tillpost recover -o {organisation}"
    )


def _name(one: HeldDocument) -> str:
    return f"over {format_cents(one.total_cents)}" if one.kind is DocumentKind.ALLOCATION else one.number
