"""What to say when Tillpost's own database fails: where it is, what is safe, what to do. No password, no statement, no values."""

from __future__ import annotations

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from tillpost.errors import StoreError

# A part of the driver's message, and what it means for the person who reads it.
CASES = (
    (("readonly", "read-only", "permission denied", "insufficient privilege"),
     "it may only be read",
     "Give the account that runs Tillpost the right to write to it (for SQLite: to the file and to its folder), then run again."),
    (("unable to open", "no such file", "not a directory", "file exists"),
     "it cannot be opened",
     "Check TILLPOST_DB_URL, and that its folder exists and may be written to, then run again."),
    (("locked", "lock timeout", "deadlock"),
     "another process kept it locked for too long",
     "Run again; if it goes on, find the process that holds it open."),
    (("no such table", "no such column", "does not exist", "undefinedtable", "has no column"),
     "its schema is out of date",
     "Run `tillpost migrate`, then run again."),
    (("disk is full", "no space left", "disk i/o"),
     "its disk is full or failing",
     "Make room or replace it, then run again."),
    (("malformed", "not a database", "corrupt"),
     "its file is damaged or is no database",
     "Restore it from a backup; what was sent since the backup is unknown to it: compare with Xero before you post again."),
    (("password", "authentication", "role "),
     "it does not accept the login",
     "Check user and password of TILLPOST_DB_URL, then run again."),
    (("connect", "resolve", "terminat", "closed", "timeout", "starting up", "shutting down", "refused"),
     "it cannot be reached",
     "Check that the server runs and that host and port of TILLPOST_DB_URL are right, then run again."),
)  # fmt: skip
OTHER = ("it refused", "Run again; if it goes on, give this message to whoever looks after Tillpost.")


class StoreBusy(StoreError):
    """Two transactions wanted the same rows in another order and the database ended this one: it may simply be tried again."""


def place_of(url: URL) -> str:
    """Where a database is, without user and password."""
    if url.drivername.startswith("sqlite"):
        return f"SQLite file {url.database}"
    return f"PostgreSQL database {url.database} on {url.host or 'this machine'}{f':{url.port}' if url.port else ''}"


def store_error(url: URL, doing: str, error: Exception) -> StoreError:
    """The error of a failed read or write, for the person who must act."""
    said = _said(url, error)
    what, remedy = next(((what, remedy) for parts, what, remedy in CASES if any(p in said.lower() for p in parts)), OTHER)
    family = StoreBusy if "deadlock" in said.lower() else StoreError
    return family(
        f"Tillpost's own database ({place_of(url)}) failed while {doing}: {what} ({said}). "
        f"Nothing was half-written; what was committed before is safe. {remedy}"
    )


def _said(url: URL, error: Exception) -> str:
    """The driver's own first line; the statement and its values stay out of it."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    first = next(iter(str(original).strip().splitlines()), type(original).__name__)
    return first.replace(url.password, "***") if url.password and isinstance(url.password, str) else first
