"""Which organisation a connection is for: of a custom connection the only one that its app is connected to."""

from __future__ import annotations

import json

from tillpost.errors import ConfigError, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.xero.transport import Transport
from tillpost.xero.wire import Json, clean, text


def find_tenant(conn_id: str, address: str, transport: Transport) -> str:
    """The tenant id; XeroAuthError if there is no organisation, ConfigError if there are several, XeroErrors of reading.

    This call counts against no organisation's limits: it has none yet.
    """
    try:
        answer = transport.exchange("GET", address, {"Accept": "application/json"}, metered=False)
    except XeroRefused as error:
        raise XeroUnavailable(f"{error} The list of organisations could not be read; check the connection's base address.") from error
    tenants = [entry for entry in _entries(conn_id, answer.data) if text(entry, "tenantType") == "ORGANISATION" and text(entry, "tenantId")]
    if not tenants:
        raise XeroAuthError(
            f"connection {conn_id!r}: Xero accepts it, but it is connected to no organisation. Nothing was sent. "
            "Authorise the custom connection for its organisation in Xero, then run again."
        )
    if len(tenants) > 1:
        raise ConfigError(
            f"connection {conn_id!r} reaches {len(tenants)} organisations: name one as tenant_id in its extra.",
            value=conn_id,
            allowed=[f"{text(entry, 'tenantId')} ({clean(text(entry, 'tenantName'), 60)})" for entry in tenants[:20]],
        )
    return text(tenants[0], "tenantId")


def _entries(conn_id: str, data: bytes) -> list[Json]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise XeroUnavailable(f"connection {conn_id!r}: the list of organisations is not readable. Nothing was sent; try again later.")
    return [entry for entry in found if isinstance(entry, dict)]
