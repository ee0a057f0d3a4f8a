"""The first screen: whether all is well, and what to do where it is not."""

from __future__ import annotations

import dataclasses

import pytest

from tests.unit.report.samples import day, document, g01, key, posting, realistic_day, s01, stream
from tillpost.model.documents import DocumentKind
from tillpost.model.findings import Finding, Severity
from tillpost.report.data import StreamReport
from tillpost.report.verdict import Action, Verdict
from tillpost.report.view import day_view

BLOCKER = Finding(key(), "unmapped_category", Severity.BLOCKER, "XMAS has no row.", 1, 6000, ("receipt 1",), "Add a row to accounts.csv.")


def verdict_of(*streams: StreamReport) -> Verdict:
    return day_view(day(*streams)).verdict


def test_all_well() -> None:
    made = verdict_of(stream([g01()], state="posted"), stream([s01()]))
    assert made == Verdict("all well", "Everything is fine: 1 ready to send, 1 posted in Xero. Nothing for you to do.", (), ())  # type: ignore[arg-type]


def test_nothing_to_send() -> None:
    assert verdict_of(stream(state="nothing_to_send")).headline == "Nothing to send."
    assert verdict_of().headline == "Nothing to send: no store was planned for this date."


@pytest.mark.parametrize("state", ["sending", "unknown", "a_state_of_tomorrow"])
def test_under_way(state: str) -> None:
    assert verdict_of(stream([g01()], state=state)).tone == "under way"


def test_a_held_stream_tells_why_and_what_to_do_once() -> None:
    held = stream([g01()], state="held", reasons=("unmapped_category: XMAS has no row.", "awaits approval"), findings=(BLOCKER,))
    assert verdict_of(held, stream([s01()])) == Verdict(
        "action needed",  # type: ignore[arg-type]
        "1 matter needs you.",
        (
            Action(
                "Harbour Cafe, sales: held, not sent",
                "store-cafe",
                ("XMAS has no row. Seen: receipt 1. Amount 60.00.", "awaits approval"),
                ("Add a row to accounts.csv.",),
            ),
        ),
        ("All streams: 1 held, not sent, 1 ready to send.",),
    )


@pytest.mark.parametrize("state", ["held", "open", "refused"])
def test_a_stream_without_remedies_gets_the_advice_of_its_state(state: str) -> None:
    (action,) = verdict_of(stream(state=state, reasons=("the POS does not answer",))).actions
    assert (action.why, len(action.todo)) == (("the POS does not answer",), 1)


def test_a_rule_that_crashed_is_told_apart() -> None:
    crashed = dataclasses.replace(BLOCKER, crashed=True, amount_cents=None)
    (action,) = verdict_of(stream([g01()], state="held", findings=(crashed,))).actions
    assert action.why == ("The rule itself could not be evaluated. XMAS has no row. Seen: receipt 1.",)


def test_a_stream_sent_in_spite_of_a_blocker_does_not_look_fine() -> None:
    made = verdict_of(stream([g01()], state="posted", findings=(BLOCKER,)))
    assert (made.tone, made.actions[0].title) == ("action needed", "Harbour Cafe, sales: posted in Xero in spite of a blocker")


def test_a_posting_out_of_balance_comes_first() -> None:
    wrong = document(key(), DocumentKind.JOURNAL, [posting("101", 5000), posting("201", -4990)])
    made = verdict_of(stream([wrong]))
    assert (made.tone, made.actions[0].title, made.actions[0].why) == (
        "action needed",
        "The posting does not balance",
        ("Harbour Cafe: TP/cafe/journal/2026-10-03 is out of balance by 0.10.",),
    )


def test_a_held_posting_out_of_balance_raises_no_alarm_of_its_own() -> None:
    wrong = document(key(), DocumentKind.JOURNAL, [posting("101", 5000), posting("201", -4990)])
    assert [action.title for action in verdict_of(stream([wrong], state="held")).actions] == ["Harbour Cafe, sales: held, not sent"]


def test_two_journals_whose_errors_cancel_are_both_told() -> None:
    over = document(key(), DocumentKind.JOURNAL, [posting("101", 5000), posting("201", -4990)], number="J1")
    under = document(key(), DocumentKind.JOURNAL, [posting("101", 5000), posting("201", -5010)], number="J2")
    assert len(verdict_of(stream([over, under])).actions[0].why) == 2


def test_notes_on_warnings_drafts_and_unknown_answers() -> None:
    warning = dataclasses.replace(BLOCKER, severity=Severity.WARNING)
    made = verdict_of(stream([dataclasses.replace(g01(), draft=True)], state="unknown", findings=(warning,)))
    assert made.notes == (
        "1 warning to read below; a warning holds nothing.",
        "1 document sent as draft: the ledger moves when you approve them in Xero.",
        "Harbour Cafe sales: Do not enter it by hand. It is looked up in Xero before anything is sent again.",
    )


def test_the_realistic_day() -> None:
    view = day_view(realistic_day())
    assert view.verdict.headline == "1 matter needs you."
    assert view.left_out == ("Harbour Bottle Shop sales (held, not sent)",)
    assert view.stores[0].trading_day == (
        "2026-10-03 04:00 AEST to 2026-10-04 04:00 AEDT (Australia/Melbourne, 23 hours because the clock changed)"
    )
    assert [[sheet.mark for sheet in store.sheets] for store in view.stores] == [[""], ["held, not sent"]]
