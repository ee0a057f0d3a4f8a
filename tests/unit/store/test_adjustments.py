"""Adjustments: what changes after a journal is in Xero is sent as one more version, and the versions always sum to the facts."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.unit.store.databases import Watch
from tests.unit.store.documents import SALES, invoice, journal, result, settle
from tillpost.model.documents import Document, DocumentKind, DocumentLine, FactSelection, Posting, document_of_dict
from tillpost.model.findings import Severity, StreamKey
from tillpost.store.adjustments import adjustment
from tillpost.store.database import Database, open_database
from tillpost.store.schema import document, posting
from tillpost.store.streams import StreamState, approve, release, stream_states

NUMBER = "TP/cafe/sales/2026-10-03"
Amounts = dict[str, int]


def adjust(db: Database, *documents: Document, minutes: int, key: StreamKey = SALES) -> str:
    """Settle the stream of a store that adjusts."""
    return settle(db, result(*documents, key=key, read_minutes=minutes), policy="adjust")


def post_all(db: Database) -> None:
    """As if the poster had sent everything."""
    with db.write() as tx:
        tx.execute(document.update().where(document.c.state == "ready").values(state="posted", xero_id="x-1"))


def state_of(db: Database) -> StreamState:
    [state] = stream_states(db, "harbour")
    return state


def outbox(db: Database) -> list[tuple[str, int, str, Amounts]]:
    with db.read() as tx:
        rows = tx.execute(select(document).order_by(document.c.id)).all()
    return [(r.number, r.version, r.state, {line["account"]: line["cents"] for line in r.payload["lines"]}) for r in rows]


def sent(db: Database, number: str) -> Document:
    with db.read() as tx:
        return document_of_dict(tx.execute(select(document.c.payload).where(document.c.number == number)).scalar_one())


def takings(cents: int) -> Document:
    """The takings of a date as an invoice that totals zero."""
    natural_key, number = "harbour/cafe/takings/2026-10-03", "TP/cafe/takings/2026-10-03"
    lines = (DocumentLine("090", "BASEXCLUDED", -cents, "Cash"), DocumentLine("200", "OUTPUT", cents, "Sales", rate_bp=1_000))
    return replace(
        invoice("t"), natural_key=natural_key, number=number, lines=lines, pos_id="", due_date=SALES.business_date, reference="Sales, Cafe"
    )


def test_the_difference_is_the_next_version_and_tells_what_it_adjusts(db: Database) -> None:
    adjust(db, journal(), minutes=0)
    post_all(db)
    assert adjust(db, journal(cents=12_000), minutes=1) == "released"
    assert outbox(db) == [
        (NUMBER, 1, "posted", {"090": 11_000, "200": -11_000}),
        (f"{NUMBER}/v2", 2, "ready", {"090": 1_000, "200": -1_000}),
    ]
    assert sent(db, f"{NUMBER}/v2").narration.startswith(f"Adjustment of {NUMBER}, whose figures changed after it was posted")
    assert sent(db, f"{NUMBER}/v2").narration.endswith(f"[{NUMBER}/v2]")
    [found] = state_of(db).findings
    assert (found.rule, found.severity, found.amount_cents, found.examples) == (
        "posted_stream_adjusted", Severity.INFO, 1_000, (f"journal {NUMBER} 110.00 is now 120.00, adjusted by {NUMBER}/v2",),
    )  # fmt: skip


def test_a_third_version_is_the_latest_facts_less_both_before(db: Database) -> None:
    for minutes, cents in enumerate((11_000, 12_000, 9_000)):
        adjust(db, journal(cents=cents), minutes=minutes)
        post_all(db)
    assert [(version, amounts) for _, version, _, amounts in outbox(db)] == [
        (1, {"090": 11_000, "200": -11_000}),
        (2, {"090": 1_000, "200": -1_000}),
        (3, {"090": -3_000, "200": 3_000}),
    ]
    assert adjust(db, journal(cents=9_000), minutes=5) == "released"
    assert len(outbox(db)) == 3 and state_of(db).state == "posted"


def test_an_adjustment_that_was_not_sent_is_made_anew_in_place_and_dropped_where_nothing_is_left(db: Database) -> None:
    adjust(db, journal(), minutes=0)
    post_all(db)
    adjust(db, journal(cents=12_000), minutes=1)
    adjust(db, journal(cents=10_500), minutes=2)
    assert outbox(db)[1] == (f"{NUMBER}/v2", 2, "ready", {"090": -500, "200": 500})
    adjust(db, journal(), minutes=3)
    assert outbox(db)[1][:3] == (f"{NUMBER}/v2", 2, "superseded") and state_of(db).state == "posted"
    adjust(db, journal(cents=11_001), minutes=4)
    assert outbox(db)[1:] == [(f"{NUMBER}/v2", 2, "ready", {"090": 1, "200": -1})]


@pytest.mark.parametrize("state", ["sending", "unknown"])
@pytest.mark.parametrize("version", [1, 2])
def test_nothing_is_adjusted_while_a_version_is_under_way(db: Database, state: str, version: int) -> None:
    adjust(db, journal(), minutes=0)
    if version == 2:
        post_all(db)
        adjust(db, journal(cents=12_000), minutes=1)
    with db.write() as tx:
        tx.execute(document.update().where(document.c.version == version).values(state=state))
    before = outbox(db)
    assert adjust(db, journal(cents=13_000), minutes=2) == "held"
    assert (outbox(db), state_of(db).findings[0].rule) == (before, "changed_under_way")
    post_it = document.update().where(document.c.version == version).values(state="posted", xero_id="x-2")
    with db.write() as tx:
        tx.execute(post_it)
    assert adjust(db, journal(cents=13_000), minutes=3) == "released"
    assert outbox(db)[-1][1:3] == (version + 1, "ready")
    assert sum(amounts["090"] for *_, amounts in outbox(db)) == 13_000


def test_a_journal_that_is_no_longer_there_is_taken_back(db: Database) -> None:
    adjust(db, journal(), minutes=0)
    post_all(db)
    assert adjust(db, minutes=1) == "released"
    assert outbox(db)[1][1:] == (2, "ready", {"090": -11_000, "200": 11_000})
    post_all(db)
    assert adjust(db, minutes=2) == "released" and len(outbox(db)) == 2


def test_takings_that_are_an_invoice_are_adjusted_by_one_that_totals_zero_too(db: Database) -> None:
    adjust(db, takings(11_000), minutes=0)
    post_all(db)
    adjust(db, takings(12_500), minutes=1)
    second = sent(db, "TP/cafe/takings/2026-10-03/v2")
    assert (second.kind, second.total_cents, second.narration) == (DocumentKind.INVOICE, 0, "")
    assert second.reference == "Adjustment of TP/cafe/takings/2026-10-03, whose figures changed after it was posted"
    assert state_of(db).findings[0].examples == (
        "invoice TP/cafe/takings/2026-10-03 110.00 is now 125.00, adjusted by TP/cafe/takings/2026-10-03/v2",
    )


def test_an_invoice_is_never_adjusted_and_holds_the_journals_difference_with_it(db: Database) -> None:
    adjust(db, journal(), invoice("s1"), minutes=0)
    post_all(db)
    assert adjust(db, journal(cents=12_000), invoice("s1", 6_500), minutes=1) == "held"
    assert len(outbox(db)) == 2
    assert state_of(db).findings[0].examples == (
        "invoice TP/cafe/invoice/s1 55.00 is now 65.00",
        f"journal {NUMBER} 110.00 is now 120.00",
    )
    assert adjust(db, journal(cents=12_000), invoice("s1"), minutes=2) == "released"
    assert outbox(db)[-1][:2] == (f"{NUMBER}/v2", 2)


def test_what_is_new_beside_an_adjusted_journal_is_sent_with_it(db: Database) -> None:
    adjust(db, journal(), minutes=0)
    post_all(db)
    assert adjust(db, journal(cents=7_000), invoice("s9"), minutes=1) == "released"
    assert [(number, state) for number, _, state, _ in outbox(db)[1:]] == [("TP/cafe/invoice/s9", "ready"), (f"{NUMBER}/v2", "ready")]


def test_after_a_person_accepted_a_difference_a_person_decides_of_the_next_one_too(db: Database, watch: Watch) -> None:
    settle(db, result(journal()))
    post_all(db)
    settle(db, result(journal(cents=12_000), read_minutes=1))
    release(db, SALES, "Kim", "corrected in Xero", watch())
    assert adjust(db, journal(cents=12_000), minutes=2) == "released"
    assert adjust(db, journal(cents=13_000), minutes=3) == "held"
    assert len(outbox(db)) == 1


def test_a_hold_that_was_lifted_is_no_accepted_difference(db: Database, watch: Watch) -> None:
    adjust(db, journal(), minutes=0)
    release(db, SALES, "Kim", "nothing was held", watch())
    post_all(db)
    assert adjust(db, journal(cents=12_000), minutes=1) == "released"
    assert len(outbox(db)) == 2


def test_a_store_that_no_longer_adjusts_compares_with_the_sum_of_what_was_sent(db: Database) -> None:
    for minutes, cents in enumerate((11_000, 12_000)):
        adjust(db, journal(cents=cents), minutes=minutes)
        post_all(db)
    assert settle(db, result(journal(cents=12_000), read_minutes=2)) == "released"
    assert settle(db, result(journal(cents=12_500), read_minutes=3)) == "held"
    assert state_of(db).findings[0].examples == (f"journal {NUMBER} 120.00 is now 125.00",)


def test_an_adjustment_that_waits_is_dropped_when_the_store_no_longer_adjusts(db: Database, watch: Watch) -> None:
    adjust(db, journal(), minutes=0)
    post_all(db)
    adjust(db, journal(cents=12_000), minutes=1)
    assert settle(db, result(journal(cents=12_000), read_minutes=2)) == "held"
    assert release(db, SALES, "Kim", "corrected in Xero", watch()) == "released"
    assert [state for _, _, state, _ in outbox(db)] == ["posted", "superseded"]


def test_an_adjustment_needs_the_approval_that_the_store_asks_for(db: Database, watch: Watch) -> None:
    settle(db, result(journal()), approval=True, policy="adjust")
    approve(db, SALES, "Kim", "checked", watch())
    post_all(db)
    assert settle(db, result(journal(cents=12_000), read_minutes=1), approval=True, policy="adjust") == "held"
    assert outbox(db)[1][:3] == (f"{NUMBER}/v2", 2, "held")
    assert approve(db, SALES, "Kim", "late sale", watch()) == "released"
    assert outbox(db)[1][:3] == (f"{NUMBER}/v2", 2, "ready")


def test_the_evidence_of_an_adjustment_is_what_changed(db: Database) -> None:
    def of(cents: int, rows: int, *others: Posting) -> Document:
        source = FactSelection("sale_lines", (("category", "coffee"),), rows)
        own = Posting("k", "200", "OUTPUT", 1_000, "", -cents, -cents // 11, rows, "Coffee", source, "accounts.csv:2")
        return replace(journal(cents=cents), postings=(own, *others))

    cake = Posting(
        "k", "200", "OUTPUT", 1_000, "", -100, -9, 1, "Cake", FactSelection("sale_lines", (("category", "cake"),), 1), "accounts.csv:3"
    )
    adjust(db, of(11_000, 12), minutes=0)
    post_all(db)
    adjust(db, of(11_500, 14), minutes=1)
    adjust(db, of(11_600, 14, cake), minutes=2)
    with db.read() as tx:
        newest = tx.execute(select(document.c.id).order_by(document.c.id.desc()).limit(1)).scalar_one()
        rows = tx.execute(select(posting).where(posting.c.document_id == newest).order_by(posting.c.id)).all()
    assert [(r.cents, r.source_where, r.source_rows) for r in rows] == [
        (-600, [["category", "coffee"]], 14),
        (-100, [["category", "cake"]], 1),
    ]


@pytest.mark.parametrize(("voided", "examples"), [
    (1, (f"journal {NUMBER}/v2 10.00 is now 130.00",)),
    (2, (f"journal {NUMBER} 110.00 is now 130.00",)),
])  # fmt: skip
def test_nothing_is_adjusted_where_a_person_voided_a_version(db: Database, voided: int, examples: tuple[str, ...]) -> None:
    for minutes, cents in enumerate((11_000, 12_000)):
        adjust(db, journal(cents=cents), minutes=minutes)
        post_all(db)
    with db.write() as tx:
        tx.execute(document.update().where(document.c.version == voided).values(state="voided"))
    assert adjust(db, journal(cents=13_000), minutes=2) == "held"
    assert (len(outbox(db)), state_of(db).findings[0].examples) == (2, examples)
    assert adjust(db, minutes=3) == "held" and len(outbox(db)) == 2


def test_a_version_is_numbered_after_the_first_one_on_record() -> None:
    second = replace(journal(cents=1_000), version=2, number=f"{NUMBER}/v2")
    third = adjustment(journal(cents=3_000), [second], NUMBER, 3)
    assert third is not None and (third.number, third.narration.rpartition(" ")[2]) == (f"{NUMBER}/v3", f"[{NUMBER}/v3]")


def _sold(coffee: tuple[str, int], cake: tuple[str, int]) -> Document:
    """A journal of two categories, each with its account and its evidence."""
    lines, postings = [DocumentLine("090", "BASEXCLUDED", coffee[1] + cake[1], "Cash")], []
    for category, (account, cents) in (("coffee", coffee), ("cake", cake)):
        lines.append(DocumentLine(account, "OUTPUT", -cents, category, rate_bp=1_000))
        source = FactSelection("sale_lines", (("category", category),), 1)
        postings.append(Posting("k", account, "OUTPUT", 1_000, "", -cents, -cents // 11, 1, category, source, "accounts.csv:2"))
    return replace(journal(), lines=tuple(lines), postings=tuple(postings))


@pytest.mark.parametrize("changed", [_sold(("200", 600), ("203", 300)), _sold(("203", 600), ("201", 300))])
def test_what_only_the_mapping_has_moved_is_held_with_the_difference_and_not_adjusted(db: Database, changed: Document) -> None:
    adjust(db, _sold(("200", 500), ("201", 300)), minutes=0)
    post_all(db)
    assert adjust(db, changed, minutes=1) == "held"
    assert len(outbox(db)) == 1
    [found] = state_of(db).findings
    assert (found.rule, found.examples) == ("posted_stream_changed", (f"journal {NUMBER} 8.00 is now 9.00",))
    assert adjust(db, _sold(("200", 600), ("201", 300)), minutes=2) == "released"
    assert outbox(db)[1][1:] == (2, "ready", {"090": 100, "200": -100})


@st.composite
def figures(draw: st.DrawFn) -> Amounts:
    """What a date's journal books: income per account, and the cash for it; empty where there is nothing."""
    income = draw(st.dictionaries(st.sampled_from(["200", "201", "202"]), st.integers(-3, 3).map(lambda n: n * 100), max_size=3))
    return {account: cents for account, cents in income.items() if cents}


def _journal(amounts: Amounts) -> list[Document]:
    lines = [DocumentLine(account, "OUTPUT", -cents, "", rate_bp=1_000) for account, cents in sorted(amounts.items())]
    cash = sum(amounts.values())
    lines += [DocumentLine("090", "BASEXCLUDED", cash, "Cash")] if cash else []
    return [replace(journal(), lines=tuple(lines), postings=())] if lines else []


def _poster(db: Database, act: str) -> None:
    """One thing that a poster may do, or that may happen to it."""
    moves = {"send": ("ready", "sending"), "lose": ("sending", "unknown"), "find": ("unknown", "posted"), "miss": ("unknown", "ready"),
             "answer": ("sending", "posted"), "refuse": ("sending", "refused"), "retry": ("refused", "ready")}  # fmt: skip
    before, after = moves[act]
    with db.write() as tx:
        tx.execute(document.update().where(document.c.state == before).values(state=after, xero_id="x" if after == "posted" else ""))


@pytest.fixture(scope="module")
def empty(template: Path) -> Path:
    """A migrated database to copy."""
    return template


# What became of what was under way, and then of what is ready.
BEFORE = st.sampled_from([(), ("answer", "find"), ("lose", "miss")])
AFTER = st.sampled_from(
    [(), ("send", "answer"), ("send", "answer"), ("send",), ("send", "lose"), ("send", "lose", "miss"), ("send", "refuse")]
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(BEFORE, figures(), AFTER), min_size=2, max_size=6))
def test_whatever_changes_and_whatever_happens_to_the_poster_the_confirmed_versions_sum_to_the_latest_facts(
    steps: list[tuple[tuple[str, ...], Amounts, tuple[str, ...]]], empty: Path
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty, f"{folder}/tillpost.db")
        db = open_database(f"sqlite:///{folder}/tillpost.db", clock=Watch())
        for minutes, (before, amounts, after) in enumerate(steps):
            for act in before:
                _poster(db, act)
            adjust(db, *_journal(amounts), minutes=minutes)
            for act in after:
                _poster(db, act)
        for act in ("lose", "find"):
            _poster(db, act)
        last = steps[-1][1]
        # The run after the last change, when every outcome is known, and once more after that.
        for minutes in (len(steps), len(steps) + 1):
            assert adjust(db, *_journal(last), minutes=minutes) in ("released", "nothing_to_send")
            for act in ("retry", "send", "answer"):
                _poster(db, act)
        confirmed: Counter[str] = Counter()
        for _, _, state, booked in outbox(db):
            assert sum(booked.values()) == 0
            if state == "posted":
                confirmed.update(booked)
        db.close()
        wanted = Counter({line.account: line.cents for built in _journal(last) for line in built.lines})
        assert {account: cents for account, cents in confirmed.items() if cents} == wanted
