"""Facts that change by a cent after building are no longer what the documents book: every booked amount of every table is asked for.

Every change is a store of its own, so that one run answers for all of them.
"""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.unit.proofs.whole_day import whole_day
from tests.unit.proofs.world import Row, World, all_documents
from tillpost.checks.activity import Judged, compared
from tillpost.checks.activity_facts import ask
from tillpost.model.facts import TABLES, ColumnKind
from tillpost.model.findings import Stream, StreamKey

# What is compared elsewhere, or books nothing: net, GST and the like inside a gross, what was handed over, prices and cost, what is printed.
NOT_BOOKED = {
    "sales.net_cents", "sales.tax_cents", "sale_lines.discount_cents", "sale_lines.net_cents", "sale_lines.tax_cents", "sale_lines.cost_cents",
    "sale_taxes.base_cents", "sale_taxes.amount_cents", "tenders.tendered_cents", "tenders.change_cents", "movements.tax_cents",
    "movement_lines.discount_cents", "movement_lines.net_cents", "movement_lines.tax_cents", "movement_lines.cost_cents",
    "shifts.opening_float_cents", "control_totals.amount_cents", "purchases.net_cents", "purchases.tax_cents", "purchases.gross_cents",
    "purchase_lines.net_cents", "purchase_lines.tax_cents",
}  # fmt: skip
# What a payment pays decides which document carries it, not what the accounts move by; a sale's tip is told on the sale, else on its tenders.
NO_OTHER_AMOUNT = {"movement_allocations.amount_cents", "tenders.tip_cents"}
# Sales and purchases of the day that book nothing on purpose; the GST of a bill is inside its lines.
SILENT = {"laid", "elsewhere", "voided", "not-ours", "e2"}
OWNERS = ("sale_id", "purchase_id", "entry_id")


def amounts() -> list[tuple[str, int, str]]:
    """Every booked amount of the day: table, row and column."""
    found = []
    for table, rows in whole_day(shop={}).tables["shop"].items():
        for n, row in enumerate(rows):
            if any(row.get(owner) in SILENT for owner in OWNERS if owner in row) and table != "movement_allocations":
                continue
            columns = [c.fact_name for c in TABLES[table].columns if c.kind is ColumnKind.MONEY and row.get(c.fact_name) is not None]
            found += [(table, n, name) for name in columns if f"{table}.{name}" not in NOT_BOOKED | NO_OTHER_AMOUNT]
    return found


@pytest.fixture(scope="module")
def held() -> set[str]:
    """The stores whose facts and documents differ; ``whole`` is the day as it was."""
    names = {"whole": None, **{"-".join(map(str, where)): where for where in amounts()}}
    world = whole_day(**{name: {} for name in names})
    documents = all_documents(world.build(world.facts()))
    tables: dict[str, dict[str, list[Row]]] = deepcopy(world.tables)
    for name, where in names.items():
        if where is not None:
            table, n, column = where
            tables[name][table][n][column] += 1
    changed = World("AU", world.stores, tables)
    keys = frozenset(StreamKey("org", store, day, stream) for store, day in world.store_dates for stream in Stream)
    context = changed.check_context
    return {key.store for key, _ in compared(ask(changed.facts(), context), documents, Judged(context, keys, {}))}


def test_nothing_is_apart_while_the_facts_are_what_was_built(held: set[str]) -> None:
    assert "whole" not in held


def test_every_booked_amount_that_changes_is_found(held: set[str]) -> None:
    assert {"-".join(map(str, where)) for where in amounts()} - held == set()


def test_every_amount_of_the_contract_is_booked_here_or_named() -> None:
    every = {f"{table.name}.{c.fact_name}" for table in TABLES.values() for c in table.columns if c.kind is ColumnKind.MONEY}
    asked = {f"{table}.{column}" for table, _, column in amounts()}
    # Lines of a movement are told where a store recognises lay-bys by them.
    assert every - asked - NOT_BOOKED - NO_OTHER_AMOUNT == {"movement_lines.gross_cents"}
