"""`tillpost connect`, `connections` and `disconnect`: what a person sees, and the exit codes."""

from __future__ import annotations

import io
import json
import re
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.xero.serving import Served, serve
from tests.unit.xero.consenting import decide
from tests.unit.xero.harbour import SECRET, create_harbour
from tillpost import cli, cli_connect
from tillpost.config import Settings

KEY = "5o8YNZ3Zg6Yv7dDRYyH6P0hGzSVpU6xZ3XTg4q9BZ1k="
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
Said = tuple[int, str, str]
Command = Callable[..., Said]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A local Xero with two organisations of one app and one of another."""
    with serve(tmp_path_factory.mktemp("xero") / "xero.db") as one:
        for key, app in (("harbour", "app-1"), ("harbour-b", "app-1"), ("custom", "app-2")):
            create_harbour(one.admin, key, app)
        yield one


@pytest.fixture
def tillpost(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process: exit code, output, errors."""
    (tmp_path / "tillpost.yml").write_text(YML, encoding="utf-8")
    place = {"TILLPOST_INCLUDE": str(tmp_path), "TILLPOST_DATA": str(tmp_path), "TILLPOST_DB_URL": f"sqlite:///{tmp_path / 'tillpost.db'}"}
    for name, value in {**place, "TILLPOST_FERNET_KEY": KEY}.items():
        monkeypatch.setenv(name, value)
    use(served, monkeypatch, "app-1", grant="authorization_code")

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(cli, "err", Console(width=300, stderr=True))
        monkeypatch.setattr(cli_connect, "out", Console(width=300))
        monkeypatch.setattr(sys, "argv", ["tillpost", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), told.out, told.err

    return run


def use(served: Served, monkeypatch: pytest.MonkeyPatch, app: str, secret: str = SECRET, **extra: str) -> None:
    """Configure the connection."""
    connection = {"conn_type": "generic", "login": app, "password": secret, "extra": {"base_url": served.base_url, **extra}}
    monkeypatch.setenv("AIRFLOW_CONN_XERO_HARBOUR", json.dumps(connection))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were opened in the browser, where a person consents at once."""
    pages: list[str] = []

    def open_page(address: str) -> bool:
        pages.append(address)
        threading.Timer(0.05, decide, (address, "harbour")).start()
        return True

    monkeypatch.setattr(webbrowser, "open", open_page)
    return pages


CONNECT = ("connect", "-o", "harbour", "--port", "0", "--who", "ann")


def test_connect_opens_the_page_and_asks_which_organisation(
    tillpost: Command, opened: list[str], monkeypatch: pytest.MonkeyPatch, served: Served
) -> None:
    tenants = {row["key"]: row["tenant_id"] for row in served.admin.organisations()}
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n"))
    code, out, err = tillpost(*CONNECT)
    assert (code, err) == (0, "")
    [address] = opened
    assert out.splitlines()[:4] == [
        "Open this page, sign in to Xero and choose the organisation (waiting for 10 minutes):",
        address,
        f"1  Harbour Group ({tenants['harbour']})",
        f"2  Harbour Group ({tenants['harbour-b']})",
    ]
    assert f"harbour is connected to Harbour Group ({tenants['harbour-b']}).\nScopes: accounting.invoices " in out

    code, out, err = tillpost("connections")
    assert (code, err) == (0, "")
    assert re.search(r"harbour +│ xero_harbour +│ authorization_code +│ working +│ Harbour Group", out)
    assert re.search(r" \d{4}-\d\d-\d\d \((59|60) days\) ", out) and "harbour: Scopes: accounting.invoices accounting.payments " in out

    code, out, err = tillpost("disconnect", "-o", "harbour", "--yes")
    assert (code, out.startswith("Harbour Group is disconnected in Xero."), err) == (0, True, "")
    served.admin.connect("harbour-b")


def test_a_number_that_is_none_of_them(tillpost: Command, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("3\n"))
    code, _, err = tillpost(*CONNECT)
    assert (code, err) == (2, "Configuration: 3 is none of them. Allowed: 1 to 2.\n")


def test_no_browser_only_prints_the_address(tillpost: Command, opened: list[str], monkeypatch: pytest.MonkeyPatch, served: Served) -> None:
    printed = cli_connect.Console.print

    def printing(self: Console, text: object = "", **how: object) -> None:
        printed(self, text, **how)  # type: ignore[arg-type]
        if str(text).startswith(served.base_url):
            threading.Timer(0.05, decide, (str(text), "harbour")).start()

    monkeypatch.setattr(cli_connect.Console, "print", printing)
    [tenant] = [row["tenant_id"] for row in served.admin.organisations() if row["key"] == "harbour"]
    code, out, err = tillpost(*CONNECT, "--no-browser", "--tenant", tenant)
    assert (code, opened, err) == (0, [], "")
    assert f"harbour is connected to Harbour Group ({tenant})." in out


def test_consent_that_is_refused(tillpost: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(address: str) -> bool:
        threading.Timer(0.05, decide, (address, "harbour", "deny")).start()
        return True

    monkeypatch.setattr(webbrowser, "open", deny)
    code, _, err = tillpost(*CONNECT)
    assert code == 1 and err.startswith("XeroAuthError: Xero gave no consent (access_denied). Nothing was stored or changed.")


def test_a_custom_connection_is_verified_without_a_page(
    tillpost: Command, opened: list[str], monkeypatch: pytest.MonkeyPatch, served: Served
) -> None:
    use(served, monkeypatch, "app-2")
    code, out, err = tillpost(*CONNECT)
    assert (code, opened, err) == (0, [], "") and out.startswith("harbour is connected to Harbour Group (")


def test_a_connection_that_is_refused_or_missing_is_told(tillpost: Command, monkeypatch: pytest.MonkeyPatch, served: Served) -> None:
    use(served, monkeypatch, "app-2", "wrong")
    code, _, err = tillpost("payments", "-o", "harbour")
    assert code == 1 and "invalid_client" in err
    assert tillpost("payments", "-o", "harbour")[0] == 0
    code, out, _ = tillpost("connections")
    assert code == 1 and "refused" in out and "\nharbour: connection 'xero_harbour': Xero gives no token for it (invalid_client)." in out
    monkeypatch.delenv("AIRFLOW_CONN_XERO_HARBOUR")
    code, out, _ = tillpost("connections")
    assert code == 1 and "not configured" in out


def test_disconnecting_asks_first(tillpost: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, out, _ = tillpost("disconnect", "-o", "harbour")
    assert (code, "Disconnect harbour from Xero?" in out, "is disconnected" in out) == (1, True, False)


def test_the_key_is_tillposts_own_or_else_airflows() -> None:
    airflow = {"AIRFLOW__CORE__FERNET_KEY": "airflow's"}
    own = airflow | {"TILLPOST_FERNET_KEY": "own"}
    assert [Settings.from_environment(given).fernet_keys for given in ({}, airflow, own)] == ["", "airflow's", "own"]
    assert "own" not in repr(Settings.from_environment(own))


def test_connecting_to_another_organisation_than_before_is_told(
    tillpost: Command, opened: list[str], monkeypatch: pytest.MonkeyPatch, served: Served
) -> None:
    tenants = {row["key"]: row["tenant_id"] for row in served.admin.organisations()}
    for key in ("harbour", "harbour-b"):
        code, out, err = tillpost(*CONNECT, "--tenant", tenants[key])
        assert (code, err) == (0, "")
    assert (
        f"harbour is connected to Harbour Group ({tenants['harbour-b']}).\nIt was bound to the Xero organisation {tenants['harbour']}; "
        "nothing of it is posted there, so it is bound to this one from now on.\n"
    ) in out
