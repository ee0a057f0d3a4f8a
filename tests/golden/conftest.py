"""The golden cases: one test each. ``--cases FILE`` runs any case file with the same vocabulary instead of the usual ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.xero.serving import Served, serve
from tests.golden.case_files import OWN_CASES, read_case_file

PROJECT = Path(__file__).resolve().parents[2]
SHARED_CASES = PROJECT.parent / "shared" / "golden" / "cases.yml"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per case of each file; one loud skip for the shared file where it is absent."""
    if "case" not in metafunc.fixturenames:
        return
    named = metafunc.config.getoption("--cases")
    files = [Path(named)] if named else [*OWN_CASES, SHARED_CASES]
    cases = []
    for file in files:
        if file == SHARED_CASES and not named and not file.is_file():
            skip = pytest.mark.skip(reason=f"NO SHARED GOLDEN CASES: {file} is absent; the repository's own cases run")
            cases.append(pytest.param({}, file, file, marks=skip, id="shared-cases-absent"))
            continue
        read = read_case_file(file)
        cases += [pytest.param(case, read.mappings, file, id=case["id"]) for case in read.cases]
    metafunc.parametrize(("case", "mappings", "case_file"), cases)


@pytest.fixture(scope="session")
def local_xero(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One local Xero for all cases; each has an organisation of its own."""
    with serve(tmp_path_factory.mktemp("golden") / "xero.db") as served:
        yield served
