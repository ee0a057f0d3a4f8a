"""Dates whose mode was changed in tillpost.yml after they had been sent: held with a sentence, not with a list of differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tillpost.flows.runs import Run, StoreDate
from tillpost.model.findings import Finding, Severity, Stream, StreamKey
from tillpost.store.booked import Booked

RULE = "mode_changed_after_posting"


def mode_changes(run: Run, store_dates: Sequence[StoreDate], booked: Mapping[StoreDate, Booked]) -> Iterator[Finding]:
    """A blocker for each store and date that is in Xero in another mode than tillpost.yml has for it now."""
    for store, day in store_dates:
        mode, sent = run.org.store(store).mode_on(day), booked.get((store, day))
        if sent is None or sent.mode in ("", mode):
            continue
        said = (
            f"{run.org.store(store).name}: the mode was changed to {_words(mode)} for a date that is in Xero already, "
            f"in {_words(sent.mode)} mode."
        )
        remedy = "Let the new mode begin on the first date that is not in Xero yet (mode in tillpost.yml), then run the date again."
        yield Finding(StreamKey(run.org.key, store, day, Stream.SALES), RULE, Severity.BLOCKER, said, 1, remedy=remedy)


def _words(mode: str) -> str:
    return mode.replace("_", " ")
