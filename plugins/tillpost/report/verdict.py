"""The first thing on the page: is everything fine, and if not, what is to be done, by whom it concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tillpost.model.findings import Finding, Severity
from tillpost.report import wording
from tillpost.report.data import DayReport, StreamReport


class Tone(StrEnum):
    """How much the day asks of its reader."""

    ACTION = "action needed"
    WAITING = "under way"
    FINE = "all well"
    NOTHING = "nothing to send"


@dataclass(frozen=True, slots=True)
class Action:
    """One stream that needs somebody: why, and what to do."""

    title: str
    anchor: str
    why: tuple[str, ...]
    todo: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: a tone in words, a headline, what to do, and what is worth knowing."""

    tone: Tone
    headline: str
    actions: tuple[Action, ...]
    notes: tuple[str, ...]


def verdict(report: DayReport, unbalanced: Sequence[str]) -> Verdict:
    """The answer for a report; ``unbalanced`` are sentences on journals that do not balance."""
    actions = [_action(stream) for stream in report.streams if _needs_somebody(stream)]
    if unbalanced:
        todo = ("Do not approve it, and report it: a posting that does not balance is a mistake in Tillpost or in its mapping.",)
        actions.insert(0, Action("The posting does not balance", "", tuple(unbalanced), todo))
    tone = Tone.ACTION if actions else _quiet_tone(report.streams)
    return Verdict(tone, _headline(tone, report.streams, len(actions)), tuple(actions), tuple(_notes(report.streams, tone)))


def _needs_somebody(stream: StreamReport) -> bool:
    """Also a stream that was sent in spite of a blocker: somebody decided so, and the page must not look as if all were well."""
    return stream.state in wording.NEEDS_ATTENTION or any(finding.blocks for finding in stream.findings)


def _quiet_tone(streams: Sequence[StreamReport]) -> Tone:
    states = {stream.state for stream in streams}
    if states <= {"nothing_to_send"}:
        return Tone.NOTHING
    return Tone.FINE if states <= {"posted", "ready", "nothing_to_send"} else Tone.WAITING


def _headline(tone: Tone, streams: Sequence[StreamReport], actions: int) -> str:
    """One sentence; the states of all streams stand in it where nothing else needs saying."""
    if tone is Tone.NOTHING:
        return "Nothing to send." if streams else "Nothing to send: no store was planned for this date."
    if tone is Tone.FINE:
        return f"Everything is fine: {_states(streams)}. Nothing for you to do."
    if tone is Tone.WAITING:
        return f"Under way: {_states(streams)}. Nothing for you to do yet."
    verb = "needs" if actions == 1 else "need"
    return f"{wording.counted(actions, 'matter')} {verb} you."


def _states(streams: Sequence[StreamReport]) -> str:
    """How many streams are in which state, in the order of the states."""
    counts = Counter(stream.state for stream in streams)
    known = [state for state in wording.STATE_WORDS if state in counts]
    order = known + sorted(state for state in counts if state not in wording.STATE_WORDS)
    return ", ".join(f"{counts[state]} {wording.state_words(state)}" for state in order)


def _action(stream: StreamReport) -> Action:
    blockers = [finding for finding in stream.findings if finding.blocks]
    # A reason is often the sentence of its blocker: each is told once.
    others = [reason for reason in stream.reasons if not any(finding.message in reason for finding in blockers)]
    why = [_sentence(finding) for finding in blockers] + others
    todo = list(dict.fromkeys(finding.remedy for finding in blockers if finding.remedy))
    title = f"{stream.store_name}, {stream.key.stream}: {wording.state_words(stream.state)}"
    if stream.state not in wording.NEEDS_ATTENTION:
        title += " in spite of a blocker"
    advice = wording.STATE_ADVICE.get(stream.state)
    return Action(title, f"store-{stream.key.store}", tuple(why), tuple(todo or ([advice] if advice else [])))


def _sentence(finding: Finding) -> str:
    amount = "" if finding.amount_cents is None else f" Amount {wording.amount(finding.amount_cents)}."
    crashed = "The rule itself could not be evaluated. " if finding.crashed else ""
    return f"{crashed}{finding.sentence}{amount}"


def _notes(every: Sequence[StreamReport], tone: Tone) -> Iterator[str]:
    if tone is Tone.ACTION:
        yield f"All streams: {_states(every)}."
    warnings = sum(finding.severity is Severity.WARNING for stream in every for finding in stream.findings)
    drafts = sum(document.draft for stream in every for document in stream.documents)
    unknown = [f"{stream.store_name} {stream.key.stream}" for stream in every if stream.state == "unknown"]
    if warnings:
        yield f"{wording.counted(warnings, 'warning')} to read below; a warning holds nothing."
    if drafts:
        yield f"{wording.counted(drafts, 'document')} sent as draft: the ledger moves when you approve them in Xero."
    if unknown:
        yield f"{', '.join(unknown)}: {wording.STATE_ADVICE['unknown']}"
