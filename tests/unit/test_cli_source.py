"""The words, the JSON and the exit codes of `tillpost source`, in a terminal that hostile text must not reach."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tests.unit.flows.test_flows_source_check import LINES, YML
from tests.unit.pos.conftest import shop
from tests.unit.pos.corner_shop import FILES, Shop
from tillpost import cli, cli_source

__all__ = ["shop"]

Command = Callable[..., tuple[int, str, str]]
CHECK = ("check", "--store", "corner", "--organisation", "corner", "--date", "2026-10-03")


@pytest.fixture
def tillpost(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``tillpost source ...`` on the corner shop in this process, in a wide terminal: exit code, output, errors."""
    shop.sql("sale_lines", LINES)
    (shop.root / "include" / "tillpost.yml").write_text(YML, encoding="utf-8")
    monkeypatch.setenv("TILLPOST_INCLUDE", str(shop.root / "include"))
    monkeypatch.setenv("AIRFLOW_CONN_POS_CORNER", json.dumps({"conn_type": "sqlite", "host": shop.connection.host}))

    def run(*arguments: str) -> tuple[int, str, str]:
        for module in (cli, cli_source):
            monkeypatch.setattr(module, "out", Console(width=300, force_terminal=False))
            monkeypatch.setattr(module, "err", Console(width=300, stderr=True))
        monkeypatch.setattr(sys, "argv", ["tillpost", "source", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("│")[1:-1]]


def rows(text: str) -> list[list[str]]:
    return [cells(line) for line in text.splitlines() if line.startswith("│")]


def test_a_sound_source_is_told_as_a_table(shop: Shop, tillpost: Command) -> None:
    code, told, _ = tillpost(*CHECK)
    lines = told.splitlines()
    assert code == 0
    assert lines[0] == (
        f"Corner Shop (corner/corner), 2026-10-03, through {shop.root}/include/sql/till at pos_corner (sqlite {shop.connection.host})"
    )
    assert [[row[0], row[1], row[2], row[4]] for row in rows(told)[:5]] == [
        ["source", "not there (optional)", "", ""],
        ["sales", "there", "2", "nothing wrong"],
        ["sale_lines", "there", "2", "nothing wrong"],
        ["sale_taxes", "not there (optional)", "", ""],
        ["tenders", "there", "2", "nothing wrong"],
    ]
    assert lines[-1] == "Nothing to mend."


def test_what_is_wrong_is_told_with_its_remedy(shop: Shop, tillpost: Command) -> None:
    shop.sql("tenders", FILES["tenders"].replace("THEN 'cash'", "THEN 'Cash'"))
    code, told, _ = tillpost(*CHECK)
    assert code == 1
    found = next(row for row in rows(told) if row[0] == "blocker")
    assert found[:3] == ["blocker", "tenders.sql", "tender_type: values that are not allowed: 'Cash' (2 rows)"]
    assert found[3].startswith("Map it in the query: CASE ... WHEN 'Cash' THEN 'cash' END; allowed are cash, card, gift_card,")
    assert ["tenders", "there", "2", "1 blocker"] in [[row[0], row[1], row[2], row[4]] for row in rows(told) if len(row) == 5]
    assert told.splitlines()[-1] == "To mend: 1 that would stop an extraction or hold the date, 0 to look at."


def test_hostile_text_does_nothing_to_the_terminal(shop: Shop, tillpost: Command) -> None:
    hostile = "char(27) || '[2J[red]x[/red][/]' || char(7) || char(8238)"
    shop.sql("sales", FILES["sales"].replace("'completed' AS status", f'{hostile} AS status, 1 AS "[/bold]\x1b[2J"'))
    code, told, err = tillpost(*CHECK)
    assert (code, set(filter(lambda c: not c.isprintable() and c != "\n", told + err))) == (1, set())
    assert "'\\x1b[2J[red]x[/red][/]\\x07\\u202e' (2 rows)" in told
    assert "the contract has no column '[/bold]\\x1b[2j'; it is left" in told


def test_a_script_reads_the_same_under_keys_that_stay(shop: Shop, tillpost: Command) -> None:
    shop.sql(
        "tenders",
        FILES["tenders"].replace("basket AS sale_id", "'A1' AS sale_id").replace("pos AS tender_no", "payments.rowid AS tender_no"),
    )
    code, told, _ = tillpost(*CHECK, "--json", "--no-mapping")
    found = json.loads(told)
    assert code == 1
    assert list(found) == [
        "version", "organisation", "store", "pos", "date", "is_right", "problem", "with_mapping", "remarks", "tables", "faults", "not_asked",
    ]  # fmt: skip
    assert (found["version"], found["organisation"], found["store"], found["pos"], found["date"]) == (
        1,
        "corner",
        "corner",
        "till",
        "2026-10-03",
    )
    assert list(found["tables"][0]) == ["table", "state", "rows", "seconds"]
    assert next(fault for fault in found["faults"] if fault["severity"] == "blocker") == {
        "kind": "tenders_do_not_match_sales",
        "severity": "blocker",
        "where": found["faults"][0]["where"],
        "table": "",
        "column": "",
        "what": "The tenders of a sale do not add up to its gross, tip and rounding (2 sales, 0.00 apart)",
        "count": 2,
        "amount_cents": 0,
        "examples": ["sale A1: tenders 5.50, sale 11.00", "sale A2: tenders 0.00, sale -5.50"],
        "remedy": "Look at the sale in the POS: a tender, a tip or a rounding is missing or told twice.",
    }
    assert {"rule", "why"} == set(found["not_asked"][0])


def test_a_database_that_is_away_is_a_fault_of_the_source(shop: Shop, tillpost: Command) -> None:
    Path(shop.connection.host).unlink()
    code, told, err = tillpost(*CHECK)
    assert (code, "Nothing to mend" in told) == (1, False)
    assert err.startswith(f"the POS database pos_corner (sqlite {shop.connection.host}) cannot be used: unable to open database file.")
    code, told, _ = tillpost(*CHECK, "--json")
    assert (code, json.loads(told)["is_right"], json.loads(told)["problem"][:33]) == (1, False, "the POS database pos_corner (sqli")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "--store", "corner"), "several organisations have a store 'corner': say which with --organisation."),
        (("check", "--store", "far"), "connection 'pos_far' is not known: set AIRFLOW_CONN_POS_FAR"),
        ((*CHECK[:-1], "3/10/2026"), "'3/10/2026' is not a date such as 2026-10-31."),
        ((*CHECK[:-1], "0001-01-01"), "'0001-01-01' is the first date that there is; name a later one."),
        ((*CHECK, "--table", "sale"), "--table is 'sale'. Allowed: source, sales,"),
        (("new", "till"), "this POS system has a folder already, and nothing is overwritten"),
        (("new", "../till"), "the name '../till' must start with a small letter"),
    ],
    ids=["which store", "no connection", "no date", "first date", "no table", "taken", "elsewhere"],
)
def test_a_wrong_call_is_a_matter_of_configuration(tillpost: Command, arguments: tuple[str, ...], words: str) -> None:
    code, _, err = tillpost(*arguments)
    assert code == 2
    assert err.startswith("Configuration: ")
    assert words in err


def test_a_script_reads_also_what_is_wrong_with_the_call(tillpost: Command) -> None:
    code, told, err = tillpost("check", "--store", "far", "--json")
    assert (code, json.loads(told)) == (2, {"version": 1, "is_right": False, "problem": err.removeprefix("Configuration: ").rstrip("\n")})
    assert err.startswith("Configuration: connection 'pos_far' is not known")


def test_files_that_cannot_be_written_are_told_in_words(shop: Shop, tillpost: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", refuse)
    folder = shop.root / "include" / "sql" / "bistro"
    assert tillpost("new", "bistro") == (1, "", f"{folder}: the files cannot be written: No space left on device.\n")


def test_a_new_pos_is_written_with_what_to_do_next(shop: Shop, tillpost: Command) -> None:
    code, told, _ = tillpost("new", "bistro", "--dialect", "sqlserver")
    folder = shop.root / "include" / "sql" / "bistro"
    assert (code, told.splitlines()) == (
        0,
        [
            f"Written to {folder}: sales.sql, sale_lines.sql, tenders.sql to fill, 13 more in optional/, and README.md.",
            "1. Fill in sales.sql, sale_lines.sql, tenders.sql: each says of every column what it must be, and README.md beside them has a checklist.",
            f"2. Give a store in {shop.root / 'include' / 'tillpost.yml'} the line `pos: bistro`, its connection and its pos_store.",
            "3. Run: tillpost source check --store <store>",
            "4. When it has nothing to mend, go on with docs/adding_a_pos.md: mapping, then a night with --no-post.",
        ],
    )
