"""Streams are released whole or held with their reasons; the same facts again change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.unit.store.databases import Watch
from tests.unit.store.documents import PURCHASES, SALES, bill, blocker, invoice, journal, payment, result, sales_of, settle
from tillpost.errors import StoreError, TillpostError
from tillpost.model.documents import DocumentKind
from tillpost.model.findings import Severity
from tillpost.model.period import DateRange
from tillpost.store import outbox as outbox_module
from tillpost.store.audit import audit_trail
from tillpost.store.database import Database
from tillpost.store.retrying import retry
from tillpost.store.schema import audit, document, finding, posting, stream
from tillpost.store.streams import StreamState, approve, hold, mark_open, open_store_dates, release, stream_states


def state_of(db: Database) -> StreamState:
    """The only stream's state."""
    [state] = stream_states(db, "harbour")
    return state


def outbox(db: Database) -> list[tuple[str, int, str, int]]:
    with db.read() as tx:
        rows = tx.execute(select(document).order_by(document.c.id))
        return [(r.number, r.version, r.state, r.total_cents) for r in rows]


def post_all(db: Database, xero_id: str = "x-1") -> None:
    """As if the poster had sent everything."""
    with db.write() as tx:
        tx.execute(document.update().where(document.c.state == "ready").values(state="posted", xero_id=xero_id))


def test_a_stream_that_passes_is_released_with_its_evidence(db: Database) -> None:
    assert settle(db, result(journal())) == "released"
    state = state_of(db)
    assert (state.key, state.state, state.reasons, state.figures, state.documents) == (
        SALES, "ready", (), {"sales_cents": 11_000}, {"ready": 1},
    )  # fmt: skip
    with db.read() as tx:
        [row] = tx.execute(select(posting)).mappings()
    assert {k: v for k, v in row.items() if k not in ("id", "document_id")} == {
        "account": "200", "tax_type": "OUTPUT", "rate_bp": 1_000, "tracking": "", "cents": -11_000, "pos_tax_cents": -1_000,
        "roundings": 12, "description": "Sales", "quantity": "", "mapped_by": "accounts.csv:2",
        "source_table": "sale_lines", "source_where": [["category", "coffee"]], "source_rows": 12,
    }  # fmt: skip


def test_a_blocker_holds_its_stream_and_no_other(db: Database) -> None:
    assert settle(db, result(journal(), findings=[blocker()])) == "held"
    assert settle(db, result(bill("p1", "INV-7"), key=PURCHASES)) == "released"
    held, released = sorted(stream_states(db, "harbour"), key=lambda s: s.state)
    assert (held.state, held.reasons, held.findings) == (
        "held", ("Tenders are 3.00 less than sales. Seen: receipt 17. Count the till again.",), (blocker(),),
    )  # fmt: skip
    assert released.state == "ready"
    assert outbox(db) == [("TP/cafe/sales/2026-10-03", 1, "held", 11_000), ("INV-7", 1, "ready", 5_500)]


def test_a_warning_holds_nothing(db: Database) -> None:
    warning = replace(blocker(), severity=Severity.WARNING)
    assert settle(db, result(journal(), findings=[warning])) == "released"
    assert (state_of(db).reasons, state_of(db).findings) == ((), (warning,))


def test_a_mended_stream_is_released_by_the_next_run(db: Database) -> None:
    settle(db, result(journal(), findings=[blocker()]))
    assert settle(db, result(journal(), read_minutes=1)) == "released"
    assert (state_of(db).reasons, outbox(db)) == ((), [("TP/cafe/sales/2026-10-03", 1, "ready", 11_000)])


def test_a_blocked_stream_that_could_not_be_built_keeps_its_documents_but_sends_none(db: Database) -> None:
    settle(db, result(journal()))
    assert settle(db, result(findings=[blocker()], read_minutes=1)) == "held"
    assert outbox(db) == [("TP/cafe/sales/2026-10-03", 1, "held", 11_000)]


def test_no_documents_and_no_blocker_is_nothing_to_send(db: Database) -> None:
    assert settle(db, result()) == "nothing_to_send"
    assert (state_of(db).state, state_of(db).documents) == ("nothing_to_send", {})


def test_the_same_facts_again_change_nothing(db: Database) -> None:
    settle(db, result(journal(), invoice("s1")))
    before = outbox(db)
    post_all(db)
    assert settle(db, result(journal(), invoice("s1"), read_minutes=5, run="run-2")) == "released"
    assert [(n, v, c) for n, v, _, c in outbox(db)] == [(n, v, c) for n, v, _, c in before]
    assert state_of(db).state == "posted"


def test_changed_facts_replace_what_was_not_sent_under_the_same_number(db: Database) -> None:
    settle(db, result(journal()))
    settle(db, result(journal(cents=22_000), read_minutes=1))
    assert outbox(db) == [("TP/cafe/sales/2026-10-03", 1, "ready", 22_000)]
    with db.read() as tx:
        assert tx.execute(select(posting.c.cents)).scalars().all() == [-22_000]


def test_facts_read_earlier_never_replace_newer_ones(db: Database) -> None:
    settle(db, result(journal(cents=22_000), read_minutes=10))
    assert settle(db, result(journal(), findings=[blocker()], read_minutes=9)) == "released"
    assert outbox(db) == [("TP/cafe/sales/2026-10-03", 1, "ready", 22_000)]


def test_a_document_that_vanished_before_it_was_sent_is_superseded_and_comes_back(db: Database) -> None:
    settle(db, result(journal(), invoice("s1")))
    settle(db, result(journal(), read_minutes=1))
    assert [state for *_, state, _ in outbox(db)] == ["ready", "superseded"]
    settle(db, result(journal(), invoice("s1"), read_minutes=2))
    assert [state for *_, state, _ in outbox(db)] == ["ready", "ready"]
    assert state_of(db).documents == {"ready": 2}


def test_a_posted_stream_that_changed_is_held_and_shows_the_difference(db: Database) -> None:
    settle(db, result(journal(), invoice("s1")))
    post_all(db)
    assert settle(db, result(journal(cents=12_000), read_minutes=1)) == "held"
    state = state_of(db)
    assert (state.state, state.documents) == ("held", {"posted": 2})
    [found] = state.findings
    assert (found.rule, found.count, found.amount_cents, found.examples) == (
        "posted_stream_changed", 2, -4_500,
        ("journal TP/cafe/sales/2026-10-03 110.00 is now 120.00", "invoice TP/cafe/invoice/s1 55.00 is no longer there"),
    )  # fmt: skip
    assert [total for *_, total in outbox(db)] == [11_000, 5_500]
    assert settle(db, result(journal(), invoice("s1"), read_minutes=2)) == "released"
    assert state_of(db).state == "posted"


@pytest.mark.parametrize("policy", ["hold", "adjust"])
def test_every_policy_says_what_a_person_should_do(db: Database, policy: str) -> None:
    settle(db, result(invoice("s1")))
    post_all(db)
    assert settle(db, result(invoice("s1", 1), read_minutes=1), policy=policy) == "held"
    assert state_of(db).findings[0].remedy.endswith("then release the stream: what is posted is kept as it is.")


def test_an_accepted_difference_holds_no_longer_but_another_one_does(db: Database, watch: Watch) -> None:
    settle(db, result(journal()))
    post_all(db)
    settle(db, result(journal(cents=12_000), read_minutes=1))
    assert release(db, SALES, "Kim", "corrected by hand", watch()) == "released"
    assert state_of(db).state == "posted"
    assert settle(db, result(journal(cents=12_000), read_minutes=2)) == "released"
    assert [f.severity for f in state_of(db).findings] == [Severity.INFO]
    assert settle(db, result(journal(cents=13_000), read_minutes=3)) == "held"


def test_nothing_is_touched_while_a_document_is_under_way(db: Database) -> None:
    settle(db, result(journal(), invoice("s1")))
    for state in ("sending", "unknown"):
        with db.write() as tx:
            tx.execute(document.update().where(document.c.kind == "journal").values(state=state))
        assert settle(db, result(journal(cents=9), invoice("s1"), read_minutes=1)) == "held"
        assert outbox(db)[0] == ("TP/cafe/sales/2026-10-03", 1, state, 11_000)
        assert state_of(db).findings[0].rule == "changed_under_way"
    assert outbox(db)[1][2] == "held"


@pytest.mark.parametrize("times", [1, 9])
def test_a_poster_that_claims_between_look_and_write_wins(db: Database, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: nothing comes between")
    settle(db, result(journal()))
    write, calls = outbox_module.write_documents, []

    def claimed_first(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) <= times:
            with db.write() as tx:
                tx.execute(document.update().values(state="sending"))
        try:
            write(*arguments)
        finally:
            if times > 1:
                with db.write() as tx:
                    tx.execute(document.update().values(state="ready"))

    monkeypatch.setattr("tillpost.store.streams.write_documents", claimed_first)
    if times == 1:
        assert settle(db, result(journal(cents=9), read_minutes=1)) == "held"
        assert (outbox(db), state_of(db).findings[0].rule) == ([("TP/cafe/sales/2026-10-03", 1, "sending", 11_000)], "changed_under_way")
    else:
        with pytest.raises(StoreError, match=r"kept being claimed\. Nothing was changed\. Run again"):
            settle(db, result(journal(cents=9), read_minutes=1))


def test_a_duplicate_key_and_a_number_that_is_taken_hold_the_stream(db: Database) -> None:
    assert settle(db, result(journal(), journal(cents=5))) == "held"
    assert [f.rule for f in state_of(db).findings] == ["duplicate_document"]
    other = sales_of(store="kiosk")
    same_number = replace(journal(other), number="TP/cafe/sales/2026-10-03")
    assert settle(db, result(same_number, key=other)) == "held"
    assert [f.rule for s in stream_states(db, "harbour") for f in s.findings] == ["duplicate_document", "number_taken"]


def test_one_supplier_number_twice_is_held_and_two_suppliers_may_share_one(db: Database) -> None:
    settle(db, result(bill("p1", "7"), bill("p2", "7", contact="Milk Ltd"), key=PURCHASES))
    assert state_of(db).state == "ready"
    again = sales_of(date(2026, 10, 9), stream=PURCHASES.stream)
    twice = replace(bill("p9", "7"), key=again, natural_key="harbour/cafe/bill/p9")
    assert settle(db, result(twice, key=again)) == "held"


@pytest.mark.parametrize("step", ["INSERT INTO document", "INSERT INTO posting", "INSERT INTO finding", "UPDATE stream SET state"])
def test_release_is_all_or_nothing_wherever_it_fails(db: Database, step: str) -> None:
    def fail(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if statement.startswith(step):
            raise context.dialect.dbapi.OperationalError("disk is full")

    warning = replace(blocker(), severity=Severity.WARNING)
    found = result(journal(), invoice("s1"), invoice("s2"), findings=[warning])
    event.listen(db.engine, "before_cursor_execute", fail)
    with pytest.raises(StoreError, match="its disk is full"):
        settle(db, found)
    event.remove(db.engine, "before_cursor_execute", fail)
    with db.read() as tx:
        assert [tx.execute(select(table)).all() for table in (stream, document, posting, finding, audit)] == [[], [], [], [], []]
    assert settle(db, found) == "released"


def test_release_is_all_or_nothing_when_the_third_document_fails(db: Database) -> None:
    copy = replace(invoice("s2"), natural_key="harbour/cafe/invoice/s3")
    original = outbox_module._unique
    # Let the third document reach the database with a number that is taken: its index refuses the row.
    outbox_module._unique = lambda key, documents: ({d.natural_key: d for d in documents}, [])
    try:
        with pytest.raises(StoreError, match="Nothing was half-written"):
            settle(db, result(invoice("s1"), invoice("s2"), copy))
    finally:
        outbox_module._unique = original
    assert (outbox(db), stream_states(db, "harbour")) == ([], [])


def test_approval_counts_for_exactly_these_figures(db: Database, watch: Watch) -> None:
    assert settle(db, result(journal()), approval=True) == "held"
    assert (state_of(db).state, state_of(db).reasons) == ("held", ("Waits for approval.",))
    assert approve(db, SALES, "Kim", "checked", watch()) == "released"
    assert settle(db, result(journal(), read_minutes=1), approval=True) == "released"
    assert settle(db, result(journal(cents=12_000), read_minutes=2), approval=True) == "held"
    assert outbox(db) == [("TP/cafe/sales/2026-10-03", 1, "held", 12_000)]


def test_approval_does_not_lift_a_blocker(db: Database, watch: Watch) -> None:
    settle(db, result(journal(), findings=[blocker()]), approval=True)
    assert approve(db, SALES, "Kim", "", watch()) == "held"
    assert settle(db, result(journal(), read_minutes=1), approval=True) == "released"


def test_a_hold_by_hand_stays_until_it_is_lifted(db: Database, watch: Watch) -> None:
    settle(db, result(journal()))
    assert hold(db, SALES, "Kim", "waits for the supplier", watch()) == "held"
    assert state_of(db).reasons == ("Held by Kim: waits for the supplier",)
    assert settle(db, result(journal(), read_minutes=1)) == "held"
    assert release(db, SALES, "Kim", "clear", watch()) == "released"
    assert outbox(db)[0][2] == "ready"


def test_release_does_not_lift_a_blocker(db: Database, watch: Watch) -> None:
    settle(db, result(journal(), findings=[blocker()]))
    assert release(db, SALES, "Kim", "never mind", watch()) == "held"


def test_what_is_posted_cannot_be_held(db: Database, watch: Watch) -> None:
    settle(db, result(journal()))
    post_all(db)
    with pytest.raises(TillpostError, match="nothing left to hold"):
        hold(db, SALES, "Kim", "", watch())


def test_only_a_held_stream_can_be_approved(db: Database, watch: Watch) -> None:
    with pytest.raises(TillpostError, match="nothing to approve"):
        approve(db, SALES, "Kim", "", watch())
    assert stream_states(db, "harbour") == []


def test_open_says_why_and_overwrites_nothing_that_was_settled(db: Database, watch: Watch) -> None:
    assert mark_open(db, SALES, "Shift 3 of 2026-10-03 is not closed.", watch())
    assert (state_of(db).state, state_of(db).reasons) == ("open", ("Shift 3 of 2026-10-03 is not closed.",))
    settle(db, result(journal()))
    assert not mark_open(db, SALES, "unreachable", watch())
    assert (state_of(db).state, state_of(db).reasons) == ("ready", ())


def test_open_store_dates_are_those_without_both_streams_done(db: Database) -> None:
    first, second = date(2026, 10, 3), date(2026, 10, 4)
    settle(db, result(journal()))
    post_all(db)
    settle(db, result(key=PURCHASES))
    settle(db, result(key=sales_of(second)))
    days = DateRange(first, date(2026, 10, 5))
    assert open_store_dates(db, "harbour", ["cafe", "kiosk"], days) == [("kiosk", first), ("cafe", second), ("kiosk", second)]


def test_a_payment_says_what_it_waits_for(db: Database) -> None:
    sale = invoice("s1")
    settle(db, result(sale, payment("m1", sale)))
    assert state_of(db).reasons == ("Payment TP/cafe/payment/m1 waits for invoice TP/cafe/invoice/s1, which is ready.",)
    post_all(db)
    assert state_of(db).reasons == ()


def test_a_refusal_is_shown_and_sent_again_after_a_retry(db: Database, watch: Watch) -> None:
    settle(db, result(journal()))
    with db.write() as tx:
        tx.execute(document.update().values(state="refused", message="Account 200 is archived."))
    assert settle(db, result(journal(), read_minutes=1)) == "released"
    assert (state_of(db).state, state_of(db).reasons) == (
        "refused", ("Journal TP/cafe/sales/2026-10-03 was refused: Account 200 is archived.",),
    )  # fmt: skip
    assert len(retry(db, "harbour", "Kim", "account restored", watch())) == 1
    assert state_of(db).state == "ready"


def test_a_corrected_mapping_makes_a_refused_document_ready_again(db: Database) -> None:
    settle(db, result(journal()))
    with db.write() as tx:
        tx.execute(document.update().values(state="refused", message="Account 200 is archived."))
    settle(db, result(journal(account="201"), read_minutes=1))
    assert (state_of(db).state, state_of(db).reasons) == ("ready", ())


def test_streams_of_some_dates(db: Database) -> None:
    for day in (1, 2, 3):
        key = sales_of(date(2026, 10, day))
        settle(db, result(journal(key), key=key))
    found = stream_states(db, "harbour", DateRange(date(2026, 10, 2), date(2026, 10, 3)))
    assert [s.key.business_date for s in found] == [date(2026, 10, 2)]
    assert stream_states(db, "kauri") == []


def test_who_did_what_and_why_is_on_record(db: Database, watch: Watch) -> None:
    settle(db, result(journal()), approval=True)
    approve(db, SALES, "Kim", "checked", watch())
    assert [(e.action, e.who, e.why, e.details) for e in audit_trail(db, "harbour", str(SALES))] == [
        ("state", "tillpost", "Waits for approval.", {"from": "open", "to": "held", "run": "run-1", "documents": 1}),
        ("approve", "Kim", "checked", {"state": "held"}),
        ("state", "Kim", "checked", {"from": "held", "to": "released"}),
    ]


def test_documents_are_stored_as_they_are_read_back(db: Database) -> None:
    sale = invoice("s1")
    settle(db, result(sale))
    with db.read() as tx:
        [payload] = tx.execute(select(document.c.payload)).scalars()
    from tillpost.model.documents import document_of_dict

    assert document_of_dict(payload) == sale
    assert sale.kind is DocumentKind.INVOICE


def test_what_would_be_new_beside_a_changed_posting_is_told_and_never_sent(db: Database, watch: Watch) -> None:
    settle(db, result(journal()))
    post_all(db)
    assert settle(db, result(journal(cents=7_000), invoice("s9"), read_minutes=1)) == "held"
    assert "would be new" in state_of(db).findings[0].examples[1]
    assert release(db, SALES, "Kim", "the sale went on account after closing", watch()) == "released"
    assert (state_of(db).state, state_of(db).documents) == ("posted", {"posted": 1})
