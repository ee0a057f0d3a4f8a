"""Chromium for the browser tests; its path comes from TILLPOST_TEST_CHROMIUM."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.watching import Watched, watch

CHROMIUM = "TILLPOST_TEST_CHROMIUM"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


# One per module, not per session: Playwright keeps an event loop running for as long as it lives, which others' tests would meet.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    program = os.environ.get(CHROMIUM)
    if not program:
        pytest.skip(f"NO CHROMIUM: set {CHROMIUM} to the path of one to run the browser tests")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page that complained of nothing and asked nobody else, or the test fails."""
    one = watch(browser)
    yield one
    one.page.context.close()
    assert (one.complaints, one.strangers) == ([], [])
