"""Pre-flight: what Xero would refuse is held before it costs a call, and sent by itself when the cause is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tests.unit.store.documents import SALES, invoice, journal, payment, release_documents, result, sales_of, settle, trade
from tests.unit.store.fake_xero import FakeSender, FakeXero
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.model.results import XeroContact
from tillpost.posting_rules import PostingRules
from tillpost.store.audit import audit_trail
from tillpost.store.database import Database
from tillpost.store.judging import Verdict, documents_to_judge, waiting_revisions, write_verdicts
from tillpost.store.retrying import retry
from tillpost.store.schema import chunk, document
from tillpost.store.streams import hold, release, stream_states
from tillpost.xero.posting import Progress, drain
from tillpost.xero.preflight import reasons, sent_date

# ruff: noqa: F811  (fixtures are imported by name)

ALL = frozenset(("ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"))
GOOD = ReferenceData(
    XeroOrganisation("tenant-1", "Harbour Group", "AU", "AUD"),
    {
        "090": XeroAccount("090", "Cash clearing", "CURRENT", True, enable_payments=True, account_class="ASSET"),
        "200": XeroAccount("200", "Sales", "REVENUE", True, account_class="REVENUE"),
    },
    {
        "OUTPUT": XeroTaxRate("OUTPUT", "GST on Income", 1_000, True, ALL - {"EXPENSE"}),
        "BASEXCLUDED": XeroTaxRate("BASEXCLUDED", "BAS Excluded", 0, True, ALL),
    },
)
ARCHIVED = replace(GOOD, accounts={**GOOD.accounts, "200": replace(GOOD.accounts["200"], active=False)})
LOCKED = replace(GOOD, organisation=replace(GOOD.organisation, period_lock_date=date(2026, 10, 31)))
HOLD, FAIL, FIRST_OPEN_DAY = PostingRules(), PostingRules(locked_period="fail"), PostingRules(locked_period="first_open_day")
SAID_ARCHIVED = "An account is archived in Xero: account 200 Sales. Restore it in Xero, or name another one in accounts.csv."
SAID_LOCKED = (
    "Its date, 2026-10-03, is locked in Xero by the period lock date 2026-10-31. Move the lock date back in Xero and it is sent by itself; "
    "or let posting.locked_period in tillpost.yml be first_open_day."
)


@pytest.fixture
def xero(watch: Watch) -> FakeXero:
    """A Xero in memory."""
    return FakeXero(watch)


def post(db: Database, xero: FakeXero, reference: ReferenceData = GOOD, rules: PostingRules = HOLD) -> Progress:
    """One drain with pre-flight."""
    return drain(db, "harbour", FakeSender(xero), xero.watch, "poster-1", rules=rules, reference=lambda: reference)


def reasons_of(db: Database, number: int = 0) -> tuple[str, tuple[str, ...]]:
    """The state of a stream and why."""
    state = stream_states(db, "harbour")[number]
    return state.state, state.reasons


def with_line(**changes: object) -> Document:
    """An invoice whose line is changed."""
    sold = invoice("s1")
    return replace(sold, lines=(replace(sold.lines[0], **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "reference", "rules", "told"),
    [
        (journal(), GOOD, HOLD, []),
        (journal(), ARCHIVED, HOLD, [SAID_ARCHIVED]),
        (journal(), LOCKED, HOLD, [SAID_LOCKED]),
        (journal(), LOCKED, FIRST_OPEN_DAY, []),
        (
            journal(),
            LOCKED,
            FAIL,
            [
                "Its date, 2026-10-03, is locked in Xero by the period lock date 2026-10-31. Move the lock date back in Xero, then send it "
                "again with retry."
            ],
        ),
        (
            with_line(account="999", tax_type="OLD"),
            GOOD,
            HOLD,
            [
                "An account is not in Xero's chart of accounts: account 999. Correct the code in accounts.csv, or create the account in Xero.",
                "A tax type is not known to Xero, or not in use: tax type OLD on account 999. Correct the tax type in taxes.csv.",
            ],
        ),
        (
            with_line(tracking="Store=Cafe"),
            GOOD,
            HOLD,
            [
                "A tracking category or option is not in Xero, or not in use: Store=Cafe on account 200. Correct the column tracking of "
                "accounts.csv, or the store's tag in tillpost.yml; or add the option in Xero."
            ],
        ),
        (
            replace(invoice("s1"), currency="NZD"),
            GOOD,
            HOLD,
            [
                "A document is in a currency that is not the organisation's own: NZD, the organisation has AUD. Documents in foreign currency "
                "are not supported yet: book it by hand."
            ],
        ),
        (
            invoice("s1"),
            replace(GOOD, not_allowed=frozenset(("CreateApprovedInvoice",))),
            HOLD,
            [
                "The organisation's plan in Xero, or the user who authorised the connection, does not allow this document: "
                "CreateApprovedInvoice. Change the plan or the user's rights in Xero."
            ],
        ),
        (
            replace(
                invoice("s1"), lines=tuple(replace(invoice("s1").lines[0], account=str(code)) for code in (905, 901, 902, 903, 904, 901))
            ),
            GOOD,
            HOLD,
            [
                "An account is not in Xero's chart of accounts: account 901, account 902, account 903 and 2 more. Correct the code in "
                "accounts.csv, or create the account in Xero."
            ],
        ),
    ],
)
def test_reasons(document: Document, reference: ReferenceData, rules: PostingRules, told: list[str]) -> None:
    assert reasons(document, reference, rules) == told


def test_only_the_first_open_day_is_another_date() -> None:
    assert [sent_date(journal(), LOCKED, rules) for rules in (HOLD, FAIL, FIRST_OPEN_DAY)] == [None, None, date(2026, 11, 1)]
    assert sent_date(journal(), GOOD, FIRST_OPEN_DAY) is None


def test_what_cannot_succeed_costs_no_call_and_goes_by_itself_when_it_can(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    assert post(db, xero, ARCHIVED) == Progress(held=1)
    assert (xero.requests, reasons_of(db)) == ([], ("held", (f"Journal TP/cafe/sales/2026-10-03: {SAID_ARCHIVED}",)))
    assert post(db, xero, LOCKED) == Progress(held=1)
    assert reasons_of(db) == ("held", (f"Journal TP/cafe/sales/2026-10-03: {SAID_LOCKED}",))
    assert post(db, xero) == Progress(posted=1, calls=1)
    assert reasons_of(db) == ("posted", ())


def test_nothing_is_asked_of_xero_where_nothing_is_to_be_judged(db: Database, xero: FakeXero) -> None:
    def asked() -> ReferenceData:
        raise AssertionError("asked without need")

    assert drain(db, "harbour", FakeSender(xero), xero.watch, "poster-1", reference=asked) == Progress()


def test_one_document_is_held_and_the_others_go(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), journal(account="999", name="till"), invoice("s1"))
    assert post(db, xero) == Progress(posted=2, held=1, calls=3)
    assert reasons_of(db)[0] == "held"


def test_a_payment_of_what_is_held_waits(db: Database, xero: FakeXero) -> None:
    sold = with_line(account="999")
    release_documents(db, sold, payment("m1", sold))
    assert post(db, xero) == Progress(held=1, waiting=1)


def test_what_a_person_holds_meanwhile_stays_held(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    post(db, xero, ARCHIVED)
    hold(db, SALES, "Kim", "ask the manager", xero.watch())
    assert post(db, xero) == Progress()
    assert stream_states(db, "harbour")[0].documents == {"held": 2}
    release(db, SALES, "Kim", "asked", xero.watch())
    assert post(db, xero).posted == 2


def test_what_a_person_releases_in_spite_of_it_is_held_again(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    post(db, xero, ARCHIVED)
    release(db, SALES, "Kim", "try it", xero.watch())
    assert post(db, xero, ARCHIVED) == Progress(held=1)


def test_a_mended_mapping_replaces_what_is_held(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(account="999"))
    assert post(db, xero).held == 1
    assert settle(db, result(journal(), read_minutes=1)) == "released"
    assert stream_states(db, "harbour")[0].documents == {"ready": 1}
    assert post(db, xero) == Progress(posted=1, calls=1)


def test_what_is_released_while_a_drain_runs_is_judged_too(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    late = journal(sales_of(date(2026, 10, 4)), account="999")

    class Sender(FakeSender):
        def send(self, *given: object, **named: object) -> list:  # type: ignore[type-arg]
            if not stream_states(db, "harbour")[1:]:
                release_documents(db, late)
            return super().send(*given, **named)  # type: ignore[arg-type]

    assert drain(db, "harbour", Sender(xero), xero.watch, "poster-1", reference=lambda: GOOD) == Progress(posted=1, held=1, calls=1)
    assert xero.numbers(DocumentKind.JOURNAL) == [journal().number]


def test_a_locked_date_goes_when_the_lock_date_moves_back(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    assert post(db, xero, LOCKED) == Progress(held=1)
    assert post(db, xero) == Progress(posted=1, calls=1)
    assert audit_of(db) == []


def test_a_locked_date_fails_where_the_rule_says_so(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), invoice("s1"))
    assert post(db, xero, LOCKED, FAIL) == Progress(refused=2)
    state, (first, _) = reasons_of(db)
    assert (state, first) == (
        "refused",
        "Journal TP/cafe/sales/2026-10-03 was refused: Its date, 2026-10-03, is locked in Xero by the period lock date 2026-10-31. Move the lock "
        "date back in Xero, then send it again with retry.",
    )
    assert post(db, xero, GOOD, FAIL) == Progress()
    retry(db, "harbour", "Kim", "unlocked", xero.watch())
    assert post(db, xero, GOOD, FAIL).posted == 2


def test_what_else_is_in_the_way_is_held_before_it_fails(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(account="999"))
    assert post(db, xero, LOCKED, FAIL) == Progress(held=1)


class DatedSender(FakeSender):
    """Remembers the dates and texts that it was to write."""

    def body(self, kind, documents, ids):  # type: ignore[no-untyped-def]
        self.written = [(d.number, d.date, d.narration) for d in documents]
        return super().body(kind, documents, ids)


def audit_of(db: Database) -> list[tuple[str, str, dict[str, object]]]:
    """What the audit trail says of dates."""
    return [(entry.subject, entry.why, dict(entry.details)) for entry in audit_trail(db, "harbour") if entry.action == "redate"]


def test_the_first_open_day_is_written_and_never_silent(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    sender = DatedSender(xero)
    done = drain(db, "harbour", sender, xero.watch, "poster-1", rules=FIRST_OPEN_DAY, reference=lambda: LOCKED)
    assert done == Progress(posted=1, calls=1)
    assert sender.written == [("TP/cafe/sales/2026-10-03", date(2026, 11, 1), "Sales (dated 2026-10-03)")]
    details = {"number": "TP/cafe/sales/2026-10-03", "own_date": "2026-10-03", "sent_date": "2026-11-01"}
    assert audit_of(db) == [("harbour/cafe/sales/2026-10-03", "Its own date, 2026-10-03, is locked in Xero.", details)]
    [state] = stream_states(db, "harbour")
    assert (state.state, [(f.rule, f.message) for f in state.findings]) == (
        "posted",
        [
            (
                "sent_on_first_open_day",
                "Journal TP/cafe/sales/2026-10-03 goes into Xero with the date 2026-11-01: its own, 2026-10-03, is locked there.",
            )
        ],
    )
    # The same facts again are the same document, whatever date it has in Xero.
    assert settle(db, result(journal(), read_minutes=1)) == "released"
    assert post(db, xero, LOCKED, FIRST_OPEN_DAY) == Progress()


def test_a_date_that_is_open_again_before_it_was_sent_is_its_own(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults = ["unavailable"]
    with pytest.raises(Exception, match="could not be reached"):
        post(db, xero, LOCKED, FIRST_OPEN_DAY)
    sender = DatedSender(xero)
    drain(db, "harbour", sender, xero.watch, "poster-1", rules=FIRST_OPEN_DAY, reference=lambda: GOOD)
    assert sender.written == [("TP/cafe/sales/2026-10-03", date(2026, 10, 3), "Sales")]
    assert [entry[2]["sent_date"] for entry in audit_of(db)] == ["2026-11-01", "2026-10-03"]
    assert stream_states(db, "harbour")[0].findings == ()


def test_changed_facts_are_dated_anew(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    xero.faults = ["unavailable"]
    with pytest.raises(Exception, match="could not be reached"):
        post(db, xero, LOCKED, FIRST_OPEN_DAY)
    settle(db, result(journal(cents=12_000), read_minutes=1))
    assert post(db, xero, LOCKED, FIRST_OPEN_DAY) == Progress(posted=1, calls=1)
    assert [entry[2]["sent_date"] for entry in audit_of(db)] == ["2026-11-01", "2026-11-01"]
    assert [f.rule for f in stream_states(db, "harbour")[0].findings] == ["sent_on_first_open_day"]


def test_what_is_no_longer_there_says_nothing_of_its_date(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal(), journal(name="till"))
    xero.faults = ["unavailable"]
    with pytest.raises(Exception, match="could not be reached"):
        post(db, xero, LOCKED, FIRST_OPEN_DAY)
    settle(db, result(journal(), read_minutes=1))
    [state] = stream_states(db, "harbour")
    assert [f.message.split()[1] for f in state.findings] == ["TP/cafe/sales/2026-10-03"]


def test_a_posted_date_that_is_locked_and_changes_can_be_accepted(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    assert post(db, xero).posted == 1
    assert settle(db, result(journal(cents=12_000), read_minutes=1)) == "held"
    release(db, SALES, "Kim", "corrected in Xero", xero.watch())
    assert post(db, xero, LOCKED) == Progress()
    assert stream_states(db, "harbour")[0].state == "posted"


def test_an_adjustment_of_a_locked_date_follows_the_rule(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    assert post(db, xero).posted == 1
    assert settle(db, result(journal(cents=12_000), read_minutes=1), policy="adjust") == "released"
    assert post(db, xero, LOCKED) == Progress(held=1)
    assert post(db, xero, LOCKED, FIRST_OPEN_DAY) == Progress(posted=1, calls=1)
    assert audit_of(db)[0][2]["number"] == "TP/cafe/sales/2026-10-03/v2"


def test_an_archived_contact_holds_until_it_is_restored(db: Database, xero: FakeXero) -> None:
    xero.listed = [XeroContact("contact-able", "Able", "c-able", active=False)]
    release_documents(db, invoice("s1"), journal())
    assert post(db, xero) == Progress(posted=1, held=1, calls=1)
    assert reasons_of(db)[1] == (
        "Invoice TP/cafe/invoice/s1: The contact 'Able' is archived in Xero: restore it there, or map 'Able' to another.",
    )
    xero.listed = [XeroContact("contact-able", "Able", "c-able")]
    assert post(db, xero) == Progress(posted=1, calls=1)
    assert [one.contact_id for one in xero.books if one.kind is DocumentKind.INVOICE] == ["contact-able"]


def test_a_known_contact_that_was_merged_is_followed_and_one_that_was_archived_holds(db: Database, xero: FakeXero) -> None:
    release_documents(db, invoice("s1"), invoice("s2", contact="Baker"))
    assert post(db, xero).posted == 2
    xero.listed = [
        XeroContact("contact-number:c-able", "Able", "c-able", active=False, merged_to="c-new"),
        XeroContact("c-new", "Able & Sons"),
        XeroContact("contact-number:c-baker", "Baker", "c-baker", active=False),
    ]
    next_day = sales_of(date(2026, 10, 4))
    release_documents(db, invoice("s3", key=next_day), invoice("s4", contact="Baker", key=next_day))
    assert post(db, xero) == Progress(posted=1, held=1, calls=1)
    assert xero.books[-1].contact_id == "c-new"
    [entry] = [entry for entry in audit_trail(db, "harbour") if entry.action == "contact"]
    assert (entry.subject, entry.why) == ("number:c-able", "'Able' was merged into 'Able & Sons' in Xero.")


def test_documents_that_changed_since_they_were_judged_are_left_alone(db: Database, xero: FakeXero) -> None:
    release_documents(db, journal())
    [judged] = documents_to_judge(db, "harbour", list(waiting_revisions(db, "harbour")))
    settle(db, result(journal(cents=12_000), read_minutes=1))
    write_verdicts(db, "harbour", [Verdict(judged, "No.")], xero.watch())
    assert stream_states(db, "harbour")[0].documents == {"ready": 1}


def test_the_claim_carries_what_was_sent_and_the_record_keeps_its_own_date(db: Database, xero: FakeXero) -> None:
    release_documents(db, trade(DocumentKind.CREDIT_NOTE, "r1"))
    assert post(db, xero, LOCKED, FIRST_OPEN_DAY).posted == 1
    with db.read() as tx:
        row = tx.execute(select(document)).one()
        claimed = tx.execute(select(chunk.c.documents)).scalar_one()
    assert (row.payload["date"], row.sent_date) == ("2026-10-03", date(2026, 11, 1))
    assert claimed == [[row.id, trade(DocumentKind.CREDIT_NOTE, "r1").books_digest]]


class ReleasingSender(FakeSender):
    """A person releases what pre-flight holds while the first chunk is under way."""

    def __init__(self, db: Database, xero: FakeXero) -> None:
        super().__init__(xero)
        self.db = db

    def _call(self, what: str, count: int) -> str:
        release(self.db, SALES, "Kim", "send it", self.xero.watch())
        return super()._call(what, count)


def test_what_is_released_in_the_middle_of_a_drain_is_judged_once_more(db: Database, xero: FakeXero) -> None:
    nights = [journal(sales_of(date(2026, 1, 1) + timedelta(days=n))) for n in range(60)]
    release_documents(db, journal(account="999"), *nights)
    done = drain(db, "harbour", ReleasingSender(db, xero), xero.watch, "poster-1", reference=lambda: GOOD)
    assert (done.posted, done.refused, done.held) == (60, 0, 1)
