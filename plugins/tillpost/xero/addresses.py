"""Where Xero is: its real addresses, or a base address from the connection (a local Xero, a recording proxy)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tillpost.connection import Connection
from tillpost.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a client needs: the accounting API, the tokens, the list of connections, the page of consent and the end of it."""

    api: str
    token: str
    connections: str
    authorize: str
    revocation: str


XERO = Addresses(
    api="https://api.xero.com/api.xro/2.0",
    token="https://identity.xero.com/connect/token",
    connections="https://api.xero.com/connections",
    authorize="https://login.xero.com/identity/connect/authorize",
    revocation="https://identity.xero.com/connect/revocation",
)


def addresses_of(connection: Connection) -> Addresses:
    """Xero's own addresses, or those under the connection's base address; ConfigError if tokens would travel in clear."""
    base = _base(connection)
    if not base:
        return XERO
    _check(connection, base)
    return Addresses(
        api=f"{base}/api.xro/2.0",
        token=f"{base}/connect/token",
        connections=f"{base}/connections",
        authorize=f"{base}/identity/connect/authorize",
        revocation=f"{base}/connect/revocation",
    )


def _base(connection: Connection) -> str:
    given = str(connection.extra.get("base_url", "")) or connection.host
    if not given or "://" in given:
        return given.rstrip("/")
    scheme = connection.schema if connection.schema in ("http", "https") else "http"
    port = f":{connection.port}" if connection.port else ""
    return f"{scheme}://{f'[{given}]' if ':' in given else given}{port}"


def _check(connection: Connection, base: str) -> None:
    parts = _split(base)
    # What is written there may hold a password, so it is not repeated.
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigError(
            f"connection {connection.conn_id!r}: the base address (host, or base_url in extra) must be a plain address such as "
            "http://127.0.0.1:8000; leave it empty for Xero itself.",
            value=connection.conn_id,
            allowed=("http", "https"),
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ConfigError(
            f"connection {connection.conn_id!r}: http to {parts.hostname} would send tokens in clear. "
            "Use https; http is for loopback addresses only.",
            value=parts.hostname,
            allowed=("https", "http to 127.0.0.1, ::1 or localhost"),
        )


def _split(base: str) -> SplitResult | None:
    try:
        parts = urlsplit(base)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
