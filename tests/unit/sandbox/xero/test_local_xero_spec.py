"""Every answer, and what is sent, fits Xero's own OpenAPI file, where a copy of it is at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from local_xero_books import TAKINGS, Books, invoice, journal

SPEC = Path(__file__).parents[5] / "shared" / "xero_openapi" / "xero_accounting.yaml"
pytestmark = pytest.mark.skipif(not SPEC.exists(), reason=f"XERO'S OPENAPI FILE IS NOT AT {SPEC.name}: ANSWERS ARE NOT CHECKED AGAINST IT")
Validate = Callable[[str, Any], None]


def _strict(schema: Any) -> Any:
    """The schema with unknown fields refused, except those that the live API is known to send and the file does not name."""
    if isinstance(schema, dict):
        made = {key: _strict(value) for key, value in schema.items() if key not in ("example", "default", "externalDocs")}
        if isinstance(made.get("properties"), dict) and made.get("type") == "object":
            return {**made, "additionalProperties": False, "patternProperties": LIVE_ONLY}
        return made
    return [_strict(item) for item in schema] if isinstance(schema, list) else schema


LIVE_ONLY = {
    "^(Id|Status|ProviderName|DateTimeUTC)$": {"type": "string"},
    "^(DateString|DueDateString|UpdatedDateUTCString|ID)$": {"type": "string"},
    "^ValidationErrors$": {"type": "array"},
    "^(Applied)?Amount$|^Total$|^RemainingCredit$|^AmountDue$": {"type": "number"},
    "^HasValidationErrors$|^HasErrors$|^IsNonRecoverable$|^IsDiscounted$": {"type": "boolean"},
    "^(TrackingCategoryID|APIKey|AccountID)$": {"type": "string"},
    "^TaxAmount$": {"type": "number"},
    "^StatusAttributeString$": {"type": "string"},
}


@pytest.fixture(scope="session")
def validate() -> Validate:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    schemas = _strict(yaml.load(SPEC.read_text(encoding="utf-8"), Loader=loader)["components"]["schemas"])

    def check(name: str, value: Any) -> None:
        root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        jsonschema.Draft4Validator(root).validate(value)

    return check


def test_answers_fit_the_file(books: Books, validate: Validate) -> None:
    sent = {
        "Contacts": [{"Name": "Acme", "ContactNumber": "C1"}],
        "Invoices": [invoice("A-1"), invoice("F-1", kind="ACCPAY"), invoice("A-2", Status="DRAFT"), {"Type": "ACCREC"}],
        "ManualJournals": [journal(*TAKINGS), journal(TAKINGS[0])],
    }
    for name, elements in sent.items():
        answer = books.http.put(f"/{name}?summarizeErrors=false", json={name: elements}).json()
        assert any(item["StatusAttributeString"] == "OK" for item in answer[name])
        validate(name, {name: [item for item in answer[name] if item["StatusAttributeString"] == "OK"]})
    first = books.get("Invoices/A-1")["Invoices"][0]
    note = {**invoice(None), "Type": "ACCRECCREDIT"}
    note.pop("DueDate")
    credit = books.saved("CreditNotes", note)
    books.saved(
        "Allocations",
        {"Amount": "5.00", "Invoice": {"InvoiceID": first["InvoiceID"]}},
        path=f"CreditNotes/{credit['CreditNoteID']}/Allocations",
    )
    over = {"Type": "RECEIVE-OVERPAYMENT", "Contact": {"Name": "POS Debtor"}, "BankAccount": {"Code": "090"}, "Date": "2026-03-04"}
    books.saved("BankTransactions", {**over, "LineItems": [{"Description": "Too much", "UnitAmount": "30.00"}]})
    books.admin.pay(books.key, "A-1", account="105", amount="20.00", date="2026-03-05")
    paged = ("Invoices", "CreditNotes", "ManualJournals", "Payments", "BankTransactions", "Overpayments", "Contacts")
    for name in paged:
        answer = books.get(name, page=1)
        assert answer[name]
        validate(name, answer)
    for path, name in (
        ("Accounts", "Accounts"),
        ("TaxRates", "TaxRates"),
        ("Organisation", "Organisations"),
        ("Organisation/Actions", "Actions"),
    ):
        validate(name, books.get(path))
    validate("ReportWithRows", books.get("Reports/TrialBalance"))


def test_a_refusal_fits_the_file(books: Books, validate: Validate) -> None:
    answer = books.http.put("/ManualJournals", json={"ManualJournals": [journal(TAKINGS[0])]})
    body = answer.json()
    elements = body.pop("Elements")
    validate("Error", body)
    assert [sorted(item) for item in elements] == [
        sorted([*journal(TAKINGS[0]), "ManualJournalID", "HasValidationErrors", "ValidationErrors"])
    ]
