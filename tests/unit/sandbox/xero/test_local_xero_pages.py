"""Pages for people: what they show, that hostile text stays text, and that forms come from the server itself."""

from __future__ import annotations

from html.parser import HTMLParser

import httpx
import pytest
from local_xero_books import TAKINGS, Books, invoice, journal

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)> & {{ 1234 * 9 }}"""


class Seen(HTMLParser):
    """The tags, the attributes and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(books: Books, path: str) -> Seen:
    answer = books.http.get(f"{books.served.base_url}{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    seen = Seen(answer.text)
    assert "This is not Xero." in seen.text
    outside = [
        attrs for tag, attrs in seen.tags if str(attrs.get("src") or attrs.get("href") or attrs.get("action") or "/")[:1] not in "/?"
    ]
    assert outside == [] and not {"script", "img", "link", "iframe"} & {tag for tag, _ in seen.tags}
    return seen


def form(books: Books, act: str, values: dict[str, str], **headers: str) -> httpx.Response:
    sent = {"Origin": books.served.base_url, **headers}
    return books.http.post(f"{books.served.base_url}/o/{books.key}/act/{act}", data=values, headers=sent)


def paths(books: Books) -> list[str]:
    root = f"/o/{books.key}"
    found = [f"{root}/documents/{row['id']}" for row in books.admin.documents(books.key)]
    return ["/", root, f"{root}/documents", f"{root}/contacts", f"{root}/accounts", f"{root}/calls", *found]


def test_every_page_of_every_kind_of_document(books: Books) -> None:
    books.saved("ManualJournals", journal(*TAKINGS))
    books.saved("Invoices", invoice())
    books.saved("Invoices", invoice("D-1", Status="DRAFT", LineItems=[{"Description": "Only text"}]))
    note = {**invoice(None), "Type": "ACCRECCREDIT", "DueDate": None}
    credit = books.saved("CreditNotes", {key: value for key, value in note.items() if value is not None})
    over = {"Type": "RECEIVE-OVERPAYMENT", "Contact": {"Name": "POS Debtor"}, "BankAccount": {"Code": "090"}, "Date": "2026-03-04"}
    books.saved("BankTransactions", {**over, "LineItems": [{"Description": "Too much", "UnitAmount": "30.00"}]})
    target = books.get("Invoices/A-1")["Invoices"][0]["InvoiceID"]
    allocation = {"Amount": "5.00", "Invoice": {"InvoiceID": target}}
    books.saved("Allocations", allocation, path=f"CreditNotes/{credit['CreditNoteID']}/Allocations")
    books.admin.pay(books.key, "A-1", account="105", amount="20.00", date="2026-03-05")
    for path in paths(books):
        page(books, path)
    assert "45.45" in page(books, f"/o/{books.key}?date=2026-12-31").text
    assert "25.00" in page(books, f"/o/{books.key}/documents/{target}").text


def test_hostile_text_stays_text(books: Books) -> None:
    books.saved("Contacts", {"Name": HOSTILE, "ContactNumber": HOSTILE[:50]})
    element = invoice(HOSTILE, Contact={"Name": HOSTILE}, Reference=HOSTILE)
    element["LineItems"][0]["Description"] = HOSTILE
    books.saved("Invoices", element)
    books.saved("ManualJournals", journal(*TAKINGS, narration=HOSTILE))
    books.send("PUT", "ManualJournals", journal(*TAKINGS), Idempotency_Key="<script>")
    asked = ("/documents?q=%3Cscript%3E&type=%22%3E%3Cscript%3E&page=x", "?said=%3Cscript%3E&date=%3Cb%3E")
    for path in [*paths(books), *(f"/o/{books.key}{query}" for query in asked)]:
        assert "11106" not in page(books, path).text
    assert HOSTILE in page(books, f"/o/{books.key}/contacts").text


def test_filters_and_pages(books: Books) -> None:
    books.put("ManualJournals", *[journal(*TAKINGS, narration=f"Night {number:03d}") for number in range(120)])
    root = f"/o/{books.key}/documents"
    first, second = page(books, root).text, page(books, f"{root}?page=2").text
    assert "120 documents" in first and "Night 119" in first and "Night 019" not in first and "Night 019" in second
    assert "1 document\n" in page(books, f"{root}?q=night+077&type=JOURNAL&status=POSTED").text + "\n"
    assert "No document is like that." in page(books, f"{root}?status=VOIDED").text


def test_the_buttons(books: Books) -> None:
    made = books.saved("Invoices", invoice())
    answer = form(
        books, "pay", {"document": made["InvoiceID"], "account": "105", "amount": "20.00", "date": "2026-03-05", "back": "document"}
    )
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, f"/o/{books.key}/documents/{made['InvoiceID']}")
    assert books.balances()["105"] == "20.00"
    failed = form(books, "void", {"document": made["InvoiceID"], "back": "document"})
    assert "failed=This+document+cannot+be+edited" in failed.headers["location"]
    bill = books.saved("Invoices", invoice("F-1", kind="ACCPAY"))
    form(books, "void", {"document": bill["InvoiceID"]})
    assert books.get(f"Invoices/{bill['InvoiceID']}")["Invoices"][0]["Status"] == "VOIDED"
    form(books, "locks", {"period": "2026-03-31", "year": ""})
    assert books.refused("Invoices", invoice("A-2"))
    form(books, "locks", {"period": "", "year": ""})
    form(books, "archive-account", {"account": "201"})
    assert books.refused("Invoices", invoice("A-2"))
    form(books, "restore-account", {"account": "201"})
    form(books, "archive-contact", {"contact": made["Contact"]["ContactID"]})
    assert books.refused("Invoices", invoice("A-2"))
    assert "system+account" in form(books, "archive-account", {"account": "610"}).headers["location"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "", "Referer": "http://evil.example/x"}, {"Origin": ""}]
)
def test_forms_of_other_sites_are_refused(books: Books, headers: dict[str, str]) -> None:
    answer = form(books, "locks", {"period": "2026-03-31"}, **headers)
    assert answer.status_code == 403
    books.saved("Invoices", invoice())


def test_a_form_without_origin_needs_a_referer_of_its_own(books: Books) -> None:
    assert form(books, "locks", {}, Origin="", Referer=f"{books.served.base_url}/o/x").status_code == 303


def test_other_sites_cannot_post_plain_text_to_the_admin_api(books: Books) -> None:
    url = f"{books.served.base_url}/admin/organisations/{books.key}/locks"
    answer = books.http.post(url, content=b'{"period": "2026-03-31"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    books.saved("Invoices", invoice())


@pytest.mark.parametrize("path", ["/nope", "/o/nope", "/o/{key}/documents/nope", "/o/{key}/../../etc/passwd", "/favicon.ico"])
def test_pages_that_are_not_there(books: Books, path: str) -> None:
    assert books.http.get(f"{books.served.base_url}{path.format(key=books.key)}").status_code == 404
