"""`airflow standalone` in a folder of its own, and the few calls of its API that the demo and the tests need.

Measured on Airflow 3.3: the port needs the base address too (tasks find the API server by it); only an interrupt ends it cleanly; its
scheduler and triggerer serve their logs on all interfaces with no setting to stop that, so a small `airflow` in front of the
real one on PATH switches it off (the API server reads the log files itself). The same script works by hand, from any shell.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sandbox.live.processes import start
from sandbox.world import PROJECT

START_SECONDS = 300
CALL_SECONDS = 90
# How long one part of Airflow waits while another writes into the same SQLite file (the default, 5, is too short on a busy machine).
LOCK_SECONDS = 60
PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
WRAPPER = """#!/bin/sh
# Made by sandbox.live: the airflow command of this demo.
{settings}
case "$1" in
    scheduler | triggerer) exec {airflow} "$@" --skip-serve-logs ;;
    backfill) ;;
    *) exec {airflow} "$@" ;;
esac
# Airflow reads before it writes here, which SQLite refuses at once while the scheduler writes; then nothing was created.
for try in 1 2 3 4 5 6 7 8 9 10; do
    told=$({airflow} "$@" 2>&1) && {{ printf '%s\\n' "$told"; exit 0; }}
    case "$told" in
        *"database is locked"*) echo "SQLite was busy with Airflow's own work; trying again ($try of 10)" >&2; sleep 2 ;;
        *) printf '%s\\n' "$told" >&2; exit 1 ;;
    esac
done
echo "SQLite stayed busy: try again when fewer runs are under way. Nothing was created." >&2
exit 1
"""

Json = dict[str, Any]


def airflow_environ(home: Path, port: int, demo: Mapping[str, str]) -> dict[str, str]:
    """The environment of a local Airflow on that port; nothing of another Airflow in this shell reaches it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "TILLPOST_", "PYTHONPATH"))}
    path = os.pathsep.join([str(home / "bin"), str(Path(sys.executable).parent), inherited.get("PATH", "")])
    return {
        **inherited,
        **demo,
        "PATH": path,
        "NO_PROXY": ",".join(filter(None, [inherited.get("NO_PROXY"), "127.0.0.1,localhost"])),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "5",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}?timeout={LOCK_SECONDS}",
    }


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def write_command(home: Path, environ: Mapping[str, str]) -> Path:
    """Write the `airflow` command of this home, with its settings in it, and return its path."""
    settings = [
        f"export {name}={shlex.quote(value)}" for name, value in sorted(environ.items()) if name.startswith(("AIRFLOW", "TILLPOST_"))
    ]
    command = home / "bin" / "airflow"
    command.parent.mkdir(parents=True, exist_ok=True)
    text = WRAPPER.format(settings="\n".join(settings), airflow=shlex.quote(str(Path(sys.executable).parent / "airflow")))
    command.write_text(text, encoding="utf-8")
    command.chmod(0o700)
    return command


def start_airflow(home: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `airflow standalone`; its output goes to `standalone.log` in its home."""
    return start([str(write_command(home, environ)), "standalone"], home / "standalone.log", environ, home)


def password(home: Path) -> str:
    """The password that Airflow made for the user `admin`."""
    kept: dict[str, str] = json.loads((home / "simple_auth_manager_passwords.json.generated").read_text(encoding="utf-8"))
    return kept["admin"]


@dataclass(frozen=True, slots=True)
class AirflowApi:
    """Airflow's REST API with a token."""

    address: str
    token: str

    def call(self, method: str, path: str, body: Json | None = None, **query: Any) -> Json:
        """One call; its JSON answer; raises httpx.HTTPStatusError with Airflow's words."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.request(
            method, f"{self.address}/api/v2{path}", json=body, params=query, headers=headers, timeout=CALL_SECONDS, trust_env=False
        )
        if answer.is_error:
            message = f"{method} {path}: {answer.status_code} {answer.text}"
            raise httpx.HTTPStatusError(message, request=answer.request, response=answer)
        found: Json = answer.json() if answer.content else {}
        return found

    def dags(self) -> dict[str, bool]:
        """The ids of the DAGs, and whether each is paused."""
        return {dag["dag_id"]: bool(dag["is_paused"]) for dag in self.call("GET", "/dags", limit=100)["dags"]}

    def unpause(self, dag_id: str) -> None:
        """Let the DAG run."""
        self.call("PATCH", f"/dags/{dag_id}", {"is_paused": False})


def sign_in(address: str, secret: str) -> AirflowApi:
    """The API for the user `admin`."""
    answer = httpx.post(f"{address}/auth/token", json={"username": "admin", "password": secret}, timeout=CALL_SECONDS, trust_env=False)
    answer.raise_for_status()
    return AirflowApi(address, answer.json()["access_token"])


def wait_until_healthy(address: str, home: Path, alive: Callable[[], bool], tell: Callable[[str], None]) -> None:
    """Wait until all parts answer, telling what is waited for; RuntimeError names the log if it ends or takes too long."""
    began, waiting = time.monotonic(), ""
    while alive() and time.monotonic() - began < START_SECONDS:
        missing = ", ".join(_unhealthy(address))
        if not missing:
            return
        if missing != waiting:
            waiting = missing
            tell(f"  waiting for Airflow ({time.monotonic() - began:.0f} s): {missing}")
        time.sleep(0.5)
    raise RuntimeError(f"Airflow did not become healthy; {home / 'standalone.log'} says why")


def _unhealthy(address: str) -> list[str]:
    try:
        health = httpx.get(f"{address}/api/v2/monitor/health", timeout=5, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return ["the API server"]
    return [part.replace("_", " ") for part in PARTS if health.get(part, {}).get("status") != "healthy"]


def wait_for_dags(api: AirflowApi, count: int, seconds: float = 90) -> dict[str, bool]:
    """The DAGs, once at least `count` are there; RuntimeError names the import errors or what was found."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = api.dags()
        if len(found) >= count:
            return found
        time.sleep(0.5)
    errors = [error["stack_trace"] for error in api.call("GET", "/importErrors")["import_errors"]]
    raise RuntimeError(f"only these DAGs appeared: {sorted(api.dags())}. Import errors: {errors}")
