"""`tillpost connect` with a real browser: the local Xero's page of consent, and Tillpost's own page that ends it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time
from pathlib import Path
from queue import Queue

from playwright.sync_api import expect

from sandbox.xero.client import read_chart
from sandbox.xero.serving import serve
from tests.browser.books import CHART
from tests.browser.watching import Watched
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.flows.connections import Asking, connect
from tillpost.organisations import Organisation
from tillpost.xero.auth import OFFLINE, SCOPES

KEY = "5o8YNZ3Zg6Yv7dDRYyH6P0hGzSVpU6xZ3XTg4q9BZ1k="


def test_a_person_consents(watched: Watched, tmp_path: Path) -> None:
    shown: Queue[str] = Queue()
    org = Organisation("harbour", "Harbour", "AU", "AUD", "Australia/Melbourne", "xero_harbour", time(6), {})
    with serve(tmp_path / "xero.db") as xero, ThreadPoolExecutor(1) as pool:
        place = {"country": "AU", "currency": "AUD", "time_zone": "Australia/Melbourne"}
        for key, name in (("harbour", "Harbour Group"), ("kauri", "Kauri Group")):
            app = {"client_id": "app-1", "client_secret": "a secret", "accounts": read_chart(CHART)}
            made = xero.admin.create_organisation(key, name=name, **place, **app)
            xero.admin.disconnect(key)
        extra = {"base_url": xero.base_url, "grant": "authorization_code"}
        connection = Connection("xero_harbour", "generic", login="app-1", extra=extra)
        settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'tillpost.db'}", tmp_path, KEY)
        found = pool.submit(connect, Site(settings, {"harbour": org}, lambda _: connection), "harbour", Asking(shown.put), who="ann")

        page = watched.page
        page.goto(shown.get(timeout=30))
        expect(page.get_by_role("note")).to_contain_text("This is not Xero.")
        expect(page.get_by_role("listitem")).to_have_text([*SCOPES, OFFLINE])
        page.screenshot(path=tmp_path / "consent.png", full_page=True)
        assert watched.overhang() == 0
        page.screenshot(path=tmp_path / "consent-phone.png", full_page=True)
        page.get_by_label("Organisation").select_option("Kauri Group")
        page.get_by_role("button", name="Allow access").click()
        expect(page.get_by_role("heading", name="Xero has answered")).to_be_visible()
        assert watched.overhang() == 0
        page.screenshot(path=tmp_path / "answered.png", full_page=True)
        assert found.result(30).tenant.tenant_id == made["tenant_id"]
