"""Looking up what became of documents whose outcome is unknown: one list per kind, never one call per document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tillpost.model.documents import DocumentKind
from tillpost.store import claims, doubts
from tillpost.store.lookups import as_result, best_match, held_by_identity, identity, known_xero_ids, typed_ids
from tillpost.store.names import known_contacts
from tillpost.xero.bodies import PostedIds
from tillpost.xero.run import Run

# Xero's clock and ours differ, and a list is asked for by the second.
LOOK_BACK = timedelta(minutes=10)


def settle_rested(run: Run) -> bool:
    """Look up the chunks whose outcome has been unknown for long enough; whether there were any."""
    rested = claims.rested_chunks(run.db, run.organisation, run.clock())
    for kind in DocumentKind:
        chunks = [chunk for chunk in rested if chunk.kind is kind]
        if chunks:
            run.add(settle_unknown(run, kind, chunks))
    return bool(rested)


def settle_unknown(run: Run, kind: DocumentKind, chunks: Sequence[claims.Chunk]) -> claims.Tally:
    """Look up the documents of unknown chunks of one kind in one list; found is posted, not found is ready again."""
    held = run.sender.held_documents(kind, min(c.claimed_at for c in chunks) - LOOK_BACK)
    contacts = known_contacts(run.db, run.organisation)
    with run.db.read() as tx:
        known = known_xero_ids(tx, run.organisation, [one.xero_id for one in held])
        known |= typed_ids(tx, [one.id for chunk in chunks for one in chunk.documents])
        natural_keys = sorted({key for c in chunks for d in c.documents for key in (d.document.settles, d.document.credit) if key})
        ids = PostedIds(contacts, claims.posted_ids(tx, run.organisation, natural_keys))
    in_xero = held_by_identity(kind, held, known)
    total = claims.Tally()
    for chunk in chunks:
        matches = [in_xero.get(identity(d.document, contacts, ids.allocation(d.document)), []) for d in chunk.documents]
        found = [best_match(d, match) for d, match in zip(chunk.documents, matches, strict=True)]
        tally = claims.settle_chunk(run.db, chunk, [as_result(one) if one else None for one in found], run.clock())
        total = claims.Tally(total.posted + tally.posted, total.refused + tally.refused, total.returned + tally.returned)
        doubts.report_copies(run.db, chunk, matches)
    return total
