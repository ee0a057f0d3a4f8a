"""What the local Xero holds after a case: read through its own API as any client would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

Json = dict[str, Any]
PATHS = {
    "Invoices": "InvoiceID",
    "CreditNotes": "CreditNoteID",
    "ManualJournals": "ManualJournalID",
    "Payments": "PaymentID",
    "Overpayments": "OverpaymentID",
}
GONE = ("DELETED", "VOIDED")


@dataclass(frozen=True, slots=True)
class Books:
    """One organisation of the local Xero, seen from outside."""

    http: httpx.Client

    @classmethod
    def of(cls, base_url: str, client_id: str, client_secret: str, tenant: str) -> Books:
        """Books read with the credentials of an organisation's app."""
        grant = {"grant_type": "client_credentials"}
        token = httpx.post(f"{base_url}/connect/token", data=grant, auth=(client_id, client_secret), trust_env=False).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "xero-tenant-id": tenant}
        return cls(httpx.Client(base_url=f"{base_url}/api.xro/2.0", headers=headers, trust_env=False))

    def add_tracking(self, category: str, options: list[str]) -> None:
        """Create a tracking category with its options."""
        self.http.put(
            "/TrackingCategories", json={"Name": category, "Options": [{"Name": option} for option in options]}
        ).raise_for_status()

    def trial_balance(self, day: date) -> dict[str, str]:
        """Account code to signed amount, of Xero's own report at the end of a date; accounts at zero are left out."""
        accounts = {a["AccountID"]: a.get("Code", "") for a in self._get("/Accounts")["Accounts"]}
        report = self._get(f"/Reports/TrialBalance?date={day}")["Reports"][0]
        balances = {}
        for section in report["Rows"]:
            for row in section.get("Rows", ()):
                cells = row["Cells"]
                attributes = cells[0].get("Attributes") or []
                if attributes:
                    cents = _cents(cells[3]["Value"]) - _cents(cells[4]["Value"])
                    balances[accounts[attributes[0]["Value"]]] = cents
        return {code: _text(cents) for code, cents in balances.items() if cents}

    def documents(self) -> list[Json]:
        """Every live document with its lines, as flat values to compare with."""
        found = []
        for path, id_name in PATHS.items():
            for entry in self._get(f"/{path}?page=1&pageSize=1000")[path]:
                if entry["Status"] not in GONE:
                    whole = entry if path in ("Payments", "Overpayments") else self._get(f"/{path}/{entry[id_name]}")[path][0]
                    found.append(_flat(path, whole))
        return found

    def _get(self, path: str) -> Json:
        answer = self.http.get(path)
        answer.raise_for_status()
        return answer.json()  # type: ignore[no-any-return]


def _flat(path: str, entry: Json) -> Json:
    kind = {"ManualJournals": "ManualJournal", "Payments": "Payment", "Overpayments": "Overpayment"}.get(path) or entry["Type"]
    lines = entry.get("JournalLines") or entry.get("LineItems") or []
    due = entry["RemainingCredit"] if "RemainingCredit" in entry else entry.get("AmountDue")
    return {
        "type": kind,
        "status": entry["Status"],
        "number": entry.get("InvoiceNumber") or entry.get("CreditNoteNumber"),
        "contact": (entry.get("Contact") or {}).get("Name"),
        "amount_due": None if due is None else f"{due:.2f}",
        "due": str(entry.get("DueDateString", ""))[:10],
        "lines": len(lines),
    }


def _cents(text: str) -> int:
    return round(float(text or 0) * 100)


def _text(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
