"""A POS database that is away, SQL that does not deliver, hostile text in the POS: one store waits or is cleaned, the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.harbour_world import MONDAY, World, local_xero, ready_world, templates, world
from tillpost.errors import RunIncomplete
from tillpost.flows.prepare import extract_group, plan_run, report_problems
from tillpost.flows.pull import pull_payments

__all__ = ["local_xero", "ready_world", "templates", "world"]

POSTED = {"cafe/purchases": "nothing_to_send", "cafe/sales": "posted"}
HIRE_OPEN = {"hire/purchases": "open", "hire/sales": "open"}


def test_a_pos_database_that_is_away_keeps_its_store_open_and_nobody_else(world: World) -> None:
    shop = world.root / "shops" / "harbour_hire.sqlite"
    away = shop.rename(shop.with_suffix(".away"))
    summary = world.prepare()
    assert (summary["open"], summary["held"]) == (["harbour/hire/2026-10-05"], [])
    with pytest.raises(RunIncomplete) as told:
        report_problems(summary)
    assert str(told.value) == (
        "1 to look at; everything else was released.\n"
        f"  * Harbour Equipment Hire, 2026-10-05: open. the POS database pos_harbour_hire (sqlite {shop}) cannot be used: "
        "unable to open database file. Nothing was kept of this store; other stores are not affected. "
        "Check that the server or file is there and that the login may read it, then run again."
    )
    assert world.post()["posted"] > 0
    assert world.states() == POSTED | HIRE_OPEN
    assert "unable to open database file" in world.streams()["hire/sales"].reasons[0]
    world.check_whole()
    assert not shop.exists(), "reading made an empty database"
    before, writes = world.in_xero(), world.writes()

    away.rename(shop)
    again = world.prepare()
    report_problems(again)
    assert again["unchanged"] == 1
    assert world.post()["posted"] > 0
    world.check_complete()
    after = world.in_xero()
    assert not before - after and {name for name in after - before if "/hire/" not in name} == set()
    assert world.writes() - writes == 3, "journals, invoices and payments of the hire store, in one request each"


def _error_of_hire(world: World) -> str:
    """What the extraction of the hire store says."""
    groups = plan_run(world.site, "harbour", "2026-10-05", "2026-10-06", nightly=False)
    [result] = extract_group(world.site, "harbour", next(group for group in groups if group["pos"] == "demo_pointofrental"), "test")
    assert (result["store"], result["dates"], result["folder"] == "") == ("hire", ["2026-10-05"], result["error"] != "")
    return result["error"]


@pytest.mark.parametrize(("ruin", "said"), [(b"these are no sales" * 200, "file is not a database"), (b"", "no such table")])
def test_a_pos_file_that_is_no_database(world: World, ruin: bytes, said: str) -> None:
    shop = world.root / "shops" / "harbour_hire.sqlite"
    good = shop.read_bytes()
    shop.write_bytes(ruin)
    error = _error_of_hire(world)
    assert said in error and f"pos_harbour_hire (sqlite {shop})" in error and "run again" in error
    shop.write_bytes(good)
    assert _error_of_hire(world) == ""


def test_a_pos_connection_that_nobody_has_set_up(world: World) -> None:
    connection = world.environ.pop("AIRFLOW_CONN_POS_HARBOUR_HIRE")
    assert _error_of_hire(world) == (
        "connection 'pos_harbour_hire' is not known: set AIRFLOW_CONN_POS_HARBOUR_HIRE (JSON or URI) or create it in Airflow."
    )
    world.environ["AIRFLOW_CONN_POS_HARBOUR_HIRE"] = connection
    assert _error_of_hire(world) == ""


def test_a_folder_of_facts_that_cannot_be_written(world: World) -> None:
    (world.root / "data").write_text("a file where the folder should be")
    assert _error_of_hire(world) == f"facts cannot be written under {world.root / 'data'} (TILLPOST_DATA): Not a directory."
    (world.root / "data").unlink()
    assert _error_of_hire(world) == ""


def _replace(file: Path, old: str, new: str) -> str:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return text


@pytest.mark.parametrize(
    ("old", "new", "said", "remedy"),
    [
        (
            "c.Total AS gross_cents",
            "c.Total AS total_cents",
            "pointofrental/sales.sql: the column gross (or gross_cents) must be delivered. Delivered are: sale_id, receipt_no, store_id, kind, ",
            "Mend the SQL file (docs/contract.md), then run again.",
        ),
        (
            "c.Total AS gross_cents",
            "c.Totl AS gross_cents",
            "pointofrental/sales.sql: the database pos_harbour_hire (sqlite ",
            "Mend the SQL file",
        ),
        ("FROM ContractFile", "FROM :shop", "pointofrental/sales.sql:19: the bind :shop is not known.", "Allowed: :store, :from_date"),
    ],
    ids=["a column is missing", "the database has no such column", "an unknown bind"],
)
def test_sql_that_does_not_deliver_names_file_column_and_remedy(world: World, old: str, new: str, said: str, remedy: str) -> None:
    _replace(world.include / "sql" / "demo_pointofrental" / "sales.sql", old, new)
    error = _error_of_hire(world)
    assert said in error and remedy in error


def test_a_missing_column_keeps_its_store_open_until_the_file_is_mended(world: World) -> None:
    file = world.include / "sql" / "demo_pointofrental" / "sales.sql"
    good = _replace(file, "c.Total AS gross_cents", "c.Total AS total_cents")
    summary = world.prepare()
    assert (summary["open"], summary["released"]) == (["harbour/hire/2026-10-05"], 1)
    with pytest.raises(RunIncomplete, match=r"Harbour Equipment Hire, 2026-10-05: open\. .*sales\.sql: the column gross"):
        report_problems(summary)
    world.post()
    world.check_whole()
    assert world.states() == POSTED | HIRE_OPEN
    file.write_text(good, encoding="utf-8")
    report_problems(world.prepare())
    world.post()
    world.check_complete()


HOSTILE = "<script>alert(1)</script> =cmd('/c calc') \" ' [/red] {{ 7*7 }} %s 寿司 \U0001f363 ‮abc"


def test_hostile_text_reaches_xero_as_text_and_the_report_escaped(world: World) -> None:
    world.edit_pos("pos_harbour_hire", "UPDATE ItemFile SET ItemName = ?", HOSTILE + "x" * 5000)
    world.edit_pos("pos_harbour_hire", "UPDATE CustomerFile SET CustName = CustNo || ?", HOSTILE)
    world.edit_yml(lambda org: org["stores"]["hire"].update(name="Hire <b>&</b> [bold]Co[/bold]"))
    _without_rows_of_customers(world)
    summary = world.prepare()
    report_problems(summary)
    world.post()
    world.check_complete()
    page = Path(summary["reports"][0]).read_text(encoding="utf-8")
    assert "Hire &lt;b&gt;&amp;&lt;/b&gt; [bold]Co[/bold]" in page
    assert "<script>alert" not in page and "<b>&" not in page
    names = {found["contact_name"] or "" for found in world.xero.admin.documents(world.shop)}
    assert f"TWEED{HOSTILE}" in names


def test_a_name_longer_than_xero_takes_stops_nobody_else(ready_world: World) -> None:
    ready_world.edit_pos("pos_harbour_hire", "UPDATE CustomerFile SET CustName = ? WHERE TRIM(CustNo) = 'TWEED'", "Very Long Name " * 340)
    _without_rows_of_customers(ready_world)
    with pytest.raises(RunIncomplete, match="(?s)Harbour Equipment Hire, .*, sales: held.*longer than the 255 characters.*contacts.csv"):
        report_problems(ready_world.prepare())
    ready_world.post()
    ready_world.check_whole()
    assert {state for key, state in ready_world.states().items() if "hire" not in str(key)} <= {"posted", "nothing_to_send"}


def _without_rows_of_customers(world: World) -> None:
    """So that the names are those of the POS."""
    file = world.include / "mappings" / "harbour" / "contacts.csv"
    rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(row for row in rows if not row.startswith("customer,")) + "\n", encoding="utf-8")


def test_payment_status_is_written_back_when_the_pos_is_there_again(ready_world: World) -> None:
    world = ready_world
    world.post()
    invoice = next(f for f in world.xero.admin.documents(world.shop) if f["type"] == "ACCREC" and f["due_cents"] > 0)
    world.xero.admin.pay(world.shop, invoice["number"], account="090")
    shop = world.root / "shops" / "harbour_hire.sqlite"
    away = shop.rename(shop.with_suffix(".away"))
    with pytest.raises(
        RunIncomplete, match="(?s)Payment status is on record.*Harbour Equipment Hire: the POS database pos_harbour_hire_write"
    ):
        pull_payments(world.site, "harbour")
    away.rename(shop)
    assert pull_payments(world.site, "harbour")["written_back"] == 7
    assert pull_payments(world.site, "harbour") == {"changed": 0, "written_back": 0, "until": None, "why": ""}
    assert world.states(MONDAY)["hire/sales"] == "posted"
