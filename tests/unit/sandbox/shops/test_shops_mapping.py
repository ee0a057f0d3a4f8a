"""The demo organisations' mapping files and charts cover everything that their shops know, but for the one category left out on purpose."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from shops_facts import STORES, Reader

ROOT = Path(__file__).parents[4]
ORGANISATIONS = {"harbour": "AU", "kauri": "NZ"}
SYSTEM = {"610": "DEBTORS", "800": "CREDITORS", "820": "GST", "860": "ROUNDING"}
EVERY_ORGANISATION = pytest.mark.parametrize("organisation", ORGANISATIONS)
OTHER = {
    "variance", "rounding", "tips", "float", "layby", "layby_adjustment", "layby_fee", "payment_fee", "account_adjustment",
    "bank_deposit", "income_suspense", "inventory_suspense",
}  # fmt: skip


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def mapping(organisation: str, name: str) -> list[dict[str, str]]:
    """The rows of a mapping file."""
    return rows_of(ROOT / "include" / "mappings" / organisation / f"{name}.csv")


def chart(organisation: str) -> dict[str, dict[str, str]]:
    """The organisation's Xero accounts by code."""
    return {row["code"]: row for row in rows_of(ROOT / "sandbox" / "charts" / f"{organisation}.csv")}


def codes(organisation: str, kind: str) -> set[str]:
    """The mapped codes of a kind."""
    return {row["code"] for row in mapping(organisation, "accounts") if row["kind"] == kind}


def used(facts: Reader, organisation: str, table: str, column: str) -> set[str]:
    """All values of a column in the organisation's shops."""
    stores = [store for store in STORES if store.organisation == organisation]
    return {
        row[column]
        for store in stores
        if store.pos == "demo_idealpos" or table != "counts"
        for row in facts(store, table)
        if row.get(column)
    }


@EVERY_ORGANISATION
def test_every_code_but_vapes_is_mapped(facts: Reader, organisation: str) -> None:
    """Categories, tenders, functions and purchase categories."""
    unmapped = used(facts, organisation, "sale_lines", "category") - codes(organisation, "sales_category")
    assert unmapped == ({"VAPES"} if organisation == "harbour" else set())
    tenders = used(facts, organisation, "tenders", "tender_code") | used(facts, organisation, "movements", "tender_code")
    assert tenders | used(facts, organisation, "counts", "tender_code") <= codes(organisation, "tender")
    assert used(facts, organisation, "movements", "function_code") <= codes(organisation, "function")
    assert used(facts, organisation, "purchase_lines", "category") <= codes(organisation, "purchase_category")
    assert codes(organisation, "purchase_other") == {"freight", "admin_fee"}
    assert codes(organisation, "other") == OTHER


@EVERY_ORGANISATION
def test_no_mapping_row_is_there_for_nothing(facts: Reader, organisation: str) -> None:
    """What is mapped occurs, so that the demo's files stay readable."""
    assert codes(organisation, "sales_category") == used(facts, organisation, "sale_lines", "category") - {"VAPES"}
    assert codes(organisation, "tender") == used(facts, organisation, "tenders", "tender_code")
    assert codes(organisation, "purchase_category") == used(facts, organisation, "purchase_lines", "category")


@EVERY_ORGANISATION
def test_every_tax_code_has_a_rate_in_the_country(facts: Reader, organisation: str) -> None:
    """Of lines, movements, purchases and of the mapping itself."""
    known = {row["pos_tax_code"] for row in mapping(organisation, "taxes") if row["country"] == ORGANISATIONS[organisation]}
    tables = ("sale_lines", "movements", "purchase_lines")
    found = {code for table in tables for code in used(facts, organisation, table, "tax_code")}
    named = {row["tax_code"] for row in (*mapping(organisation, "accounts"), *mapping(organisation, "contacts")) if row["tax_code"]}
    assert found | named <= known


@EVERY_ORGANISATION
def test_every_mapped_account_is_in_the_chart(organisation: str) -> None:
    """Beside Xero's own accounts, which are there under their names; names and codes are unique, as Xero wants them."""
    accounts = chart(organisation)
    assert {row["account"] for row in mapping(organisation, "accounts")} - {"receivable"} <= set(accounts)
    assert {code: row["system"] for code, row in accounts.items() if row["system"]} == SYSTEM
    names = [row["name"] for row in accounts.values()]
    assert len(names) == len(set(names))
    assert max(map(len, accounts)) <= 10


@EVERY_ORGANISATION
def test_tenders_that_receive_account_payments_take_payments(facts: Reader, organisation: str) -> None:
    """A payment in Xero goes into an account of type BANK or one with payments enabled."""
    by_tender = {row["code"]: row["account"] for row in mapping(organisation, "accounts") if row["kind"] == "tender"}
    accounts = chart(organisation)
    paying = {"CASH", "EFTPOS", "MASTERCARD", "AMEX"}
    assert {accounts[by_tender[code]]["enable_payments"] for code in paying} == {"yes"}


@EVERY_ORGANISATION
def test_contacts_cover_suppliers_debtor_and_account_contracts(facts: Reader, organisation: str) -> None:
    """Suppliers agree with the POS on name, terms and the accounting flag."""
    contacts = mapping(organisation, "contacts")
    assert [(c["kind"], c["code"]) for c in contacts][:2] == [("debtor", "*"), ("cash_customer", "*")]
    stores = [store for store in STORES if store.organisation == organisation]
    pos = {s["id"]: s for store in stores for s in facts(store, "suppliers")}
    mapped = {c["code"]: c for c in contacts if c["kind"] == "supplier"}
    assert set(mapped) == set(pos)
    for code, supplier in pos.items():
        told = (supplier["name"], str(supplier["terms_days"]), "yes" if supplier["for_accounting"] else "no")
        assert (mapped[code]["contact_name"], mapped[code]["terms_days"], mapped[code]["for_accounting"]) == told
    accounts = {
        sale["customer_id"]
        for store in stores
        if store.pos == "demo_pointofrental"
        for sale in facts(store, "sales")
        if sale["is_account_contract"]
    }
    assert {c["code"] for c in contacts if c["kind"] == "customer"} == accounts


def test_the_files_have_the_form_of_the_golden_ones() -> None:
    """The same headers, and the same accounts for the codes that both know."""
    golden = ROOT.parent / "shared" / "golden" / "mappings"
    if not golden.is_dir():
        pytest.skip(f"THE GOLDEN MAPPINGS ARE NOT AT {golden}: the form of the demo mappings is not compared")
    for organisation in ORGANISATIONS:
        for name in ("accounts", "taxes", "contacts"):
            assert list(mapping(organisation, name)[0]) == list(rows_of(golden / f"{name}.csv")[0])
        same = {(row["kind"], row["code"]): row["account"] for row in rows_of(golden / "accounts.csv")}
        ours = {(row["kind"], row["code"]): row["account"] for row in mapping(organisation, "accounts")}
        assert {key: account for key, account in ours.items() if key in same} == {key: same[key] for key in ours if key in same}
