"""The layers of docs/architecture.md: who may import whom, and that no float comes near money."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "plugins" / "tillpost"
CAPABILITIES = ("pos", "checks", "build", "xero", "report")
WITHOUT_FLOATS = ("model", "build", "mapping")


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found, f"{folder} holds no Python files: this test would look at nothing"
    return found


def _imports(source: str, package: str) -> Iterator[str]:
    """Full names of what a module of ``package`` imports, wherever in it; of ``from a import b`` both ``a`` and ``a.b``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


@cache
def _layers_of(file: Path) -> set[str]:
    """The layers of Tillpost that a file imports, such as ``store``."""
    package = ".".join(("tillpost", *file.relative_to(PACKAGE).parent.parts))
    names = (name.split(".") for name in _imports(file.read_text(encoding="utf-8"), package))
    return {parts[1] for parts in names if parts[0] == "tillpost" and len(parts) > 1}


def _layer(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _users_of(module: str) -> set[str]:
    """The files under dags/ and plugins/ that import a library, relative to the project."""
    files = [file for folder in ("dags", "plugins") for file in _files(ROOT / folder)]
    return {
        file.relative_to(ROOT).as_posix()
        for file in files
        if any(name == module or name.startswith(f"{module}.") for name in _imports(file.read_text(encoding="utf-8"), ""))
    }


def _floats(source: str) -> list[int]:
    """The lines where a float can be born: the word itself, a literal, or a true division by a number or of cents."""
    return sorted({node.lineno for node in ast.walk(ast.parse(source)) if _makes_a_float(node)})


def _makes_a_float(node: ast.AST) -> TypeGuard[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return "cents" in ast.unparse(node) or (isinstance(node.right, ast.Constant) and isinstance(node.right.value, int))
    return (isinstance(node, ast.Name) and node.id == "float") or (isinstance(node, ast.Constant) and isinstance(node.value, float))


def test_every_form_of_an_import_is_seen() -> None:
    source = """
import tillpost.store.database
from tillpost import xero
from ..pos import facts
from . import journals
if TYPE_CHECKING:
    from tillpost.report.data import DayReport
def later():
    import great_expectations.expectations as gxe
"""
    assert set(_imports(source, "tillpost.build")) == {
        "tillpost.store.database", "tillpost", "tillpost.xero", "tillpost.pos", "tillpost.pos.facts", "tillpost.build",
        "tillpost.build.journals", "tillpost.report.data", "tillpost.report.data.DayReport", "great_expectations.expectations",
    }  # fmt: skip


def test_every_way_to_a_float_is_seen() -> None:
    source = 'a: float = 1\nb = float("1")\nc = 1.5\nd = cents / rate\ne = cents / 100\nf = folder / "accounts.csv"\ng = cents // 100\n'
    assert _floats(source) == [1, 2, 3, 4, 5]


def test_the_model_imports_nothing_but_the_model() -> None:
    found = {str(file.relative_to(PACKAGE)): _layers_of(file) - {"model"} for file in _files(PACKAGE / "model")}
    assert {file: layers for file, layers in found.items() if layers} == {}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_capabilities_do_not_import_one_another(capability: str) -> None:
    others = set(CAPABILITIES) - {capability}
    found = {str(file.relative_to(PACKAGE)): _layers_of(file) & others for file in _files(PACKAGE / capability)}
    assert {file: layers for file, layers in found.items() if layers} == {}


def test_only_flows_and_xero_import_the_store() -> None:
    found = {_layer(file) for file in _files(PACKAGE) if "store" in _layers_of(file)}
    assert {layer for layer in found if not layer.startswith("cli")} <= {"flows", "xero", "store"}


def test_the_command_line_reaches_the_store_through_flows() -> None:
    assert [file.name for file in PACKAGE.glob("cli*.py") if "store" in _layers_of(file)] == []


def test_nothing_below_imports_the_flows() -> None:
    found = {_layer(file) for file in _files(PACKAGE) if "flows" in _layers_of(file)}
    assert {layer for layer in found if layer != "cli" and not layer.startswith("cli_")} == {"flows"}


def test_airflow_is_imported_by_the_dags_and_the_plugin_file_only() -> None:
    found = _users_of("airflow")
    assert {file for file in found if not file.startswith("dags/")} == {"plugins/tillpost_plugin.py"}
    assert any(file.startswith("dags/") for file in found)


def test_great_expectations_is_imported_by_the_runner_only() -> None:
    assert _users_of("great_expectations") == {"plugins/tillpost/checks/runner.py"}


@pytest.mark.parametrize("layer", WITHOUT_FLOATS)
def test_no_float_comes_near_money(layer: str) -> None:
    found = {str(file.relative_to(PACKAGE)): _floats(file.read_text(encoding="utf-8")) for file in _files(PACKAGE / layer)}
    assert {file: lines for file, lines in found.items() if lines} == {}
