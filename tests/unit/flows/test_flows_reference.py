"""What a posting run asks Xero of itself: what is too old to send by, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.flows.reference import last_reference_data, reference_to_send_by
from tillpost.model.reference import PaymentTerm, ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.organisations import Organisation

ORG = Organisation("harbour", "Harbour", "AU", "AUD", "Australia/Melbourne", "xero", time(6), {})
NOW = datetime(2026, 10, 4, 18, 0, tzinfo=UTC)
ALL = ["organisation", "actions", "accounts", "tax_rates", "tracking"]
READ = {
    "get_organisations": {"Organisations": [{"Name": "Harbour Group", "CountryCode": "AU", "BaseCurrency": "AUD", "PaymentTerms": {
        "Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}}}]},
    "get_organisation_actions": {"Actions": [{"Name": "CreateApprovedBill", "Status": "NOT-ALLOWED"}, {"Name": "New", "Status": "ALLOWED"}]},
    "get_accounts": {"Accounts": [{"Code": "200", "Name": "Sales", "Type": "REVENUE", "Status": "ACTIVE", "Class": "REVENUE"}]},
    "get_tax_rates": {"TaxRates": [{"TaxType": "OUTPUT", "Name": "GST", "Status": "ACTIVE", "EffectiveRate": 10, "CanApplyToRevenue": True}]},
    "get_tracking_categories": {"TrackingCategories": [
        {"Name": "Store", "Status": "ACTIVE", "Options": [{"Name": "Cafe", "Status": "ACTIVE"}]}]},
}  # fmt: skip
WORDS = dict(zip(READ, ALL, strict=True))
REFERENCE = ReferenceData(
    XeroOrganisation("tenant-1", "Harbour Group", "AU", "AUD", invoice_terms=PaymentTerm(14, "DAYSAFTERBILLDATE")),
    {"200": XeroAccount("200", "Sales", "REVENUE", True, account_class="REVENUE")},
    {"OUTPUT": XeroTaxRate("OUTPUT", "GST", 1_000, True, frozenset(("REVENUE",)))},
    {"Store": frozenset(("Cafe",))},
    frozenset(("CreateApprovedBill",)),
)


class Client:
    """Answers with prepared lists, and remembers which were asked for."""

    def __init__(self, tenant: str = "tenant-1", **changed: dict[str, Any]) -> None:
        self.tenant, self.answers, self.asked = tenant, {**READ, **changed}, list[str]()

    def tenant_id(self) -> str:
        """The organisation."""
        return self.tenant

    def read(self, operation: str, field: str) -> dict[str, Any]:
        """The whole list."""
        self.asked.append(WORDS[operation])
        return self.answers[operation]


def nobody(conn_id: str) -> Connection:
    """The client is given."""
    raise AssertionError(f"{conn_id} was asked for")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site whose data lie in a folder of their own."""
    return Site(Settings(tmp_path, "sqlite://", tmp_path / "data"), {"harbour": ORG}, nobody)


def asked_after(site: Site, minutes: float, client: Client | None = None) -> tuple[Sequence[str], ReferenceData]:
    """What a posting run asks for so many minutes after the first one, and what it goes by."""
    client = client or Client()
    reference = reference_to_send_by(site, ORG, client, NOW + timedelta(minutes=minutes))  # type: ignore[arg-type]
    return client.asked, reference


def test_the_first_run_asks_for_all_and_the_next_for_what_is_too_old(site: Site) -> None:
    assert asked_after(site, 0) == (ALL, REFERENCE)
    assert asked_after(site, 10) == ([], REFERENCE)
    assert asked_after(site, 11) == (["organisation", "accounts"], REFERENCE)
    assert asked_after(site, 20) == ([], REFERENCE)
    assert asked_after(site, 61)[0] == ["organisation", "accounts", "actions", "tax_rates", "tracking"]
    assert last_reference_data(site, ORG) == REFERENCE


def test_what_was_read_anew_counts_and_the_rest_stays(site: Site) -> None:
    asked_after(site, 0)
    locked = {"Organisations": [{**READ["get_organisations"]["Organisations"][0], "PeriodLockDate": "2026-09-30T00:00:00"}]}  # type: ignore[dict-item]
    _, reference = asked_after(site, 30, Client(get_organisations=locked))
    assert reference == replace(REFERENCE, organisation=replace(REFERENCE.organisation, period_lock_date=date(2026, 9, 30)))


def test_another_organisation_of_xero_is_asked_for_everything(site: Site) -> None:
    asked_after(site, 0)
    asked, reference = asked_after(site, 1, Client("tenant-2"))
    assert (asked, reference.organisation.tenant_id) == (ALL, "tenant-2")


@pytest.mark.parametrize("moment", ["2027-01-01T00:00:00+00:00", "yesterday", None])
def test_a_time_that_cannot_be_is_too_old(site: Site, moment: str | None) -> None:
    asked_after(site, 0)
    file = site.settings.data / "reference" / "harbour.json"
    raw = json.loads(file.read_text())
    raw["read_at"]["organisation"] = moment
    file.write_text(json.dumps(raw))
    assert "organisation" in asked_after(site, 1)[0]
