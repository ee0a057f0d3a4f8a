"""Which organisations a connection reaches, which of them it is for, and how it is ended."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tillpost.errors import ConfigError, UnknownOutcome, XeroAuthError, XeroRefused, XeroUnavailable
from tillpost.xero.transport import Transport
from tillpost.xero.wire import Json, clean, text

MOST_SHOWN = 20
# What can be sent in a header, and kept.
_TENANT_ID = re.compile(r"[\x21-\x7e]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation that a connection reaches; ``connection_id`` is Xero's name of the link between app and organisation."""

    tenant_id: str
    name: str
    connection_id: str

    def __str__(self) -> str:
        return f"{self.tenant_id} ({self.name})"


def read_tenants(conn_id: str, address: str, transport: Transport) -> list[Tenant]:
    """The organisations that the connection reaches; raises XeroErrors of reading.

    This call counts against no organisation's limits: it names none.
    """
    try:
        answer = transport.exchange("GET", address, {"Accept": "application/json"}, metered=False)
    except XeroRefused as error:
        raise XeroUnavailable(f"{error} The list of organisations could not be read; check the connection's base address.") from error
    return [
        Tenant(text(entry, "tenantId"), clean(text(entry, "tenantName"), 60), text(entry, "id"))
        for entry in _entries(conn_id, answer.data)
        if text(entry, "tenantType") == "ORGANISATION" and _TENANT_ID.match(text(entry, "tenantId"))
    ]


def find_tenant(conn_id: str, address: str, transport: Transport) -> str:
    """The tenant id; XeroAuthError if there is no organisation, ConfigError if there are several, XeroErrors of reading."""
    tenants = read_tenants(conn_id, address, transport)
    if not tenants:
        raise not_connected(conn_id)
    if len(tenants) > 1:
        raise _several(conn_id, tenants)
    return tenants[0].tenant_id


def choose_tenant(conn_id: str, tenants: Sequence[Tenant], wanted: str, choose: Callable[[Sequence[Tenant]], Tenant] | None) -> Tenant:
    """The tenant of that id or name, else the only one, else what ``choose`` says.

    Raises XeroAuthError if there is none, ConfigError if the wanted one is not there, or if there are several and nobody to choose.
    """
    if not tenants:
        raise not_connected(conn_id)
    if wanted:
        found = [tenant for tenant in tenants if wanted == tenant.tenant_id or wanted.casefold() == tenant.name.casefold()]
        if len(found) != 1:
            raise ConfigError(
                f"connection {conn_id!r} reaches no single organisation {wanted!r}.", value=wanted, allowed=map(str, tenants[:MOST_SHOWN])
            )
        return found[0]
    if len(tenants) > 1 and choose is None:
        raise _several(conn_id, tenants)
    return tenants[0] if len(tenants) == 1 or choose is None else choose(tenants)


def remove_connection(conn_id: str, address: str, tenant: Tenant, transport: Transport) -> None:
    """End the link between app and organisation in Xero; one that is gone already is fine. Raises XeroAuthError or XeroUnavailable."""
    try:
        transport.exchange("DELETE", f"{address}/{quote(tenant.connection_id, safe='')}", {"Accept": "application/json"}, metered=False)
    except XeroRefused as error:
        if error.status != 404:
            raise
    except UnknownOutcome:
        raise XeroUnavailable(
            f"connection {conn_id!r}: no clear answer came back, so that it is not known whether Xero ended the connection. "
            "Disconnecting again is safe."
        ) from None


def not_connected(conn_id: str) -> XeroAuthError:
    """The error of a connection that reaches no organisation."""
    return XeroAuthError(
        f"connection {conn_id!r}: Xero accepts it, but it is connected to no organisation. Nothing was sent. "
        "Authorise it for its organisation in Xero, then run again."
    )


def not_reached(conn_id: str, tenant_id: str) -> XeroAuthError:
    """The error of a connection that reaches other organisations than the one it is for."""
    return XeroAuthError(
        f"connection {conn_id!r}: Xero accepts it, but it is not connected to the organisation {tenant_id}. Nothing was sent. "
        "Correct tenant_id in its extra, or connect the organisation in Xero or with `tillpost connect`, then run again."
    )


def _several(conn_id: str, tenants: Sequence[Tenant]) -> ConfigError:
    return ConfigError(
        f"connection {conn_id!r} reaches {len(tenants)} organisations: choose with `tillpost connect`, or name one as tenant_id in its "
        "extra.",
        value=conn_id,
        allowed=[str(tenant) for tenant in tenants[:MOST_SHOWN]],
    )


def _entries(conn_id: str, data: bytes) -> list[Json]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise XeroUnavailable(f"connection {conn_id!r}: the list of organisations is not readable. Nothing was sent; try again later.")
    return [entry for entry in found if isinstance(entry, dict)]
