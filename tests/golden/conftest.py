"""The golden cases: one test each. ``--cases FILE`` runs any case file with the same vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.xero.serving import Served, serve

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_CASES = PROJECT.parent / "shared" / "golden" / "cases.yml"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per case of the file; one loud skip where the file is absent."""
    if "case" not in metafunc.fixturenames:
        return
    named = metafunc.config.getoption("--cases")
    file = Path(named) if named else DEFAULT_CASES
    if not file.is_file() and not named:
        skip = pytest.mark.skip(reason=f"NO GOLDEN CASES: {file} is absent; name another file by --cases")
        metafunc.parametrize(("case", "case_file"), [pytest.param({}, file, marks=skip, id="absent")])
        return
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    cases = [{**case, "settings": {**content["defaults"], **case.get("settings", {})}} for case in content["cases"]]
    mappings = (file.parent / content["mappings"]).resolve()
    metafunc.parametrize(("case", "case_file"), [pytest.param(case, mappings, id=case["id"]) for case in cases])


@pytest.fixture(scope="session")
def local_xero(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One local Xero for all cases; each has an organisation of its own."""
    with serve(tmp_path_factory.mktemp("golden") / "xero.db") as served:
        yield served
