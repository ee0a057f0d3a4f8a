"""A small client of the admin API, for tests, the demo and scripts; and reading a chart of accounts from a CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, cast

import httpx

Json = dict[str, Any]


class AdminError(Exception):
    """The admin API refused; the text says why."""


def read_chart(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV with code, name, type, enable_payments and system; ValueError names a missing column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in ("code", "name", "type", "enable_payments", "system") if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{path} has no column {missing[0]}")
        return [dict(row) for row in reader]


class AdminClient:
    """The admin API as methods; `org` is always an organisation's short key, amounts are text such as "45.45"."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/admin", timeout=30, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, body: Json | None = None, **query: Any) -> Json:
        parameters = {name: value for name, value in query.items() if value is not None}
        answer = self._http.request(method, path, json=body, params=parameters)
        if answer.is_error:
            raise AdminError(answer.json().get("error", answer.text))
        return cast(Json, answer.json())

    def create_organisation(
        self,
        key: str,
        *,
        name: str,
        country: str,
        currency: str,
        time_zone: str,
        client_id: str,
        client_secret: str,
        accounts: list[dict[str, str]],
        settings: Json | None = None,
    ) -> Json:
        """Create an organisation, or get the existing one of this key unchanged; gives its tenant_id among others."""
        body = {"key": key, "name": name, "country": country, "currency": currency, "time_zone": time_zone}
        secrets = {"client_id": client_id, "client_secret": client_secret}
        return self._call("POST", "/organisations", {**body, **secrets, "accounts": accounts, "settings": settings or {}})

    def organisations(self) -> list[Json]:
        """All organisations."""
        return cast(list[Json], self._call("GET", "/organisations")["organisations"])

    def change_settings(self, org: str, **settings: Any) -> Json:
        """Change limits and other settings of an organisation."""
        return self._call("POST", f"/organisations/{org}/settings", settings)

    def raise_limits(self, org: str) -> None:
        """Limits so high that nothing meets them."""
        self.change_settings(org, minute_limit=1_000_000, day_limit=10_000_000, concurrent_limit=1000, app_minute_limit=10_000_000)

    def connect(self, org: str) -> None:
        """Connect an organisation to its app, as somebody does in Xero."""
        self._call("POST", f"/organisations/{org}/connect", {})

    def disconnect(self, org: str) -> None:
        """End the app's connection to an organisation, as somebody does in Xero."""
        self._call("POST", f"/organisations/{org}/disconnect", {})

    def set_locks(self, org: str, *, period: str | None = None, year: str | None = None) -> Json:
        """Set both lock dates (the last locked day); None takes one away."""
        return self._call("POST", f"/organisations/{org}/locks", {"period": period, "year": year})

    def pay(
        self, org: str, document: str, *, account: str, amount: str | None = None, date: str | None = None, reference: str | None = None
    ) -> Json:
        """Pay a document, by id or number; in full if no amount is given."""
        body = {"document": document, "account": account, "amount": amount, "date": date, "reference": reference}
        return self._call("POST", f"/organisations/{org}/pay", body)

    def void(self, org: str, document: str) -> Json:
        """Void a document, or delete a draft or a payment."""
        return self._call("POST", f"/organisations/{org}/void", {"document": document})

    def edit(self, org: str, document: str, **changes: Any) -> Json:
        """Change fields of a document, named as in the API."""
        return self._call("POST", f"/organisations/{org}/edit", {"document": document, "changes": changes})

    def add_bill(self, org: str, **fields: Any) -> Json:
        """A bill typed by hand, its fields named as in the API."""
        return self._call("POST", f"/organisations/{org}/bills", fields)

    def archive_account(self, org: str, account: str, status: str = "ARCHIVED") -> Json:
        """Archive an account by its code; status ACTIVE brings it back."""
        return self._call("POST", f"/organisations/{org}/accounts/archive", {"account": account, "status": status})

    def archive_contact(self, org: str, contact: str, status: str = "ARCHIVED") -> Json:
        """Archive a contact by id, number or name; status ACTIVE brings it back."""
        return self._call("POST", f"/organisations/{org}/contacts/archive", {"contact": contact, "status": status})

    def documents(self, org: str, kind: str | None = None) -> list[Json]:
        """All documents in short, in the order in which they were made."""
        return cast(list[Json], self._call("GET", f"/organisations/{org}/documents", kind=kind)["documents"])

    def balances(self, org: str, date: str | None = None) -> dict[str, str]:
        """Account code to signed amount, debit positive, of all postings up to a date; accounts at zero are left out."""
        return cast(dict[str, str], self._call("GET", f"/organisations/{org}/ledger", date=date)["balances"])

    def balances_by_tax_type(self, org: str) -> list[list[str]]:
        """Rows of account code, tax type and signed amount."""
        return cast(list[list[str]], self._call("GET", f"/organisations/{org}/ledger")["by_tax_type"])

    def add_fault(self, kind: str, match: str = ".*", **fields: Any) -> Json:
        """Queue a fault: drop_before, drop_after, delay, status, refuse_token or expire_tokens.

        `match` is a pattern on "METHOD /path"; fields are times, after, seconds, status, body and headers.
        """
        return self._call("POST", "/faults", {"kind": kind, "match": match, **fields})

    def faults(self) -> list[Json]:
        """The faults that are still waiting."""
        return cast(list[Json], self._call("GET", "/faults")["faults"])

    def clear_faults(self) -> None:
        """Forget all faults, latency and lag."""
        self._call("DELETE", "/faults")

    def set_lag(self, seconds: float) -> None:
        """Let lists lag behind writes."""
        self._call("POST", "/lag", {"seconds": seconds})

    def set_latency(self, seconds: float, per_element: float = 0) -> None:
        """Let each call take time, and each element of a batch."""
        self._call("POST", "/latency", {"seconds": seconds, "per_element": per_element})

    def now(self) -> str:
        """The local Xero's own time, ISO 8601."""
        return cast(str, self._call("GET", "/clock")["now"])

    def advance_clock(self, seconds: float) -> str:
        """Move the clock forward; the new time."""
        return cast(str, self._call("POST", "/clock/advance", {"seconds": seconds})["now"])

    def calls(self, org: str | None = None, after: int = 0) -> list[Json]:
        """The calls received, oldest first; status 0 is an answer that was never sent."""
        return cast(list[Json], self._call("GET", "/calls", org=org, after=after)["calls"])

    def reset_calls(self) -> None:
        """Empty the call log."""
        self._call("DELETE", "/calls")
