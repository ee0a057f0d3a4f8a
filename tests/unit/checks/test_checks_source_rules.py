"""Every source rule finds what breaks it, to the cent and in words, and nothing in facts that keep it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from checks_facts import DAY, MAPPING, Tables, context, facts, facts_of_stores, found, line, purchase, purchase_line, sale, store, tender
from hypothesis import given
from hypothesis import strategies as st
from source_cases import CASES, Case, bill, day

from tillpost.checks.measuring import measure_source
from tillpost.checks.relations import open_cursor
from tillpost.checks.rule import Measure
from tillpost.checks.rules import SOURCE_RULES
from tillpost.mapping.tables import AccountRow
from tillpost.model.money import format_cents, tax_inside
from tillpost.organisations import Store
from tillpost.pos.facts import open_facts


def _id(case: Case) -> str:
    return f"{case.rule}-{case.stream}"


Batch = dict[str, dict[str, Measure]]


def _stands_alone(case: Case) -> bool:
    """Whether a case needs a run of its own: for settings of the organisation, or because bills of all stores are compared."""
    return bool(case.settings) or case.stream == "purchases"


def _batch(paths: pytest.TempPathFactory, stores: dict[str, tuple[Store, Tables]]) -> Batch:
    """What each rule finds per store, where every case is a store of its own and one run answers for all."""
    connection = facts_of_stores(paths.mktemp("batch"), {key: tables for key, (_, tables) in stores.items()})
    looked_at = context(*(replace(own, key=key) for key, (own, _) in stores.items()))
    return {m.rule.key: {measure.store: measure for measure in m.measures} for m in measure_source(connection, looked_at) if not m.crash}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return _batch(tmp_path_factory, {c.rule: (c.store, c.breaks) for c in CASES if not _stands_alone(c)})


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return _batch(tmp_path_factory, {c.rule: (c.keeps_store or c.store, c.keeps) for c in CASES if not _stands_alone(c)})


@pytest.mark.parametrize("case", [c for c in CASES if not _stands_alone(c)], ids=_id)
def test_a_rule_finds_what_breaks_it_and_not_what_comes_close(case: Case, broken: Batch, kept: Batch) -> None:
    key = f"{case.rule}/{case.stream}"
    assert broken[key].get(case.rule) == Measure(case.rule, DAY, case.count, case.amount_cents, case.examples)
    assert kept[key].get(case.rule) is None


@pytest.mark.parametrize("case", [c for c in CASES if _stands_alone(c)], ids=_id)
def test_a_rule_that_needs_more_than_its_store(case: Case, tmp_path: Path) -> None:
    expected = (Measure("cafe", DAY, case.count, case.amount_cents, case.examples),)
    looked_at = context(case.store, **case.settings)
    assert found(facts(tmp_path / "breaks", case.breaks), looked_at, case.rule, case.stream) == expected
    looked_at = context(case.keeps_store or case.store, **(case.settings if case.keeps_settings is None else case.keeps_settings))
    assert found(facts(tmp_path / "keeps", case.keeps), looked_at, case.rule, case.stream) == ()


def test_every_rule_has_a_case() -> None:
    several_stores = ["purchase_of_no_store_told_twice-purchases"]  # which one store cannot break
    assert sorted([*(_id(case) for case in CASES), *several_stores]) == sorted(f"{rule.name}-{rule.stream}" for rule in SOURCE_RULES)


def test_rules_have_names_of_their_own() -> None:
    keys = [rule.key for rule in SOURCE_RULES]
    assert len(keys) == len(set(keys))
    assert [rule.name for rule in SOURCE_RULES if not rule.name.islower() or not rule.name.isidentifier()] == []


def test_stores_and_dates_are_kept_apart(tmp_path: Path) -> None:
    short = day(tenders=[tender(4900)])
    connection = facts_of_stores(tmp_path, {"cafe": short, "bar": day(), "den": short})
    looked_at = context(store("cafe"), store("bar"), store("den"))
    assert [(m.store, m.count) for m in found(connection, looked_at, "tenders_do_not_match_sales")] == [("cafe", 1), ("den", 1)]


def test_a_date_that_is_not_looked_at_raises_nothing(tmp_path: Path) -> None:
    other = date(2026, 3, 4)
    connection = facts(tmp_path, day(sale(), sale("s2", business_date=other), lines=[line(), line(sale_id="s2")], tenders=[tender()]))
    looked_at = replace(context(), store_dates=(("cafe", DAY),))
    assert found(connection, looked_at, "tenders_do_not_match_sales") == ()


def test_a_row_without_a_date_holds_every_date_of_its_store(tmp_path: Path) -> None:
    connection = facts_of_stores(tmp_path, {"cafe": day(lines=[line(sale_id="gone")]), "bar": day()})
    looked_at = replace(
        context(store("cafe"), store("bar")), store_dates=(("cafe", DAY), ("cafe", date(2026, 3, 4)), ("bar", DAY))
    )  # fmt: skip
    assert [(m.store, m.business_date) for m in found(connection, looked_at, "orphan_row")] == [("cafe", DAY), ("cafe", date(2026, 3, 4))]


def test_a_key_on_two_dates_is_told_on_both(tmp_path: Path) -> None:
    second = date(2026, 3, 4)
    connection = facts(tmp_path, day(sale(), sale(business_date=second)))
    looked_at = replace(context(), store_dates=(("cafe", DAY), ("cafe", second)))
    assert [m.business_date for m in found(connection, looked_at, "duplicate_key")] == [DAY, second]


def test_at_most_five_examples_are_told(tmp_path: Path) -> None:
    sales = [sale(f"s{n}") for n in range(9)]
    connection = facts(tmp_path, day(*sales, lines=[line(sale_id=f"s{n}") for n in range(9)], tenders=[]))
    (measure,) = found(connection, context(), "tenders_do_not_match_sales")
    assert (measure.count, measure.amount_cents) == (9, -45000)
    assert measure.examples == tuple(f"sale s{n}: tenders 0.00, sale 50.00" for n in range(5))


def test_a_mapping_row_counts_from_its_date_on(tmp_path: Path) -> None:
    later = AccountRow("sales_category", "VAPES", "203", "", "", date(2026, 3, 4), "", "accounts.csv", 99)
    vapes = [line(category="VAPES"), line(category="VAPES", sale_id="s2")]
    connection = facts(tmp_path, day(sale(), sale("s2", business_date=date(2026, 3, 4)), lines=vapes))
    mapping = replace(MAPPING, accounts=(*MAPPING.accounts, later))
    looked_at = replace(context(mapping=mapping), store_dates=(("cafe", DAY), ("cafe", date(2026, 3, 4))))
    assert [m.business_date for m in found(connection, looked_at, "unmapped_category")] == [DAY]


def test_a_bill_booked_before_is_a_twin(tmp_path: Path) -> None:
    looked_at = context(known_bills=(("FRESH", "inv-77", "p0"),))
    connection = facts(tmp_path, bill())
    assert found(connection, looked_at, "duplicate_supplier_invoice", "purchases") == (
        Measure("cafe", DAY, 1, 11000, ("Fresh Foods, bill INV-77: 110.00, purchase p1 and purchase p0 (booked before)",)),
    )
    again = context(known_bills=(("FRESH", "INV-77", "p1"), ("PAPERCO", "INV-77", "p0")))
    assert found(connection, again, "duplicate_supplier_invoice", "purchases") == ()


def test_one_bill_in_two_stores_is_a_twin(tmp_path: Path) -> None:
    own = {key: bill(purchase(store_id=key)) for key in ("cafe", "bar")}
    connection = facts_of_stores(tmp_path, own)
    measures = found(connection, context(store("cafe"), store("bar")), "duplicate_supplier_invoice", "purchases")
    assert [m.store for m in measures] == ["bar", "cafe"]


def test_a_purchase_of_no_store_that_two_stores_deliver_is_said_and_no_twin(tmp_path: Path) -> None:
    connection = facts_of_stores(tmp_path / "one", {"cafe": bill(), "bar": bill()})
    looked_at = context(store("cafe"), store("bar"))
    assert found(connection, looked_at, "duplicate_supplier_invoice", "purchases") == ()
    assert found(connection, looked_at, "purchase_of_no_store_told_twice", "purchases") == (
        Measure("bar", DAY, 1, 11000, ("bill INV-77: also delivered by cafe",)),
        Measure("cafe", DAY, 1, 11000, ("bill INV-77: also delivered by bar",)),
    )
    apart = context(store("cafe"), store("bar", connection="other"))
    assert found(connection, apart, "purchase_of_no_store_told_twice", "purchases") == ()
    assert len(found(connection, apart, "duplicate_supplier_invoice", "purchases")) == 2


def test_suppliers_of_two_systems_with_one_number_are_no_twins(tmp_path: Path) -> None:
    numbered = bill(purchase(supplier_id="7"), lines=[purchase_line()])
    connection = facts_of_stores(
        tmp_path,
        {
            "cafe": {**numbered, "suppliers": [{"id": "7", "name": "Pens"}]},
            "hire": {**numbered, "suppliers": [{"id": "7", "name": "Diggers"}]},
        },
    )
    looked_at = context(store("cafe"), store("hire", pos="pointofrental"))
    assert found(connection, looked_at, "duplicate_supplier_invoice", "purchases") == ()


def test_a_sale_that_keeps_gst_as_a_whole_is_held_against_the_rates_of_its_lines(tmp_path: Path) -> None:
    unrecorded = line(11000, tax_cents=None, net_cents=None)
    tables = day(sale(gross=11000, tax_cents=500, net_cents=10500), lines=[unrecorded], tenders=[tender(11000)])
    assert found(facts(tmp_path, tables), context(), "gst_does_not_match_rate") == (
        Measure("cafe", DAY, 1, -500, ("sale s1: GST 5.00, the rates of its lines give 10.00",)),
    )


def test_more_gst_than_the_rate_gives_is_never_split(tmp_path: Path) -> None:
    connection = facts(tmp_path, day(lines=[line(10000, tax_cents=1500)]))
    looked_at = context(store(split_mixed_tax=True))
    assert found(connection, looked_at, "mixed_tax_split") == ()
    assert [m.count for m in found(connection, looked_at, "gst_does_not_match_rate")] == [1]


@pytest.fixture(scope="module")
def macros() -> duckdb.DuckDBPyConnection:
    return open_cursor(open_facts([]), context())


@given(cents=st.integers(-(10**13), 10**13), rate=st.sampled_from([0, 250, 500, 1000, 1250, 1500, 2000]))
def test_the_queries_reckon_as_the_model_does(macros: duckdb.DuckDBPyConnection, cents: int, rate: int) -> None:
    row = macros.execute("SELECT money(?::BIGINT), tax_inside(?::BIGINT, ?::BIGINT)", [cents, cents, rate]).fetchone()
    assert row == (format_cents(cents), tax_inside(cents, rate))
