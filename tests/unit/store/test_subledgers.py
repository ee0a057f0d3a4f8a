"""What is on record for building: found by the facts that its postings name, without the dates of the run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.unit.store.documents import DAY, PURCHASES, allocation, bill, invoice, journal, payment, release_documents, sales_of, trade
from tillpost.model.documents import Document, DocumentKind, FactSelection, Posting
from tillpost.store.database import Database
from tillpost.store.schema import document
from tillpost.store.subledgers import RecordOf

LATER = DAY + timedelta(days=3)


def naming(built: Document, table: str, *where: tuple[str, str], cents: int = 100) -> Document:
    """The document with one posting that names these facts."""
    own = Posting(built.natural_key, "805", "BASEXCLUDED", 0, "", cents, 0, 0, "", FactSelection(table, where, 1), "accounts.csv:2")
    return replace(built, postings=(*built.postings, own))


def daily(name: str, *sales: str) -> Document:
    """The invoice of a date's account sales."""
    built = replace(invoice(name), natural_key=f"harbour/cafe/account-sales/{name}", number=f"TP/cafe/account-sales/{name}", pos_id="")
    for sale in sales:
        built = naming(built, "sale_lines", ("sale_id", sale))
    return built


def test_the_document_that_carries_a_sale_is_its_own_or_that_of_its_date(db: Database) -> None:
    release_documents(db, invoice("s1"), daily("2026-10-03", 's"2\\', "s_3"), daily("2026-10-03/other", "s4"))
    record = RecordOf(db, "harbour")
    found = {sale: record.carrier("cafe", sale, None) for sale in ("s1", 's"2\\', "s_3", "s4", "sx3", "s5")}
    assert {sale: one and one.natural_key for sale, one in found.items()} == {
        "s1": "harbour/cafe/invoice/s1",
        's"2\\': "harbour/cafe/account-sales/2026-10-03",
        "s_3": "harbour/cafe/account-sales/2026-10-03",
        "s4": "harbour/cafe/account-sales/2026-10-03/other",
        "sx3": None,
        "s5": None,
    }
    assert record.carrier("cafe", "s4", LATER) is None and record.carrier("bar", "s4", DAY) is None
    assert RecordOf(db, "harbour", [("cafe", DAY)]).carrier("cafe", "s1", None) is None
    assert RecordOf(db, "another").carrier("cafe", "s1", None) is None
    assert (record.has_sale("cafe", "s1"), record.has_sale("cafe", "s5")) == (True, False)


def test_deposits_are_found_by_their_contract_and_settlements_by_both_ends(db: Database) -> None:
    paid = naming(trade(DocumentKind.OVERPAYMENT, "m1"), "movements", ("movement_id", "m1"), ("sale_id", "c1"))
    credit = replace(trade(DocumentKind.CREDIT_NOTE, "m2"), natural_key="harbour/cafe/account-credit/m2")
    credit = naming(credit, "movements", ("movement_id", "m2"), ("sale_id", "c1"))
    other = naming(trade(DocumentKind.OVERPAYMENT, "m3"), "movements", ("movement_id", "m3"), ("sale_id", "c2"))
    contract = invoice("c1", 9_000)
    settled = (payment("p1", contract, 500), allocation("m1-c1", paid, contract))
    release_documents(db, paid, credit, other, contract, *settled)
    record = RecordOf(db, "harbour")
    found = record.deposits([("cafe", "c1"), ("bar", "c1")])
    assert {sale: [d.natural_key for d in own] for sale, own in found.items()} == {("cafe", "c1"): [paid.natural_key, credit.natural_key]}
    assert [d.natural_key for d in record.settlements(contract.natural_key)] == [d.natural_key for d in settled]
    assert [d.natural_key for d in record.settlements(paid.natural_key)] == [settled[1].natural_key]


def test_overpayments_are_those_of_a_stores_contact_up_to_a_date(db: Database) -> None:
    earlier, later = DAY - timedelta(days=2), DAY + timedelta(days=1)
    ours = [trade(DocumentKind.OVERPAYMENT, f"m{n}", key=sales_of(day)) for n, day in enumerate((earlier, DAY, later))]
    theirs = trade(DocumentKind.OVERPAYMENT, "m7", contact="Baker")
    elsewhere = trade(DocumentKind.OVERPAYMENT, "m8", key=sales_of(store="bar"))
    release_documents(db, *ours, theirs, elsewhere, trade(DocumentKind.CREDIT_NOTE, "m9"))
    able = ours[0].contact
    assert able is not None
    found = RecordOf(db, "harbour").overpayments("cafe", replace(able, name="Able, renamed"), DAY)
    assert [d.natural_key for d in found] == ["harbour/cafe/overpayment/m0", "harbour/cafe/overpayment/m1"]
    without = RecordOf(db, "harbour", [("cafe", DAY)]).overpayments("cafe", able, DAY)
    assert [d.natural_key for d in without] == ["harbour/cafe/overpayment/m0"]


def test_the_postings_of_a_layby_come_with_their_dates_and_of_all_stores_documents_too(db: Database) -> None:
    first = naming(journal(), "movements", ("movement_id", "m1"), ("layby_id", "L1"))
    together = replace(journal(sales_of(LATER, "_all")), number="TP/all-stores/sales/1")
    together = naming(together, "tenders", ("layby_id", "L1"), ("store", "cafe"), cents=-100)
    release_documents(db, first, together, naming(journal(sales_of(LATER, "bar")), "movements", ("layby_id", "L1")))
    found = RecordOf(db, "harbour").layby_postings([("cafe", "L1")])
    assert {layby: [(day, p.cents) for day, p in own] for layby, own in found.items()} == {("cafe", "L1"): [(DAY, 100), (LATER, -100)]}
    without = RecordOf(db, "harbour", [("cafe", LATER)]).layby_postings([("cafe", "L1")])
    assert [day for day, _ in without["cafe", "L1"]] == [DAY]
    assert RecordOf(db, "harbour").layby_postings([]) == {}


def test_receipts_are_open_until_a_reversal_settles_them_and_billed_once_a_bill_names_them(db: Database) -> None:
    receipts = [replace(journal(PURCHASES, 100 * n), natural_key=f"harbour/cafe/receipt/r{n}", number=f"R{n}") for n in (1, 2)]
    reversal = replace(
        journal(PURCHASES, 100), natural_key="harbour/cafe/receipt-reversal/r1", number="R3", settles=receipts[0].natural_key
    )
    named = naming(bill("b1", "N-1"), "purchase_lines", ("purchase_id", "b1"), ("receipt_id", "r1"))
    release_documents(db, *receipts, reversal, named)
    record = RecordOf(db, "harbour")
    assert [d.natural_key for d in record.open_receipts()] == ["harbour/cafe/receipt/r2"]
    assert (record.is_billed("cafe", "r1"), record.is_billed("cafe", "r2"), record.is_billed("bar", "r1")) == (True, False, False)


def test_ids_that_differ_in_case_are_different(db: Database) -> None:
    named = naming(bill("b1", "N-1"), "purchase_lines", ("purchase_id", "b1"), ("receipt_id", "r1"))
    release_documents(db, daily("2026-10-03", "ab1"), daily("2026-10-03/other", "AB1"), named)
    record = RecordOf(db, "harbour")
    found = [record.carrier("cafe", sale, DAY) for sale in ("ab1", "AB1", "Ab1")]
    assert [one and one.natural_key.removeprefix("harbour/cafe/account-sales/") for one in found] == [
        "2026-10-03",
        "2026-10-03/other",
        None,
    ]
    assert (record.is_billed("cafe", "r1"), record.is_billed("cafe", "R1")) == (True, False)


def test_what_is_sent_is_told_apart_from_what_waits(db: Database) -> None:
    release_documents(db, invoice("s1"))
    sent, known = RecordOf(db, "harbour", sent_only=True), RecordOf(db, "harbour")
    assert (sent.carrier("cafe", "s1", DAY), sent.document("harbour/cafe/invoice/s1"), known.is_settled("cafe", DAY)) == (None, None, True)
    assert known.document("harbour/cafe/invoice/s1") is not None and not known.is_settled("cafe", LATER)
    with db.write() as tx:
        tx.execute(document.update().values(state="unknown"))
    assert sent.carrier("cafe", "s1", DAY) == sent.document("harbour/cafe/invoice/s1") == known.document("harbour/cafe/invoice/s1")
    with db.write() as tx:
        tx.execute(document.update().values(state="voided"))
    assert sent.document("harbour/cafe/invoice/s1") is None
