"""The log of calls received: what a test counts and a person looks at."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.xero.http import Request, Response
from sandbox.xero.store import Store
from sandbox.xero.wire import Json


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called: the organisation and the app, as far as they are known."""

    org: str | None = None
    client_id: str | None = None


def record(store: Store, caller: Caller, request: Request, response: Response, now_ms: int, took_us: int, counted: bool) -> None:
    """Log one call; status 0 stands for an answer that was never sent."""
    values = (
        *(caller.org, caller.client_id, now_ms, request.method, request.path, request.query_string, response.status, response.note),
        *(took_us, request.headers.get("idempotency-key"), response.elements, counted),
    )
    columns = "org, client_id, at_ms, method, path, query, status, note, took_us, idempotency_key, elements, counted"
    store.run(f"INSERT INTO calls ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", values)


def received(store: Store, org: str | None = None, after: int = 0, limit: int = 10_000) -> list[Json]:
    """The calls logged after a sequence number, oldest first."""
    condition = "seq > ?" + (" AND org = ?" if org else "")
    values = (after, org, limit) if org else (after, limit)
    return [dict(row) for row in store.rows(f"SELECT * FROM calls WHERE {condition} ORDER BY seq LIMIT ?", values)]


def latest(store: Store, org: str, limit: int) -> list[Json]:
    """The last calls of an organisation, newest first."""
    return [dict(row) for row in store.rows("SELECT * FROM calls WHERE org = ? ORDER BY seq DESC LIMIT ?", (org, limit))]


def forget(store: Store) -> None:
    """Empty the log."""
    store.run("DELETE FROM calls")
