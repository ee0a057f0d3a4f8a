"""Starting, finding again and ending processes, as `make up` and `make down` do it; with small processes in place of Airflow."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from sandbox.live import processes
from sandbox.live.processes import Started

# A leader that starts one child and tells its id; what each does when it is told to end is put in.
LEADER = """
import signal, subprocess, sys, time
code = "import signal, time; {child}; print('up', flush=True); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
child.stdout.readline()
{leader}
open("child.partial", "w").write(str(child.pid))
import os; os.replace("child.partial", "child")
try:
    time.sleep(600)
except KeyboardInterrupt:
    child.terminate(); child.wait()
"""
OBEDIENT = "pass"
STUBBORN = "[signal.signal(n, signal.SIG_IGN) for n in (signal.SIGINT, signal.SIGTERM)]"


class Family:
    """A leader and its child, and the note of them."""

    def __init__(self, folder: Path, child: str = OBEDIENT, leader: str = OBEDIENT) -> None:
        code = LEADER.format(child=child, leader=leader)
        self.process = processes.start([sys.executable, "-c", code], folder / "log", os.environ, folder)
        self.note = processes.started("family", self.process, "http://127.0.0.1:1")
        until = time.monotonic() + 20
        while not (folder / "child").is_file():
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.02)
        self.child = psutil.Process(int((folder / "child").read_text()))


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Callable[..., Family]]:
    """Starts a family; none of it outlives the test."""
    made: list[Family] = []

    def make(**parts: str) -> Family:
        made.append(Family(tmp_path, **parts))
        return made[-1]

    yield make
    for one in made:
        for process in (one.process, one.child):
            if process.is_running() if isinstance(process, psutil.Process) else process.poll() is None:
                process.kill()
        one.process.wait(timeout=10)


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_an_interrupt_is_enough_for_what_ends_cleanly(family: Callable[..., Family]) -> None:
    one = family()
    assert processes.end(one.note) == f"family: ended (process {one.process.pid})"
    assert is_gone(one.child)
    assert one.process.wait(timeout=5) == 0


def test_what_ignores_every_signal_is_ended_by_force(family: Callable[..., Family]) -> None:
    one = family(child=STUBBORN, leader=STUBBORN)
    words = processes.end(one.note, patience=0.3)
    assert words == f"family: ended (process {one.process.pid}; 2 to be told one by one, 2 of them by force)"
    assert is_gone(one.child)


def test_what_a_crashed_leader_left_behind_is_found_and_ended(family: Callable[..., Family]) -> None:
    one = family()
    one.process.kill()
    one.process.wait(timeout=5)
    assert not is_gone(one.child)
    assert processes.end(one.note) == f"family: ended (process {one.process.pid}; 1 to be told one by one)"
    assert is_gone(one.child)


def test_what_is_not_running_any_more_is_said(family: Callable[..., Family]) -> None:
    one = family()
    processes.end(one.note)
    assert processes.end(one.note) == "family: was not running any more"


@pytest.mark.parametrize("hours", [-1, 1])
def test_other_processes_under_the_same_id_are_left_alone(family: Callable[..., Family], hours: int) -> None:
    strangers = family()
    note = Started("airflow", strangers.process.pid, strangers.note.started_at + 3600 * hours, "")
    assert note.leader() is None
    assert processes.end(note) == "airflow: was not running any more"
    assert strangers.process.poll() is None
    assert not is_gone(strangers.child)


def test_a_note_is_kept_read_and_forgotten(tmp_path: Path) -> None:
    note = Started("airflow", 4711, 1790000000.25, "http://127.0.0.1:8080")
    processes.write_note(tmp_path / "run", note)
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["airflow.json"]
    assert processes.read_note(tmp_path / "run", "airflow") == note
    processes.forget_note(tmp_path / "run", "airflow")
    assert processes.read_note(tmp_path / "run", "airflow") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_note_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "airflow.json").write_text(text)
    assert processes.read_note(tmp_path, "airflow") is None
