"""`tillpost plan`: what a person sees before anything is sent."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from tests.unit.store.documents import blocker, invoice, journal, payment, release_documents, result, sales_of, settle
from tillpost import cli, cli_plan
from tillpost.store.database import open_database

YML = """\
version: 1
organisations:
  harbour:
    name: Harbour Group
    country: AU
    currency: AUD
    time_zone: Australia/Melbourne
    xero: xero_harbour
    prepare_at: "06:00"
    stores:
      cafe:
        name: Cafe
        pos: none
        connection: none
        pos_store: cafe
        starts_on: 2026-09-14
"""
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def tillpost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command in this process: exit code and output. No connection is configured: nothing may be asked."""
    (tmp_path / "tillpost.yml").write_text(YML, encoding="utf-8")
    place = {"TILLPOST_INCLUDE": str(tmp_path), "TILLPOST_DATA": str(tmp_path), "TILLPOST_DB_URL": f"sqlite:///{tmp_path / 'tillpost.db'}"}
    for name, value in place.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str]:
        said = io.StringIO()
        for module, name in ((cli_plan, "out"), (cli, "err")):
            monkeypatch.setattr(module, name, Console(file=said, width=120))
        monkeypatch.setattr(sys, "argv", ["tillpost", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), said.getvalue()

    return run


def test_it_tells_documents_calls_quota_and_what_is_held(tillpost: Command, tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tillpost.db'}", migrate=True)
    today = datetime.now(UTC).date()
    day, later = sales_of(today - timedelta(days=2)), sales_of(today - timedelta(days=1))
    sale = invoice("s1", key=day)
    release_documents(db, journal(day), sale, payment("m1", sale))
    settle(db, result(journal(later), key=later, findings=[blocker(later, "unmapped_category")]))
    code, said = tillpost("plan", "-o", "harbour")
    rows = [line.replace("│", " ").split() for line in said.splitlines() if "│" in line or "┃" in line]
    assert (code, rows[1:]) == (
        0,
        [
            ["journals", "1", "1"],
            ["invoices", "1", "1"],
            ["payments", "1", "1"],
            ["reading", "what", "Xero", "holds", "8", "8"],
            ["creating", "contacts", "1", "1"],
            ["all", "documents", "3", "12"],
        ],
    )
    assert "Quota left: 58 calls this minute, 5,000 today." in said
    assert "Held: 1 A sales category with takings has no mapping row" in said and "Done about " in said
    assert "Nothing is to be sent." in tillpost("plan", "-o", "harbour", "--from", str(today))[1]
    assert "Held" not in tillpost("plan", "-o", "harbour", "--to", str(day.business_date))[1]


def test_dates_the_wrong_way_round(tillpost: Command) -> None:
    assert tillpost("plan", "-o", "harbour", "--from", "2026-10-05", "--to", "2026-10-04") == (
        2,
        "Configuration: --to 2026-10-04 is before --from 2026-10-05.\n",
    )


@pytest.mark.parametrize("command", [("plan", "--to"), ("status", "--to"), ("status", "--date"), ("run", "--date"), ("recover", "--from")])
def test_the_first_and_the_last_date_that_there_are_have_no_neighbour(tillpost: Command, command: tuple[str, str]) -> None:
    assert tillpost(command[0], "-o", "harbour", command[1], "9999-12-31") == (
        2,
        "Configuration: '9999-12-31' is the last date that there is; name an earlier one.\n",
    )
    assert tillpost(command[0], "-o", "harbour", command[1], "0001-01-01") == (
        2,
        "Configuration: '0001-01-01' is the first date that there is; name a later one.\n",
    )


@pytest.mark.parametrize(
    "act",
    [
        *((act, "-s", "cafe", "-d", "2026-10-05") for act in ("approve", "hold", "release")),
        ("retry",),
        ("void", "--document", "TP/cafe/invoice/1"),
    ],
)
def test_an_act_without_a_reason_is_refused(tillpost: Command, act: tuple[str, ...]) -> None:
    assert tillpost(act[0], "-o", "harbour", *act[1:], "--why", " ") == (
        2,
        "Configuration: --why is blank: say the reason in some words; it stays in the audit trail.\n",
    )
