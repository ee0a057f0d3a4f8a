"""The tokens of a person's consent, shared by all workers through our database, where they are encrypted.

A refresh token dies 60 days after it was given and is good once; if the answer that brings the next one is lost, it works again for 30
minutes (https://developer.xero.com/documentation/guides/oauth2/auth-flow/). So one process refreshes at a time, asks once more at once
where no answer came, and saves what it got before anybody uses it.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from tillpost.connection import Connection
from tillpost.errors import StoreError, XeroAuthError, XeroUnavailable
from tillpost.store.connections import (
    REFRESH_LEASE,
    ConnectionRecord,
    SealedTokens,
    give_back_refresh,
    keep_refreshed,
    read_connection,
    take_refresh,
)
from tillpost.store.database import Database
from tillpost.store.sealing import Sealer
from tillpost.xero.consent import REMEDIES
from tillpost.xero.tokens import RENEW_BEFORE, Granted, Token, TokenAddress

REFRESH_LIFE = timedelta(days=60)
# Each use gives a new refresh token; one that is older than this is used even where no call has to be made.
USE_AFTER = timedelta(days=7)
TICK_SECONDS = 0.25
# A little longer than the lease: the right of a process that died while it refreshed is taken over.
TRIES = round((REFRESH_LEASE.total_seconds() + 10) / TICK_SECONDS)


class StoredTokens:
    """Hands out the access token of one consent (``tillpost.xero.tokens.Tokens``). ``sleep`` waits while another process refreshes."""

    def __init__(
        self,
        db: Database,
        sealer: Sealer,
        connection: Connection,
        address: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._db, self._sealer, self._connection, self._now, self._sleep = db, sealer, connection, now, sleep
        self._address = TokenAddress(connection, address, now, REMEDIES)
        self._holder = secrets.token_hex(16)
        self._token: Token | None = None
        self._lock = threading.Lock()

    def token(self) -> Token:
        """A token that is not about to die; raises XeroAuthError, RateLimited, XeroUnavailable, ConfigError or StoreError."""
        with self._lock:
            if self._token is None or self._now() >= self._token.renew_at:
                self._token = self._shared(lambda record, token: self._now() < token.renew_at)
            return self._token

    def another_than(self, refused: Token) -> Token:
        """A token other than one that Xero has refused; refreshed unless somebody else has done it."""
        with self._lock:
            if self._token is None or self._token.secret == refused.secret:
                self._token = self._shared(lambda record, token: token.secret != refused.secret and self._now() < token.renew_at)
            return self._token

    def renew(self) -> None:
        """Refresh now, unless somebody else does it meanwhile: whether Xero still accepts the consent."""
        with self._lock:
            generation = self._record().generation
            self._token = self._shared(lambda record, token: record.generation > generation)

    def keep_alive(self) -> None:
        """Refresh where the refresh token has not been used for a week: it dies of disuse."""
        dies_at = self._record().refresh_expires_at
        if dies_at is None or dies_at - self._now() < REFRESH_LIFE - USE_AFTER:
            self.renew()

    def refresh_token(self) -> str:
        """The refresh token on record, to revoke it."""
        return self._sealer.unseal(self._record().refresh_token, self._what())

    def _shared(self, good: Callable[[ConnectionRecord, Token], bool]) -> Token:
        """The token on record if it is good, or else a new one, fetched by whoever may refresh."""
        for _ in range(TRIES):
            record = self._record()
            token = self._on_record(record)
            if token is not None and good(record, token):
                return token
            if take_refresh(self._db, record.conn_id, record.generation, self._holder, self._now()):
                renewed = self._refresh(record)
                if renewed is not None:
                    return renewed
            else:
                self._sleep(TICK_SECONDS)
        raise XeroUnavailable(
            f"connection {self._connection.conn_id!r}: another process has been refreshing its tokens for minutes. Nothing was sent; "
            "try again."
        )

    def _record(self) -> ConnectionRecord:
        record = read_connection(self._db, self._connection.conn_id)
        if record is None or not record.refresh_token:
            raise XeroAuthError(
                f"connection {self._connection.conn_id!r}: nobody has given consent for it yet. Nothing was sent. "
                "Run `tillpost connect` for its organisation."
            )
        return record

    def _on_record(self, record: ConnectionRecord) -> Token | None:
        if not record.access_token or record.access_expires_at is None:
            return None
        secret = self._sealer.unseal(record.access_token, self._what())
        return Token(secret, record.access_expires_at, record.access_expires_at - RENEW_BEFORE)

    def _refresh(self, record: ConnectionRecord) -> Token | None:
        """New tokens, saved; None if the right to refresh was lost, or the tokens are others by now."""
        try:
            granted = self._ask(self._sealer.unseal(record.refresh_token, self._what()))
            now = self._now()
            sealed = sealed_tokens(self._sealer, granted, now)
            if not granted.refresh:
                sealed = SealedTokens(sealed.access, sealed.access_expires_at, record.refresh_token, record.refresh_expires_at)
            kept = keep_refreshed(self._db, record.conn_id, record.generation, self._holder, sealed, now)
        except BaseException as problem:
            # If even this fails, the right ends by itself.
            with contextlib.suppress(StoreError):
                give_back_refresh(self._db, record.conn_id, self._holder)
            if isinstance(problem, XeroAuthError) and self._record().generation != record.generation:
                return None  # refused was what others had replaced: a process that was suspended, a new consent meanwhile
            raise
        return granted.token if kept else None

    def _ask(self, refresh_token: str) -> Granted:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        try:
            return self._address.ask(form)
        except XeroUnavailable:
            # Perhaps only the answer was lost. Soon, for Xero takes the old token for half an hour more, and the next run may be later.
            return self._address.ask(form)

    def _what(self) -> str:
        return f"the tokens of connection {self._connection.conn_id!r}"


def sealed_tokens(sealer: Sealer, granted: Granted, now: datetime) -> SealedTokens:
    """Tokens that were just given, as they are kept."""
    refresh = sealer.seal(granted.refresh) if granted.refresh else ""
    return SealedTokens(sealer.seal(granted.token.secret), granted.token.expires_at, refresh, now + REFRESH_LIFE if refresh else None)
