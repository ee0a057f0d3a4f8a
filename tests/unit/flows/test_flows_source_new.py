"""`tillpost source new`: the skeleton tells the whole contract, runs nowhere before it is filled in, and overwrites nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot

from tillpost.errors import ConfigError
from tillpost.flows.source_dialects import DIALECTS
from tillpost.flows.source_new import write_skeleton
from tillpost.model.facts import TABLES
from tillpost.model.meanings import MEANINGS
from tillpost.pos.inspection_files import TO_FILL, read_files
from tillpost.pos.queries import PERIOD_BINDS, load_queries, read_query

PARSERS = {"postgresql": "postgres", "mysql": "mysql", "sqlite": "sqlite", "sqlserver": "tsql"}


@pytest.fixture
def include(tmp_path: Path) -> Path:
    folder = tmp_path / "include"
    folder.mkdir()
    return folder


def test_every_table_has_a_file_and_the_optional_ones_lie_where_nothing_reads_them(include: Path) -> None:
    written = write_skeleton(include, "bistro", "postgresql")
    assert written.folder == include / "sql" / "bistro"
    assert sorted(file.name for file in written.folder.iterdir()) == ["README.md", "optional", "sale_lines.sql", "sales.sql", "tenders.sql"]
    assert {file.stem for file in written.folder.rglob("*.sql")} == set(TABLES)
    assert list(load_queries(include, "bistro").tables) == ["sale_lines", "sales", "tenders"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_file_names_every_column_with_its_meaning_and_is_a_statement_of_the_dialect(include: Path, dialect: str) -> None:
    folder = write_skeleton(include, "bistro", dialect).folder
    for file in folder.rglob("*.sql"):
        text, table = file.read_text(encoding="utf-8"), TABLES[file.stem]
        words = " ".join(re.sub(r"^ *--", "", text, flags=re.MULTILINE).split())
        for column in table.columns:
            assert f"{MEANINGS[table.name][column.name].replace('`', '')}" in words, (file, column.name)
        filled = re.sub(r"^--(, NULL AS )", r"  \1", text, flags=re.MULTILINE)
        parsed = sqlglot.parse_one(filled, dialect=PARSERS[dialect])
        assert parsed.named_selects == [column.name for column in table.columns]
        assert set(read_query(file, PERIOD_BINDS).binds) <= set(PERIOD_BINDS)


def test_what_is_required_is_to_be_filled_and_what_is_optional_is_a_comment(include: Path) -> None:
    folder = write_skeleton(include, "bistro", "sqlite").folder
    for file in folder.rglob("*.sql"):
        table = TABLES[file.stem]
        to_fill = re.findall(rf"^ *,? *{re.escape(TO_FILL)} NULL AS `?(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert to_fill == [c.name for c in table.columns if c.required or c.name in table.one_of[:1]]


def test_the_untouched_skeleton_says_what_is_still_to_be_filled(include: Path) -> None:
    files = read_files(write_skeleton(include, "bistro", "mysql").folder)
    assert (files.queries, [(fault.kind, fault.where, fault.count) for fault in files.faults]) == (
        (),
        [("to_fill", "sales.sql", 9), ("to_fill", "sale_lines.sql", 7), ("to_fill", "tenders.sql", 8)],
    )
    assert files.faults[2].what == (
        "8 places still to be filled: sale_id (line 16), tender_no (line 18), tender_code (line 20), tender_type (line 23), "
        "amount (line 25), FROM (line 42), JOIN (line 43), WHERE (line 44)"
    )


def test_the_next_steps_are_told(include: Path) -> None:
    assert write_skeleton(include, "bistro", "mysql").next_steps == (
        "Fill in sales.sql, sale_lines.sql, tenders.sql: each says of every column what it must be, and README.md beside them has a checklist.",
        f"Give a store in {include / 'tillpost.yml'} the line `pos: bistro`, its connection and its pos_store.",
        "Run: tillpost source check --store <store>",
        "When it has nothing to mend, go on with docs/adding_a_pos.md: mapping, then a night with --no-post.",
    )


@pytest.mark.parametrize("name", ["../bistro", "a/b", "Bistro", "", "9lives", ".hidden", "a" * 41, "bistro\n", "caf\u00e9"])
def test_a_name_that_could_lead_elsewhere_is_refused(include: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="must start with a small letter and hold small letters, digits and _ only"):
        write_skeleton(include, name, "mysql")
    assert list(include.iterdir()) == []


def test_nothing_is_overwritten(include: Path) -> None:
    folder = include / "sql" / "bistro"
    folder.mkdir(parents=True)
    (folder / "sales.sql").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="this POS system has a folder already, and nothing is overwritten"):
        write_skeleton(include, "bistro", "mysql")
    assert [(file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir()] == [("sales.sql", "mine")]


def test_a_link_to_nowhere_is_not_followed(include: Path, tmp_path: Path) -> None:
    (include / "sql").mkdir()
    (include / "sql" / "bistro").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="has a folder already"):
        write_skeleton(include, "bistro", "mysql")
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_written_is_told(include: Path) -> None:
    (include / "sql").write_text("a file", encoding="utf-8")
    for make in (lambda: None, lambda: ((include / "sql").unlink(), (include / "sql").symlink_to(include / "gone"))):
        make()
        with pytest.raises(ConfigError, match="/sql: this must be a folder: take it away, or let the link lead to one"):
            write_skeleton(include, "bistro", "mysql")
    with pytest.raises(ConfigError, match="the include folder is not there"):
        write_skeleton(include / "nowhere", "bistro", "mysql")
    with pytest.raises(ConfigError, match="Allowed: postgresql, mysql, sqlite, sqlserver"):
        write_skeleton(include, "bistro", "oracle")
