"""The validation report as an accountant opens it: from a file, on a desk and on a telephone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.watching import Watched
from tests.unit.report.samples import realistic_day
from tillpost.report.write import write_day_report

HOSTILE = "<img src=http://192.0.2.1/x onerror=alert(1)>"


@pytest.fixture
def report(tmp_path: Path, watched: Watched) -> Watched:
    """The report of a realistic day, open."""
    watched.page.goto(write_day_report(realistic_day(), tmp_path).as_uri())
    return watched


def test_the_verdict_comes_first_and_says_what_to_do(report: Watched, tmp_path: Path) -> None:
    verdict = report.page.get_by_role("region", name="Result")
    expect(verdict).to_be_in_viewport()
    expect(verdict).to_contain_text("Action needed", ignore_case=True)
    expect(verdict).to_contain_text("Add a row sales_category,XMAS HAMPERS to accounts.csv, then run 2026-10-03 again.")
    verdict.get_by_role("link").first.click()
    expect(report.page).to_have_url(re.compile("#"))
    report.page.screenshot(path=tmp_path / "report.png", full_page=True)


def test_an_account_unfolds_to_where_its_amount_comes_from(report: Watched, tmp_path: Path) -> None:
    row = report.page.locator("tr:has(> td > details)").first
    origin = row.locator("xpath=following-sibling::tr[1]")
    expect(origin).to_be_hidden()
    row.locator("summary").click()
    expect(origin).to_be_visible()
    expect(origin).to_contain_text("accounts.csv:")
    origin.scroll_into_view_if_needed()
    report.page.screenshot(path=tmp_path / "report-unfolded.png")
    row.locator("summary").click()
    expect(origin).to_be_hidden()


def test_it_fits_a_telephone_folded_and_unfolded(report: Watched, tmp_path: Path) -> None:
    assert report.overhang() == 0
    report.page.screenshot(path=tmp_path / "report-phone.png", full_page=True)
    for summary in report.page.locator("summary").all():
        summary.click()
    assert report.overhang() == 0
    report.page.screenshot(path=tmp_path / "report-phone-unfolded.png", full_page=True)


def test_what_a_pos_says_stays_text(tmp_path: Path, watched: Watched) -> None:
    day = realistic_day()
    named = replace(day, organisation_name=HOSTILE, streams=tuple(replace(s, store_name=HOSTILE) for s in day.streams))
    watched.page.goto(write_day_report(named, tmp_path).as_uri())
    expect(watched.page.get_by_role("heading", level=1)).to_contain_text(HOSTILE)
    expect(watched.page.locator("img")).to_have_count(0)
