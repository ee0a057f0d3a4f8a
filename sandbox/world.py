"""One demo world under one folder: demo shops, a local Xero with both organisations, and the environment that points Tillpost at them.

`make demo`, `make up` and tests use it. Everything it writes lies under `root`; the same root may be used again and keeps what it holds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.shops import create_shops
from sandbox.xero.client import AdminClient, read_chart

PROJECT = Path(__file__).resolve().parents[1]
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """What an organisation of the demo is called in the local Xero."""

    key: str
    name: str
    country: str
    currency: str
    time_zone: str

    @property
    def client_id(self) -> str:
        """The client id of its app, known to the local Xero alone."""
        return f"demo-app-{self.key}"

    @property
    def client_secret(self) -> str:
        """The secret of that app: made up, so that it may stand here."""
        return f"demo-secret-{self.key}"


ORGANISATIONS = (
    DemoOrganisation("harbour", "Harbour Group", "AU", "AUD", "Australia/Melbourne"),
    DemoOrganisation("kauri", "Kauri Trading", "NZ", "NZD", "Pacific/Auckland"),
)
# Connection id -> database of the demo shops. Elsewhere the write connection is a database user of its own; SQLite has no users.
POS_DATABASES = {
    "pos_harbour_idealpos": "harbour_idealpos.sqlite",
    "pos_harbour_hire": "harbour_hire.sqlite",
    "pos_harbour_hire_write": "harbour_hire.sqlite",
    "pos_kauri_idealpos": "kauri_idealpos.sqlite",
}


@dataclass(frozen=True, slots=True)
class World:
    """A demo world that is ready: its folder, its local Xero and the environment of Tillpost."""

    root: Path
    base_url: str
    xero: AdminClient
    process: subprocess.Popen[bytes]
    environ: Mapping[str, str]


def demo_world(root: Path, xero_base_url: str) -> dict[str, str]:
    """The environment (settings and connections) that points Tillpost at the demo world in `root`; creates nothing."""
    pos = {conn_id: {"conn_type": "sqlite", "host": str(root / "shops" / file)} for conn_id, file in POS_DATABASES.items()}
    xero = {f"xero_{organisation.key}": _xero_connection(organisation, xero_base_url) for organisation in ORGANISATIONS}
    return {
        "TILLPOST_INCLUDE": str(PROJECT / "include"),
        "TILLPOST_DB_URL": f"sqlite:///{root / 'tillpost.db'}",
        "TILLPOST_DATA": str(root / "data"),
        **{f"AIRFLOW_CONN_{conn_id.upper()}": json.dumps(values) for conn_id, values in {**pos, **xero}.items()},
    }


def _xero_connection(organisation: DemoOrganisation, base_url: str) -> dict[str, object]:
    login, password = organisation.client_id, organisation.client_secret
    return {"conn_type": "xero", "login": login, "password": password, "extra": {"base_url": base_url}}


def make_shops(root: Path) -> None:
    """The POS databases, unless they are there: the hire store's keeps the payment status that was written back."""
    if all((root / "shops" / file).is_file() for file in POS_DATABASES.values()):
        return
    create_shops(root / "shops")


def start_xero(root: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the local Xero on a free loopback port, as leader of a session of its own; its process and base address once it answers."""
    root.mkdir(parents=True, exist_ok=True)
    port_file = root / "xero.port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox.xero", "--db", str(root / "xero.db"), "--port-file", str(port_file)]
    with (root / "xero.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        return process, f"http://127.0.0.1:{_port(process, port_file)}"
    except BaseException:
        stop_xero(process)
        raise


def _port(process: subprocess.Popen[bytes], port_file: Path) -> int:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if port_file.is_file():
            return int(port_file.read_text())
        time.sleep(0.05)
    raise RuntimeError(f"the local Xero did not start; {port_file.with_name('xero.log')} says why")


def stop_xero(process: subprocess.Popen[bytes]) -> None:
    """End the local Xero; what it holds is kept in its file."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def make_organisations(xero: AdminClient) -> None:
    """Both organisations with their charts; those that are there stay as they are."""
    for organisation in ORGANISATIONS:
        xero.create_organisation(
            organisation.key,
            name=organisation.name,
            country=organisation.country,
            currency=organisation.currency,
            time_zone=organisation.time_zone,
            accounts=read_chart(PROJECT / "sandbox" / "charts" / f"{organisation.key}.csv"),
            client_id=organisation.client_id,
            client_secret=organisation.client_secret,
        )


@contextmanager
def prepare_world(root: Path) -> Iterator[World]:
    """The demo world of `root` with its local Xero running until the context ends."""
    make_shops(root)
    process, base_url = start_xero(root)
    xero = AdminClient(base_url)
    try:
        make_organisations(xero)
        yield World(root, base_url, xero, process, demo_world(root, base_url))
    finally:
        xero.close()
        stop_xero(process)
