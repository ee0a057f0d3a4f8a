"""docs/contract.md tells the same tables, columns, kinds and allowed values as the contract in model/facts.py, no more and no less."""

from __future__ import annotations

import re

import pytest

from tillpost.config import PROJECT
from tillpost.model.facts import TABLES, Table
from tillpost.model.meanings import MEANINGS, PURPOSES
from tillpost.pos.queries import PERIOD_BINDS, WRITE_BINDS

PAGE = (PROJECT / "docs" / "contract.md").read_text(encoding="utf-8")
SECTIONS = dict(part.split("\n", 1) for part in re.split(r"^#{2,3} ", PAGE, flags=re.MULTILINE)[1:])


def rows(section: str) -> list[tuple[str, str, bool, str]]:
    """The columns that a section documents: name, kind, required, meaning."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| `")]
    return [(name.strip("`"), kind, required == "yes", meaning) for name, kind, required, meaning in cells]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_each_column_is_documented(table: Table) -> None:
    documented = rows(SECTIONS[table.name])
    assert [row[:3] for row in documented] == [(c.name, c.kind.value, c.required) for c in table.columns]
    for column, row in zip(table.columns, documented, strict=True):
        assert row[3], column.name
        assert not column.allowed or tuple(re.findall(r"`(\w+)`", row[3])) == column.allowed


@pytest.mark.parametrize("table", TABLES)
def test_the_meanings_that_commands_print_are_those_of_the_page(table: str) -> None:
    assert {name: meaning for name, _, _, meaning in rows(SECTIONS[table])} == MEANINGS[table]
    assert " ".join(SECTIONS[table].split("| Column")[0].split()) == PURPOSES[table]


def test_no_table_is_documented_that_is_not_there() -> None:
    titles = re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)
    assert titles == list(TABLES)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_needed_tables_and_choices_of_columns_are_told(table: Table) -> None:
    words = SECTIONS[table.name].split("| Column")[0]
    assert ("Needed." in words) == table.needed
    assert all(f"`{column}`" in words for column in table.one_of)


def test_each_bind_is_documented() -> None:
    for section, binds in (("Period", PERIOD_BINDS), ("Writing payment status back", WRITE_BINDS)):
        assert tuple(re.findall(r"`:(\w+)`(?=[^\n]*\|)", "\n".join(re.findall(r"^\| `:.*$", SECTIONS[section], re.MULTILINE)))) == binds
