"""Attempts to get wrong books in: whatever is sent, in whatever order, the ledger sums to zero and agrees with the documents."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from local_xero_books import Books, Json, invoice

ACCOUNTS = ("090", "101", "105", "110", "201", "301", "610", "630", "800", "820", "860", "960", "999", "", None)
TAXES = ("OUTPUT", "INPUT", "BASEXCLUDED", "EXEMPTEXPENSES", "OUTPUT2", "", None)
AMOUNTS = ("0", "0.01", "-0.01", "0.005", "9.99", "10.00", "-10.00", "50.00", "-50.00", "1e30", "NaN", "x", None, 10, -10, True)
STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED", "POSTED", "PAID", "VOIDED", "DELETED", None)
KINDS = ("Exclusive", "Inclusive", "NoTax", None)


class Sender:
    """Sends random elements, good and bad, and remembers what it learns about ids."""

    def __init__(self, books: Books, seed: int) -> None:
        self.books, self.choose = books, random.Random(seed)
        self.ids: dict[str, list[str]] = {
            name: [] for name in ("Invoices", "ManualJournals", "CreditNotes", "BankTransactions", "Payments", "Overpayments")
        }
        self.answers: Counter[int] = Counter()

    def pick(self, *values: Any) -> Any:
        return self.choose.choice(values)

    def line(self, sales: bool, amount_field: str) -> Json:
        side = ("201", "OUTPUT") if sales else ("301", "INPUT")
        amount = self.pick("10.00", "50.00", "9.99", "0.05", "10.00", "-1.00")
        made = {"Description": "x", "AccountCode": side[0], "TaxType": side[1], amount_field: amount}
        if self.choose.random() < 0.12:
            wrong: tuple[tuple[str, tuple[Any, ...]], ...] = (
                *(("AccountCode", ACCOUNTS), ("TaxType", TAXES), (amount_field, AMOUNTS)),
                *(("Quantity", (-1, 0, 2, "3")), ("TaxAmount", ("1.00", "-1.00", 0))),
            )
            field, values = self.pick(*wrong)
            made[field] = self.pick(*values)
        return made

    def element(self, name: str) -> Json:
        """A good element, or one with a single thing wrong or odd."""
        made = {"Date": "2026-03-03", "DueDate": "2026-03-10", "LineAmountTypes": self.pick(*KINDS)}
        if name == "ManualJournals":
            lines = [self.line(True, "LineAmount") for _ in range(self.choose.randint(1, 2))]
            against = [
                {**line, "AccountCode": self.pick("201", "101", "820"), "LineAmount": f"-{line['LineAmount']}".replace("--", "")}
                for line in lines
            ]
            made |= {"Narration": "x", "Status": "POSTED", "JournalLines": [*lines, *against]}
        else:
            types = {"Invoices": ("ACCREC", "ACCPAY"), "CreditNotes": ("ACCRECCREDIT", "ACCPAYCREDIT")}
            kind = self.pick(*types.get(name, ("SPEND", "RECEIVE", "SPEND-OVERPAYMENT", "RECEIVE-OVERPAYMENT")))
            sales = "REC" in kind
            lines = [self.line(sales, "UnitAmount") for _ in range(1 if "OVER" in kind else self.choose.randint(1, 3))]
            lines = [{**lines[0], "TaxType": None}] if "OVER" in kind else lines
            made |= {"Type": kind, "Contact": {"Name": "A"}, "Status": "AUTHORISED", "LineItems": lines, "BankAccount": {"Code": "090"}}
        if self.choose.random() < 0.3:
            field = self.pick("Date", "DueDate", "Status", "Contact", "InvoiceNumber", "BankAccount", "Narration")
            odd: dict[str, tuple[Any, ...]] = {"Date": ("x", None), "Status": STATUSES, "Contact": ({"Name": "B"}, None)}
            made[field] = self.pick(*odd.get(field, ("N-1", "N-2", None)))
        return made

    def known(self, name: str) -> str:
        return str(self.pick(*(self.ids[name] or ["7a0e8f0e-0000-4000-8000-000000000000"])))

    def step(self) -> None:
        act = self.pick("create", "create", "create", "update", "pay", "pay", "allocate", "delete payment")
        if act in ("create", "update"):
            name = self.pick("Invoices", "ManualJournals", "CreditNotes", "BankTransactions")
            element = self.element(name)
            if act == "update":
                element = self.pick(element, {"Status": element["Status"]}) | {f"{name[:-1]}ID": self.known(name)}
            self.send("POST" if act == "update" else self.pick("PUT", "PUT", "POST"), name, name, element)
        elif act == "pay":
            field = self.pick("Invoice", "Invoice", "CreditNote", "Overpayment")
            amount = self.pick("5.00", "10.00", "0.01", "50.00", "100.00", "-5.00", "x")
            target = {field: {f"{field}ID": self.known(f"{field}s")}}
            self.send(
                "PUT",
                "Payments",
                "Payments",
                {**target, "Account": {"Code": self.pick("105", "090", "110")}, "Amount": amount, "Date": "2026-03-05"},
            )
        elif act == "allocate":
            source = self.pick("CreditNotes", "Overpayments")
            element = {"Amount": self.pick("5.00", "0.01", "10.00", "-1"), "Invoice": {"InvoiceID": self.known("Invoices")}}
            self.send("PUT", f"{source}/{self.known(source)}/Allocations", "Allocations", element)
        else:
            self.send("POST", f"Payments/{self.known('Payments')}", "Payments", {"Status": "DELETED"})

    def send(self, method: str, path: str, name: str, element: Json) -> None:
        answer = self.books.http.request(method, f"/{path}", json={name: [element]}, params={"summarizeErrors": self.pick("true", "false")})
        self.answers[answer.status_code] += 1
        assert answer.status_code in (200, 400, 404), f"{method} {path} {element}: {answer.status_code} {answer.text}"
        if answer.status_code != 200 or name == "Allocations":
            return
        for item in answer.json()[name]:
            if item.get("StatusAttributeString") != "ERROR":
                self.ids[name].append(item[f"{name[:-1]}ID"])
                self.ids["Overpayments"] += [item["OverpaymentID"]] if item.get("OverpaymentID") else []


def cents(value: str | int | float) -> int:
    return int(Decimal(str(value)) * 100)


def check_books(books: Books) -> None:
    """The ledger against the documents: control accounts equal what is open, and nothing is over-settled."""
    balances = {code: cents(amount) for code, amount in books.balances().items()}
    assert sum(balances.values()) == 0
    found = books.admin.documents(books.key)
    open_cents: Counter[str] = Counter()
    for item in found:
        if item["kind"] not in ("invoice", "credit_note", "overpayment"):
            continue
        assert item["due_cents"] >= 0 and item["total_cents"] >= 0
        if item["status"] not in ("AUTHORISED", "PAID"):
            continue
        assert item["total_cents"] - item["paid_cents"] - item["credited_cents"] == item["due_cents"]
        assert (item["status"] == "PAID") == (item["due_cents"] == 0)
        open_cents[item["type"]] += item["due_cents"]
    receivable = open_cents["ACCREC"] - open_cents["ACCRECCREDIT"] - open_cents["RECEIVE-OVERPAYMENT"]
    payable = open_cents["ACCPAY"] - open_cents["ACCPAYCREDIT"] - open_cents["SPEND-OVERPAYMENT"]
    assert (balances.get("610", 0), balances.get("800", 0)) == (receivable, -payable)
    numbers = [item["number"] for item in found if item["type"] == "ACCREC" and item["kind"] == "invoice"]
    assert len(numbers) == len(set(numbers))
    for code in ("630", "960", "999"):
        assert code not in balances


@pytest.mark.parametrize("seed", range(4))
def test_random_acts_leave_right_books(books: Books, seed: int) -> None:
    sender = Sender(books, seed)
    for _ in range(300):
        sender.step()
    check_books(books)
    kinds = Counter(item["kind"] for item in books.admin.documents(books.key))
    assert sender.answers[200] > 100 and sender.answers[400] > 20
    assert min(kinds[kind] for kind in ("invoice", "credit_note", "journal", "bank", "overpayment", "payment")) >= 3, kinds


def test_the_check_itself_can_fail(books: Books) -> None:
    books.saved("Invoices", invoice())
    check_books(books)
    books.balances = lambda: {"610": "50.00", "201": "-50.00", "630": "0.00"}  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        check_books(books)
