"""Where a date's takings go: a journal, an invoice that totals zero, or one document of all stores. Numbers and keys are stable."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from tests.golden.given import DAY, facts_of_case
from tests.unit.build.conftest import MAPPING
from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.build.numbering import number
from tillpost.build.takings import stores_together
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.facts import TABLES
from tillpost.model.findings import ALL_STORES, Stream, StreamKey
from tillpost.model.period import TradingClock
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts

FOOD = {"category": "FOOD", "gross": "50.00", "tax_code": "GST"}
CASH_SALE = {"id": "s1", "lines": [FOOD], "tenders": [{"tender": "CASH", "amount": "50.00"}]}
CARD_SALE = {"id": "s1", "lines": [{**FOOD, "gross": "20.00"}], "tenders": [{"tender": "EFTPOS", "amount": "20.00"}]}
ACCOUNT_SALE = {"id": "s2", "customer": "ACME", "lines": [FOOD], "tenders": [{"tender": "ACCOUNT", "amount": "50.00"}]}
CLOCK = TradingClock("Australia/Melbourne", time(4))
Given = Mapping[str, Any]


def store(key: str, **policies: Any) -> Store:
    """A store that has begun."""
    return replace(Store(key, f"Shop {key.title()}", "none", "none", key, CLOCK, date(2026, 1, 1)), **policies)


def context_of(
    stores: Sequence[Store], *, days: Sequence[date] = (DAY,), takings: Mapping[tuple[str, date], str] | None = None, **policies: Any
) -> BuildContext:
    """A context that looks at all stores on these dates."""
    organisation = Organisation("org", "Org", "AU", "AUD", CLOCK.zone, "none", time(6), {s.key: s for s in stores}, **policies)
    store_dates = tuple((s.key, day) for s in stores for day in days)
    return BuildContext(organisation, MAPPING, store_dates, takings=takings or {})


def build(folder: Path, given: Mapping[str, Given], context: BuildContext, shuffle: random.Random | None = None) -> dict[str, Document]:
    """The documents of several stores by natural key, in the order in which they were built."""
    folders = []
    for key, day in given.items():
        tables = {name: [row | {"store": key} for row in rows] for name, rows in facts_of_case(day, "AU", MAPPING).tables.items()}
        for rows in tables.values():
            (shuffle.shuffle if shuffle else list)(rows)
        write_facts(folder / key, {name: facts_of_rows(TABLES[name], key, rows) for name, rows in tables.items()})
        folders.append(folder / key)
    if shuffle:
        shuffle.shuffle(folders)
    built = build_documents(open_facts(folders), context)
    return {document.natural_key: document for documents in built.values() for document in documents}


def _amounts(document: Document) -> list[tuple[str, str, int]]:
    return [(line.account, line.tax_type, line.cents) for line in document.lines]


def test_takings_as_an_invoice_to_the_pos_debtor_total_zero(tmp_path: Path) -> None:
    found = build(tmp_path, {"cafe": {"sales": [CASH_SALE, ACCOUNT_SALE]}}, context_of([store("cafe", sales_as="invoice")]))
    assert list(found) == ["org/cafe/takings/2026-03-03", "org/cafe/invoice/s2"]
    takings = found["org/cafe/takings/2026-03-03"]
    assert replace(takings, postings=()) == Document(
        StreamKey("org", "cafe", DAY, Stream.SALES),
        "org/cafe/takings/2026-03-03",
        DocumentKind.INVOICE,
        "TP/cafe/takings/2026-03-03",
        DAY,
        "AUD",
        (
            DocumentLine("101", "BASEXCLUDED", -5000, "Undeposited funds"),
            DocumentLine("201", "OUTPUT", 5000, "Sales - Food", rate_bp=1000, pos_tax_cents=455),
        ),
        contact=Contact("POS Debtor"),
        due_date=DAY,
        reference="Sales, Shop Cafe",
    )
    assert takings.is_takings and takings.total_cents == 0
    assert {posting.document for posting in takings.postings} == {takings.natural_key}


@pytest.mark.parametrize("mode", ["transaction", "real_time"])
def test_outside_batch_mode_what_is_left_for_the_dates_end_stays_a_journal(tmp_path: Path, mode: str) -> None:
    counted = {"sales": [CASH_SALE], "counts": [{"tender": "CASH", "expected": "50.00", "counted": "49.00"}]}
    found = build(tmp_path, {"cafe": counted}, context_of([store("cafe", sales_as="invoice", mode=mode)]))
    assert found["org/cafe/journal/2026-03-03"].kind is DocumentKind.JOURNAL


def test_a_date_that_is_in_xero_keeps_the_form_that_it_has_there(tmp_path: Path) -> None:
    day = {"cafe": {"sales": [CASH_SALE]}}
    journal = build(tmp_path, day, context_of([store("cafe", sales_as="invoice")], takings={("cafe", DAY): "journal"}))
    assert list(journal) == ["org/cafe/journal/2026-03-03"]
    shared = context_of([store("cafe"), store("kiosk")], sales_document="per_organisation", takings={("cafe", DAY): "journal"})
    both = {"cafe": {"sales": [CASH_SALE]}, "kiosk": {"sales": [CARD_SALE]}}
    found = build(tmp_path / "shared", both, shared)
    assert list(found) == ["org/cafe/journal/2026-03-03", "org/_all/journal/2026-03-03"]
    assert _amounts(found["org/_all/journal/2026-03-03"]) == [("105", "BASEXCLUDED", 2000), ("201", "OUTPUT", -2000)]


def test_one_document_holds_the_takings_of_all_stores_and_tells_each_postings_store(tmp_path: Path) -> None:
    context = context_of([store("kiosk"), store("cafe")], sales_document="per_organisation")
    found = build(tmp_path, {"cafe": {"sales": [CASH_SALE, ACCOUNT_SALE]}, "kiosk": {"sales": [CARD_SALE]}}, context)
    assert list(found) == ["org/_all/journal/2026-03-03", "org/cafe/invoice/s2"]
    journal = found["org/_all/journal/2026-03-03"]
    assert (journal.key, journal.number) == (StreamKey("org", ALL_STORES, DAY, Stream.SALES), "TP/all-stores/journal/2026-03-03")
    assert journal.narration == "Sales, All stores, Tuesday 3 March 2026 [TP/all-stores/journal/2026-03-03]"
    assert _amounts(journal) == [("101", "BASEXCLUDED", 5000), ("105", "BASEXCLUDED", 2000), ("201", "OUTPUT", -7000)]
    assert [(p.source.where[0], p.account, p.cents) for p in journal.postings] == [
        (("store", "cafe"), "201", -5000),
        (("store", "cafe"), "101", 5000),
        (("store", "kiosk"), "201", -2000),
        (("store", "kiosk"), "105", 2000),
    ]


def test_the_document_of_all_stores_is_an_invoice_where_all_of_them_say_so(tmp_path: Path) -> None:
    context = context_of([store("cafe", sales_as="invoice"), store("kiosk", sales_as="invoice")], sales_document="per_organisation")
    [takings] = build(tmp_path, {"cafe": {"sales": [CASH_SALE]}, "kiosk": {"sales": [CARD_SALE]}}, context).values()
    assert (takings.natural_key, takings.total_cents, takings.is_takings) == ("org/_all/takings/2026-03-03", 0, True)
    assert _amounts(takings) == [("101", "BASEXCLUDED", -5000), ("105", "BASEXCLUDED", -2000), ("201", "OUTPUT", 7000)]


def test_the_document_of_all_stores_is_a_draft_while_one_store_sends_drafts(tmp_path: Path) -> None:
    context = context_of([store("cafe"), store("kiosk", send_as="draft")], sales_document="per_organisation")
    [journal] = build(tmp_path, {"cafe": {"sales": [CASH_SALE]}}, context).values()
    assert journal.draft


def test_the_stores_of_the_shared_document_have_begun_and_are_in_batch_mode() -> None:
    stores = [
        store("bar", mode="transaction"),
        store("cafe"),
        store("hire", mode="batch", mode_changes=((DAY, "transaction"),)),
        store("kiosk", starts_on=date(2026, 3, 4)),
        store("pub"),
    ]
    context = context_of(stores, sales_document="per_organisation", takings={("pub", DAY): "invoice"})
    assert stores_together(context, DAY) == ("cafe",)
    assert stores_together(context, date(2026, 3, 2)) == ("cafe", "hire", "pub")
    assert stores_together(context_of(stores), DAY) == ()


def test_a_mode_holds_from_its_date_and_leaves_earlier_dates_as_they_were(tmp_path: Path) -> None:
    days = {"cafe": {"sales": [CASH_SALE, {**CASH_SALE, "id": "s7", "date": date(2026, 3, 4)}]}}
    both = (DAY, date(2026, 3, 4))
    before = build(tmp_path / "before", days, context_of([store("cafe")], days=both))
    switched = store("cafe", mode_changes=((date(2026, 3, 4), "transaction"),))
    after = build(tmp_path / "after", days, context_of([switched], days=both))
    assert list(before) == ["org/cafe/journal/2026-03-03", "org/cafe/journal/2026-03-04"]
    assert list(after) == ["org/cafe/journal/2026-03-03", "org/cafe/invoice/s7", "org/cafe/payment/s7/CASH"]
    assert after["org/cafe/journal/2026-03-03"] == before["org/cafe/journal/2026-03-03"]


def test_an_account_payment_after_a_switch_settles_the_invoice_from_before(tmp_path: Path) -> None:
    pays = [{"sale": "s2", "amount": "50.00"}]
    paid = {"id": "m1", "kind": "account_payment", "tender": "EFTPOS", "customer": "ACME", "amount": "50.00", "pays": pays}
    sold = build(tmp_path / "sold", {"cafe": {"sales": [ACCOUNT_SALE]}}, context_of([store("cafe")]))
    later = date(2026, 3, 4)
    switched = store("cafe", mode_changes=((later, "transaction"),))
    days = {"cafe": {"sales": [ACCOUNT_SALE], "movements": [{**paid, "date": later}]}}
    found = build(tmp_path / "paid", days, context_of([switched], days=(DAY, later)))
    [payment] = [document for document in found.values() if document.kind is DocumentKind.PAYMENT]
    assert payment.settles == "org/cafe/invoice/s2"
    assert found["org/cafe/invoice/s2"] == sold["org/cafe/invoice/s2"]


HOSTILE = ["1/77", "1.77", "1-77", "1 77", "../etc", "x/v2", "x", "'; DROP TABLE x;--", "=1+1", "é" * 200, "N" * 500, "\u202e17", "-", "v2"]


def test_numbers_of_hostile_ids_and_longest_names_are_short_plain_and_unique() -> None:
    keys = ["a" * 40, "_all", "all_stores", "all", "a_b", "ab", "journal"]
    numbers = [
        number(StreamKey("org", key, DAY, Stream.SALES), kind, what) + version
        for key in keys
        for kind in ("invoice", "credit-note", "takings", "account-payment")
        for what in HOSTILE
        for version in ("", "/v2", "/v1234")
    ]
    assert len({text.casefold() for text in numbers}) == len(numbers)
    assert max(map(len, numbers)) <= 255
    assert set("".join(numbers)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/")


def test_the_same_facts_give_the_same_bytes_whatever_the_order_of_rows_and_stores(tmp_path: Path) -> None:
    trade = [
        {**CASH_SALE, "id": f"s{n}", "rounding": "0.01", "tenders": [{"tender": "CASH", "amount": "20.01"}, {"tender": "EFTPOS", "amount": "30.00"}]}
        for n in range(12)
    ]  # fmt: skip
    moved = [
        {"id": f"m{n}", "kind": "paid_out", "function": "PETTY_CASH", "tender": "CASH", "amount": "-5.00", "tax_code": "GST"}
        for n in (1, 2)
    ]
    bought = [{"id": f"p{n}", "supplier": "FRESH", "number": f"N-{n}", "terms_days": 7, "lines": [FOOD, FOOD]} for n in (1, 2, 3)]
    day = {"sales": [*trade, ACCOUNT_SALE | {"id": "a1"}], "movements": moved, "purchases": bought}
    stores = [store("cafe"), store("kiosk"), store("pub")]
    given = dict.fromkeys((s.key for s in stores), day)
    first = build(tmp_path / "first", given, context_of(stores, sales_document="per_organisation"))
    for seed in range(3):
        shuffle = random.Random(seed)
        shuffle.shuffle(stores)
        again = build(tmp_path / str(seed), given, context_of(stores, sales_document="per_organisation"), shuffle)
        assert {key: document.as_dict() for key, document in again.items()} == {key: document.as_dict() for key, document in first.items()}
