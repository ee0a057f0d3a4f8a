"""Late changes from end to end: a small till, the nightly run that reads the last days again, status, report and the run's summary."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from tests.unit.build.conftest import MAPPINGS
from tests.unit.flows.test_flows_together import REFERENCE, judged_here
from tests.unit.store.databases import template
from tillpost import cli_late
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.flows import extracting
from tillpost.flows.late import LateRow, late_rows
from tillpost.flows.mappings import mapping_of_site
from tillpost.flows.planning import all_store_dates, plan_run
from tillpost.flows.prepare import extract_group
from tillpost.flows.runs import Run
from tillpost.flows.settling import settle_extracted
from tillpost.flows.status import night_rows
from tillpost.flows.summary import Summary
from tillpost.model.findings import Stream
from tillpost.model.period import TradingClock
from tillpost.organisations import Organisation, Store
from tillpost.store.database import Database, open_database
from tillpost.store.schema import document

__all__ = ["template"]

DAY = date(2026, 10, 2)
CLOCK = TradingClock("Australia/Melbourne", time(4))
SCHEMA = """
CREATE TABLE rings (no TEXT, receipt TEXT, day TEXT, article TEXT, cents INTEGER);
CREATE TABLE drawer (no TEXT, day TEXT, cents INTEGER);
CREATE TABLE bills (no TEXT, day TEXT, number TEXT, cents INTEGER);
CREATE TABLE uploads (at TEXT);
"""
PERIOD = "day >= :from_date AND day < :to_date"
FILES = {
    "source": "SELECT at AS as_of FROM uploads",
    "sales": f"SELECT no AS sale_id, receipt AS receipt_no, '7' AS store_id, 'sale' AS kind, 'completed' AS status, day AS business_date, "
    f"'AUD' AS currency, cents / 11 AS tax_cents, cents AS gross_cents FROM rings WHERE {PERIOD}",
    "sale_lines": f"SELECT no AS sale_id, '1' AS line_no, 'item' AS line_kind, article AS description, 'FOOD' AS category, 1 AS quantity, "
    f"cents / 11 AS tax_cents, cents AS gross_cents, 'GST' AS tax_code FROM rings WHERE {PERIOD}",
    "tenders": f"SELECT no AS sale_id, '1' AS tender_no, 'CASH' AS tender_code, 'cash' AS tender_type, cents AS amount_cents "
    f"FROM rings WHERE {PERIOD}",
    "movements": f"SELECT no AS movement_id, '7' AS store_id, day AS business_date, 'received' AS kind, 'PAID_IN' AS function_code, "
    f"'CASH' AS tender_code, cents AS amount_cents FROM drawer WHERE {PERIOD}",
    "purchases": f"SELECT no AS purchase_id, 'invoice' AS kind, '7' AS store_id, day AS business_date, day AS document_date, "
    f"'AUD' AS currency, 'FRESH' AS supplier_id, number AS supplier_reference, cents / 11 AS tax_cents, cents AS gross_cents, "
    f"'posted' AS status FROM bills WHERE {PERIOD}",
    "purchase_lines": f"SELECT no AS purchase_id, '1' AS line_no, 'goods' AS line_kind, 'FOOD' AS category, cents / 11 AS tax_cents, "
    f"cents AS gross_cents, 'GST' AS tax_code FROM bills WHERE {PERIOD}",
    "suppliers": "SELECT 'FRESH' AS id, 'Fresh <b>Foods</b>' AS name",
}  # fmt: skip


@dataclass
class Cafe:
    """A cafe with a till of its own, and the nights on which it is read: at 06:00 on the day after the business date."""

    root: Path
    monkeypatch: pytest.MonkeyPatch
    look_back_days: int = 7
    stores: tuple[str, ...] = ("cafe",)
    db: Database = field(init=False)

    def __post_init__(self) -> None:
        folder = self.root / "include" / "sql" / "till"
        folder.mkdir(parents=True)
        for name, statement in FILES.items():
            (folder / f"{name}.sql").write_text(statement, encoding="utf-8")
        shutil.copytree(MAPPINGS, self.root / "include" / "mappings" / "harbour")
        with closing(sqlite3.connect(self.root / "pos.db")) as pos:
            pos.executescript(SCHEMA)
        for n, day in enumerate((DAY - timedelta(days=1), DAY), start=1):
            self.pos("INSERT INTO rings VALUES (?, ?, ?, 'Soup', 1100)", f"s{n}1", f"{n}01", day.isoformat())
            self.pos("INSERT INTO rings VALUES (?, ?, ?, 'Bread', 550)", f"s{n}2", f"{n}02", day.isoformat())
            self.pos("INSERT INTO bills VALUES (?, ?, ?, 2200)", f"p{n}", day.isoformat(), f"F-{n}")
        self.pos("INSERT INTO uploads VALUES ('2026-12-31T00:00:00Z')")
        self.db = open_database(f"sqlite:///{self.root / 'tillpost.db'}")

    @property
    def site(self) -> Site:
        cafe = Store("cafe", "Harbour Cafe", "till", "pos", "7", CLOCK, date(2026, 10, 1), closed_weekdays=(6, 5))
        stores = {key: replace(cafe, key=key) for key in self.stores}
        org = Organisation("harbour", "Harbour", "AU", "AUD", CLOCK.zone, "xero", time(6), stores, look_back_days=self.look_back_days)
        settings = Settings(self.root / "include", f"sqlite:///{self.root / 'tillpost.db'}", self.root / "data")
        return Site(settings, {"harbour": org}, lambda _: Connection("pos", "sqlite", host=str(self.root / "pos.db")))

    def pos(self, statement: str, *values: object) -> None:
        """Change the till."""
        with closing(sqlite3.connect(self.root / "pos.db")) as pos, pos:
            assert pos.execute(statement, values).rowcount > 0

    def night(self, day: date, nightly: bool = True, minutes: int = 0) -> Summary:
        """The run for a business date, ``minutes`` after the usual time."""
        morning = datetime.combine(day + timedelta(days=1), time(6), ZoneInfo(CLOCK.zone))
        now = morning.astimezone(UTC) + timedelta(minutes=minutes)

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return now

        self.monkeypatch.setattr(extracting, "datetime", Clock)
        site, run = self.site, f"night of {day}"
        org = site.organisation("harbour")
        groups = plan_run(site, "harbour", day.isoformat(), (day + timedelta(days=1)).isoformat(), nightly=nightly)
        extracted = [one for group in groups for one in extract_group(site, "harbour", group, run)]
        return settle_extracted(
            Run(site, org, mapping_of_site(site, org), REFERENCE, self.db, run, now), all_store_dates(groups), extracted
        )

    def post(self) -> None:
        """As if the poster had sent everything."""
        with self.db.write() as tx:
            tx.execute(document.update().where(document.c.state == "ready").values(state="posted", xero_id="x"))

    def status(self, first: date = DAY, last: date = DAY) -> dict[str, str]:
        """What status says of late changes, per stream."""
        rows = night_rows(self.site, "harbour", first, last + timedelta(days=1))
        return {f"{row.business_date} {row.stream}": row.late for row in rows}

    def late(self, first: date = DAY, last: date = DAY) -> list[tuple[str, str, int | None, int | None, str]]:
        """What ``status --late`` lists."""
        rows = late_rows(self.site, "harbour", first, last + timedelta(days=1))
        return [(row.name, row.change, row.before_cents, row.after_cents, row.seen_at) for row in rows]

    def report(self, suffix: str) -> str:
        """The report of the date."""
        [file] = (self.root / "data" / "reports").rglob(f"*{DAY}*{suffix}")
        return file.read_text(encoding="utf-8")


@pytest.fixture
def cafe(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Cafe:
    monkeypatch.setattr("tillpost.checks.runner.validate", judged_here)
    shutil.copy(template, tmp_path / "tillpost.db")
    return Cafe(tmp_path, monkeypatch)


def changed(cafe: Cafe) -> None:
    """A sale deleted, another changed without its amount, one that comes late, money paid in, a bill edited."""
    cafe.pos("DELETE FROM rings WHERE no = 's21'")
    cafe.pos("UPDATE rings SET article = 'Cake' WHERE no = 's22'")
    cafe.pos("INSERT INTO rings VALUES ('s23', '203', '2026-10-02', 'Tea', 440)")
    cafe.pos("INSERT INTO drawer VALUES ('m1', '2026-10-02', 5000)")
    cafe.pos("UPDATE bills SET cents = 3300 WHERE no = 'p2'")


ALL = [
    ("received m1, PAID_IN", "added", None, 5000, "4 Oct 06:00"),
    ("receipt 201", "deleted", 1100, None, "4 Oct 06:00"),
    ("receipt 202", "changed", 550, 550, "4 Oct 06:00"),
    ("receipt 203", "added", None, 440, "4 Oct 06:00"),
]
BILL = ("Fresh <b>Foods</b> invoice F-2", "changed", 2200, 3300, "4 Oct 06:00")


def test_the_next_night_finds_all_of_it_by_itself(cafe: Cafe, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tillpost.late")
    assert cafe.night(DAY)["late"] == []
    cafe.post()
    assert cafe.status() == {"2026-10-02 purchases": "", "2026-10-02 sales": ""}
    changed(cafe)
    summary = cafe.night(DAY + timedelta(days=1))
    assert summary["late"] == [
        "Harbour Cafe, 2026-10-02, purchases: late: 1 changed since 3 Oct 06:00.",
        "Harbour Cafe, 2026-10-02, sales: late: 2 added, 1 changed, 1 deleted since 3 Oct 06:00.",
    ]
    assert [record.getMessage() for record in caplog.records] == [f"harbour: {sentence}" for sentence in summary["late"]]
    assert cafe.status() == {
        "2026-10-02 purchases": "late: 1 changed since 3 Oct 06:00",
        "2026-10-02 sales": "late: 2 added, 1 changed, 1 deleted since 3 Oct 06:00",
    }
    assert cafe.late() == [BILL, *ALL]
    assert cafe.late(DAY - timedelta(days=7), DAY - timedelta(days=1)) == []


def test_what_is_posted_stays_and_the_policy_holds(cafe: Cafe) -> None:
    cafe.night(DAY)
    cafe.post()
    changed(cafe)
    cafe.night(DAY + timedelta(days=1))
    states = {row.stream: row.state for row in night_rows(cafe.site, "harbour", DAY, DAY + timedelta(days=1))}
    assert states == {Stream.SALES: "held", Stream.PURCHASES: "held"}


def test_nights_that_find_the_same_again_tell_nothing_new(cafe: Cafe) -> None:
    cafe.night(DAY)
    changed(cafe)
    cafe.night(DAY + timedelta(days=1))
    assert cafe.night(DAY + timedelta(days=2))["late"] == []
    assert cafe.late() == [BILL, *ALL]


def test_the_report_has_them_escaped_on_the_page_and_as_figures(cafe: Cafe) -> None:
    cafe.night(DAY)
    changed(cafe)
    cafe.night(DAY + timedelta(days=1))
    [store] = json.loads(cafe.report(".json"))["stores"]
    assert store["late"] == [
        {
            "stream": "purchases", "summary": "1 changed", "since": "2026-10-03 06:00 AEST",
            "rows": [
                {"name": "Fresh <b>Foods</b> invoice F-2", "change": "changed", "before_cents": 2200, "after_cents": 3300,
                 "seen_at": "2026-10-04 06:00 AEDT"}
            ],
        },
        {
            "stream": "sales", "summary": "2 added, 1 changed, 1 deleted", "since": "2026-10-03 06:00 AEST",
            "rows": [
                {"name": name, "change": change, "before_cents": before, "after_cents": after, "seen_at": "2026-10-04 06:00 AEDT"}
                for name, change, before, after, _ in ALL
            ],
        },
    ]  # fmt: skip
    page = cafe.report(".html")
    assert "Late changes: sales" in page and "2 added, 1 changed, 1 deleted in the POS since 2026-10-03 06:00 AEST" in page
    row = '<th scope="row">Fresh &lt;b&gt;Foods&lt;/b&gt; invoice F-2</th><td>changed</td><td class="n">22.00</td><td class="n">33.00</td>'
    assert row in page and "<b>Foods" not in page


def test_status_lists_them(cafe: Cafe, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Console(width=120, record=True)
    monkeypatch.setattr(cli_late, "out", out)
    cafe.night(DAY)
    cli_late.show(cafe.site, "harbour", DAY, DAY + timedelta(days=1))
    assert out.export_text() == "Harbour: nothing came late or was changed from 2026-10-02 to 2026-10-02.\n"
    cafe.pos("DELETE FROM rings WHERE no = 's21'")
    cafe.night(DAY + timedelta(days=1))
    cli_late.show(cafe.site, "harbour", DAY, DAY + timedelta(days=1))
    told = [line.split("│") for line in out.export_text().splitlines() if "receipt" in line]
    assert [[cell.strip() for cell in line] for line in told] == [
        ["", "Harbour Cafe", "2026-10-02", "sales", "receipt 201", "deleted", "11.00", "", "4 Oct 06:00", ""]
    ]


def test_a_register_that_uploads_late(cafe: Cafe) -> None:
    """Until the database is complete past the date nothing is late; what comes after that is."""
    cafe.pos("UPDATE uploads SET at = '2026-10-02T09:00:00Z'")
    cafe.night(DAY)
    cafe.pos("INSERT INTO rings VALUES ('s23', '203', '2026-10-02', 'Tea', 440)")
    cafe.pos("UPDATE uploads SET at = '2026-10-03T20:00:00Z'")
    cafe.night(DAY + timedelta(days=1))
    assert cafe.late() == []
    cafe.pos("INSERT INTO rings VALUES ('s24', '204', '2026-10-02', 'Tea', 330)")
    cafe.pos("UPDATE uploads SET at = '2026-12-31T00:00:00Z'")
    cafe.night(DAY + timedelta(days=2))
    assert cafe.late() == [("receipt 204", "added", None, 330, "5 Oct 06:00")]
    assert cafe.status()["2026-10-02 sales"] == "late: 1 added since 4 Oct 06:00"


def test_a_copy_that_lags_behind_tells_nothing(cafe: Cafe) -> None:
    """The replica was rebuilt and holds half of the date: nobody has deleted the rest."""
    cafe.night(DAY)
    cafe.pos("UPDATE uploads SET at = '2026-10-02T09:00:00Z'")
    cafe.pos("DELETE FROM rings WHERE no = 's22'")
    cafe.night(DAY + timedelta(days=1))
    cafe.pos("DELETE FROM rings")
    cafe.night(DAY + timedelta(days=2))
    assert cafe.late() == []


def test_a_database_that_is_away_has_deleted_nothing_and_an_emptied_one_has(cafe: Cafe) -> None:
    cafe.night(DAY)
    (cafe.root / "pos.db").rename(cafe.root / "away.db")
    assert "cannot be used" in cafe.night(DAY + timedelta(days=1))["problems"][0]
    assert cafe.late() == []
    (cafe.root / "away.db").rename(cafe.root / "pos.db")
    cafe.pos("DELETE FROM rings")
    cafe.pos("DELETE FROM bills")
    cafe.night(DAY + timedelta(days=2))
    gone = [("receipt 201", 1100), ("receipt 202", 550)]
    assert cafe.late() == [
        ("Fresh <b>Foods</b> invoice F-2", "deleted", 2200, None, "5 Oct 06:00"),
        *((name, "deleted", cents, None, "5 Oct 06:00") for name, cents in gone),
    ]
    assert cafe.night(DAY + timedelta(days=3))["late"] == []


def test_a_date_that_was_never_read_has_nothing_deleted(cafe: Cafe) -> None:
    cafe.pos("DELETE FROM rings WHERE day = '2026-10-02'")
    cafe.pos("DELETE FROM bills WHERE day = '2026-10-02'")
    cafe.night(DAY)
    cafe.pos("INSERT INTO rings VALUES ('s23', '203', '2026-10-02', 'Tea', 440)")
    cafe.night(DAY + timedelta(days=1))
    assert cafe.late() == []


@pytest.mark.parametrize(("nights", "found"), [(7, True), (8, False)])
def test_the_nightly_run_looks_back_seven_days_and_not_beyond(cafe: Cafe, nights: int, found: bool) -> None:
    cafe.night(DAY, nightly=False)
    cafe.post()
    cafe.pos("DELETE FROM rings WHERE no = 's21'")
    cafe.night(DAY + timedelta(days=nights))
    assert (cafe.late() != []) == found


def test_a_date_that_a_person_reads_again_is_compared_however_old_it_is(cafe: Cafe) -> None:
    cafe.night(DAY, nightly=False)
    cafe.pos("UPDATE rings SET day = '2026-10-01' WHERE no = 's21'")
    cafe.night(DAY, nightly=False, minutes=60)
    assert cafe.late() == [("receipt 201", "deleted", 1100, None, "3 Oct 07:00")]


def test_facts_that_were_extracted_without_digests_are_compared_too(cafe: Cafe, monkeypatch: pytest.MonkeyPatch) -> None:
    cafe.night(DAY, nightly=False)
    cafe.pos("DELETE FROM rings WHERE no = 's21'")
    monkeypatch.setattr("tillpost.pos.extract.write_digests", lambda folder: None)
    cafe.night(DAY, nightly=False, minutes=60)
    assert cafe.late() == [("receipt 201", "deleted", 1100, None, "3 Oct 07:00")]


def test_a_bill_of_no_store_is_told_once_whatever_number_of_stores_deliver_it(cafe: Cafe) -> None:
    file = cafe.root / "include" / "sql" / "till" / "purchases.sql"
    file.write_text(FILES["purchases"].replace("'7' AS store_id, ", ""), encoding="utf-8")
    cafe.stores = ("cafe", "bar")
    cafe.night(DAY)
    cafe.pos("INSERT INTO bills VALUES ('p9', '2026-10-02', 'F-9', 3300)")
    cafe.night(DAY + timedelta(days=1))
    assert cafe.late() == [("Fresh <b>Foods</b> invoice F-9", "added", None, 3300, "4 Oct 06:00")]


def test_a_row_names_its_store_and_stream(cafe: Cafe) -> None:
    cafe.night(DAY, nightly=False)
    cafe.pos("DELETE FROM rings WHERE no = 's21'")
    cafe.night(DAY, nightly=False, minutes=60)
    rows: Sequence[LateRow] = late_rows(cafe.site, "harbour", DAY, DAY + timedelta(days=1))
    assert rows == [LateRow("Harbour Cafe", DAY, Stream.SALES, "receipt 201", "deleted", 1100, None, "3 Oct 07:00")]
