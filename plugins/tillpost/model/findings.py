"""Findings: what a check has to say about a stream. Wrong data is a value, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# In place of a store: the document of a date that all stores share. No store has this key, for those begin with a letter.
ALL_STORES = "_all"


class Severity(StrEnum):
    """A blocker holds the stream; a warning and an info are reported and hold nothing."""

    BLOCKER = "blocker"
    WARNING = "warning"
    INFO = "info"


class Stream(StrEnum):
    """The two streams of a store and business date, checked, held and released apart."""

    SALES = "sales"
    PURCHASES = "purchases"


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """One stream: a store's sales or its purchases of one business date, or what ``ALL_STORES`` send as one. The unit of release."""

    organisation: str
    store: str
    business_date: date
    stream: Stream

    def __str__(self) -> str:
        return f"{self.organisation}/{self.store}/{self.business_date.isoformat()}/{self.stream}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found in one stream.

    ``rule`` is the rule's stable name, ``message`` a sentence for the accountant, ``count`` the number of rows and
    ``amount_cents`` their amount where that means something, ``examples`` a few of them as text, ``remedy`` what to do.
    ``crashed``: the rule itself could not be evaluated, which is not the same as having failed; it blocks.
    """

    key: StreamKey
    rule: str
    severity: Severity
    message: str
    count: int = 0
    amount_cents: int | None = None
    examples: tuple[str, ...] = ()
    remedy: str = ""
    crashed: bool = False

    @property
    def blocks(self) -> bool:
        """Whether this finding holds its stream."""
        return self.severity is Severity.BLOCKER

    @property
    def sentence(self) -> str:
        """The message with its first two examples, so that the reason names the code or the sale in question."""
        return f"{self.message} Seen: {'; '.join(self.examples[:2])}." if self.examples else self.message
