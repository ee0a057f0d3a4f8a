"""History notes and attachments: what is taken, what is refused, and that nothing moves in the books."""

from __future__ import annotations

from typing import Any

import pytest
from local_xero_books import TAKINGS, Books, invoice, journal


def _documents(books: Books) -> dict[str, str]:
    """One document of each kind that takes notes: its path."""
    first = books.saved("Invoices", invoice("A-1"))
    credit = books.saved("CreditNotes", {**invoice(None, Type="ACCRECCREDIT"), "DueDate": None})
    over = {"Type": "RECEIVE-OVERPAYMENT", "Contact": {"Name": "POS Debtor"}, "BankAccount": {"Code": "090"}, "Date": "2026-03-04"}
    bank = books.saved("BankTransactions", {**over, "LineItems": [{"Description": "Too much", "UnitAmount": "30.00"}]})
    paid = books.saved("Payments", {"Invoice": {"InvoiceID": first["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": "5.00"})
    return {
        "Invoices": first["InvoiceID"],
        "CreditNotes": credit["CreditNoteID"],
        "ManualJournals": books.saved("ManualJournals", journal(*TAKINGS))["ManualJournalID"],
        "BankTransactions": bank["BankTransactionID"],
        "Overpayments": bank["OverpaymentID"],
        "Payments": paid["PaymentID"],
    }


def _attach(books: Books, path: str, content: bytes = b"a,b\n", method: str = "PUT", mime: str = "text/csv") -> Any:
    return books.http.request(method, f"/{path}", content=content, headers={"Content-Type": mime})


def test_a_note_of_every_kind_is_kept_and_moves_nothing(books: Books) -> None:
    documents = _documents(books)
    before = books.balances()
    for name, key in documents.items():
        for words in ("first", "second"):
            answer = books.http.put(f"/{name}/{key}/History", json={"HistoryRecords": [{"Details": f"{words} of {name}"}]})
            assert answer.status_code == 200, answer.text
        kept = books.get(f"{name}/{key}/History")["HistoryRecords"]
        assert [note["Details"] for note in kept] == [f"second of {name}", f"first of {name}"]
        assert kept[0]["Changes"] == "Note"
    assert books.balances() == before


@pytest.mark.parametrize("details", ["", " ", None, "x" * 2_501])
def test_notes_that_are_refused(books: Books, details: str | None) -> None:
    key = books.saved("Invoices", invoice("A-1"))["InvoiceID"]
    assert books.http.put(f"/Invoices/{key}/History", json={"HistoryRecords": [{"Details": details}]}).status_code == 400
    assert books.get(f"Invoices/{key}/History")["HistoryRecords"] == []


def test_files_are_attached_read_and_replaced(books: Books) -> None:
    documents = _documents(books)
    for name in ("Invoices", "CreditNotes", "ManualJournals", "BankTransactions"):
        path = f"{name}/{documents[name]}/Attachments"
        made = _attach(books, f"{path}/report of 3 March.csv").json()["Attachments"][0]
        assert {field: made[field] for field in ("FileName", "MimeType", "ContentLength")} == {
            "FileName": "report of 3 March.csv",
            "MimeType": "text/csv",
            "ContentLength": 4,
        }
        _attach(books, f"{path}/Report of 3 March.csv", b"%PDF", "POST", "application/pdf")
        kept = books.get(path)["Attachments"]
        assert [(one["FileName"], one["ContentLength"]) for one in kept] == [("report of 3 March.csv", 4)]
        assert books.http.get(f"/{path}/report of 3 March.csv").content == b"%PDF"


def test_files_that_are_refused(books: Books) -> None:
    path = f"Invoices/{books.saved('Invoices', invoice('A-1'))['InvoiceID']}/Attachments"
    for name in ("a:b.csv", "a*b.csv", "a%3Fb.csv", "page.html", "report"):
        assert _attach(books, f"{path}/{name}").status_code == 400, name
    assert _attach(books, f"{path}/empty.csv", b"").status_code == 400
    assert _attach(books, f"{path}/large.csv", b"x" * 4_000_000).status_code == 200
    assert _attach(books, f"{path}/larger.csv", b"x" * 10_000_001).status_code == 400
    assert [_attach(books, f"{path}/{number}.csv").status_code for number in range(10)] == [200] * 9 + [400]
    assert _attach(books, f"{path}/3.csv", b"again").status_code == 200


def test_payments_and_overpayments_take_no_files(books: Books) -> None:
    documents = _documents(books)
    for name in ("Payments", "Overpayments"):
        assert _attach(books, f"{name}/{documents[name]}/Attachments/a.csv").status_code == 404


def test_an_unknown_document_takes_neither_note_nor_file(books: Books) -> None:
    unknown = "Invoices/00000000-0000-0000-0000-00000000000f"
    assert books.http.put(f"/{unknown}/History", json={"HistoryRecords": [{"Details": "x"}]}).status_code == 404
    assert _attach(books, f"{unknown}/Attachments/a.csv").status_code == 404
