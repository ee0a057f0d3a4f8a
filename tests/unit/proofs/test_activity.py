"""The proof that all activity is booked once: it holds on a day of everything in every mode, and fails for whatever is lost, doubled or moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import duckdb
import pytest

from tests.unit.proofs.whole_day import whole_day
from tests.unit.proofs.world import DAYS, World, all_documents
from tillpost.checks.activity import IGNORED, LINES_APART, NOT_BOOKED_ONCE, Judged, check_activity, compared, measure_activity
from tillpost.checks.activity_documents import FOLLOWING
from tillpost.checks.activity_facts import ask
from tillpost.model.documents import Document, DocumentKind, FactSelection
from tillpost.model.findings import ALL_STORES, Stream, StreamKey

Documents = Sequence[Document]
BATCH, LIVE, CONTRACTS = "batch", "live", "contracts"


@pytest.fixture(scope="module")
def world() -> World:
    return whole_day(
        batch={},
        live={"mode": "real_time", "layby_recognition": "each_payment"},
        contracts={"mode": "transaction", "layby_recognition": "sale_date"},
        dated={"debtor_grain": "per_date", "surplus": "deposit"},
        drafts={"send_as": "draft"},
        tomorrow={"starts_on": DAYS[1]},
    )


@pytest.fixture(scope="module")
def facts(world: World) -> duckdb.DuckDBPyConnection:
    return world.facts()


@pytest.fixture(scope="module")
def documents(world: World, facts: duckdb.DuckDBPyConnection) -> Documents:
    return tuple(all_documents(world.build(facts)))


def judged_of(world: World) -> Judged:
    return Judged(world.check_context, keys_of(world), {})


def keys_of(world: World) -> list[StreamKey]:
    return [StreamKey("org", store, day, stream) for store, day in world.store_dates for stream in Stream]


class Proof:
    """Facts that are asked once, held against documents that are changed in many ways."""

    def __init__(self, world: World, facts: duckdb.DuckDBPyConnection) -> None:
        self.asked, self.judged = ask(facts, world.check_context), judged_of(world)

    def found(self, documents: Documents) -> list[tuple[str, str]]:
        """Store and sentence of each figure that is apart."""
        return [(key.store, apart.told().partition(", ")[2]) for key, apart in compared(self.asked, documents, self.judged)]


@pytest.fixture(scope="module")
def proof(world: World, facts: duckdb.DuckDBPyConnection) -> Proof:
    return Proof(world, facts)


def test_a_day_of_everything_is_booked_once(proof: Proof, documents: Documents) -> None:
    assert proof.found(documents) == []
    assert {d.key.store for d in documents} == {BATCH, LIVE, CONTRACTS, "dated", "drafts"}


def changes(documents: Documents) -> Iterator[tuple[str, int, int]]:
    """Each posting that says something of its own: its document's key, and where both stand."""
    for n, document in enumerate(documents):
        for m, posting in enumerate(document.postings):
            follows = dict(posting.source.where).get("amount", "") in FOLLOWING or "/receipt-reversal/" in document.natural_key
            if posting.cents and not follows:
                yield f"{document.natural_key} {posting.source} {posting.account}", n, m


def with_postings(documents: Documents, n: int, m: int, times: int) -> list[Document]:
    own = documents[n].postings
    return [*documents[:n], replace(documents[n], postings=(*own[:m], *[own[m]] * times, *own[m + 1 :])), *documents[n + 1 :]]


@pytest.mark.parametrize("times", [0, 2], ids=["dropped", "doubled"])
def test_no_posting_is_dropped_or_doubled_unnoticed(times: int, proof: Proof, documents: Documents) -> None:
    tried = list(changes(documents))
    assert len(tried) > 200
    assert [name for name, n, m in tried if not proof.found(with_postings(documents, n, m, times))] == []


def test_no_document_is_dropped_or_doubled_unnoticed(proof: Proof, documents: Documents) -> None:
    moving = [d for d in documents if d.kind is not DocumentKind.ALLOCATION]  # which moves nothing in the ledger
    silent = [d.natural_key for d in moving if not proof.found([other for other in documents if other is not d])]
    silent += [d.natural_key for d in moving if not proof.found([*documents, d])]
    assert silent == []


def test_no_posting_moves_to_another_account_unnoticed(proof: Proof, documents: Documents) -> None:
    silent = []
    for name, n, m in changes(documents):
        own = documents[n].postings
        moved = replace(documents[n], postings=(*own[:m], replace(own[m], account="999"), *own[m + 1 :]))
        if not proof.found([*documents[:n], moved, *documents[n + 1 :]]):
            silent.append(name)
    assert silent == []


def test_what_was_sent_one_by_one_is_not_in_the_days_document_as_well(proof: Proof, documents: Documents) -> None:
    of_the_day = {d.key: d for d in documents if d.natural_key.split("/")[2] == "journal"}
    sale = next(d for d in documents if d.natural_key == "org/live/sale/mixed")
    day = of_the_day[sale.key]
    both = [d for d in documents if d is not day] + [replace(day, postings=(*day.postings, *sale.postings))]
    moved = [d for d in both if d is not sale]
    told = "tenders on 105: the POS 163.00 (the date's document 0.00, sent one by one 163.00), the documents {}"
    assert (LIVE, told.format("226.00 (the date's document 63.00, sent one by one 163.00)")) in proof.found(both)
    assert (LIVE, told.format("163.00 (the date's document 63.00, sent one by one 100.00)")) in proof.found(moved)
    assert {store for store, _ in proof.found(moved)} == {LIVE}


def test_a_tender_lost_on_an_invoice_is_named_on_both_sides(proof: Proof, documents: Documents) -> None:
    (payment,) = (d for d in documents if d.natural_key.startswith("org/batch/payment/"))
    assert proof.found([d for d in documents if d is not payment]) == [
        (
            BATCH,
            "sales on account on receivable: the POS 75.00 (the date's document 0.00, sent one by one 75.00), "
            "the documents 95.00 (the date's document 0.00, sent one by one 95.00)",
        ),
        (
            BATCH,
            "tenders on 101: the POS 24.98 (the date's document 4.98, sent one by one 20.00), "
            "the documents 4.98 (the date's document 4.98, sent one by one 0.00)",
        ),
    ]


def test_a_finding_holds_the_stream_and_tells_both_sides(world: World, facts: duckdb.DuckDBPyConnection, documents: Documents) -> None:
    bill = next(d for d in documents if d.natural_key == "org/batch/bill/bill")
    found = check_activity(facts, [d for d in documents if d is not bill], keys_of(world), world.check_context)
    assert [(str(f.key), f.rule, f.blocks, f.amount_cents, f.examples) for f in found] == [
        (
            "org/batch/2026-03-03/purchases",
            "activity_not_booked_once",
            True,
            11_550,
            (
                "Batch, purchase lines on 301: the POS 88.00 (the date's document 0.00, sent one by one 88.00), "
                "the documents -22.00 (the date's document 0.00, sent one by one -22.00)",
                "Batch, purchase lines on 405: the POS -5.50 (the date's document 0.00, sent one by one -5.50), "
                "the documents 0.00 (the date's document 0.00, sent one by one 0.00)",
            ),
        )
    ]


def test_streams_that_are_held_already_are_not_asked_for(world: World, facts: duckdb.DuckDBPyConnection, documents: Documents) -> None:
    sound = [key for key in keys_of(world) if key.store != BATCH]
    others = [d for d in documents if d.key.store != BATCH]
    assert check_activity(facts, others, sound, world.check_context) == []


def test_the_one_document_of_all_stores_is_the_batch_of_each(documents: Documents) -> None:
    world = whole_day(east={}, west={"surplus": "deposit"})
    facts, context = world.facts(), world.check_context
    own = all_documents(world.build(facts))
    shared = StreamKey("org", ALL_STORES, DAYS[0], Stream.SALES)
    days = [d for d in own if d.natural_key.split("/")[2] == "journal"]
    postings = [replace(p, source=replace(p.source, where=(("store", d.key.store), *p.source.where))) for d in days for p in d.postings]
    together = replace(days[0], key=shared, natural_key="org/_all/journal/2026-03-03", postings=tuple(postings))
    rest = [d for d in own if d not in days]
    of_all = {d.key: shared for d in days}
    with_all, without = [*keys_of(world), shared], keys_of(world)
    found = check_activity(facts, [*rest, together], with_all, context, of_all)
    assert [(f.key, f.rule) for f in found] == [(shared, "lines_are_not_the_postings")]  # the lines here are those of one store only
    asked = ask(facts, context)
    assert compared(asked, [*rest, together], Judged(context, with_all, of_all)) == []
    assert compared(asked, rest, Judged(context, without, of_all)) == []  # it waits: nothing is said of it
    lost = compared(asked, rest, Judged(context, with_all, of_all))
    assert {(key, apart.store) for key, apart in lost} == {(shared, "East"), (shared, "West")}


def test_what_the_mapping_ignores_is_counted_apart() -> None:
    world = whole_day(shop={})
    world.tables["shop"]["sale_lines"].append(
        {"sale_id": "split", "line_no": "2", "line_kind": "item", "category": "SAMPLE", "gross_cents": 700}
    )
    facts = world.facts()
    found = measure_activity(facts, all_documents(world.build(facts)), judged_of(world))
    # The cents that the lines have more than the sale are rounding; a discount of the basket would be shared by an ignored line too.
    assert [(m.rule.key, [x.examples for x in m.measures]) for m in found if m.measures] == [
        (IGNORED[Stream.SALES].key, [("income lines: -7.00",)])
    ]


def test_a_discount_shared_by_an_ignored_line_is_booked_in_part() -> None:
    world = whole_day(shop={})
    lines = world.tables["shop"]["sale_lines"]
    next(line for line in lines if line["sale_id"] == "mixed" and line["tax_code"] == "FRE")["category"] = "SAMPLE"
    facts = world.facts()
    found = measure_activity(facts, all_documents(world.build(facts)), judged_of(world))
    # 10.00 off 40.00 and 25.00 is 6.15 and 3.85: what is ignored is 21.15.
    assert {m.rule.name: [x.examples for x in m.measures] for m in found if m.measures} == {
        "ignored_by_mapping": [("income lines: -21.15",)]
    }


def test_lines_that_are_not_the_postings_are_found(world: World, facts: duckdb.DuckDBPyConnection, documents: Documents) -> None:
    for kind in (DocumentKind.JOURNAL, DocumentKind.INVOICE, DocumentKind.PAYMENT, DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT):
        document = next(d for d in documents if d.kind is kind and d.key.store == BATCH)
        lines = tuple(replace(line, cents=line.cents + 1) if n == 0 else line for n, line in enumerate(document.lines))
        wrong = replace(document, lines=lines, amount_cents=document.amount_cents + 1 if document.amount_cents else 0)
        found = measure_activity(facts, [wrong if d is document else d for d in documents], judged_of(world))
        told = [(m.rule, [(x.store, x.amount_cents) for x in m.measures]) for m in found if m.measures]
        assert told == [(LINES_APART[document.key.stream], [(BATCH, 1)])]


def test_a_proof_that_cannot_be_made_says_so(world: World, facts: duckdb.DuckDBPyConnection, documents: Documents) -> None:
    strange = [replace(documents[0], postings=(replace(documents[0].postings[0], source=FactSelection("weather", (), 1)),))]
    found = measure_activity(facts, strange, judged_of(world))
    assert {m.crash for m in found} == {"the rule failed (KeyError)"}
    assert {m.rule.key for m in found} >= {rule.key for rule in NOT_BOOKED_ONCE.values()}
