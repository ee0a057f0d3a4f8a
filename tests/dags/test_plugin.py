"""The plugin: it loads without errors and alone, and its pages are closed to anonymous callers and to other files."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.dags.conftest import PROJECT


@pytest.fixture(scope="module")
def plugin() -> ModuleType:
    """The plugin file as a module of its own."""
    spec = importlib.util.spec_from_file_location("tillpost_plugin_of_test", PROJECT / "plugins" / "tillpost_plugin.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def client(plugin: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client without a token, on a data folder with one report and one file that is none."""
    (tmp_path / "reports" / "harbour").mkdir(parents=True)
    (tmp_path / "reports" / "harbour" / "2026-10-02.html").write_text("<h1>Harbour</h1>")
    (tmp_path / "reports" / "<b>" / "x").mkdir(parents=True)
    (tmp_path / "reports" / "<b>" / "2026-10-03.html").write_text("hostile name")
    (tmp_path / "2026-10-02.html").write_text("not a report")
    monkeypatch.setenv("TILLPOST_DATA", str(tmp_path))
    yield TestClient(plugin.app)
    plugin.app.dependency_overrides.clear()


@pytest.fixture
def signed_in(plugin: ModuleType, client: TestClient) -> TestClient:
    """The same client as a user whom Airflow lets in."""
    for dependency in plugin.app.router.dependencies:
        plugin.app.dependency_overrides[dependency.dependency] = lambda: None
    return client


def test_airflow_loads_exactly_this_plugin_and_no_module_of_the_package_by_its_bare_name() -> None:
    from airflow import plugins_manager

    plugins_manager.ensure_plugins_loaded()
    assert plugins_manager.get_import_errors() == {}
    ours = [plugin.name for plugin in plugins_manager._get_plugins()[0] if str(PROJECT) in str(plugin.source)]
    names = [plugin.name for plugin in plugins_manager._get_plugins()[0]]
    assert names.count("tillpost") == 1, names
    assert ours in ([], ["tillpost"])
    package = PROJECT / "plugins" / "tillpost"
    bare = [name for name, module in list(sys.modules.items()) if _lies_in(module, package) and not name.startswith("tillpost")]
    assert bare == []


def _lies_in(module: Any, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(folder)


def test_the_ignore_file_names_the_package() -> None:
    lines = (PROJECT / "plugins" / ".airflowignore").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["tillpost/"]


ADDRESSES = ["/reports", "/reports/harbour/2026-10-02", "/reports/harbour/1999-01-01"]


def test_every_route_is_closed_without_a_token(plugin: ModuleType, client: TestClient) -> None:
    assert {route.path for route in plugin.app.routes} == {"/reports", "/reports/{organisation}/{day}"}
    answers = {address: client.get(address).status_code for address in ADDRESSES}
    assert answers == dict.fromkeys(ADDRESSES, 401)


@pytest.mark.parametrize("address", ["/docs", "/redoc", "/openapi.json"])
def test_the_schema_pages_are_off(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_report_is_shown_as_it_is_and_may_load_nothing(signed_in: TestClient) -> None:
    answer = signed_in.get("/reports/harbour/2026-10-02")
    assert (answer.status_code, answer.text) == (200, "<h1>Harbour</h1>")
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_the_list_names_the_reports_and_escapes_their_names(signed_in: TestClient) -> None:
    page = signed_in.get("/reports").text
    assert '<li><a href="reports/harbour/2026-10-02">2026-10-02 harbour</a></li>' in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "address",
    [
        "/reports/../2026-10-02",
        "/reports/%2e%2e/2026-10-02",
        "/reports/..%2f..%2fetc/2026-10-02",
        "/reports/harbour/..%2f..%2f2026-10-02",
        "/reports/harbour/2026-10-02.html",
        "/reports/HARBOUR/2026-10-02",
        "/reports/harbour/1999-01-01",
    ],
)
def test_nothing_but_a_report_is_handed_out(signed_in: TestClient, address: str) -> None:
    answer = signed_in.get(address)
    assert answer.status_code in (404, 422)
    assert "not a report" not in answer.text
