"""The books of one organisation in the local Xero, filled through its API as an app would fill them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sandbox.xero.client import read_chart
from sandbox.xero.serving import Served

CHART = Path(__file__).resolve().parents[2] / "sandbox" / "charts" / "harbour.csv"
INVOICE, BILL = "TP/cafe/invoice/1077", "INV-77"
DATES = {"Date": "2026-03-03", "DueDate": "2026-03-10", "Status": "AUTHORISED", "LineAmountTypes": "Inclusive"}


@dataclass(frozen=True, slots=True)
class Books:
    """Where the pages of the organisation are, and what its documents have come to."""

    served: Served
    key: str

    def address(self, page: str = "") -> str:
        """The address of one of its pages."""
        return f"{self.served.base_url}/o/{self.key}{page}"

    def statuses(self) -> dict[str, str]:
        """The status of each invoice and bill, by number."""
        return {found["number"]: found["status"] for found in self.served.admin.documents(self.key, "invoice")}


def filled_books(served: Served, key: str) -> Books:
    """A day's journal, an account customer's invoice and a supplier's bill."""
    made = served.admin.create_organisation(
        key, name="Harbour Group", country="AU", currency="AUD", time_zone="Australia/Melbourne", client_id=key, client_secret="a secret",
        accounts=read_chart(CHART),
    )  # fmt: skip
    # There is no TLS here, and reading the certificate store takes longer than a test.
    with httpx.Client(base_url=served.base_url, trust_env=False, verify=False, timeout=20) as http:
        token = http.post("/connect/token", data={"grant_type": "client_credentials"}, auth=(key, "a secret")).json()["access_token"]
        http.headers.update({"Authorization": f"Bearer {token}", "Xero-Tenant-Id": made["tenant_id"], "Accept": "application/json"})
        takings = [_line("101", "BASEXCLUDED", "50.00", "LineAmount"), _line("201", "OUTPUT", "-50.00", "LineAmount")]
        narration = "Sales, Harbour Cafe, Tuesday 3 March 2026 [TP/cafe/journal/2026-03-03]"
        _put(http, "ManualJournals", {**DATES, "Status": "POSTED", "Narration": narration, "JournalLines": takings})
        _put(http, "Invoices", _trade("ACCREC", INVOICE, "Acme Civil Pty Ltd", _line("201", "OUTPUT", "88.00", "UnitAmount")))
        _put(http, "Invoices", _trade("ACCPAY", BILL, "Fresh Foods Wholesale", _line("301", "INPUT", "126.50", "UnitAmount")))
    return Books(served, key)


def _trade(kind: str, number: str, contact: str, line: dict[str, Any]) -> dict[str, Any]:
    return {**DATES, "Type": kind, "InvoiceNumber": number, "Contact": {"Name": contact}, "LineItems": [{**line, "Quantity": 1}]}


def _line(account: str, tax_type: str, amount: str, field: str) -> dict[str, Any]:
    return {"Description": f"Food of account {account}", "AccountCode": account, "TaxType": tax_type, field: amount}


def _put(http: httpx.Client, resource: str, element: dict[str, Any]) -> None:
    answer = http.put(f"/api.xro/2.0/{resource}", json={resource: [element]}, params={"summarizeErrors": "false"})
    assert answer.status_code == 200, answer.text
    [saved] = answer.json()[resource]
    assert not saved.get("ValidationErrors"), saved
