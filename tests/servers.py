"""Runs a command with the servers that the tests need: ``python -m tests.servers COMMAND ...``.

A real PostgreSQL and a real MariaDB are started, each in a folder of its own, on a free loopback port, and ended afterwards; their
URLs go into ``TILLPOST_TEST_POSTGRES_URL`` and ``TILLPOST_TEST_MARIADB_URL``. Missing Debian packages are installed where this is
root; else the tests that need them skip with a loud line, and under CI=true the run fails.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

URL = "TILLPOST_TEST_POSTGRES_URL"
MARIADB_URL = "TILLPOST_TEST_MARIADB_URL"
CHROMIUM = "TILLPOST_TEST_CHROMIUM"
START_SECONDS = 60


def main(command: Sequence[str]) -> int:
    """Run the command with its servers; its exit code."""
    environment = dict(os.environ)
    chromium = _program("chromium", "chromium")
    if chromium:
        environment[CHROMIUM] = chromium
    _freetds_is_there()
    with ExitStack() as servers:
        if not environment.get(URL) and (programs := _postgres_programs()):
            environment[URL] = servers.enter_context(_postgres(programs))
        if not environment.get(MARIADB_URL) and _mariadb_is_there():
            environment[MARIADB_URL] = servers.enter_context(_mariadb())
        return subprocess.run(command, env=environment).returncode


def _postgres_programs() -> Path | None:
    """The folder with initdb and pg_ctl, installed if need be; None with a loud line where it cannot be had."""
    folder = _newest_postgres()
    if folder is None and _install("postgresql"):
        folder = _newest_postgres()
    if folder is None:
        _missing("PostgreSQL", "postgresql")
    return folder


def _newest_postgres() -> Path | None:
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def _program(name: str, package: str) -> str | None:
    path = shutil.which(name)
    if path is None and _install(package):
        path = shutil.which(name)
    if path is None:
        _missing(name, package)
    return path


def _install(package: str) -> bool:
    """Install a Debian package where that is possible; whether it worked."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print(f"Installing the Debian package {package} for the tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    return subprocess.run(command, check=False, **quiet).returncode == 0  # type: ignore[call-overload,no-any-return]


def _missing(what: str, package: str) -> None:
    if os.environ.get("CI") == "true":
        sys.exit(f"CI needs {what} (Debian package {package}), and it could not be installed")
    print(f"\n*** {what} IS MISSING (Debian package {package}): the tests that need it are skipped. ***\n", flush=True)


@contextmanager
def _postgres(programs: Path) -> Iterator[str]:
    """A PostgreSQL server of our own for as long as the context lasts."""
    root = Path(tempfile.mkdtemp(prefix="tillpost-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(root, "postgres", "postgres")
    data, port = root / "data", _free_port()
    options = f"-p {port} -k {root} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c max_connections=200"
    try:
        _as_postgres([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8"])
        _as_postgres([str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(root / "log"), "-o", options, "start"])
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            _as_postgres([str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"])
        shutil.rmtree(root, ignore_errors=True)


def _as_postgres(command: list[str]) -> None:
    """PostgreSQL refuses to run as root: then its own user runs it."""
    user = {"user": "postgres", "cwd": "/tmp"} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]


def _freetds_is_there() -> None:
    """ODBC with FreeTDS's driver, for SQL Server through pyodbc, installed if need be; a loud line where it cannot be had."""

    def found() -> bool:
        return any(Path("/usr/lib").glob("*/odbc/libtdsodbc.so"))

    if not found():
        _install("unixodbc")
        _install("tdsodbc")
    if not found():
        _missing("ODBC with FreeTDS's driver", "tdsodbc")


def _mariadb_is_there() -> bool:
    """Whether MariaDB's server and what sets it up are there; the packages bring no service that would start by itself."""
    needed = (("mariadbd", "mariadb-server-core"), ("my_print_defaults", "mariadb-client-core"))
    missing = [name for name, package in needed if _program(name, package) is None]
    return not missing


@contextmanager
def _mariadb() -> Iterator[str]:
    """A MariaDB server of our own for as long as the context lasts; root has no password, and only this machine can ask."""
    root = Path(tempfile.mkdtemp(prefix="tillpost-mariadb-"))
    data, port, as_user = root / "data", _free_port(), []
    if os.geteuid() == 0:
        as_user = ["--user=nobody"]
        shutil.chown(root, "nobody")
    install = [
        "mariadb-install-db",
        "--no-defaults",
        f"--datadir={data}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        *as_user,
    ]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    command = [
        "mariadbd", "--no-defaults", f"--datadir={data}", f"--port={port}", f"--socket={root}/socket", "--bind-address=127.0.0.1",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=256M", "--max-allowed-packet=64M", *as_user,
    ]  # fmt: skip
    with (root / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(server, port, root / "log")
        yield f"mysql+pymysql://root@127.0.0.1:{port}/"
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(root, ignore_errors=True)


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit(f"MariaDB did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
