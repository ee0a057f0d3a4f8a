"""Disconnecting where something is wrong here: what is stored is forgotten all the same, and what is left to do in Xero is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from tests.unit.flows.test_flows_connections import Shop, consenting, served, shop
from tests.unit.store.databases import template
from tillpost.config import Site
from tillpost.connection import Connection
from tillpost.errors import ConfigError, XeroAuthError
from tillpost.flows.connections import disconnect
from tillpost.store.audit import audit_trail
from tillpost.store.connections import read_connection

__all__ = ["consenting", "served", "shop", "template"]

BY_HAND = ": end it there, under Connected apps of the organisation. What was stored of it is forgotten."


def actions(shop: Shop) -> list[str]:
    """What the audit trail says."""
    return [entry.action for entry in audit_trail(shop.db, "harbour")]


def with_key(shop: Shop, key: str) -> Site:
    """The site, with another key or none."""
    return replace(shop.site, settings=replace(shop.site.settings, fernet_keys=key))


@pytest.mark.parametrize(
    ("key", "why"),
    [("", "there is no key for that"), (Fernet.generate_key().decode(), "were encrypted with a key that")],
    ids=["none", "another"],
)
def test_without_the_key_of_the_tokens(consenting: Shop, key: str, why: str) -> None:
    consenting.connect()
    said = disconnect(with_key(consenting, key), "harbour", who="bob")
    assert said.startswith("Nothing could be ended or revoked in Xero (") and why in said and BY_HAND in said
    assert (consenting.record().refresh_token, consenting.record().state) == ("", "unknown")
    assert actions(consenting) == ["bind", "connect", "disconnect"]


@pytest.mark.parametrize("wrong", [{"password": ""}, {"password": "pasted\u201d"}])
def test_without_a_usable_secret(shop: Shop, wrong: dict[str, str]) -> None:
    shop.connect()
    shop.configure(**wrong)
    said = disconnect(shop.site, "harbour", who="bob")
    assert said.startswith("Nothing could be ended or revoked in Xero (connection 'xero_harbour'") and BY_HAND in said
    assert (shop.record().tenant_id, actions(shop)) == ("", ["bind", "connect", "disconnect"])


def test_without_the_connection(consenting: Shop) -> None:
    consenting.connect()

    def gone(conn_id: str) -> Connection:
        raise ConfigError(f"connection {conn_id!r} is not known")

    assert BY_HAND in disconnect(replace(consenting.site, connections=gone), "harbour", who="bob")
    assert consenting.record().refresh_token == ""
    with pytest.raises(ConfigError):
        disconnect(replace(consenting.site, connections=gone), "harbour", who="bob")


def test_a_consent_that_xero_will_not_revoke(consenting: Shop) -> None:
    consenting.connect()
    consenting.served.admin.add_fault("status", "/connect/revocation", status=400)
    assert disconnect(consenting.site, "harbour", who="bob").startswith(
        "Harbour Group is disconnected in Xero. Xero did not revoke the consent (status 400); it ends by itself when it is not used. What"
    )
    assert consenting.record().refresh_token == ""


def test_what_was_never_connected(consenting: Shop) -> None:
    said = "harbour is not connected: there is no consent on record. Nothing was changed."
    assert (disconnect(consenting.site, "harbour", who="bob"), actions(consenting)) == (said, [])
    with pytest.raises(XeroAuthError):
        consenting.post()
    assert (disconnect(consenting.site, "harbour", who="bob"), actions(consenting)) == (said, [])


def test_what_is_disconnected_already(shop: Shop) -> None:
    shop.connect()
    disconnect(shop.site, "harbour", who="bob")
    with pytest.raises(XeroAuthError, match="it is connected to no organisation"):
        shop.post()
    assert disconnect(shop.site, "harbour", who="bob").startswith("Xero had no connection to the organisation any more.")
    assert disconnect(shop.site, "harbour", who="bob") == "harbour is not connected, in Xero or here. Nothing was changed."
    assert actions(shop) == ["bind", "connect", "disconnect", "disconnect"]


def test_a_custom_connection_that_never_ran_is_ended_in_xero(shop: Shop) -> None:
    assert disconnect(shop.site, "harbour", who="bob").startswith("Harbour Group is disconnected in Xero.")
    assert (read_connection(shop.db, "xero_harbour"), actions(shop)) == (None, ["disconnect"])
