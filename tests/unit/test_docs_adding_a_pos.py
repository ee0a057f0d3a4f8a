"""docs/adding_a_pos.md: every command and option that it names is there, and what it says of the commands is so."""

from __future__ import annotations

import re

import click
import typer

from tillpost import cli
from tillpost.config import PROJECT
from tillpost.flows.source_dialects import DIALECTS
from tillpost.flows.source_new import OPTIONAL
from tillpost.model.facts import TABLES
from tillpost.pos.extract import BATCH_ROWS
from tillpost.pos.inspection import SLOW_SECONDS
from tillpost.pos.source import STATEMENT_SECONDS

PAGE = (PROJECT / "docs" / "adding_a_pos.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that a line calls, and what it is called with."""
    found: click.Command = typer.main.get_command(cli.app)
    while hasattr(found, "commands"):
        assert words[0] in found.commands, words
        found, words = found.commands[words[0]], words[1:]
    return found, words


def test_every_command_of_the_page_is_there_with_its_options() -> None:
    lines = [line.split() for block in BLOCKS for line in block.splitlines() if line.startswith("tillpost ")]
    called = {}
    for line in lines:
        command, arguments = command_of(line[1:])
        options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in arguments if word.startswith("-")} <= options, line
        called[" ".join(line[1:3] if line[1] in ("source", "mapping") else line[1:2])] = options
    assert list(called) == ["source new", "source check", "mapping init", "mapping check", "migrate", "run"]
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= set().union(*called.values())


def test_what_the_page_says_of_the_commands_is_so() -> None:
    assert all(f"`{dialect}`" in PAGE for dialect in DIALECTS)
    assert f"thirteen more tables in `{OPTIONAL}/`" in PAGE
    assert sum(not table.needed for table in TABLES.values()) == 13
    assert (f"{BATCH_ROWS:,} rows at a time" in PAGE, f"more than {SLOW_SECONDS} seconds" in PAGE) == (True, True)
    assert f"a statement has {STATEMENT_SECONDS // 60} minutes" in PAGE


def test_the_pages_that_it_links_are_there() -> None:
    links = re.findall(r"\]\(([a-z_]+\.md)\)", PAGE)
    assert links
    assert [link for link in links if not (PROJECT / "docs" / link).is_file()] == []
    assert "adding_a_pos.md" in (PROJECT / "docs" / "contract.md").read_text(encoding="utf-8")
