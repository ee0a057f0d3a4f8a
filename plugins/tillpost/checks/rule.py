"""A rule: what must be true of the facts, told to an accountant, and the query that finds what is not.

The query returns one row per thing that breaks the rule: ``store``, ``business_date`` (NULL where it cannot be told: then it
stands for every date of that store that is looked at), ``n`` (how many rows it is), ``amount_cents`` and ``example`` (text).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tillpost.model.findings import Severity, Stream
from tillpost.model.money import format_cents


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``unit`` is what it counts (one, many); ``amount`` tells its amount in words around ``{}``, empty: it has none.

    A rule of both streams is two rules of one name. ``hints`` (``checks.hints``): where none of them is seen, nothing
    breaks it; a rule without hints is always asked.
    """

    name: str
    severity: Severity
    title: str
    remedy: str
    unit: tuple[str, str]
    amount: str = ""
    stream: Stream = Stream.SALES
    sql: str = ""
    hints: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name with its stream: unique among all rules."""
        return f"{self.name}/{self.stream}"

    def may_be_broken(self, seen: frozenset[str]) -> bool:
        """Whether the hints that the facts show leave it open that something breaks the rule."""
        return not self.hints or not seen.isdisjoint(self.hints)

    def message(self, store: str, count: int, amount_cents: int | None) -> str:
        """The sentence of a finding; ``store`` is the store's name."""
        told = [f"{count:,} {self.unit[0] if count == 1 else self.unit[1]}"]
        if self.amount and amount_cents is not None:
            told.append(self.amount.format(format_cents(amount_cents)))
        return f"{store}: {self.title} ({', '.join(told)})."


@dataclass(frozen=True, slots=True)
class Measure:
    """What one rule found in one store and business date: how many rows, their amount, and a few of them as text."""

    store: str
    business_date: date
    count: int
    amount_cents: int | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """A rule with all that it found, or the reason why it could not be evaluated (``crash``: words without paths of this machine)."""

    rule: Rule
    measures: tuple[Measure, ...] = ()
    crash: str = ""
