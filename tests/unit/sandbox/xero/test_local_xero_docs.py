"""docs/local_xero.md names every setting with its default, every admin call, and only tests that exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from sandbox.xero import admin
from sandbox.xero.settings import Settings

HERE = Path(__file__).parent
DOCS = (HERE.parents[3] / "docs" / "local_xero.md").read_text(encoding="utf-8")


def test_every_setting_is_there_with_its_default() -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \| (\w*) ?\|", DOCS, re.MULTILINE))
    defaults = {field.name: str(field.default) for field in fields(Settings)}
    assert documented == {name: value.lower() if value in ("True", "False") else value for name, value in defaults.items()}


def test_every_admin_call_is_there() -> None:
    paths = {re.sub(r"\(\?P<(\w+)>\[\^/\]\+\)", r"{\1}", pattern.pattern)[1:-3] for _, pattern, _ in admin._ROUTES}
    assert [path for path in sorted(paths) if f"{path}`" not in DOCS] == []


def test_every_test_that_is_named_exists() -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in HERE.glob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", DOCS))
    assert len(named) > 30
    assert sorted(name for name in named if f"def {name}(" not in tests) == []
    assert sorted(name for name in re.findall(r"`(test_\w+\.py)`", DOCS) if not (HERE / name).exists()) == []
