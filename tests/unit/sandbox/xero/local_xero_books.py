"""What the tests of the local Xero share: an organisation with an app, and documents to send."""

from __future__ import annotations

import itertools
from typing import Any

import httpx

from sandbox.xero.serving import Served

CHART = [
    {"code": "090", "name": "Business bank account", "type": "BANK"},
    {"code": "101", "name": "Undeposited funds", "type": "CURRENT", "enable_payments": "yes"},
    {"code": "105", "name": "EFTPOS clearing", "type": "CURRENT", "enable_payments": "yes"},
    {"code": "110", "name": "Till floats", "type": "CURRENT", "enable_payments": "no"},
    {"code": "201", "name": "Sales - Food", "type": "REVENUE"},
    {"code": "301", "name": "Purchases - Food", "type": "DIRECTCOSTS"},
    {"code": "630", "name": "Inventory", "type": "INVENTORY"},
    {"code": "860", "name": "Rounding", "type": "CURRLIAB", "system": "ROUNDING"},
]
PLACES = {"AU": ("AUD", "Australia/Melbourne"), "NZ": ("NZD", "Pacific/Auckland"), "GB": ("GBP", "Europe/London")}
_numbers = itertools.count(1)
Json = dict[str, Any]


class Books:
    """One organisation and an app that is connected to it."""

    def __init__(self, served: Served, country: str = "AU", **settings: Any) -> None:
        self.served, self.admin = served, served.admin
        self.key = f"org{next(_numbers)}"
        self.secret = "a secret"
        currency, zone = PLACES[country]
        place = {"country": country, "currency": currency, "time_zone": zone}
        self.app = f"app-{self.key}"
        made = served.admin.create_organisation(
            self.key, name=f"Shop {self.key}", client_id=self.app, client_secret=self.secret, accounts=CHART, settings=settings, **place
        )
        self.tenant = made["tenant_id"]
        # Reading the certificate store takes longer than a test; there is no TLS here.
        self.http = httpx.Client(base_url=f"{served.base_url}/api.xro/2.0", timeout=20, trust_env=False, verify=False)
        self.sign_in()

    def sign_in(self) -> None:
        form = {"grant_type": "client_credentials"}
        answer = self.http.post(f"{self.served.base_url}/connect/token", data=form, auth=(self.app, self.secret))
        bearer = f"Bearer {answer.json()['access_token']}"
        self.http.headers.update({"Authorization": bearer, "Xero-Tenant-Id": self.tenant, "Accept": "application/json"})

    def get(self, path: str, **query: Any) -> Json:
        answer = self.http.get(f"/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def send(self, method: str, resource: str, *elements: Json, path: str = "", **headers: str) -> list[Json]:
        """Write elements with summarizeErrors=false; each element's answer."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.request(
            method, f"/{path or resource}", params={"summarizeErrors": "false"}, json={resource: list(elements)}, headers=sent
        )
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return list(answer.json()[resource])

    def put(self, resource: str, *elements: Json, path: str = "") -> list[Json]:
        return self.send("PUT", resource, *elements, path=path)

    def post(self, resource: str, *elements: Json, path: str = "") -> list[Json]:
        return self.send("POST", resource, *elements, path=path)

    def saved(self, resource: str, element: Json, path: str = "", method: str = "PUT") -> Json:
        """One element that must be saved."""
        found = self.send(method, resource, element, path=path)[0]
        assert not found.get("ValidationErrors"), found["ValidationErrors"]
        return found

    def refused(self, resource: str, element: Json, path: str = "", method: str = "PUT") -> list[str]:
        """The messages of one element that must be refused, and leave nothing in the books."""
        before = (self.balances(), len(self.admin.documents(self.key)))
        found = self.send(method, resource, element, path=path)[0]
        assert found["StatusAttributeString"] == "ERROR", found
        assert (self.balances(), len(self.admin.documents(self.key))) == before
        return [error["Message"] for error in found["ValidationErrors"]]

    def balances(self) -> dict[str, str]:
        return self.admin.balances(self.key)


def invoice(number: str | None = "A-1", *, amount: str = "50.00", kind: str = "ACCREC", **changes: Any) -> Json:
    """An approved sales invoice, or a bill, of one taxed line with the tax inside."""
    account, tax = ("201", "OUTPUT") if kind == "ACCREC" else ("301", "INPUT")
    line = {"Description": "Food", "Quantity": 1, "UnitAmount": amount, "AccountCode": account, "TaxType": tax}
    dates = {"Date": "2026-03-03", "DueDate": "2026-03-10"}
    made = {"Type": kind, "Contact": {"Name": "POS Debtor"}, **dates, "Status": "AUTHORISED", "LineAmountTypes": "Inclusive"}
    made |= {"InvoiceNumber": number} if number else {}
    found = {**made, "LineItems": [line], **changes}
    return {key: value for key, value in found.items() if value is not None}


def journal(*lines: tuple[str, str, str], narration: str = "Takings of 2026-03-03", **changes: Any) -> Json:
    """A posted journal with the tax inside; lines of account, tax type and amount."""
    made = [{"AccountCode": account, "TaxType": tax, "LineAmount": amount, "Description": "-"} for account, tax, amount in lines]
    head = {"Narration": narration, "Date": "2026-03-03", "Status": "POSTED", "LineAmountTypes": "Inclusive"}
    found = {**head, "JournalLines": made, **changes}
    return {key: value for key, value in found.items() if value is not None}


TAKINGS = (("101", "BASEXCLUDED", "50.00"), ("201", "OUTPUT", "-50.00"))
