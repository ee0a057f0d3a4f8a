"""Faults on demand: a queue of things that go wrong with the calls that match them, and how slow and how late answers are."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

PREFIX = "/api.xro/2.0"
Kind = Literal["drop_before", "drop_after", "delay", "status", "refuse_token", "expire_tokens"]


@dataclass(slots=True)
class Fault:
    """One fault: `match` is a pattern on "METHOD /path"; `after` calls pass before `times` calls meet it."""

    id: int
    match: re.Pattern[str]
    kind: Kind
    times: int = 1
    after: int = 0
    seconds: float = 0.0
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The fault as the admin API shows it."""
        fixed = {"id": self.id, "match": self.match.pattern, "kind": self.kind, "times": self.times, "after": self.after}
        return {**fixed, "seconds": str(self.seconds), "status": self.status, "body": self.body, "headers": self.headers}


class Faults:
    """The queue of faults, the latency of calls and the lag of lists; safe to use from several threads."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []
        self._lock = threading.Lock()
        self._last_id = 0
        self.latency_seconds = 0.0
        self.latency_per_element_seconds = 0.0
        self.lag_seconds = 0.0

    def add(self, values: dict[str, Any]) -> Fault:
        """Queue a fault; ValueError names what is wrong with it."""
        checked = _checked(values)
        with self._lock:
            self._last_id += 1
            fault = Fault(self._last_id, **checked)
            self._queue.append(fault)
        return fault

    def all(self) -> list[Fault]:
        """The faults that are still waiting."""
        with self._lock:
            return list(self._queue)

    def clear(self) -> None:
        """Forget all faults, latency and lag."""
        with self._lock:
            self._queue.clear()
        self.latency_seconds = self.latency_per_element_seconds = self.lag_seconds = 0.0

    def meet(self, method: str, path: str) -> Fault | None:
        """The fault that this call meets, if any: the first in the queue that matches the path, whole or without the API's prefix."""
        named = {f"{method} {path}", f"{method} {path.removeprefix(PREFIX)}"}
        with self._lock:
            for fault in self._queue:
                if not any(fault.match.search(name) for name in named):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._queue.remove(fault)
                return fault
        return None


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    known = {"match", "kind", "times", "after", "seconds", "status", "body", "headers"}
    unknown = set(values) - known
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}; there are: {', '.join(sorted(known))}")
    if values.get("kind") not in get_args(Kind):
        raise ValueError(f"kind is {values.get('kind')!r}; allowed: {', '.join(get_args(Kind))}")
    for name, least in (("times", 1), ("after", 0), ("status", 400)):
        if name in values and (type(values[name]) is not int or values[name] < least):
            raise ValueError(f"{name} is {values[name]!r}; it must be a whole number from {least}")
    try:
        pattern = re.compile(str(values.get("match", ".*")))
        seconds = float(values.get("seconds", 0))
    except (re.error, ValueError) as error:
        raise ValueError(f"match or seconds cannot be read: {error}") from None
    return {**values, "match": pattern, "seconds": seconds}
