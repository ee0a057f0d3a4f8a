"""A hire store on SQL Server through the whole main job: the template, a driver, the checks, the books and a local Xero."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sandbox.xero.serving import Served
from tests.pos_systems.journey import Journey, journey
from tests.pos_systems.sqlserver.reference import served
from tillpost.config import PROJECT

FIRST, LAST = date(2026, 9, 15), date(2026, 9, 17)
HIRE = {
    "name": "Hire on SQL Server", "country": "AU", "currency": "AUD", "time_zone": "Australia/Brisbane",
    "stores": {
        "hire": {
            "name": "Hire", "pos": "pointofrental", "connection": "pos_hire", "pos_store": "hire", "mode": "transaction",
            "starts_on": FIRST.isoformat(),
        },
    },
}  # fmt: skip
ADDED_CODES = """function,PREPAID,808,NONE,,,Money taken before a contract closes
function,BOND,807,NONE,,,Bonds
tender,BOND,807,NONE,,,A bond that is kept
gl_account,11000,ignore,,,,Contracts tell it
gl_account,40000,ignore,,,,Contracts tell it
gl_account,50000,305,NONE,,,Cost of goods
gl_account,14000,631,NONE,,,Inventory
gl_account,51000,305,,,,Parts by the account of the order line
"""


@pytest.fixture(scope="module")
def hire(fuller_shops: Path, local_xero: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """The hire store, with the events that the demo leaves out, behind the stub server."""
    root = tmp_path_factory.mktemp("hire")
    mappings = Path(shutil.copytree(PROJECT / "include" / "mappings" / "harbour", root / "mappings"))
    with (mappings / "accounts.csv").open("a", encoding="utf-8") as accounts:
        accounts.write(ADDED_CODES)
    shutil.copy(PROJECT / "sandbox" / "charts" / "harbour.csv", mappings / "chart.csv")
    with served(fuller_shops / "harbour_hire.sqlite", "pointofrental") as (connection, _):
        yield journey(local_xero, root, "hire_on_sql_server", HIRE, mappings, {"pos_hire": connection})


def test_money_before_contracts_bonds_and_ledger_entries_end_where_they_should(hire: Journey) -> None:
    """50.00 is still held, of a contract that is out; the 70.00 that came after closing pay its invoice; the bond is at nothing."""
    hire.prepare(FIRST, LAST)
    hire.post()
    states = {(str(state.key.business_date), state.key.stream.value): state.state for state in hire.streams()}
    assert states == {
        ("2026-09-15", "sales"): "posted", ("2026-09-15", "purchases"): "posted", ("2026-09-16", "sales"): "posted",
        ("2026-09-16", "purchases"): "posted", ("2026-09-17", "sales"): "posted", ("2026-09-17", "purchases"): "nothing_to_send",
    }  # fmt: skip
    balances = hire.books.trial_balance(LAST)
    held = {code: balances.get(code, "0.00") for code in ("101", "305", "631", "807", "808")}
    assert held == {"101": "200.00", "305": "412.50", "631": "-35012.50", "807": "0.00", "808": "-50.00"}
