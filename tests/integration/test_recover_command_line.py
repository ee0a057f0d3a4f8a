"""`tillpost recover` in a small Harbour Group: its database is lost after a night was posted, and comes back from Xero."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tests.integration.harbour_world import World, local_xero, ready_world, templates, world
from tillpost import cli, cli_recover

__all__ = ["local_xero", "ready_world", "templates", "world"]

Said = tuple[int, str, str]
Command = Callable[..., Said]


@pytest.fixture
def tillpost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``tillpost recover -o harbour ...`` in this process, in a world's environment and a wide terminal: exit code, output, errors."""

    def run(here: World, *arguments: str) -> Said:
        for name, value in here.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(cli_recover, "out", Console(width=200))
        monkeypatch.setattr(cli, "err", Console(width=200, stderr=True))
        monkeypatch.setattr(sys, "argv", ["tillpost", "recover", "-o", "harbour", "--who", "Kim", *arguments])
        try:
            cli.main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr()
        return (code if isinstance(code, int) else 0), told.out, told.err

    return run


def counts(output: str) -> dict[str, list[int]]:
    """The rows of the table in which anything is counted."""
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.startswith("│")]
    rows = {name: [int(number) for number in numbers] for name, *numbers in cells}
    return {name: numbers for name, numbers in rows.items() if any(numbers)}


def test_a_lost_database_comes_back(ready_world: World, templates: Path, tillpost: Command) -> None:
    here = ready_world
    posted = here.post()["posted"]
    books, writes = here.xero.admin.balances(here.shop), here.writes()
    for file in here.root.glob("tillpost.db*"):
        file.unlink()
    shutil.copy(templates / "tillpost.db", here.outbox)

    here.prepare(run="again")
    stopped = here.post()
    assert (stopped["posted"], stopped["strangers"], stopped["until"]) == (0, posted, None)
    assert "Run: tillpost recover -o harbour" in stopped["why"]

    code, told, _ = tillpost(here, "--dry-run")
    assert (code, told.startswith("Would be put on record")) == (0, True)
    assert here.post()["strangers"] == posted
    code, told, _ = tillpost(here, "--why", "disk failure")
    assert (code, sum(row[1] for row in counts(told).values()), {row[2] for row in counts(told).values()}) == (0, posted, {0})
    assert (here.post()["posted"], here.xero.admin.balances(here.shop), here.writes()) == (0, books, writes)
    here.check_complete()
    code, told, _ = tillpost(here)
    assert (code, sum(row[0] for row in counts(told).values())) == (0, posted)


def test_what_cannot_be_recovered_is_told_in_words(ready_world: World, tillpost: Command) -> None:
    code, _, err = tillpost(ready_world, "--from", "yesterday")
    assert (code, err) == (2, "Configuration: 'yesterday' is not a date such as 2026-10-31.\n")
    ready_world.xero.admin.add_fault("status", ".*/Payments", status=503)
    code, _, err = tillpost(ready_world)
    assert (code, "503" in err) == (1, True)
    code, told, _ = tillpost(ready_world, "--from", "2026-10-01")
    assert (code, counts(told)) == (0, {})
