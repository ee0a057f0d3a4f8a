"""No amount of a balanced day can change unnoticed: each, changed by a cent (or by what the contract's tolerance leaves), is held.

Every mutation is a store of its own, so that one run answers for all of them.
"""

from __future__ import annotations

from copy import deepcopy

import pytest
from checks_facts import (
    DAY,
    Row,
    context,
    control_total,
    count,
    entry,
    facts_of_stores,
    line,
    movement,
    purchase,
    purchase_line,
    sale,
    store,
    tender,
)

from tillpost.checks.measuring import measure_source
from tillpost.model.facts import TABLES, ColumnKind
from tillpost.model.findings import Severity

ACCOUNT = {"tender_code": "ACCOUNT", "tender_type": "account"}
CARD = {"tender_code": "EFTPOS", "tender_type": "card"}

# A day on which everything happens once; every amount is told in two places. The sale s1 alone has all amounts of a sale.
BALANCED: dict[str, list[Row]] = {
    "sales": [sale(rounding_cents=-2, tip_cents=300), sale("s2", 3000)],
    "sale_lines": [line(), line(3000, "s2")],
    "sale_taxes": [{"sale_id": "s1", "line_no": "1", "tax_code": "GST", "amount_cents": 455}],
    "tenders": [
        tender(2298, tip_cents=300, tendered_cents=2500, change_cents=202),
        tender(4000, tender_no="2", cash_out_cents=1000, **CARD),
        tender(3000, "s2", **ACCOUNT),
    ],
    "movements": [
        movement("layby_payment", 1000, tender_code="CASH", layby_id="L1"),
        movement("account_payment", 3100, "m2", tender_code="EFTPOS", fee_cents=100),
        movement("paid_out", -1100, "m3", function_code="PETTY_CASH", tender_code="CASH", tax_code="GST", tax_cents=-100),
    ],
    "movement_lines": [{**line(1000), "movement_id": "m1"}],
    "movement_allocations": [{"movement_id": "m2", "sale_id": "s2", "amount_cents": 3000}],
    "counts": [count(1198, 1198), count(7100, 7100, tender_code="EFTPOS")],
    "control_totals": [
        control_total("gross", 8000),
        control_total("tax", 728),
        control_total("net", 7272),
        control_total("tender", 2298, "CASH"),
        control_total("tender", 4000, "EFTPOS"),
        control_total("tender", 3000, "ACCOUNT"),
    ],
    "purchases": [
        purchase(12100, tax_cents=1000, net_cents=11100, freight_cents=1100, supplier_id="PAPERCO"),
        purchase(22000, "p2"),
    ],
    "purchase_lines": [purchase_line(), purchase_line(22000, "p2")],
    "gl_entries": [entry("1200", 66000, "1"), entry("4000", -60000, "2"), entry("2200", -6000, "3")],
}
for _row in BALANCED["movement_lines"]:
    del _row["sale_id"]

# Where the contract lets a cent a line pass, a second one is held. Two lines of a purchase: goods and freight.
BY_TWO = {
    "sale_lines.gross_cents", "sale_lines.tax_cents", "sale_lines.net_cents", "sale_taxes.amount_cents", "movement_lines.tax_cents",
    "movement_lines.net_cents", "movements.tax_cents", "purchases.gross_cents", "purchases.tax_cents", "purchases.net_cents", "purchases.freight_cents",
    "purchase_lines.gross_cents", "purchase_lines.tax_cents", "purchase_lines.net_cents",
}  # fmt: skip
# What was counted is the truth that everything else is compared with, and changes the variance. The GST of a purchase with freight
# outside its lines has no second place.
NO_SECOND_PLACE = {("counts", 0, "counted_cents"), ("counts", 1, "counted_cents"), ("purchases", 0, "tax_cents")}


def _amounts() -> list[tuple[str, int, str]]:
    """Every amount of the day: table, row and column."""
    return [
        (table, n, column.fact_name)
        for table, rows in BALANCED.items()
        for n, row in enumerate(rows)
        for column in TABLES[table].columns
        if column.kind is ColumnKind.MONEY and row.get(column.fact_name) is not None
    ]


MUTATIONS = [
    (f"{table}_{n}_{column}_{'up' if sign > 0 else 'down'}", table, n, column, sign * (2 if f"{table}.{column}" in BY_TWO else 1))
    for table, n, column in _amounts()
    if (table, n, column) not in NO_SECOND_PLACE
    for sign in (1, -1)
]


def _mutated(table: str, n: int, column: str, cents: int) -> dict[str, list[Row]]:
    tables = deepcopy(BALANCED)
    before = tables[table][n][column]
    assert isinstance(before, int)
    tables[table][n][column] = before + cents
    return tables


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Which blockers each mutated store has; ``whole`` is the day as it was."""
    stores = {"whole": BALANCED} | {name: _mutated(*where) for name, *where in MUTATIONS}  # type: ignore[arg-type]
    for key, tables in stores.items():
        # Bills of one number in several stores would be twins.
        stores[key] = {**tables, "purchases": [{**row, "supplier_reference": key} for row in tables["purchases"]]}
    looked_at = context(*(store(key, layby_recognition="each_payment") for key in stores), gst_basis="cash")
    result: dict[str, set[str]] = {key: set() for key in stores}
    for measured in measure_source(facts_of_stores(tmp_path_factory.mktemp("mutants"), stores), looked_at):
        assert measured.crash == ""
        if measured.rule.severity is Severity.BLOCKER:
            for measure in measured.measures:
                assert measure.business_date == DAY
                result[measure.store].add(measured.rule.name)
    return result


def test_the_balanced_day_has_no_blocker(held: dict[str, set[str]]) -> None:
    assert held["whole"] == set()


@pytest.mark.parametrize("name", [name for name, *_ in MUTATIONS])
def test_a_changed_amount_is_held(name: str, held: dict[str, set[str]]) -> None:
    assert held[name] != set()


# Booked nowhere: a net holds its discount; what is outstanding has rules of its own, and a float is no takings.
UNTOLD = {
    "sale_lines.discount_cents", "sale_lines.cost_cents", "movement_lines.discount_cents", "movement_lines.cost_cents", "sale_taxes.base_cents",
    "shifts.opening_float_cents",
}  # fmt: skip


def test_every_amount_of_the_contract_is_among_the_mutations() -> None:
    told = {f"{table}.{column}" for table, _, column in _amounts()}
    every = {f"{table.name}.{c.fact_name}" for table in TABLES.values() for c in table.columns if c.kind is ColumnKind.MONEY}
    assert every - told == UNTOLD
