"""House rules that hold for every file: small files and functions, everything said what it is for, nothing of one machine."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "plugins" / "tillpost"
MAX_FILE_LINES, MAX_FUNCTION_LINES = 300, 45
# Put together here, so that this file does not hold what it looks for.
OF_ONE_MACHINE = ("/" + "work/", "/" + "tmp/bash")

# What these functions are for stands in the title of the rule that names them, in the list below them.
TOLD_BY_THEIR_RULES = "checks/document_rules.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _name(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def _public(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, Documented]]:
    """Public functions and classes, and the methods of those classes; what a Protocol leaves to ``...`` or a test is not asked."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield within + node.name, node
            if isinstance(node, ast.ClassDef) and not _overrides(node):
                yield from _public(node.body, f"{node.name}.")


def _overrides(node: ast.ClassDef) -> bool:
    """Whether a class derives from another one, which says already what its methods are for."""
    return bool(node.bases)


def _is_look(node: Documented) -> bool:
    """Whether it is the function of a rule over documents: it gives what it found."""
    return isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "Iterator[Found]"


def _is_migration(file: Path) -> bool:
    """Alembic asks each revision for functions of two names whose meaning is its own."""
    return "migrations" in file.parts


def _texts() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is committed or could be: what git ignores and what is no text is left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"NO GIT CHECKOUT: which files are committed cannot be told ({problem})")
    for name in filter(None, listed):
        file = ROOT / name
        if not file.is_file():
            continue
        content = file.read_bytes()
        if b"\0" not in content:
            yield name, content.decode("utf-8", "replace")


def _per_module(problems: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    modules = _modules()
    assert modules, f"{PACKAGE} holds no modules: this test would look at nothing"
    return {_name(file): found for file in modules if (found := problems(file))}


def test_files_are_small() -> None:
    lengths = {_name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in _modules()}
    assert {name for name, lines in lengths.items() if lines > MAX_FILE_LINES} == set()


def test_functions_are_short() -> None:
    def long(file: Path) -> list[str]:
        lengths = [(f.name, (f.end_lineno or f.lineno) - f.lineno + 1) for f in _functions(_tree(file))]
        return [f"{name}: {lines} lines" for name, lines in lengths if lines > MAX_FUNCTION_LINES]

    assert _per_module(lambda file: [] if _is_migration(file) else long(file)) == {}


def test_every_module_says_what_it_is_for() -> None:
    assert _per_module(lambda file: [] if ast.get_docstring(_tree(file)) else ["no docstring"]) == {}


def test_every_public_function_and_class_says_what_it_is_for() -> None:
    def silent(file: Path) -> list[str]:
        nodes = [(name, node) for name, node in _public(_tree(file).body) if not ast.get_docstring(node)]
        return [name for name, node in nodes if _name(file) != TOLD_BY_THEIR_RULES or not _is_look(node)]

    assert _per_module(lambda file: [] if _is_migration(file) else silent(file)) == {}


def test_no_committed_file_knows_the_machine_that_it_was_written_on() -> None:
    found = {name: [path for path in OF_ONE_MACHINE if path in text] for name, text in _texts()}
    assert found, "git lists no files: this test would look at nothing"
    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize("name", ["CHANGELOG.md", "LICENSE"])
def test_what_a_user_looks_for_first_is_there(name: str) -> None:
    file = ROOT / name
    assert file.is_file() and file.read_text(encoding="utf-8").strip()
