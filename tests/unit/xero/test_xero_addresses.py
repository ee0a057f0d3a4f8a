"""Where a connection points, and that tokens never travel in clear."""

from __future__ import annotations

import pytest

from tillpost.connection import Connection
from tillpost.errors import ConfigError
from tillpost.xero.addresses import XERO, Addresses, addresses_of


def under(base: str) -> Addresses:
    """The addresses under a base."""
    return Addresses(
        f"{base}/api.xro/2.0",
        f"{base}/connect/token",
        f"{base}/connections",
        f"{base}/identity/connect/authorize",
        f"{base}/connect/revocation",
    )


def test_xero_itself() -> None:
    assert addresses_of(Connection("x", "generic")) == XERO
    assert (
        Addresses(
            "https://api.xero.com/api.xro/2.0",
            "https://identity.xero.com/connect/token",
            "https://api.xero.com/connections",
            "https://login.xero.com/identity/connect/authorize",
            "https://identity.xero.com/connect/revocation",
        )
        == XERO
    )


@pytest.mark.parametrize(
    ("connection", "base"),
    [
        (Connection("x", "http", host="127.0.0.1", port=8123), "http://127.0.0.1:8123"),
        (Connection("x", "http", host="localhost"), "http://localhost"),
        (Connection("x", "generic", host="::1", port=1), "http://[::1]:1"),
        (Connection("x", "http", host="http://127.0.0.1:8123/"), "http://127.0.0.1:8123"),
        (Connection("x", "http", host="xero.example.com", schema="https"), "https://xero.example.com"),
        (Connection("x", "http", host="ignored", extra={"base_url": "https://xero.example.com/v1/"}), "https://xero.example.com/v1"),
    ],
)
def test_a_base_address(connection: Connection, base: str) -> None:
    assert addresses_of(connection) == under(base)


@pytest.mark.parametrize("host", ["api.xero.com", "10.0.0.5", "127.0.0.1.example.com", "http://xero.example.com"])
def test_http_is_for_loopback_only(host: str) -> None:
    with pytest.raises(ConfigError, match="would send tokens in clear"):
        addresses_of(Connection("xero_harbour", "http", host=host))


@pytest.mark.parametrize(
    "base", ["ftp://127.0.0.1", "http://", "https://me:password@xero.example.com", "https://x/?a=1", "https://x:99999"]
)
def test_what_is_no_address_is_not_repeated(base: str) -> None:
    with pytest.raises(ConfigError) as caught:
        addresses_of(Connection("xero_harbour", "http", extra={"base_url": base}))
    assert str(caught.value) == (
        "connection 'xero_harbour': the base address (host, or base_url in extra) must be a plain address such as http://127.0.0.1:8000; "
        "leave it empty for Xero itself. Allowed: http, https."
    )
