"""Every error that Tillpost raises, by what the reader should do about it.

* ``TillpostError``: the base; its text is written for the person who must act
    * ``ConfigError``: mend a file: names file, line, value and the allowed values
    * ``SourceError``: a POS database or its SQL
        * ``SourceUnreachable``: try again later; other stores go on
        * ``ContractError``: an SQL file does not deliver what the contract asks; names file and column
    * ``StoreError``: Tillpost's own database cannot be read or written
    * ``RunIncomplete``: something is missing or held; all else was released
    * ``XeroError``: Xero, by reaction
        * ``RateLimited``: wait until ``until``; nothing was booked
        * ``XeroRefused``: the request was refused as a whole; nothing was booked
        * ``XeroUnavailable``: never reached Xero; nothing was booked; try again
        * ``XeroAuthError``: the connection is not accepted; stop this organisation until it is mended
        * ``UnknownOutcome``: the request left and no clear answer came back; never send again blindly

Wrong *data* is never an exception but a ``Finding`` (``tillpost.model.findings``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path


class TillpostError(Exception):
    """An expected failure; the text says what was tried, what is safe and what to do."""


class ConfigError(TillpostError):
    """A configuration or mapping file is wrong; names the place, the value and what is allowed."""

    def __init__(
        self, message: str, *, file: Path | str | None = None, line: int | None = None, value: object = None, allowed: Iterable[str] = ()
    ) -> None:
        self.file, self.line, self.value, self.allowed = file, line, value, tuple(allowed)
        place = "" if file is None else f"{file}:{line}: " if line else f"{file}: "
        choices = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        super().__init__(f"{place}{message}{choices}")


class SourceError(TillpostError):
    """A POS database or its SQL failed; other stores are not affected."""


class SourceUnreachable(SourceError):
    """A POS database does not answer; nothing was read, try again."""


class ContractError(SourceError):
    """An SQL file does not deliver what the contract asks."""


class StoreError(TillpostError):
    """Tillpost's own database cannot be used; nothing was half-written."""


class XeroError(TillpostError):
    """Base of everything that Xero or the way to it may answer."""


class RateLimited(XeroError):
    """A limit is reached: wait until ``until`` (aware UTC). ``problem`` is Xero's name of the limit. Nothing was booked."""

    def __init__(self, message: str, *, until: datetime, problem: str = "") -> None:
        self.until, self.problem = until, problem
        super().__init__(message)


class XeroRefused(XeroError):
    """Xero refused the whole request (``status``); nothing was booked. ``messages`` are Xero's own words."""

    def __init__(self, message: str, *, status: int, messages: tuple[str, ...] = ()) -> None:
        self.status, self.messages = status, messages
        super().__init__(message)


class XeroUnavailable(XeroError):
    """The request never reached Xero; nothing was booked and it may be sent again."""


class XeroAuthError(XeroError):
    """Xero does not accept the connection; nothing was booked. Mend the connection, then run again."""


class UnknownOutcome(XeroError):
    """The request left, and no clear answer came back. It may have been booked: look it up before anything is sent again."""


class RunIncomplete(TillpostError):
    """A run did what it could, and something is missing or held: the text lists it. Everything else was released."""
