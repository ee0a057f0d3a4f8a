"""Processes that outlive the command which started them: written down with their start time, found again, and ended for certain.

A process id alone proves nothing, since ids are used again: the start time is compared too. What a started process has started in
turn is found by its session (each is started as leader of one) and among its children.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

POLL_SECONDS = 0.1
# The system counts start times from its boot, whose time moves a little when the clock is set right.
TOLERANCE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Started:
    """A process that was started as leader of its own session; `started_at` in seconds since 1970 as the system counts them."""

    name: str
    pid: int
    started_at: float
    address: str

    def leader(self) -> psutil.Process | None:
        """The process, if it still is the one that was started."""
        try:
            found = psutil.Process(self.pid)
            return found if self._is_ours(found) and _lives(found) else None
        except psutil.NoSuchProcess:
            return None

    def _is_ours(self, found: psutil.Process) -> bool:
        return abs(_start_of(found) - self.started_at) < TOLERANCE_SECONDS

    def members(self) -> list[psutil.Process]:
        """All living processes of its session, and the children of the leader; without the leader itself."""
        leader = self.leader()
        if leader is None and _is_taken_by_another(self):
            # A system gives an id to nobody else while a session of that id lives: so nothing of ours does.
            return []
        children = _children(leader) if leader else []
        session = [
            found
            for found in psutil.process_iter()
            if _session(found.pid) == self.pid and _start_of(found) > self.started_at - TOLERANCE_SECONDS
        ]
        return [found for found in dict.fromkeys([*children, *session]) if found.pid != self.pid and _lives(found)]


def _is_taken_by_another(note: Started) -> bool:
    try:
        found = psutil.Process(note.pid)
        return _lives(found) and not note._is_ours(found)
    except psutil.NoSuchProcess:
        return False


def started(name: str, process: subprocess.Popen[bytes], address: str) -> Started:
    """The note of a process that was just started."""
    return Started(name, process.pid, _start_of(psutil.Process(process.pid)), address)


def write_note(folder: Path, note: Started) -> None:
    """Keep the note in `<folder>/<name>.json`, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{note.name}.json.partial"
    partial.write_text(json.dumps(asdict(note)), encoding="utf-8")
    partial.replace(folder / f"{note.name}.json")


def read_note(folder: Path, name: str) -> Started | None:
    """The note of that name, or None if there is none or it cannot be read."""
    try:
        return Started(**json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def forget_note(folder: Path, name: str) -> None:
    """Remove the note; nothing else."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def start(command: Sequence[str], log: Path, environ: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a command as leader of its own session, with its output in a file; it survives this process."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )


def end(note: Started, *, first: signal.Signals = signal.SIGINT, patience: float = 20.0) -> str:
    """End a started process and all that it has started; what was done, for people."""
    leader, members = note.leader(), note.members()
    if leader is None and not members:
        return f"{note.name}: was not running any more"
    if leader is not None:
        _signal([leader], first)
        _wait_for([leader], patience)
    left = _living([*([leader] if leader else []), *members, *note.members()])
    if not left:
        return f"{note.name}: ended (process {note.pid})"
    _signal(left, signal.SIGTERM)
    stubborn = _wait_for(left, 10.0)
    _signal(stubborn, signal.SIGKILL)
    _wait_for(stubborn, 10.0)
    how = f", {len(stubborn)} of them by force" if stubborn else ""
    return f"{note.name}: ended (process {note.pid}; {len(left)} to be told one by one{how})"


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        # psutil compares the start time once more before it sends.
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _wait_for(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    until = time.monotonic() + seconds
    left = _living(processes)
    while left and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        left = _living(left)
    return left


def _living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [process for process in dict.fromkeys(processes) if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _start_of(process: psutil.Process) -> float:
    try:
        return float(process.create_time())
    except psutil.NoSuchProcess:
        return 0.0


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return -1
