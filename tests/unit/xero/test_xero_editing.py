"""What is done to documents that Xero holds, against the local Xero: voiding each kind, notes, files."""

from __future__ import annotations

import pytest

from sandbox.xero.serving import Served
from tests.unit.xero.harbour import ACME, DAY, KnownIds, connection_to, create_harbour, document, invoice, journal
from tests.unit.xero.stub import StubXero, http_answer
from tillpost.errors import UnknownOutcome, XeroRefused
from tillpost.model.documents import Document, DocumentKind, DocumentLine
from tillpost.model.results import ElementResult
from tillpost.xero.client import XeroClient
from tillpost.xero.sender import File, InXero, Parent
from tillpost.xero.transport import open_gate

SETTLES = "harbour/cafe/invoice/1"


@pytest.fixture
def books(served: Served) -> XeroClient:
    """A client of an organisation of its own, so that its ledger can be compared."""
    key = f"void{len(served.admin.organisations())}"
    create_harbour(served.admin, key, client_id=key)
    connection = connection_to(served.base_url)
    return XeroClient(connection.__class__("xero", "generic", login=key, password=connection.password, extra=connection.extra))


def _send(client: XeroClient, one: Document, documents: dict[str, str] | None = None, parent: Parent | None = None) -> ElementResult:
    ids = KnownIds({ACME.name: _acme(client)}, documents or {})
    [result] = client.send(one.kind, client.body(one.kind, [one], ids), f"key-{one.kind}-{one.number}", parent=parent)
    assert result.accepted, result.messages
    return result


def _acme(client: XeroClient) -> str:
    body = b'{"Contacts":[{"Name":"Acme Catering"}]}'
    found = client.read("get_contacts", "Contacts", where='Name=="Acme Catering"')
    assert found is not None
    listed = found["Contacts"] or (client.create("create_contacts", body, "acme").json() or {})["Contacts"]
    return str(listed[0]["ContactID"])


def _everything(client: XeroClient) -> dict[DocumentKind, InXero]:
    """One document of each kind, with a payment and allocations on the invoice."""
    stock, food = (DocumentLine("310", "INPUT", 12345, "Stock"),), (DocumentLine("201", "OUTPUT", 2200, "Returned"),)
    told = journal("TP/cafe/sales/1")
    made = {DocumentKind.JOURNAL: InXero(DocumentKind.JOURNAL, _send(client, told).xero_id, told.narration)}
    for one in (
        invoice("TP/cafe/invoice/1"),
        document(DocumentKind.BILL, "S-77", lines=stock, contact=ACME),
        document(DocumentKind.CREDIT_NOTE, "TP/cafe/credit-note/1", lines=food, contact=ACME),
        document(DocumentKind.SUPPLIER_CREDIT, "SC-5", lines=stock, contact=ACME),
        document(DocumentKind.OVERPAYMENT, "TP/cafe/overpayment/1", contact=ACME, account="090", amount_cents=4000),
    ):
        made[one.kind] = InXero(one.kind, _send(client, one).xero_id, day=DAY)
    sold = {SETTLES: made[DocumentKind.INVOICE].xero_id}
    paid = document(DocumentKind.PAYMENT, "TP/cafe/payment/1", account="102", amount_cents=5005, settles=SETTLES)
    made[DocumentKind.PAYMENT] = InXero(paid.kind, _send(client, paid, sold).xero_id)
    for number, source in (("1", DocumentKind.CREDIT_NOTE), ("2", DocumentKind.OVERPAYMENT)):
        parent = Parent(source, made[source].xero_id)
        one = document(DocumentKind.ALLOCATION, number, amount_cents=1000, settles=SETTLES)
        made[DocumentKind.ALLOCATION] = InXero(one.kind, _send(client, one, sold, parent).xero_id, parent=parent)
        if source is DocumentKind.CREDIT_NOTE:
            client.void(made[DocumentKind.ALLOCATION], draft=False)
            assert client.status_of(made[DocumentKind.ALLOCATION]) == "DELETED"
    return made


def test_every_kind_is_taken_back_and_nothing_is_left_in_the_ledger(books: XeroClient, served: Served) -> None:
    made = _everything(books)
    key = served.admin.organisations()[-1]["key"]
    assert set(served.admin.balances(key).values()) != {"0.00"}
    for kind in reversed(DocumentKind):
        books.void(made[kind], draft=False)
    assert {kind: books.status_of(one) for kind, one in made.items()} == {
        DocumentKind.JOURNAL: "VOIDED",
        DocumentKind.INVOICE: "VOIDED",
        DocumentKind.BILL: "VOIDED",
        DocumentKind.CREDIT_NOTE: "VOIDED",
        DocumentKind.SUPPLIER_CREDIT: "VOIDED",
        DocumentKind.OVERPAYMENT: "VOIDED",
        DocumentKind.PAYMENT: "DELETED",
        DocumentKind.ALLOCATION: "DELETED",
    }
    assert set(served.admin.balances(key).values()) <= {"0.00"}


def test_what_is_void_already_or_paid_is_refused_in_xeros_words(books: XeroClient) -> None:
    made = _everything(books)
    with pytest.raises(XeroRefused) as paid:
        books.void(made[DocumentKind.INVOICE], draft=False)
    assert paid.value.messages == ("This document cannot be edited as it has a payment or credit note allocated to it.",)
    for kind in (DocumentKind.JOURNAL, DocumentKind.BILL, DocumentKind.PAYMENT, DocumentKind.ALLOCATION):
        books.void(made[kind], draft=False)
        with pytest.raises(XeroRefused):
            books.void(made[kind], draft=False)


def test_a_draft_is_deleted(books: XeroClient) -> None:
    one = document(DocumentKind.BILL, "S-78", lines=(DocumentLine("310", "INPUT", 100, "Stock"),), contact=ACME, draft=True)
    there = InXero(one.kind, _send(books, one).xero_id)
    assert books.status_of(there) == "DRAFT"
    books.void(there, draft=True)
    assert books.status_of(there) == "DELETED"


def test_voiding_keeps_the_narration_by_which_a_journal_is_known(books: XeroClient) -> None:
    told = journal("TP/cafe/sales/9")
    there = InXero(told.kind, _send(books, told).xero_id, told.narration)
    books.void(there, draft=False)
    answer = books.read("get_manual_journal", "ManualJournals", manual_journal_id=there.xero_id)
    assert answer is not None and answer["ManualJournals"][0]["Narration"] == told.narration


def test_notes_of_every_kind_that_has_a_history(books: XeroClient) -> None:
    for kind, one in _everything(books).items():
        if kind is not DocumentKind.ALLOCATION:
            assert books.notes_of(one) == []
            books.add_note(one, f"Sent for {kind}.", f"note-{one.xero_id}")
            assert books.notes_of(one) == [f"Sent for {kind}."]


def test_a_file_is_attached_as_what_it_is(books: XeroClient) -> None:
    made = _everything(books)
    for kind in (DocumentKind.JOURNAL, DocumentKind.INVOICE, DocumentKind.BILL, DocumentKind.CREDIT_NOTE):
        books.attach(made[kind], File("tillpost 2026-10-02.csv", "text/csv", b"a,b\r\n"), f"file-{made[kind].xero_id}")
    answer = books.read("get_manual_journal_attachments", "Attachments", manual_journal_id=made[DocumentKind.JOURNAL].xero_id)
    assert answer is not None
    [kept] = answer["Attachments"]
    assert (kept["FileName"], kept["MimeType"], kept["ContentLength"]) == ("tillpost 2026-10-02.csv", "text/csv", 5)


def test_a_lost_answer_is_an_unknown_outcome_and_nothing_is_sent_twice(stub: StubXero) -> None:
    stub.answers = [http_answer(503, b"offline")]
    client = XeroClient(connection_to(stub.base_url, tenant_id="tenant-1"))
    with pytest.raises(UnknownOutcome):
        client.void(InXero(DocumentKind.PAYMENT, "payment-1"), draft=False, gate=open_gate)
    assert client.calls == 1
