"""The command line on a good night, a held one and with mistakes: exit codes 0, 1 and 2, and text for the person who must act."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from rich.console import Console

from tests.integration.harbour_world import SECRET, World, local_xero, ready_world, templates, world
from tillpost import cli

__all__ = ["local_xero", "ready_world", "templates", "world"]

Said = tuple[int, str, str]
Command = Callable[..., Said]


@pytest.fixture
def tillpost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process, in a world's environment and a wide terminal: exit code, output, errors."""

    def run(here: World, *arguments: str) -> Said:
        for name, value in here.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(cli, "out", Console(width=300))
        monkeypatch.setattr(cli, "err", Console(width=300, stderr=True))
        monkeypatch.setattr(sys, "argv", ["tillpost", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), told.out, told.err

    return run


def test_a_night_that_is_done_twice(ready_world: World, tillpost: Command) -> None:
    night = ("run", "--organisation", "harbour", "--date", "2026-10-05")
    code, out, err = tillpost(ready_world, *night)
    assert (code, err) == (0, "")
    assert "14 documents posted, 0 refused, 0 left, " in out
    assert "Report: " in out and "Harbour Group (AUD)" in out and "Harbour Equipment Hire" in out
    ready_world.check_complete()
    code, out, err = tillpost(ready_world, *night)
    assert (code, err) == (0, "")
    assert "0 documents posted, 0 refused, 0 left, " in out
    ready_world.check_complete()

    code, out, err = tillpost(ready_world, "status", "-o", "harbour", "-d", "2026-10-05")
    assert (code, err) == (0, "")
    assert [line.split()[-2:] for line in out.splitlines() if "posted" in line] != []
    code, out, _ = tillpost(ready_world, "payments", "-o", "harbour")
    assert (code, out) == (0, "7 documents changed in Xero, 7 written back to the POS.\n")


def test_a_night_of_which_something_is_held(world: World, tillpost: Command) -> None:
    code, out, err = tillpost(world, "run", "-o", "harbour", "-d", "2026-10-03")
    assert code == 1
    assert " held " in out and err.startswith("To look at: Harbour Cafe, 2026-10-03, sales: held. Harbour Cafe: ")
    assert err.count("\n") == 1
    assert tillpost(world, "status", "-o", "harbour", "-d", "2026-10-03")[0] == 0


def test_stopping_at_the_outbox(ready_world: World, tillpost: Command) -> None:
    code, out, _ = tillpost(ready_world, "run", "-o", "harbour", "-d", "2026-10-05", "--no-post")
    assert code == 0 and " ready " in out
    assert ready_world.in_xero() == {}


def test_dates_before_a_store_begins(world: World, tillpost: Command) -> None:
    code, out, err = tillpost(world, "run", "-o", "harbour", "-d", "2026-09-01")
    assert code == 0
    assert "No store of this organisation has begun by these dates (starts_on in tillpost.yml)." in err
    assert "0 documents posted" in out and "Harbour Group: nothing on record from 2026-09-01 to 2026-09-01." in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "-o", "harbor", "-d", "2026-10-05"), "Configuration: {include}/tillpost.yml: organisation 'harbor' is not in this file. Allowed: harbour.\n"),
        (("status", "-o", "harbor"), "Configuration: {include}/tillpost.yml: organisation 'harbor' is not in this file. Allowed: harbour.\n"),
        (("payments", "-o", "harbor"), "Configuration: {include}/tillpost.yml: organisation 'harbor' is not in this file. Allowed: harbour.\n"),
        (("run", "-o", "harbour", "-d", "5.10.2026"), "Configuration: '5.10.2026' is not a date such as 2026-10-31.\n"),
        (("run", "-o", "harbour", "-d", "2026-10-05", "--to", "2026-10-04"), "Configuration: --to 2026-10-04 is before the first date, 2026-10-05.\n"),
        (("status", "-d", "2026-10-05", "--to", "2026-10-04"), "Configuration: --to 2026-10-04 is before the first date, 2026-10-05.\n"),
    ],
)  # fmt: skip
def test_a_call_that_is_wrong(world: World, tillpost: Command, arguments: tuple[str, ...], said: str) -> None:
    assert tillpost(world, *arguments) == (2, "", said.format(include=world.include))


@pytest.mark.parametrize("arguments", [(), ("run",), ("run", "-o", "harbour"), ("walk",)])
def test_a_call_without_what_it_needs_shows_what_there_is(world: World, tillpost: Command, arguments: tuple[str, ...]) -> None:
    code, out, err = tillpost(world, *arguments)
    assert code == 2
    assert "Usage:" in out + err


def test_configuration_that_is_wrong(world: World, tillpost: Command) -> None:
    file = world.include / "mappings" / "harbour" / "accounts.csv"
    file.write_text(file.read_text(encoding="utf-8") + "tendr,CASH,101,,,,\n", encoding="utf-8")
    code, _, err = tillpost(world, "run", "-o", "harbour", "-d", "2026-10-05")
    assert code == 2
    assert err.startswith(f"Configuration: {file}:47: kind 'tendr' is not known. Allowed: sales_category, ")
    assert world.states() == {}


def test_systems_that_fail(ready_world: World, tillpost: Command) -> None:
    night = ("run", "-o", "harbour", "-d", "2026-10-05")
    ready_world.connect("xero_harbour", password="wr0ng")
    code, out, err = tillpost(ready_world, *night)
    assert code == 1
    assert err.startswith("XeroAuthError: connection 'xero_harbour': Xero gives no token for it (invalid_client). Nothing was sent.")
    assert SECRET not in out + err and "wr0ng" not in out + err
    ready_world.connect("xero_harbour", password=SECRET)

    ready_world.environ["TILLPOST_DB_URL"] = f"sqlite:///file:{ready_world.outbox}?mode=ro&uri=true"
    code, _, err = tillpost(ready_world, *night)
    assert code == 1 and err.startswith("StoreError: Tillpost's own database (SQLite file ")
    ready_world.environ["TILLPOST_DB_URL"] = f"sqlite:///{ready_world.outbox}"

    shop = ready_world.root / "shops" / "harbour_hire.sqlite"
    away = shop.rename(shop.with_suffix(".away"))
    code, out, err = tillpost(ready_world, *night)
    assert code == 1
    assert err.startswith("To look at: Harbour Equipment Hire, 2026-10-05: open. the POS database pos_harbour_hire")
    away.rename(shop)
    assert tillpost(ready_world, *night)[0] == 0
    ready_world.check_complete()


def test_a_file_named_in_an_error_is_on_one_line_when_nobody_watches(world: World) -> None:
    """As cron and a log see it: a real process, its errors in a pipe."""
    command = [sys.executable, "-m", "tillpost.cli", "status", "-o", "harbor"]
    path = os.pathsep.join(sys.path)
    ended = subprocess.run(command, env={**os.environ, **world.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60)
    said = f"Configuration: {world.include}/tillpost.yml: organisation 'harbor' is not in this file. Allowed: harbour.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", said)
