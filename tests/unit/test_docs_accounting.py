"""docs/accounting.md has each golden case of the repository, in order; what it shows of a case is compared when the case is run."""

from __future__ import annotations

from tests.golden.accounting_page import FILE, INTRODUCTION, heading, title
from tests.golden.case_files import OWN_CASES, read_case_file

PAGE = FILE.read_text(encoding="utf-8")
FILES = [read_case_file(file) for file in OWN_CASES]
REMEDY = "run: PYTHONPATH=plugins python -m tests.golden.accounting_page"


def test_the_page_has_each_case_and_no_other() -> None:
    headings = [line for line in PAGE.splitlines() if line.startswith(("## ", "### "))]
    assert headings == [line for file in FILES for line in (f"## {file.title}", *(title(case) for case in file.cases))], REMEDY


def test_each_section_has_its_introduction() -> None:
    assert PAGE.startswith(INTRODUCTION), REMEDY
    assert [file.title for file in FILES if heading(file) not in PAGE] == [], REMEDY


def test_ids_and_titles_are_unique() -> None:
    cases = [case for file in FILES for case in file.cases]
    assert len({case["id"] for case in cases}) == len({case["title"] for case in cases}) == len(cases)
