"""Building and the checks read one mapping: overrides of stores and patterns book what the checks take for mapped, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from checks_facts import DAY, MAPPING, Tables, context, entry, facts_of_stores, line, purchase, purchase_line, sale, store, tender
from hypothesis import given, settings
from hypothesis import strategies as st

from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.checks.context import CheckContext
from tillpost.checks.measuring import measure_source
from tillpost.checks.relations import open_cursor
from tillpost.checks.rules import SOURCE_RULES
from tillpost.mapping.tables import AccountRow, Mapping

CODES, STORES = ("A", "AB", "ABC", "B"), ("bar", "cafe")
# Where each kind's code stands in the facts, as the evidence of a posting names it.
EVIDENCE = {
    "sale_lines": ("sales_category", "category"),
    "tenders": ("tender", "tender_code"),
    "purchase_lines": ("purchase_category", "category"),
}
RULES = [rule for rule in SOURCE_RULES if rule.name in ("unmapped_category", "unmapped_tender", "unmapped_purchase_category")]
Booked = dict[tuple[str, str, str], str]


def _tables() -> Tables:
    numbered = [(str(n), code) for n, code in enumerate(CODES, 1)]
    return {
        "sales": [sale(gross=400)],
        "sale_lines": [line(100, line_no=n, category=code) for n, code in numbered],
        "tenders": [tender(100, tender_no=n, tender_code=code) for n, code in numbered],
        "purchases": [purchase(400, store_id="here")],
        "purchase_lines": [purchase_line(100, line_no=n, category=code) for n, code in numbered],
        "gl_entries": [entry("4300", 100, "1", **{"class": "TRUCK"}), entry("4300", -100, "2", **{"class": "VAN"})],
    }


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = facts_of_stores(tmp_path_factory.mktemp("trade"), {key: _tables() for key in STORES})
    yield connection
    connection.close()


def _built(facts: duckdb.DuckDBPyConnection, looked_at: CheckContext) -> Booked:
    building = BuildContext(looked_at.organisation, looked_at.mapping, looked_at.store_dates)
    found: Booked = {}
    for key, documents in build_documents(facts, building).items():
        for posting in (posting for document in documents for posting in document.postings):
            kind, column = EVIDENCE.get(posting.source.table, ("", ""))
            if kind:
                found[key.store, kind, dict(posting.source.where)[column]] = posting.account
    return found


def _checked(facts: duckdb.DuckDBPyConnection, looked_at: CheckContext) -> Booked:
    rows = open_cursor(facts, looked_at).execute(
        "SELECT store, kind, code, account FROM account_spans WHERE kind IN ('sales_category', 'tender', 'purchase_category') "
        f"AND code <> 'CASH' AND DATE '{DAY}' >= valid_from AND DATE '{DAY}' < valid_until"
    )
    return {(store, kind, code): account for store, kind, code, account in rows.fetchall()}


def _held(facts: duckdb.DuckDBPyConnection, looked_at: CheckContext) -> set[tuple[str, str, str]]:
    measured = [m for one in measure_source(facts, looked_at, RULES) for m in one.measures]
    texts = [(m.store, *text.rpartition("has no row ")[2].split(",")) for m in measured for text in m.examples]
    return {(store, kind, code) for store, kind, code in texts}


ROWS = st.lists(
    st.tuples(
        st.sampled_from(("sales_category", "tender", "purchase_category")),
        st.sampled_from(("A", "AB", "*", "A*", "*B", "A*C", "*B*")),
        st.sampled_from(("", *STORES)),
        st.sampled_from((None, date(2026, 3, 2), DAY, date(2026, 3, 4))),
    ),
    unique=True,
    max_size=15,
)


@settings(max_examples=12, deadline=None)
@given(ROWS)
def test_what_the_checks_take_for_mapped_is_what_building_books(
    trade: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, str, date | None]]
) -> None:
    accounts = (AccountRow(k, code, str(n), "", "", start, "", "accounts.csv", n, own) for n, (k, code, own, start) in enumerate(rows, 2))
    mapping = Mapping("AU", tuple(accounts), MAPPING.taxes, MAPPING.contacts)
    looked_at = replace(context(*(store(key) for key in STORES)), mapping=mapping)
    built = _built(trade, looked_at)
    everything = {(key, kind, code) for key in STORES for kind in ("sales_category", "tender", "purchase_category") for code in CODES}
    assert _checked(trade, looked_at) == built
    assert _held(trade, looked_at) == everything - set(built)


def test_a_stores_own_row_and_a_pattern_map_what_they_say(tmp_path: Path) -> None:
    facts = facts_of_stores(tmp_path, {key: _tables() for key in STORES})
    rows = (
        AccountRow("sales_category", "A*", "201", "", "", None, "", "accounts.csv", 2),
        AccountRow("sales_category", "AB", "202", "", "", None, "", "accounts.csv", 3, "cafe"),
        AccountRow("tender", "*", "101", "NONE", "", date(2026, 3, 4), "", "accounts.csv", 4),
        AccountRow("tender", "B", "105", "NONE", "", None, "", "accounts.csv", 5, "bar"),
    )
    looked_at = replace(context(*(store(key) for key in STORES)), mapping=replace(MAPPING, accounts=rows))
    told = {(m.store, text) for one in measure_source(facts, looked_at, RULES[:2]) for m in one.measures for text in m.examples}
    assert told == {
        *((key, "B: 1.00; accounts.csv has no row sales_category,B") for key in STORES),
        *((key, f"{code}: 1.00; accounts.csv has no row tender,{code}") for key in STORES for code in ("A", "AB", "ABC")),
        ("cafe", "B: 1.00; accounts.csv has no row tender,B"),
    }
    assert _built(facts, looked_at)["cafe", "sales_category", "AB"] == "202"
    assert _built(facts, looked_at)["bar", "sales_category", "AB"] == "201"


def test_a_class_chooses_the_account_of_each_entry(tmp_path: Path) -> None:
    facts = facts_of_stores(tmp_path, {"cafe": _tables()})
    row = AccountRow("gl_account", "43*", "43-{Class}", "NONE", "Class={Class}", None, "", "accounts.csv", 2)
    mapping = replace(MAPPING, accounts=(row,))
    looked_at = replace(context(), mapping=mapping)
    documents = build_documents(facts, BuildContext(looked_at.organisation, mapping, looked_at.store_dates))
    booked = [(own.account, own.tracking, own.cents) for built in documents.values() for document in built for own in document.lines]
    assert booked == [("43-TRUCK", "Class=TRUCK", 100), ("43-VAN", "Class=VAN", -100)]


def test_a_store_has_suppliers_of_its_own(tmp_path: Path) -> None:
    bills = {"purchases": [purchase(store_id="here")], "purchase_lines": [purchase_line()]}
    facts = facts_of_stores(tmp_path, dict.fromkeys(STORES, bills))
    fresh = next(row for row in MAPPING.contacts if row.code == "FRESH")
    own = replace(fresh, for_accounting=False, store="bar")
    looked_at = replace(context(*(store(key) for key in STORES)), mapping=replace(MAPPING, contacts=(*MAPPING.contacts, own)))
    booked = open_cursor(facts, looked_at).execute("SELECT store, supplier_name FROM booked_purchases").fetchall()
    built = build_documents(facts, BuildContext(looked_at.organisation, looked_at.mapping, looked_at.store_dates))
    assert booked == [("cafe", "Fresh Foods")]
    assert [(key.store, document.contact and document.contact.name) for key, own in built.items() for document in own] == booked
