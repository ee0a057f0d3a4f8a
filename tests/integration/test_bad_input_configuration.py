"""Mapping files and tillpost.yml with mistakes, and the settings that hold a night back: nothing is released until it is right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.integration.harbour_world import World, local_xero, ready_world, templates, world
from tillpost.errors import ConfigError, RunIncomplete
from tillpost.flows.prepare import plan_run, report_problems
from tillpost.store.streams import approve

__all__ = ["local_xero", "ready_world", "templates", "world"]

KINDS = "Allowed: sales_category, line_kind, tender, function, other, purchase_category, purchase_other, gl_account."


def _append(file: Path, row: str) -> tuple[str, int]:
    """Append a row; the text before, and the new row's line."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text + row + "\n", encoding="utf-8")
    return text, text.count("\n") + 1


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("accounts.csv", "sales_categroy,FOOD,201,,,,", f"kind 'sales_categroy' is not known. {KINDS}"),
        ("accounts.csv", "tender,CASH,102,,,,", "tender / CASH stands here a second time (first in line 13): keep one row."),
        ("accounts.csv", "tender,CHEQUE,101,GTS,,,", "tax_code 'GTS' is not in taxes.csv. Allowed: CAP, FRE, GST, NONE."),
        ("contacts.csv", "supplier,FRESH,Another,,,,", "supplier / FRESH stands here a second time (first in line 8): keep one row."),
        ("taxes.csv", "AU,GST,ten,OUTPUT,INPUT,2027-07-01", "rate_percent 'ten' is not a rate such as 10 or 17.5."),
    ],
)  # fmt: skip
def test_a_mistake_in_a_mapping_names_file_and_line_and_releases_nothing(world: World, name: str, row: str, said: str) -> None:
    file = world.include / "mappings" / "harbour" / name
    _, line = _append(file, row)
    with pytest.raises(ConfigError) as told:
        world.prepare()
    assert str(told.value) == f"{file}:{line}: {said}"
    assert (told.value.file, told.value.line) == (file, line)
    assert (world.states(), world.in_xero(), world.writes()) == ({}, {}, 0)


def test_a_night_is_complete_once_its_mapping_is_mended(world: World) -> None:
    file = world.include / "mappings" / "harbour" / "accounts.csv"
    good, _ = _append(file, "tender,CASH,102,,,,")
    with pytest.raises(ConfigError):
        world.prepare()
    assert world.post()["posted"] == 0
    file.write_text(good, encoding="utf-8")
    report_problems(world.prepare())
    world.post()
    world.check_complete()


def test_a_mapping_that_breaks_between_preparing_and_posting(ready_world: World) -> None:
    """What is released is right and is sent; that the reports could not be written is told."""
    file = ready_world.include / "mappings" / "harbour" / "accounts.csv"
    good, line = _append(file, "tender,CASH,102,,,,")
    with pytest.raises(ConfigError, match=f"accounts.csv:{line}: tender / CASH stands here a second time"):
        ready_world.post()
    ready_world.check_whole()
    file.write_text(good, encoding="utf-8")
    ready_world.post()
    ready_world.check_complete()


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("ready_when:", "ready_wen:", 17, "store 'cafe' has no setting 'ready_wen'. Allowed: name, pos, connection, pos_store, "),
        ("country: AU", "country: OZ", 5, "'country' is 'OZ'. Allowed: AU, NZ, GB."),
        ("mode: transaction", "mode: contracts", 25, "'mode' is 'contracts'. Allowed: batch, real_time, transaction."),
    ],
)
def test_a_mistake_in_tillpost_yml_names_file_line_and_what_is_allowed(world: World, old: str, new: str, line: int, said: str) -> None:
    file = world.include / "tillpost.yml"
    good = file.read_text(encoding="utf-8")
    assert old in good
    file.write_text(good.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        world.prepare()
    assert str(told.value).startswith(f"{file}:{line}: {said}")
    assert told.value.allowed
    with pytest.raises(ConfigError, match="tillpost.yml"):
        world.post()
    assert (world.states(), world.in_xero()) == ({}, {})
    file.write_text(good, encoding="utf-8")
    assert world.site.organisation("harbour").country == "AU"


def test_a_store_that_does_not_exist_in_its_pos_is_open_and_never_an_empty_night(world: World) -> None:
    world.edit_yml(lambda org: org["stores"]["cafe"].update(pos_store="caffe"))
    summary = world.prepare()
    assert summary["open"] == ["harbour/cafe/2026-10-05"]
    with pytest.raises(RunIncomplete, match="Harbour Cafe, 2026-10-05: open"):
        report_problems(summary)
    world.post()
    world.check_whole()
    assert {name for name in world.in_xero() if "/cafe/" in name} == set()
    world.edit_yml(lambda org: org["stores"]["cafe"].update(pos_store="cafe"))
    report_problems(world.prepare())
    world.post()
    world.check_complete()


def test_nothing_earlier_than_the_first_date_of_a_store_is_looked_at(world: World) -> None:
    world.edit_yml(lambda org: org["stores"]["cafe"].update(starts_on="2026-10-06"))
    world.edit_yml(lambda org: org["stores"]["hire"].update(starts_on="2026-10-06"))
    assert plan_run(world.site, "harbour", "2026-09-20", "2026-10-06", nightly=True) == []
    summary = world.prepare()
    assert (summary["released"], summary["open"], summary["problems"]) == (0, [], [])
    assert world.post()["posted"] == 0
    assert (world.states(), world.in_xero()) == ({}, {})
    assert plan_run(world.site, "harbour", "2026-10-05", "2026-10-07", nightly=False) == [
        {"pos": "demo_idealpos", "stores": {"cafe": ["2026-10-06"]}},
        {"pos": "demo_pointofrental", "stores": {"hire": ["2026-10-06"]}},
    ]


def test_drafts_for_careful_first_weeks(world: World) -> None:
    world.edit_yml(lambda org: [store.update(send_as="draft") for store in org["stores"].values()])
    report_problems(world.prepare())
    world.post()
    world.check_complete()
    found = world.xero.admin.documents(world.shop)
    assert {(f["kind"], f["status"]) for f in found} == {("journal", "DRAFT"), ("invoice", "DRAFT")}
    assert world.xero.admin.balances(world.shop) == {}, "a draft books nothing, and its payments are left to a person"


def test_a_stream_waits_for_its_approval(world: World) -> None:
    world.edit_yml(lambda org: org["stores"]["hire"].update(approval="required"))
    summary = world.prepare()
    assert summary["problems"] == ["Harbour Equipment Hire, 2026-10-05, sales: held. Waits for approval."]
    world.post()
    world.check_whole()
    assert world.states()["hire/sales"] == "held" and world.states()["cafe/sales"] == "posted"
    assert approve(world.database(), world.key("hire"), "Kim", "looks right", world.now()) == "released"
    assert world.prepare()["problems"] == [], "the same figures need no second approval"
    world.post()
    world.check_complete()


def test_every_reason_of_what_is_held_is_told_with_its_remedy(world: World) -> None:
    day = date(2026, 10, 3)
    summary = world.prepare(day)
    [problem] = summary["problems"]
    assert problem.startswith("Harbour Cafe, 2026-10-03, sales: held. Harbour Cafe: ")
    assert problem.endswith(world.streams(day)["cafe/sales"].findings[0].remedy) and world.streams(day)["cafe/sales"].findings[0].remedy
    world.post()
    world.check_whole()
    assert "journal TP/cafe/journal/2026-10-03" not in world.in_xero()


def test_a_mapping_that_changes_later_reopens_nothing_that_is_posted(ready_world: World) -> None:
    ready_world.post()
    before = ready_world.in_xero()
    ready_world.edit_yml(lambda org: org["stores"]["cafe"].update(name="Another name"))
    accounts = ready_world.include / "mappings" / "harbour" / "accounts.csv"
    accounts.write_text(accounts.read_text(encoding="utf-8").replace("tender,CASH,101,", "tender,CASH,102,"), encoding="utf-8")
    assert ready_world.prepare()["problems"] == []
    ready_world.post()
    assert ready_world.in_xero() == before
    ready_world.check_complete()


def test_sales_that_change_after_they_were_posted_are_told_and_sent_to_nobody(ready_world: World) -> None:
    ready_world.post()
    before, writes = ready_world.in_xero(), ready_world.writes()
    ready_world.edit_pos("pos_harbour_idealpos", "UPDATE StockItems SET DepartmentNo = 4 WHERE PLU = '    1001'")
    [problem] = ready_world.prepare()["problems"]
    assert problem.startswith("Harbour Cafe, 2026-10-05, sales: held. ")
    assert "already in Xero would be booked differently now" in problem and "approval" not in problem
    ready_world.post()
    assert (ready_world.in_xero(), ready_world.writes()) == (before, writes)
    assert ready_world.states()["cafe/sales"] == "held"
