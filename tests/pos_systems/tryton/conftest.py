"""A shop's week in Tryton, made by Tryton in its own environment, on PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from sandbox.world import PROJECT
from tests.pos_systems.conftest import new_database
from tillpost.connection import Connection

PYTHON = PROJECT / ".venv" / "tryton" / "bin" / "python"
MISSING = f"NO TRYTON: make .venv/.tryton installs it into {PYTHON.parents[1]}, and this test runs"
# Tryton asks the catalogue for its tables hundreds of times; compiling each of those questions takes longer than answering it.
QUICK = "-c jit=off"

# Date to account code to net and tax, as text: what Tryton makes of the lines that it has posted.
Answer = dict[str, dict[str, list[str]]]


@dataclass(frozen=True)
class Tryton:
    """A database of Tryton's with a shop in it."""

    connection: Connection

    def step(self, name: str) -> Answer:
        """Let Tryton do a step (``shop.__main__``)."""
        to = self.connection
        login = f"{quote(to.login, safe='')}:{quote(to.password, safe='')}@" if to.password else f"{quote(to.login, safe='')}@"
        uri = f"postgresql://{login}{to.host}:{to.port}/{to.schema}"
        environment = {**os.environ, "TRYTOND_DATABASE_URI": uri, "PGOPTIONS": QUICK, "PYTHONPATH": str(PROJECT)}
        command = [str(PYTHON), "-W", "ignore", "-m", "tests.pos_systems.tryton.shop", name]
        done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]

    def points(self) -> dict[str, str]:
        """The ids of its points of sale by name, as ``pos_store`` names them: Tryton gives others in each database."""
        engine = sa.create_engine(self.connection.sqlalchemy_url(), poolclass=NullPool)
        with engine.connect() as reading:
            return {name: str(key) for name, key in reading.execute(sa.text("SELECT name, id FROM sale_point"))}


@pytest.fixture(scope="session")
def tryton_python() -> Path:
    """The Python of Tryton's environment; without it the tests skip with a loud line, and fail where nothing may be left out."""
    if not PYTHON.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return PYTHON


@pytest.fixture(scope="session")
def tryton(tryton_python: Path) -> Iterator[Tryton]:
    """The shop after its week, two of its tickets paid and not posted.

    Tryton takes minutes of a busy machine for it. Outside CI, which makes it anew each time, it is kept beside Tryton's environment until
    a version or a file of the shop changes.
    """
    for connection in new_database("postgres"):
        shop, kept = Tryton(connection), _kept()
        if os.environ.get("CI") == "true" or not _restored(connection, kept):
            shop.step("create")
            _keep(connection, kept)
        yield shop


def _kept() -> Path:
    folder = Path(__file__).parent
    files = [folder / "requirements.txt", *sorted((folder / "shop").glob("*.py"))]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return PYTHON.parents[1] / f"shop-{digest[:16]}.sql"


def _restored(connection: Connection, kept: Path) -> bool:
    return kept.exists() and _run_client("psql", connection, "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={kept}")


def _keep(connection: Connection, kept: Path) -> None:
    """Keep the database if PostgreSQL's client is here and knows the server's version."""
    draft = kept.with_suffix(f".{os.getpid()}")
    if _run_client("pg_dump", connection, "--no-owner", f"--file={draft}"):
        for old in kept.parent.glob("shop-*.sql"):
            old.unlink(missing_ok=True)
        draft.replace(kept)
    draft.unlink(missing_ok=True)


def _run_client(program: str, to: Connection, *options: str) -> bool:
    """Run a program of PostgreSQL's client on the database; whether it is there and worked."""
    path = shutil.which(program)
    if path is None:
        return False
    command = [path, f"--host={to.host}", f"--port={to.port}", f"--username={to.login}", "--no-password", *options, to.schema]
    environment = {**os.environ, "PGPASSWORD": to.password}
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
