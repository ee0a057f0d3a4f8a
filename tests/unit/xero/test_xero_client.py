"""The client against the local Xero: sent, answered, held, found again."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sandbox.xero.serving import Served
from tests.unit.xero.harbour import (
    ACME,
    DAY,
    LONG_AGO,
    SECRET,
    KnownIds,
    connection_to,
    create_harbour,
    document,
    invoice,
    journal,
)
from tests.unit.xero.stub import StubXero, http_answer
from tillpost.errors import ConfigError, RateLimited, UnknownOutcome, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.reference import XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.model.results import ElementResult, HeldDocument, XeroContact
from tillpost.xero.client import XeroClient
from tillpost.xero.contact_steps import TAKEN
from tillpost.xero.pulling import pull_changes
from tillpost.xero.reference import read_reference
from tillpost.xero.sender import Ids, Parent, Sender

NO_IDS = KnownIds()


def send(client: XeroClient, key: str, *documents: Document, ids: Ids = NO_IDS, parent: Parent | None = None) -> list[ElementResult]:
    """Send documents of one kind in one request."""
    kind = documents[0].kind
    return client.send(kind, client.body(kind, documents, ids), key, parent=parent)


def acme_ids(client: XeroClient) -> dict[str, str]:
    """Acme's id by its name."""
    known = {one.number: one.contact_id for one in client.changed_contacts(None)}
    return {ACME.name: known.get(ACME.number) or client.create_contacts([ACME])[0].contact_id}


def without_ids(held: HeldDocument) -> HeldDocument:
    """A held document without what Xero makes up."""
    return replace(held, xero_id="", contact_id="", changed_at=None)


def test_it_is_what_the_poster_needs(client: XeroClient) -> None:
    sender: Sender = client
    assert sender.calls == 0


def test_a_batch_with_a_bad_document_in_the_middle(client: XeroClient, served: Served) -> None:
    good, bad, last = journal("TP/cafe/batch/1"), journal("TP/cafe/batch/2", account="610"), journal("TP/cafe/batch/3", 1)
    first, refused, third = send(client, "batch-1", good, bad, last)
    assert (first.accepted, first.status, first.total_cents, first.tax_cents, first.accounts, first.messages) == (
        *(True, "POSTED", 5000, -455),
        ("101", "201"),
        (),
    )
    assert refused == ElementResult(False, messages=("line 2: Account code '610' is not a valid code for this document.",))
    assert (third.accepted, third.total_cents, third.tax_cents) == (True, 1, 0)
    [call] = [entry for entry in served.admin.calls("harbour") if entry["method"] == "PUT"]
    assert (call["path"], call["status"]) == ("/api.xro/2.0/ManualJournals", 200)


def test_every_kind_is_sent_and_found_again(client: XeroClient) -> None:
    contacts = acme_ids(client)
    ids = KnownIds(contacts)
    [sold] = send(client, "every-1", invoice("TP/cafe/invoice/every"), ids=ids)
    lines = (DocumentLine("201", "OUTPUT", 2200, "Returned"),)
    [note] = send(client, "every-2", document(DocumentKind.CREDIT_NOTE, "TP/cafe/credit-note/every", lines=lines, contact=ACME), ids=ids)
    stock = (DocumentLine("310", "INPUT", 12345, "Stock"),)
    [bill] = send(client, "every-3", document(DocumentKind.BILL, "S,77", lines=stock, contact=ACME), ids=ids)
    [credit] = send(client, "every-4", document(DocumentKind.SUPPLIER_CREDIT, "SC-5", lines=stock, contact=ACME, draft=True), ids=ids)
    over = document(DocumentKind.OVERPAYMENT, "TP/cafe/overpayment/every", contact=ACME, account="090", amount_cents=4000)
    [overpaid] = send(client, "every-5", over, ids=ids)
    ids = KnownIds(contacts, {"harbour/cafe/invoice/every": sold.xero_id})
    fields = {"settles": "harbour/cafe/invoice/every"}
    [paid] = send(
        client, "every-6", document(DocumentKind.PAYMENT, "TP/cafe/payment/every", account="102", amount_cents=5005, **fields), ids=ids
    )
    one, two = (document(DocumentKind.ALLOCATION, amount_cents=cents, **fields) for cents in (2000, 1000))
    [first] = send(client, "every-7", one, ids=ids, parent=Parent(DocumentKind.CREDIT_NOTE, note.xero_id))
    [second] = send(client, "every-8", two, ids=ids, parent=Parent(DocumentKind.OVERPAYMENT, overpaid.xero_id))

    booked = [(r.accepted, r.status, r.total_cents, r.tax_cents) for r in (sold, note, bill, credit, overpaid, paid, first, second)]
    assert booked == [
        (True, "AUTHORISED", 11000, 1000),
        (True, "AUTHORISED", 2200, 200),
        (True, "AUTHORISED", 12345, 1122),
        (True, "DRAFT", 12345, 1122),
        (True, "AUTHORISED", 4000, 0),
        (True, "AUTHORISED", 5005, None),
        (True, "", 2000, None),
        (True, "", 1000, None),
    ]
    held = {result.xero_id: result for kind in DocumentKind for result in client.held_documents(kind, LONG_AGO)}
    found = [without_ids(held[result.xero_id]) for result in (sold, note, bill, credit, overpaid, paid, first, second)]
    name = ACME.name
    assert found == [
        HeldDocument(DocumentKind.INVOICE, "", "TP/cafe/invoice/every", "AUTHORISED", "", name, DAY, 11000, 2995, 5005, 3000),
        HeldDocument(DocumentKind.CREDIT_NOTE, "", "TP/cafe/credit-note/every", "AUTHORISED", "", name, DAY, 2200, 200, 0, 2000),
        HeldDocument(DocumentKind.BILL, "", "S,77", "AUTHORISED", "", name, DAY, 12345, 12345),
        HeldDocument(DocumentKind.SUPPLIER_CREDIT, "", "SC-5", "DRAFT", "", name, DAY, 12345, 12345),
        HeldDocument(DocumentKind.OVERPAYMENT, "", "TP/cafe/overpayment/every", "AUTHORISED", "", name, DAY, 4000, 3000, 0, 1000),
        HeldDocument(DocumentKind.PAYMENT, "", "TP/cafe/payment/every", "AUTHORISED", "", name, DAY, 5005),
        HeldDocument(DocumentKind.ALLOCATION, "", f"{note.xero_id}/{sold.xero_id}", "AUTHORISED", date=DAY, total_cents=2000),
        HeldDocument(DocumentKind.ALLOCATION, "", f"{overpaid.xero_id}/{sold.xero_id}", "AUTHORISED", date=DAY, total_cents=1000),
    ]
    assert [b.xero_id for b in client.find_bills(DocumentKind.BILL, ["S,77", "S"])] == [bill.xero_id]
    assert [b.xero_id for b in client.find_bills(DocumentKind.SUPPLIER_CREDIT, ["SC-5"])] == [credit.xero_id]


def test_a_bill_is_found_among_others(client: XeroClient) -> None:
    lines = (DocumentLine("310", "INPUT", 100, "Stock"),)
    bills = [document(DocumentKind.BILL, number, lines=lines, contact=ACME) for number in ("F-1", "F-2", "F-3")]
    made = send(client, "bills-1", *bills, ids=KnownIds(acme_ids(client)))
    calls = client.calls
    found = client.find_bills(DocumentKind.BILL, ["F-3", "F-1", "F-9"])
    assert sorted(bill.number for bill in found) == ["F-1", "F-3"]
    assert {bill.xero_id for bill in found} == {made[0].xero_id, made[2].xero_id}
    assert client.calls == calls + 1


def test_the_same_key_again_books_nothing_again(client: XeroClient) -> None:
    assert send(client, "same-1", journal("TP/cafe/same/1")) == send(client, "same-1", journal("TP/cafe/same/1"))
    held = [entry for entry in client.held_documents(DocumentKind.JOURNAL, LONG_AGO) if entry.number == "TP/cafe/same/1"]
    assert len(held) == 1


def test_a_key_used_for_something_else_is_refused(client: XeroClient) -> None:
    send(client, "other-1", journal("TP/cafe/other/1"))
    with pytest.raises(XeroRefused, match="different request"):
        send(client, "other-1", journal("TP/cafe/other/2"))


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_dropped_write_is_unknown_and_was_sent_once(client: XeroClient, served: Served, fault: str) -> None:
    number = f"TP/cafe/dropped/{fault.replace('_', '-')}"
    client.tenant_id()
    served.admin.add_fault(fault, "PUT /ManualJournals", times=5)
    with pytest.raises(UnknownOutcome):
        send(client, f"dropped-{fault}", journal(number))
    assert len([call for call in served.admin.calls() if call["method"] == "PUT"]) == 1
    held = [entry for entry in client.held_documents(DocumentKind.JOURNAL, LONG_AGO) if entry.number == number]
    assert len(held) == (1 if fault == "drop_after" else 0)


def test_the_limit_of_a_minute(served: Served, client: XeroClient) -> None:
    served.admin.change_settings("harbour", minute_limit=1)
    try:
        with pytest.raises(RateLimited) as caught:
            for _ in range(3):
                client.read("get_accounts", "Accounts")
    finally:
        served.admin.raise_limits("harbour")
    assert caught.value.problem == "minute"


def test_tokens_that_all_expire_are_renewed(client: XeroClient, served: Served) -> None:
    client.read("get_accounts", "Accounts")
    served.admin.add_fault("expire_tokens", "GET /Accounts")
    assert client.read("get_accounts", "Accounts") is not None


def test_a_wrong_secret(served: Served) -> None:
    wrong = replace(connection_to(served.base_url), password="not the secret")
    with pytest.raises(XeroAuthError) as caught:
        XeroClient(wrong).tenant_id()
    assert "connection 'xero_harbour': Xero gives no token for it (invalid_client)" in str(caught.value)
    assert "not the secret" not in str(caught.value)


def test_reference_data_in_five_calls(client: XeroClient, served: Served) -> None:
    served.admin.set_locks("harbour", period="2025-06-30", year="2024-06-30")
    reference = read_reference(client)
    served.admin.set_locks("harbour")
    assert client.calls == 5
    assert reference.organisation == XeroOrganisation(
        *(client.tenant_id(), "Harbour Group", "AU", "AUD", date(2025, 6, 30), date(2024, 6, 30), "ACCRUALS")
    )
    assert [reference.accounts[code] for code in ("090", "102", "201", "820")] == [
        XeroAccount("090", "Bank", "BANK", True, account_class="ASSET"),
        XeroAccount("102", "Card clearing", "CURRENT", True, enable_payments=True, account_class="ASSET"),
        XeroAccount("201", "Food", "REVENUE", True, account_class="REVENUE"),
        XeroAccount("820", "GST", "CURRLIAB", True, system="GST", account_class="LIABILITY"),
    ]
    assert reference.tax_rates["OUTPUT"] == XeroTaxRate(
        "OUTPUT", "GST on Income", 1000, True, frozenset({"ASSET", "EQUITY", "LIABILITY", "REVENUE"})
    )
    assert (reference.tracking, reference.not_allowed) == ({}, frozenset())


def test_only_the_parts_that_are_asked_for_are_read_anew(client: XeroClient, served: Served) -> None:
    known = read_reference(client)
    before = client.calls
    served.admin.set_locks("harbour", period="2025-06-30")
    served.admin.archive_account("harbour", "310")
    locked = read_reference(client, ["organisation"], known)
    served.admin.archive_account("harbour", "310", "ACTIVE")
    served.admin.set_locks("harbour")
    assert client.calls == before + 1
    assert locked == replace(known, organisation=replace(known.organisation, period_lock_date=date(2025, 6, 30)))


def test_what_the_plan_does_not_allow(client: XeroClient, served: Served) -> None:
    served.admin.change_settings("harbour", not_allowed="CreateApprovedBill,UseMulticurrency")
    reference = read_reference(client)
    served.admin.change_settings("harbour", not_allowed="")
    assert reference.not_allowed == {"CreateApprovedBill", "UseMulticurrency"}


def test_an_archived_account_is_not_active(client: XeroClient, served: Served) -> None:
    served.admin.archive_account("harbour", "310")
    archived = read_reference(client).accounts["310"]
    served.admin.archive_account("harbour", "310", "ACTIVE")
    assert archived == XeroAccount("310", "Purchases", "DIRECTCOSTS", False, account_class="EXPENSE")


def test_what_was_paid_by_hand_is_pulled(client: XeroClient, served: Served) -> None:
    [sold] = send(client, "pull-1", invoice("TP/cafe/invoice/pulled"), ids=KnownIds(acme_ids(client)))
    before = pull_changes(client, LONG_AGO)
    served.admin.advance_clock(3600)
    served.admin.pay("harbour", sold.xero_id, account="090", amount="110.00", date="2026-10-05")
    after = pull_changes(client, before.watermark)
    assert [without_ids(document) for document in after.documents if document.xero_id == sold.xero_id] == [
        HeldDocument(
            *(DocumentKind.INVOICE, "", "TP/cafe/invoice/pulled", "PAID", "", ACME.name, DAY, 11000, 0, 11000), paid_on=date(2026, 10, 5)
        )
    ]
    assert after.watermark > before.watermark
    assert pull_changes(client, after.watermark).watermark == after.watermark


def test_contacts_are_created_in_one_call_and_listed_with_what_changed_since(client: XeroClient, served: Served) -> None:
    first = client.create_contacts([Contact("Customer 1", "N-1", "one@example.com"), Contact("Customer 2")])
    assert [bool(one.contact_id) for one in first] == [True, True]
    served.admin.advance_clock(60)
    served.admin.archive_contact("harbour", "N-1")
    [archived] = [one for one in client.changed_contacts(None) if one.contact_id == first[0].contact_id]
    assert (archived.name, archived.number, archived.active, archived.merged_to) == ("Customer 1", "N-1", False, "")
    assert archived.changed_at is not None
    assert [one.name for one in client.changed_contacts(archived.changed_at)] == ["Customer 1"]


def test_a_contact_that_xero_has_is_not_created_twice(client: XeroClient) -> None:
    client.create_contacts([Contact("Known", "K-1")])
    name, number, fresh = client.create_contacts([Contact("known"), Contact("Other", "K-1"), Contact("Fresh Ltd")])
    assert (name.contact_id, number.contact_id, bool(fresh.contact_id)) == ("", "", True)
    assert TAKEN in name.messages[0] and TAKEN in number.messages[0]


def test_a_lost_answer_to_created_contacts_is_no_clear_answer(client: XeroClient, served: Served) -> None:
    client.tenant_id()
    served.admin.add_fault("drop_after", "PUT /Contacts")
    with pytest.raises(UnknownOutcome):
        client.create_contacts([Contact("Cut Off", "X-1")])
    assert "X-1" in [one.number for one in client.changed_contacts(None)]


def test_an_answer_with_other_contacts_than_were_sent_is_no_clear_answer(stub: StubXero) -> None:
    stub.answers = [http_answer(200, '{"Contacts":[{"ContactID":"c-1"}]}')]
    with pytest.raises(UnknownOutcome, match="1 contacts where 2 were sent"):
        XeroClient(connection_to(stub.base_url)).create_contacts([Contact("One"), Contact("Two")])


@pytest.mark.parametrize("count", [0, 51])
def test_a_request_takes_up_to_50_contacts(client: XeroClient, count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} contacts in a request"):
        client.create_contacts([Contact(f"Many {number}") for number in range(count)])


def test_merged_contacts_and_odd_entries_are_read(stub: StubXero) -> None:
    contacts = (
        '{"Contacts":[{"ContactID":"c-1","Name":"Old","ContactNumber":"O-1","ContactStatus":"ARCHIVED","MergedToContactID":"c-2"},'
        '{"ContactID":"c-2","Name":"New","ContactStatus":"ACTIVE","UpdatedDateUTC":"/Date(1790985600000+0000)/"},'
        '{"Name":"no id"},{"ContactID":"c-3","Name":null,"ContactStatus":"GDPRREQUEST"}],"pagination":{"pageCount":1}}'
    )
    stub.answers = [http_answer(200, contacts)]
    assert XeroClient(connection_to(stub.base_url)).changed_contacts(None) == [
        XeroContact("c-1", "Old", "O-1", False, "c-2"),
        XeroContact("c-2", "New", changed_at=datetime(2026, 10, 3, tzinfo=UTC)),
        XeroContact("c-3", "", active=False),
    ]
    assert "includeArchived=true" in stub.received[0].path


def test_two_clients_in_one_process_keep_their_own_organisations(served: Served, client: XeroClient) -> None:
    other_tenant = create_harbour(served.admin, "second", "app-2")
    second = XeroClient(replace(connection_to(served.base_url), login="app-2"))
    assert (client.tenant_id() != other_tenant, second.tenant_id()) == (True, other_tenant)
    results: dict[str, ElementResult] = {}

    def post(which: XeroClient, name: str) -> None:
        [results[name]] = send(which, f"two-{name}", journal(f"TP/cafe/two/{name}"))

    threads = [
        threading.Thread(target=post, args=(which, f"{name}{n}")) for n in range(4) for which, name in ((client, "a"), (second, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result.accepted for result in results.values())
    mine = {held.number for held in second.held_documents(DocumentKind.JOURNAL, LONG_AGO)}
    assert mine == {f"TP/cafe/two/b{n}" for n in range(4)}


@pytest.mark.parametrize(
    ("tenants", "error", "message"),
    [
        ("[]", XeroAuthError, "connected to no organisation"),
        ('[{"tenantType":"PRACTICE","tenantId":"p"}]', XeroAuthError, "connected to no organisation"),
        (
            '[{"tenantType":"ORGANISATION","tenantId":"a","tenantName":"A"},{"tenantType":"ORGANISATION","tenantId":"b","tenantName":"B"}]',
            ConfigError,
            r"name one as tenant_id in its extra. Allowed: a \(A\), b \(B\).",
        ),
        ("{}", XeroUnavailable, "the list of organisations is not readable"),
        ("rubbish", XeroUnavailable, "the list of organisations is not readable"),
    ],
)
def test_which_organisation(stub: StubXero, tenants: str, error: type[Exception], message: str) -> None:
    stub.tenants = http_answer(200, tenants)
    with pytest.raises(error, match=message):
        XeroClient(connection_to(stub.base_url)).tenant_id()


def test_no_list_of_organisations(stub: StubXero) -> None:
    stub.tenants = http_answer(404)
    with pytest.raises(XeroUnavailable, match="check the connection's base address"):
        XeroClient(connection_to(stub.base_url)).tenant_id()


def test_the_organisation_may_be_named(stub: StubXero) -> None:
    assert XeroClient(connection_to(stub.base_url, tenant_id="named")).tenant_id() == "named"
    assert stub.tokens_asked == []


def test_a_body_holds_documents_of_one_kind(client: XeroClient) -> None:
    for documents in ([], [journal(), invoice()]):
        with pytest.raises(ValueError, match="documents of one kind"):
            client.body(DocumentKind.JOURNAL, documents, NO_IDS)


def test_nothing_shows_the_secret(client: XeroClient) -> None:
    client.tenant_id()
    shown = repr(vars(client)) + repr(vars(client._transport)) + repr(vars(client._transport._tokens))
    assert SECRET not in shown
