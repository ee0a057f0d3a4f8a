"""A POS that nobody had written files for, as docs/adding_a_pos.md leads through it: from `source new` to a clean `source check` to the books."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sandbox.xero.serving import Served
from tests.pos_systems.journey import Journey, journey
from tillpost import cli
from tillpost.connection import Connection

HERE = Path(__file__).parent
NIGHTS = (date(2026, 10, 2), date(2026, 10, 3))
ORGANISATION = {
    "name": "Laneway Kitchen Pty Ltd", "country": "AU", "currency": "AUD", "time_zone": "Australia/Melbourne",
    "stores": {
        "laneway": {
            "name": "Laneway Kitchen", "pos": "floreant", "connection": "pos_laneway", "pos_store": "1", "starts_on": "2026-10-01",
        },
    },
}  # fmt: skip
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def shop(tmp_path: Path, local_xero: Served) -> Journey:
    """The restaurant: its POS database, tillpost.yml and mapping are there, its SQL files are not."""
    with closing(sqlite3.connect(tmp_path / "pos.db")) as database:
        database.executescript((HERE / "database.sql").read_text(encoding="utf-8"))
    pos = Connection("pos_laneway", "sqlite", host=str(tmp_path / "pos.db"))
    return journey(local_xero, tmp_path, "newcomer", ORGANISATION, HERE / "mapping", {"pos_laneway": pos})


@pytest.fixture
def tillpost(shop: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``tillpost ...`` in this process: exit code and output."""
    monkeypatch.setenv("TILLPOST_INCLUDE", str(shop.site.settings.include))
    monkeypatch.setenv("AIRFLOW_CONN_POS_LANEWAY", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "pos.db")}))

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["tillpost", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return run


def checked(tillpost: Command, day: date, *more: str) -> tuple[int, dict[str, Any]]:
    code, told = tillpost("source", "check", "--store", "laneway", "--date", day.isoformat(), "--json", *more)
    return code, json.loads(told)


def test_a_newcomer_gets_from_nothing_to_the_books(shop: Journey, tillpost: Command) -> None:
    code, told = tillpost("source", "new", "floreant", "--dialect", "sqlite")
    assert (code, "Run: tillpost source check --store <store>" in told) == (0, True)

    code, found = checked(tillpost, NIGHTS[0])
    assert (code, [(fault["kind"], fault["table"], fault["count"]) for fault in found["faults"] if fault["severity"] == "blocker"]) == (
        1,
        [("to_fill", "sales", 9), ("to_fill", "sale_lines", 7), ("to_fill", "tenders", 8)],
    )

    folder = shop.site.settings.include / "sql" / "floreant"
    for file in HERE.glob("sql/*.sql"):
        shutil.copy(file, folder)
    for night, rows in zip(NIGHTS, ((12, 16, 11, 2), (2, 2, 2, 0)), strict=True):
        for mapping in ("--mapping", "--no-mapping"):
            code, found = checked(tillpost, night, mapping)
            assert (code, [fault for fault in found["faults"] if fault["severity"] != "info"]) == (0, [])
        assert {table["table"]: table["rows"] for table in found["tables"] if table["state"] == "read"} == dict(
            zip(("sales", "sale_lines", "tenders", "movements"), rows, strict=True)
        )

    shop.prepare(*NIGHTS)
    states = {str(stream.key).removeprefix("shop/laneway/"): stream.state for stream in shop.streams()}
    assert states == {
        "2026-10-02/purchases": "nothing_to_send", "2026-10-02/sales": "ready",
        "2026-10-03/purchases": "nothing_to_send", "2026-10-03/sales": "ready",
    }  # fmt: skip
    shop.post()
    # Coffee 18.00 net less what was refunded; food less its discount, and fruit; the gratuity is owed; the milk and the safe drop left the till.
    assert shop.books.trial_balance(NIGHTS[1]) == {
        "101": "-4.55", "102": "82.20", "105": "12.00", "120": "20.00", "201": "-103.00", "202": "-13.50", "211": "-5.50", "429": "15.40",
        "806": "11.00", "809": "-3.00", "820": "-11.05",
    }  # fmt: skip
