"""The document of all stores: it waits for each of them, says for whom, and is adjusted afterwards. And modes that change on a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from tests.golden.given import facts_of_case
from tests.unit.build.conftest import MAPPING
from tests.unit.flows.test_flows_planning import nobody
from tests.unit.store.databases import migrated
from tillpost.checks.rule import Rule
from tillpost.config import Settings, Site
from tillpost.flows.acts import Act, decide
from tillpost.flows.planning import all_store_dates, plan_run
from tillpost.flows.reporting import write_reports
from tillpost.flows.settling import FactsRead, Outcome, Run, settle_facts
from tillpost.flows.status import night_rows
from tillpost.model.facts import TABLES
from tillpost.model.findings import ALL_STORES, Stream, StreamKey
from tillpost.model.period import TradingClock
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts
from tillpost.store.database import Database, open_database
from tillpost.store.schema import document, stream
from tillpost.store.states import stream_states

DAY = date(2026, 3, 3)
CLOCK = TradingClock("Australia/Melbourne", time(4))
SHARED = StreamKey("org", ALL_STORES, DAY, Stream.SALES)
ACCOUNTS = {row.account for row in MAPPING.accounts}
REFERENCE = ReferenceData(
    XeroOrganisation("tenant", "Org", "AU", "AUD", sales_tax_basis="ACCRUALS"),
    {code: XeroAccount(code, f"Account {code}", "CURRENT", True, True) for code in ACCOUNTS},
    {
        name: XeroTaxRate(name, name, row.rate_bp, True, frozenset())
        for row in MAPPING.taxes
        if row.country == "AU"
        for name in (row.sale_tax_type, row.purchase_tax_type)
    },
    {},
)
Given = Mapping[str, Any]


def sale(amount: str, sale_id: str = "s1", category: str = "FOOD", tender: str = "CASH") -> dict[str, Any]:
    """A sale of one line."""
    lines = [{"category": category, "gross": amount, "tax_code": "GST"}]
    return {"id": sale_id, "customer": "ACME", "lines": lines, "tenders": [{"tender": tender, "amount": amount}]}


def store(key: str, **policies: Any) -> Store:
    """A store that has begun."""
    return replace(Store(key, f"Shop {key.title()}", "none", "none", key, CLOCK, date(2026, 1, 1)), **policies)


@dataclass
class World:
    """An organisation of two shops without a POS or a Xero, and the hours that pass between its nights."""

    folder: Path
    stores: Sequence[Store] = (store("cafe"), store("kiosk"))
    sales_document: str = "per_organisation"
    hours: int = 0
    db: Database = field(init=False)

    def __post_init__(self) -> None:
        file = self.folder / "tillpost.db"
        file.write_bytes(migrated())
        self.db = open_database(f"sqlite:///{file}")

    @property
    def site(self) -> Site:
        known = {s.key: s for s in self.stores}
        org = Organisation(
            "org", "Org", "AU", "AUD", CLOCK.zone, "none", time(6), known, look_back_days=0, sales_document=self.sales_document
        )
        settings = Settings(Path(__file__).resolve().parents[3] / "include", f"sqlite:///{self.folder / 'tillpost.db'}", self.folder)
        return Site(settings, {"org": org}, nobody)

    def night(self, given: Mapping[str, Given], day: date = DAY) -> Outcome:
        """Settle the stores that were read."""
        self.hours += 1
        now, folders = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=self.hours), []
        for key, facts in given.items():
            folder = self.folder / f"facts-{self.hours}" / key
            tables = {name: [row | {"store": key} for row in rows] for name, rows in facts_of_case(facts, "AU", MAPPING).tables.items()}
            write_facts(folder, {name: facts_of_rows(TABLES[name], key, rows) for name, rows in tables.items()})
            folders.append(folder)
        run = Run(self.site, self.site.organisation("org"), MAPPING, REFERENCE, self.db, f"night-{self.hours}", now)
        dates = [(key, day) for key in given]
        facts = open_facts(folders)
        facts.execute("SET threads = 1")
        return settle_facts(run, FactsRead(facts, dates, dict.fromkeys(dates, now)))

    def post(self) -> None:
        """As if the poster had sent everything."""
        with self.db.write() as tx:
            tx.execute(document.update().where(document.c.state == "ready").values(state="posted", xero_id="x"))

    def outbox(self) -> list[tuple[str, str, dict[str, int]]]:
        """Number, state and lines of all documents."""
        with self.db.read() as tx:
            rows = tx.execute(select(document).order_by(document.c.id)).all()
        return [(r.number, r.state, {line["account"]: line["cents"] for line in r.payload["lines"]}) for r in rows]

    def shared(self) -> tuple[str, tuple[str, ...]]:
        """State and reasons of the document of all stores."""
        [state] = [one for one in stream_states(self.db, "org") if one.key == SHARED]
        return state.state, state.reasons


def judged_here(suite: str, rules: Sequence[Rule], frame: pd.DataFrame) -> tuple[dict[str, set[str]], set[str]]:
    """What Great Expectations would answer, without its seconds."""
    return {rule.key: {row["store_date"] for _, row in frame.iterrows() if row[rule.key] > 0} for rule in rules}, set()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("tillpost.checks.runner.validate", judged_here)
    return World(tmp_path)


CAFE, KIOSK = {"sales": [sale("50.00")]}, {"sales": [sale("20.00", tender="EFTPOS")]}
JOURNAL = "TP/all-stores/journal/2026-03-03"


def test_it_waits_for_the_store_that_was_not_read_and_what_else_a_store_sends_does_not(world: World) -> None:
    cafe = {"sales": [sale("50.00"), sale("30.00", "a1", tender="ACCOUNT")]}
    outcome = world.night({"cafe": cafe})
    assert outcome.states[SHARED] == "open"
    assert world.shared() == (
        "open", ("It waits for all its stores. Shop Kiosk was not read: its facts of this date are missing in this run.",),
    )  # fmt: skip
    assert world.outbox() == [("TP/cafe/invoice/a1", "ready", {"201": 3000})]
    world.post()
    assert world.night({"cafe": cafe, "kiosk": KIOSK}).states[SHARED] == "released"
    assert world.outbox()[1:] == [(JOURNAL, "ready", {"101": 5000, "105": 2000, "201": -7000})]
    world.post()
    assert world.shared() == ("posted", ())


def test_a_store_that_is_blocked_is_named_with_its_reason(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": {"sales": [sale("20.00", category="UNKNOWN")]}})
    state, [reason] = world.shared()
    assert state == "open" and reason.startswith("It waits for all its stores. Shop Kiosk is held: ") and "UNKNOWN" in reason
    assert world.outbox() == []
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    assert world.shared()[0] == "ready"


def test_a_store_that_is_held_by_hand_is_waited_for(world: World) -> None:
    decide(world.site, Act.HOLD, "org", "kiosk", "2026-03-03", "sales", who="Kim", why="count again")
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    assert world.shared() == ("open", ("It waits for all its stores. Shop Kiosk is held: Held by Kim: count again",))
    decide(world.site, Act.RELEASE, "org", "kiosk", "2026-03-03", "sales", who="Kim", why="counted")
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    assert world.shared()[0] == "ready"


def test_it_can_be_held_and_released_by_hand_as_any_stream(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    assert decide(world.site, Act.HOLD, "org", ALL_STORES, "2026-03-03", "sales", who="Kim", why="look first") == "held"
    assert [state for _, state, _ in world.outbox()] == ["held"]
    assert decide(world.site, Act.RELEASE, "org", ALL_STORES, "2026-03-03", "sales", who="Kim", why="fine") == "released"
    assert [state for _, state, _ in world.outbox()] == ["ready"]


def test_what_changes_after_it_was_posted_is_adjusted_whatever_the_stores_policy(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    world.post()
    assert world.night({"cafe": CAFE, "kiosk": KIOSK}).states[SHARED] == "released"
    assert len(world.outbox()) == 1
    world.night({"cafe": {"sales": [sale("50.00"), sale("5.00", "s2")]}, "kiosk": KIOSK})
    assert world.outbox()[1:] == [(f"{JOURNAL}/v2", "ready", {"101": 500, "201": -500})]


def test_a_store_that_is_added_late_is_adjusted_in(world: World) -> None:
    world.stores = (store("cafe"),)
    world.night({"cafe": CAFE})
    world.post()
    world.stores = (store("cafe"), store("kiosk"))
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    assert world.outbox()[1:] == [(f"{JOURNAL}/v2", "ready", {"105": 2000, "201": -2000})]


def test_a_change_while_another_store_cannot_be_read_reopens_it_and_stops_what_was_not_sent(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    changed = {"sales": [sale("60.00")]}
    assert world.night({"cafe": changed}).states[SHARED] == "open"
    assert [state for _, state, _ in world.outbox()] == ["held"]
    assert world.night({"cafe": changed, "kiosk": KIOSK}).states[SHARED] == "released"
    assert world.outbox() == [(JOURNAL, "ready", {"101": 6000, "105": 2000, "201": -8000})]


def test_without_a_change_a_store_that_cannot_be_read_again_stops_nothing(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    assert world.night({"cafe": CAFE}).states[SHARED] == "released"
    assert world.shared()[0] == "ready"


@pytest.mark.parametrize(("name", "left"), [("kiosk", ()), ("Shop Kiosk", (store("kiosk", starts_on=date(2026, 3, 4)),))])
def test_a_store_that_is_no_longer_set_up_is_not_taken_out_of_what_is_in_xero(world: World, name: str, left: tuple[Store, ...]) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    world.post()
    sent, world.stores = world.outbox(), (store("cafe"), *left)
    assert world.night({"cafe": CAFE}).states[SHARED] == "released"
    changed = {"sales": [sale("60.00")]}
    assert world.night({"cafe": changed}).states[SHARED] == "open"
    assert world.shared()[1] == (
        f"It waits for all its stores. {name} was in it and is no longer set up for this date: put it back into tillpost.yml, "
        "with its old starts_on.",
    )
    assert world.outbox() == sent
    world.stores = (store("cafe"), store("kiosk"))
    world.night({"cafe": changed, "kiosk": KIOSK})
    assert world.outbox()[1:] == [(f"{JOURNAL}/v2", "ready", {"101": 1000, "201": -1000})]


def test_a_store_that_is_held_by_hand_stops_the_document_that_was_not_sent_at_once(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": {"sales": [*KIOSK["sales"], sale("30.00", "a1", tender="ACCOUNT")]}})
    with world.db.write() as tx:
        tx.execute(document.update().where(document.c.kind == "invoice").values(state="posted", xero_id="x"))
    decide(world.site, Act.HOLD, "org", "kiosk", "2026-03-03", "sales", who="Kim", why="wrong till")
    assert world.shared() == ("open", ("It waits for all its stores. kiosk is held by Kim: wrong till",))
    assert [state for _, state, _ in world.outbox()] == ["posted", "held"]


def test_a_hold_leaves_the_document_alone_that_is_in_xero(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    world.post()
    assert decide(world.site, Act.HOLD, "org", "kiosk", "2026-03-03", "sales", who="Kim", why="wrong till") == "held"
    assert world.night({"cafe": CAFE, "kiosk": KIOSK}).states[SHARED] == "released"
    assert world.shared() == ("posted", ())


@pytest.mark.parametrize("read", [{"cafe": CAFE, "kiosk": KIOSK}, {"cafe": CAFE}])
def test_a_hold_stops_what_was_not_sent_although_no_facts_changed(world: World, read: Mapping[str, Given]) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    with world.db.write() as tx:
        by_hand = {"state": "held", "reason": "Held by Kim: wrong till", "held_by": "Kim", "held_why": "wrong till"}
        tx.execute(stream.update().where(stream.c.store == "kiosk", stream.c.stream == "sales").values(**by_hand))
    assert world.night(read).states[SHARED] == "open"
    assert [state for _, state, _ in world.outbox()] == ["held"]
    assert world.shared() == ("open", ("It waits for all its stores. Shop Kiosk is held: Held by Kim: wrong till",))


def test_facts_that_are_older_than_those_on_record_reopen_nothing(world: World) -> None:
    world.night({"cafe": {"sales": [sale("55.00")]}, "kiosk": KIOSK})
    world.hours -= 2
    assert world.night({"cafe": CAFE, "kiosk": KIOSK}).states[SHARED] == "released"
    assert world.outbox() == [(JOURNAL, "ready", {"101": 5500, "105": 2000, "201": -7500})]


@pytest.mark.parametrize("change", ["invoice", "per_organisation"])
def test_takings_that_a_person_voided_in_xero_are_not_sent_anew_in_another_form(world: World, change: str) -> None:
    world.sales_document = "per_store"
    world.night({"cafe": CAFE})
    with world.db.write() as tx:
        tx.execute(document.update().values(state="voided"))
    if change == "invoice":
        world.stores = (store("cafe", sales_as="invoice"),)
    else:
        world.stores, world.sales_document = (store("cafe"),), change
    world.night({"cafe": CAFE})
    assert world.outbox() == [("TP/cafe/journal/2026-03-03", "voided", {"101": 5000, "201": -5000})]


def test_a_night_reads_all_stores_of_a_date_again_whose_document_waits(world: World) -> None:
    world.night({"cafe": CAFE})
    planned = all_store_dates(plan_run(world.site, "org", "2026-03-05", "2026-03-06", nightly=True))
    assert {("cafe", DAY), ("kiosk", DAY)} <= planned
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    world.post()
    planned = all_store_dates(plan_run(world.site, "org", "2026-03-05", "2026-03-06", nightly=True))
    assert {day for _, day in planned} & {DAY} == set()


def test_the_stores_own_stream_says_where_its_takings_are_and_people_see_all_stores(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    rows = {
        (row.store, row.stream): (row.state, row.gross_cents, row.reasons) for row in night_rows(world.site, "org", DAY, date(2026, 3, 4))
    }
    assert rows[("All stores", Stream.SALES)] == ("ready", 7000, ())
    assert rows[("Shop Cafe", Stream.SALES)] == (
        "nothing_to_send", 5000, ("Shop Cafe: its takings of this date are in the document of all stores, not in one of its own.",),
    )  # fmt: skip


def test_the_report_shows_the_document_of_all_stores(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    org = replace(world.site.organisation("org"), key="org")
    (world.folder / "mappings").mkdir()
    (world.folder / "mappings" / "org").symlink_to(world.site.settings.include / "mappings" / "harbour")
    site = replace(world.site, settings=replace(world.site.settings, include=world.folder))
    [page] = write_reports(site, org, world.db, [DAY], "night", datetime(2026, 4, 2, tzinfo=UTC))
    text = page.read_text(encoding="utf-8")
    assert "All stores" in text and JOURNAL in text and "store = cafe" in text and "each store&#39;s own" in text


@pytest.mark.parametrize(("before", "after"), [("per_store", "per_organisation"), ("per_organisation", "per_store")])
def test_changing_the_setting_books_nothing_twice_of_what_is_in_xero(world: World, before: str, after: str) -> None:
    world.sales_document = before
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    world.post()
    sent = world.outbox()
    world.sales_document = after
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    assert world.outbox() == sent
    changed = {"cafe": {"sales": [sale("55.00")]}, "kiosk": KIOSK}
    world.stores = (store("cafe", posted_changes="adjust"), store("kiosk"))
    world.night(changed)
    [difference] = world.outbox()[len(sent) :]
    assert difference[1:] == ("ready", {"101": 500, "201": -500})


def test_sales_as_an_invoice_begins_with_the_first_date_that_is_not_in_xero(world: World) -> None:
    world.sales_document = "per_store"
    world.night({"cafe": CAFE})
    world.post()
    world.stores = (store("cafe", sales_as="invoice"), store("kiosk"))
    world.night({"cafe": CAFE})
    assert [number for number, *_ in world.outbox()] == ["TP/cafe/journal/2026-03-03"]


def test_a_mode_that_was_changed_for_a_date_in_xero_is_held_with_that_sentence(world: World) -> None:
    world.sales_document = "per_store"
    world.night({"cafe": CAFE})
    world.post()
    world.stores = (store("cafe", mode_changes=((DAY, "transaction"),)), store("kiosk"))
    for _ in range(2):
        assert world.night({"cafe": CAFE}).states[StreamKey("org", "cafe", DAY, Stream.SALES)] == "held"
        [state] = [one for one in stream_states(world.db, "org") if one.key.stream is Stream.SALES]
        assert [finding.message for finding in state.findings] == [
            "Shop Cafe: the mode was changed to transaction for a date that is in Xero already, in batch mode."
        ]
    assert [state for _, state, _ in world.outbox()] == ["posted"]
    world.stores = (store("cafe", mode_changes=((date(2026, 3, 4), "transaction"),)), store("kiosk"))
    assert world.night({"cafe": CAFE}).states[StreamKey("org", "cafe", DAY, Stream.SALES)] == "released"


def test_a_mode_changed_too_late_of_a_store_in_the_document_of_all_stores_changes_nothing(world: World) -> None:
    world.night({"cafe": CAFE, "kiosk": KIOSK})
    world.post()
    world.stores = (store("cafe", mode_changes=((DAY, "real_time"),)), store("kiosk"))
    states = world.night({"cafe": CAFE, "kiosk": KIOSK}).states
    assert (states[StreamKey("org", "cafe", DAY, Stream.SALES)], states[SHARED]) == ("held", "released")
    assert [number for number, *_ in world.outbox()] == [JOURNAL]


def test_a_switch_on_a_date_leaves_the_dates_before_it_as_they_were(world: World) -> None:
    world.sales_document = "per_store"
    later = date(2026, 3, 4)
    world.night({"cafe": CAFE})
    world.post()
    world.stores = (store("cafe", mode_changes=((later, "transaction"),)),)
    world.night({"cafe": CAFE})
    assert [number for number, *_ in world.outbox()] == ["TP/cafe/journal/2026-03-03"]
    world.night({"cafe": {"sales": [sale("20.00", "s5") | {"date": later}]}}, later)
    assert [number for number, *_ in world.outbox()][1:] == ["TP/cafe/invoice/s5", "TP/cafe/payment/s5-CASH-1bd21e68"]
