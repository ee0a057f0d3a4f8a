"""The mapping commands on the demo shops: what an accountant reads of a good mapping, a broken one, a draft and a chart."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tests.integration.harbour_world import World, local_xero, templates, world
from tillpost import cli, cli_mapping

__all__ = ["local_xero", "templates", "world"]

Said = tuple[int, str, str]
Command = Callable[..., Said]
DATES = ("--from", "2026-10-01", "--to", "2026-10-05")
CHART = (
    "*Code,*Name,*Type,*Tax Code,Description,Dashboard,Expense Claims,Enable Payments,Balance\n"
    "101,Undeposited funds,Current Asset,BAS Excluded,,No,No,Yes,\n"
    "201,Sales - Food,Revenue,GST on Income,,No,No,No,\n"
    "301,Purchases - Food,Direct Costs,GST on Expenses,,No,No,No,\n"
)


@pytest.fixture
def tillpost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``tillpost mapping ...`` in this process, in a world's environment and a wide terminal: exit code, output, errors."""

    def run(here: World, *arguments: str) -> Said:
        for name, value in here.environ.items():
            monkeypatch.setenv(name, value)
        for module in (cli, cli_mapping):
            monkeypatch.setattr(module, "out", Console(width=400))
            monkeypatch.setattr(module, "err", Console(width=400, stderr=True))
        monkeypatch.setattr(sys, "argv", ["tillpost", "mapping", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), told.out, told.err

    return run


def matters(here: World, tillpost: Command, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and the matters that are more than an info, as ``severity where what``."""
    file = here.root / "matters.csv"
    code, _, _ = tillpost(here, "check", "-o", "harbour", "--csv", str(file), *arguments)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    return code, [f"{row['severity']} {row['where']} {row['what']}" for row in rows if row["severity"] != "info"]


def rewrite(here: World, name: str, *changes: tuple[str, str]) -> None:
    file = here.include / "mappings" / "harbour" / name
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


def test_a_mapping_that_is_right(world: World, tillpost: Command) -> None:
    code, out, err = tillpost(world, "check", "-o", "harbour", *DATES)
    assert (code, err) == (0, "")
    assert "blocker" not in out and "warning" not in out and out.endswith("Nothing to mend.\n")
    assert "sales_category WINE: no POS showed it from 2026-10-01 to 2026-10-05" in out
    assert not list((world.root / "data").glob("facts/**/*")), "a check keeps no facts"


def test_a_mapping_that_is_broken_in_many_ways(world: World, tillpost: Command) -> None:
    rewrite(
        world, "accounts.csv",
        ("sales_category,BEVERAGE,202", "sales_category,BEVERAGES,202"), ("tender,MASTERCARD,102", "tender,MASTERCARD,090"),
        ("sales_category,FOOD,201", "sales_category,FOOD,301"), ("tender,AMEX,103", "tender,AMEX,1003"),
        ("other,float,110,NONE,,", "other,float,820,NONE,Region=North,"),
    )  # fmt: skip
    rewrite(world, "taxes.csv", ("AU,CAP,10", "AU,CAP,15"))
    code, found = matters(world, tillpost, *DATES)
    assert code == 1
    assert {line.split(": ")[0] for line in found} == {
        "blocker accounts.csv sales_category BEVERAGE", "blocker accounts.csv:2 sales_category FOOD", "warning accounts.csv:2 sales_category FOOD",
        "blocker accounts.csv:14 tender MASTERCARD", "blocker accounts.csv:15 tender AMEX", "blocker accounts.csv:31 other float",
        "blocker taxes.csv:3 CAP (sale)", "blocker taxes.csv:3 CAP (purchase)",
    }  # fmt: skip
    assert "payments of invoices may go there" not in (world.root / "matters.csv").read_text(encoding="utf-8-sig")


def test_dates_before_a_store_begins_are_not_looked_at(world: World, tillpost: Command) -> None:
    world.edit_yml(lambda org: [org["stores"][key].update(starts_on="2026-10-04") for key in org["stores"]])
    assert "no POS showed it from 2026-10-04 to 2026-10-05" in tillpost(world, "check", "-o", "harbour", *DATES)[1]
    code, out, _ = tillpost(world, "check", "-o", "harbour", "--from", "2026-10-01", "--to", "2026-10-03")
    assert code == 0 and "No store has begun by these dates (2026-10-01 to 2026-10-03): no code was compared.\n" in out


def test_a_store_and_a_xero_that_cannot_be_reached(world: World, tillpost: Command) -> None:
    shop = world.root / "shops" / "harbour_hire.sqlite"
    shop.rename(shop.with_suffix(".away"))
    world.connect("xero_harbour", password="wr0ng")
    code, out, err = tillpost(world, "check", "-o", "harbour", *DATES)
    assert code == 1
    assert err.startswith("To look at: Xero was not asked: connection 'xero_harbour': Xero gives no token for it (invalid_client).")
    assert "\nTo look at: Harbour Equipment Hire: not read. the POS database pos_harbour_hire" in err
    assert out == "Rows whose code no POS shows are not told, since not every store was read.\nNothing to mend in what was looked at.\n"


def test_offline_with_a_chart(world: World, tillpost: Command) -> None:
    chart = world.root / "chart.csv"
    chart.write_text(CHART, encoding="utf-8")
    code, out, err = tillpost(world, "check", "-o", "harbour", "--offline", "--chart", str(chart))
    assert (code, err) == (1, "")
    assert "tender EFTPOS: account 105 is not in the chart chart.csv" in out and "account 201 is not in" not in out
    assert tillpost(world, "check", "-o", "harbour", "--offline") == (
        1,
        "No POS was asked (--offline): codes without a row, and rows without a code, are not known.\nNothing to mend in what was looked at.\n",
        "To look at: No answer of Xero is on record: give a chart with --chart, or leave --offline away.\n",
    )


def test_a_draft_loads_and_is_listed_as_to_decide(world: World, tillpost: Command) -> None:
    folder = world.include / "mappings" / "harbour"
    kept = folder.rename(world.root / "by_hand")
    draft = ("init", "-o", "harbour", "--to", str(folder), "--from", "2026-10-01", "--to-date", "2026-10-05")
    code, out, err = tillpost(world, *draft)
    assert (code, err) == (0, "")
    assert "guess: Sales - Food is like FOOD" in out and f"Written to {folder}: " in out
    assert sorted(file.name for file in folder.iterdir()) == ["accounts.csv", "contacts.csv", "taxes.csv"]
    by_hand = {tuple(row[:4]) for row in csv.reader((kept / "accounts.csv").read_text().splitlines())}
    drafted = {tuple(row[:4]) for row in csv.reader((folder / "accounts.csv").read_text(encoding="utf-8-sig").splitlines())}
    assert {row for row in drafted - by_hand if row[2] != "TO-DECIDE"} <= {
        ("other", "safe_drop", "120", "NONE"),
        ("other", "deposit", "808", "NONE"),
    }

    code, found = matters(world, tillpost, *DATES)
    assert code == 1
    assert {line.split(": ")[1].split(" (")[0] for line in found if line.startswith("blocker")} <= {"nobody has decided yet"}
    assert tillpost(world, *draft) == (
        2, "", f"Configuration: {folder}/accounts.csv: this file is there already and is never overwritten; name another folder with --to.\n"
    )  # fmt: skip


def test_showing_what_a_code_maps_to(world: World, tillpost: Command) -> None:
    rewrite(
        world, "accounts.csv", ("sales_category,FOOD,201,,,,", "sales_category,FOOD,201,,,,Food\nsales_category,FOOD,202,FRE,,2026-10-03,")
    )
    show = ("show", "-o", "harbour", "-s", "cafe", "-d")
    code, out, err = tillpost(world, *show, "2026-10-02", "FOOD")
    cells = [[cell.strip() for cell in line.strip("│\n").split("│")] for line in out.splitlines() if line.startswith("│")]
    assert (code, err) == (0, "")
    assert cells == [
        ["", "sales_category", "FOOD", "201", "as the POS says", "accounts.csv:2", ""],
        [
            "lost",
            "sales_category",
            "FOOD",
            "202",
            "FRE (taxes.csv:4): EXEMPTOUTPUT / EXEMPTEXPENSES",
            "accounts.csv:3",
            "begins on 2026-10-03",
        ],
        ["", "purchase_category", "FOOD", "301", "as the POS says", "accounts.csv:41", ""],
    ]
    assert tillpost(world, *show, "2026-10-02", "FOD")[:2] == (
        1, "No row has the code FOD.\nNo answer of Xero is on record: names are missing. tillpost mapping check asks Xero.\n"
    )  # fmt: skip


def test_a_chart_is_shown_or_refused(world: World, tillpost: Command) -> None:
    chart = world.root / "chart.csv"
    chart.write_text(CHART, encoding="utf-8")
    code, out, err = tillpost(world, "chart", str(chart))
    assert (code, err) == (0, "")
    assert "GST on Income" in out and "OUTPUT" in out and out.endswith("3 accounts, 0 with a remark.\n")
    chart.write_text(CHART + "101,Twice,Revenue,GST on Income\n", encoding="utf-8")
    said = f"Configuration: {chart}:5: the code '101' stands here a second time (first in line 2).\n"
    assert tillpost(world, "chart", str(chart)) == (2, "", said)


def test_the_accounts_that_a_chart_lacks(world: World, tillpost: Command) -> None:
    chart, file = world.root / "chart.csv", world.root / "import.csv"
    chart.write_text(CHART, encoding="utf-8")
    missing = ("missing-accounts", "-o", "harbour", "--chart", str(chart), "--to", str(file))
    code, out, err = tillpost(world, *missing)
    assert (code, err) == (0, "")
    assert f"Written to {file}: the chart, and 34 accounts." in out
    assert file.read_text(encoding="utf-8-sig").splitlines()[:5] == [
        "*Code,*Name,*Type,*Tax Code,Dashboard,Expense Claims,Enable Payments",
        "101,Undeposited funds,Current Asset,BAS Excluded,No,No,Yes",
        "201,Sales - Food,Revenue,GST on Income,No,No,No",
        "301,Purchases - Food,Direct Costs,GST on Expenses,No,No,No",
        "102,MasterCard clearing,Current Asset,BAS Excluded,No,No,Yes",
    ]
    code, found = matters(world, tillpost, "--offline", "--chart", str(file))
    assert [line for line in found if " is not in " in line] == []
    assert tillpost(world, *missing)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "-o", "harbor"), "Configuration: {include}/tillpost.yml: organisation 'harbor' is not in this file. Allowed: harbour.\n"),
        (("check", "-o", "harbour", "--from", "1.10.2026"), "Configuration: '1.10.2026' is not a date such as 2026-10-31.\n"),
        (("check", "-o", "harbour", "--from", "2026-10-05", "--to", "2026-10-04"), "Configuration: --to 2026-10-04 is before the first date, 2026-10-05.\n"),
        (("show", "-o", "harbour", "-s", "coffee", "-d", "2026-10-05"), "Configuration: organisation 'harbour' has no store 'coffee'. Allowed: cafe, hire.\n"),
        (("chart", "nowhere.csv"), "Configuration: nowhere.csv: the mapping file does not exist.\n"),
        (("chart", "nowhere.csv", "-c", "US"), "Configuration: --country is 'US'. Allowed: AU, NZ, GB.\n"),
    ],
)  # fmt: skip
def test_a_call_that_is_wrong(world: World, tillpost: Command, arguments: tuple[str, ...], said: str) -> None:
    assert tillpost(world, *arguments) == (2, "", said.format(include=world.include))


def test_a_mapping_file_is_told_with_its_line(world: World, tillpost: Command) -> None:
    file: Path = world.include / "mappings" / "harbour" / "accounts.csv"
    file.write_text(file.read_text(encoding="utf-8") + "tendr,CASH,101,,,,\n", encoding="utf-8")
    code, _, err = tillpost(world, "check", "-o", "harbour", "--offline")
    assert code == 2 and err.startswith(f"Configuration: {file}:47: kind 'tendr' is not known. Allowed: sales_category, ")
