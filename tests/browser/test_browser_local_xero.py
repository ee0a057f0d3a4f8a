"""The local Xero's pages: what the books hold, and a bill paid by the button."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sandbox.xero.serving import Served, serve
from tests.browser.books import BILL, INVOICE, Books, filled_books
from tests.browser.watching import Watched

PAGES = ("", "/documents", "/contacts", "/accounts", "/calls")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A local Xero in a thread."""
    with serve(tmp_path_factory.mktemp("xero") / "xero.db") as one:
        yield one


@pytest.fixture
def books(served: Served) -> Books:
    """The books of an organisation of this test's own."""
    return filled_books(served, f"harbour{next(_numbers)}")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_it_is_not_xero_and_fits_a_telephone(books: Books, watched: Watched, page: str, tmp_path: Path) -> None:
    answer = watched.page.goto(books.address(page))
    assert answer is not None and answer.status == 200
    expect(watched.page.get_by_role("note")).to_contain_text("This is not Xero.")
    expect(watched.page.get_by_role("note")).to_be_in_viewport()
    name = page.strip("/") or "balance"
    watched.page.screenshot(path=tmp_path / f"xero-{name}.png", full_page=True)
    assert watched.overhang() == 0
    watched.page.screenshot(path=tmp_path / f"xero-{name}-phone.png", full_page=True)


def test_the_trial_balance_shows_what_was_sent(books: Books, watched: Watched) -> None:
    watched.page.goto(books.address())
    row = watched.page.get_by_role("row").filter(has_text="Undeposited funds")
    expect(row).to_contain_text("50.00")


@pytest.mark.parametrize("number", [INVOICE, BILL])
def test_paying_by_the_button_settles_a_document(books: Books, watched: Watched, number: str, tmp_path: Path) -> None:
    page = watched.page
    page.goto(books.address("/documents"))
    page.get_by_role("link", name=number).click()
    heading = page.get_by_role("heading", level=2, name=number)
    expect(heading).to_contain_text("Authorised")
    page.get_by_label("Account").select_option("101")
    page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_role("status")).to_have_text("The payment is in the books.")
    expect(heading).to_contain_text("Paid")
    expect(page.get_by_role("button", name="Record the payment")).to_have_count(0)
    page.screenshot(path=tmp_path / "xero-paid.png", full_page=True)
    assert watched.overhang() == 0
    assert books.statuses() == {INVOICE: "AUTHORISED", BILL: "AUTHORISED", number: "PAID"}
