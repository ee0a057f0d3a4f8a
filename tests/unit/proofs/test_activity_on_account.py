"""The proof of activity holds where a movement goes on a customer's account, back out of the bank, or into a store that sends drafts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.unit.proofs.whole_day import DAY, whole_day
from tests.unit.proofs.world import Row, World, all_documents
from tillpost.checks.activity import Judged, compared
from tillpost.checks.activity_facts import ask
from tillpost.model.documents import Document
from tillpost.model.findings import Stream, StreamKey

GST: Row = {"tax_code": "GST", "tax_cents": 10}
MOVEMENTS: dict[str, Row] = {
    "voucher": {"kind": "received", "function_code": "GIFT_VOUCHER", "tender_code": "ACCOUNT", "amount_cents": 10_000},
    "petty-cash": {"kind": "paid_out", "function_code": "PETTY_CASH", "tender_code": "ACCOUNT", "amount_cents": -110, **GST},
    "overpaid": {"kind": "account_payment", "tender_code": "DIRECT", "amount_cents": 8000},
    "refunded": {"kind": "account_payment", "tender_code": "DIRECT", "amount_cents": -3000},
    "with-fee": {"kind": "account_payment", "tender_code": "DIRECT", "amount_cents": 5110, "fee_cents": 110, **GST},
    "points": {"kind": "account_payment", "tender_code": "POINTS", "amount_cents": 2000},
}


@pytest.fixture(scope="module")
def world() -> World:
    world = whole_day(batch={}, live={"mode": "real_time"}, contracts={"mode": "transaction"}, drafts={"send_as": "draft"})
    accounts = tuple(replace(row, tax_code="GST") if row.code == "POINTS" else row for row in world.mapping.accounts)
    world.mapping = replace(world.mapping, accounts=accounts)
    for store, tables in world.tables.items():
        rows = ({"movement_id": f"on-{name}", "store_id": store, "business_date": DAY, **row} for name, row in MOVEMENTS.items())
        tables["movements"].extend({"customer_id": "ACME", **row} for row in rows)
    return world


def apart(world: World, documents: list[Document]) -> list[tuple[str, str]]:
    keys = [StreamKey("org", store, day, stream) for store, day in world.store_dates for stream in Stream]
    judged = Judged(world.check_context, keys, {})
    return [
        (key.store, found.told().partition(", ")[2]) for key, found in compared(ask(world.facts(), world.check_context), documents, judged)
    ]


def test_all_of_it_is_booked_once(world: World) -> None:
    documents = list(all_documents(world.build(world.facts())))
    assert apart(world, documents) == []
    own = [d for d in documents if d.pos_id.startswith("on-") and d.key.store in ("batch", "drafts")]
    assert Counter((d.key.store, d.natural_key.split("/")[2]) for d in own) == {
        **{("batch", word): 1 for word in ("movement-charge", "movement-credit", "account-refund", "account-fee", "account-fee-payment")},
        **{("batch", "overpayment"): 2, ("batch", "account-credit"): 1},
        **{("drafts", word): 1 for word in ("movement-charge", "movement-credit", "account-fee", "account-credit")},
    }


@pytest.mark.parametrize(
    ("lost", "store", "told"),
    [
        ("on-voucher", "live", "movements on 806: the POS -100.00 (the date's document 0.00, sent one by one -100.00)"),
        ("on-refunded", "batch", "account payments on 090: the POS 101.10 (the date's document 0.00, sent one by one 101.10)"),
        ("on-with-fee", "drafts", "account payments on 208: the POS -2.20 (the date's document -1.10, sent one by one -1.10)"),
        ("on-points", "drafts", "account payments on 412: the POS 20.00 (the date's document 0.00, sent one by one 20.00)"),
    ],
)
def test_what_is_lost_of_it_is_found(world: World, lost: str, store: str, told: str) -> None:
    documents = [d for d in all_documents(world.build(world.facts())) if (d.key.store, d.pos_id) != (store, lost)]
    [(found, words)] = apart(world, documents)
    assert (found, words.partition(", the documents")[0]) == (store, told)
