"""Which Xero organisation an organisation is bound to: one that Xero has confirmed, chosen anew only while nothing is posted."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest

from tests.unit.flows.test_flows_connections import IDLE, ORG, Shop, consenting, second_organisation, served, shop
from tests.unit.store.databases import template
from tests.unit.store.documents import journal, release_documents
from tests.unit.xero.harbour import create_harbour
from tillpost.config import PROJECT
from tillpost.errors import TillpostError, XeroAuthError
from tillpost.flows.connections import Found
from tillpost.flows.reference import read_reference_data
from tillpost.flows.settling import settle
from tillpost.model.results import XeroContact
from tillpost.store.audit import audit_trail
from tillpost.store.connections import read_connection
from tillpost.store.contacts import contacts_seen_until, keep_xero_contacts, xero_contacts
from tillpost.store.leases import Lease, take_lease
from tillpost.store.names import bind_tenant, tenant_of
from tillpost.store.schema import document

__all__ = ["consenting", "served", "shop", "template"]


def acts(shop: Shop) -> list[tuple[str, str, object]]:
    """What the audit trail says of connecting and binding."""
    return [(entry.action, entry.who, entry.details.get("tenant")) for entry in audit_trail(shop.db, "harbour")]


def test_connecting_binds_at_once(shop: Shop) -> None:
    assert shop.connect().before == ""
    assert acts(shop) == [("bind", "ann", shop.tenant_id), ("connect", "ann", shop.tenant_id)]
    shop.connect()
    assert tenant_of(shop.db, "harbour") == shop.tenant_id


def test_an_idle_run_binds_to_nothing_that_xero_does_not_confirm(shop: Shop) -> None:
    base = shop.connection.extra
    shop.configure(extra={**base, "tenant_id": "a-slip-of-the-pen"})
    with pytest.raises(XeroAuthError) as caught:
        shop.post()
    assert str(caught.value) == (
        "connection 'xero_harbour': Xero accepts it, but it is not connected to the organisation a-slip-of-the-pen. Nothing was sent. "
        "Correct tenant_id in its extra, or connect the organisation in Xero or with `tillpost connect`, then run again."
    )
    assert tenant_of(shop.db, "harbour") == ""
    shop.configure(extra=base)
    assert shop.post() == {**IDLE, "why": ""}
    assert tenant_of(shop.db, "harbour") == shop.tenant_id


def another_app(shop: Shop) -> str:
    """Configure the custom connection of another organisation; its tenant id."""
    tenant_id = create_harbour(shop.served.admin, f"{shop.key}-real", f"app-{shop.key}-real")
    shop.configure(login=f"app-{shop.key}-real")
    return tenant_id


def test_what_was_found_with_other_credentials_is_forgotten(shop: Shop) -> None:
    shop.connect()
    demo = shop.tenant_id
    real = another_app(shop)
    read_reference_data(shop.site, ORG)  # marks it as working
    assert (shop.record().tenant_id, shop.record().tenant_name, shop.record().scopes) == ("", "", "")
    with pytest.raises(XeroAuthError, match=f"is bound to the Xero organisation {demo}, but its connection leads to {real}"):
        shop.post()
    assert shop.connect().before == demo
    assert (tenant_of(shop.db, "harbour"), shop.post()) == (real, {**IDLE, "why": ""})


def test_after_a_refusal_with_other_credentials_nothing_of_the_old_ones_is_used(shop: Shop) -> None:
    shop.connect()
    shop.configure(password="wrong")
    with pytest.raises(XeroAuthError):
        read_reference_data(shop.site, ORG)
    assert (shop.record().state, shop.record().tenant_id) == ("refused", "")


def test_connecting_binds_anew_while_nothing_is_posted(consenting: Shop) -> None:
    _, other = second_organisation(consenting)
    consenting.connect(tenant=other)
    db = consenting.db
    keep_xero_contacts(db, "harbour", [XeroContact("contact-1", "Acme", "", True, "", datetime(2026, 10, 1, tzinfo=UTC))])
    release_documents(db, journal())
    with db.write() as tx:
        tx.execute(document.update().values(number_checked_at=db.now()))
    found: Found = consenting.connect(tenant=consenting.tenant_id)
    assert (found.tenant.tenant_id, found.before, tenant_of(db, "harbour")) == (consenting.tenant_id, other, consenting.tenant_id)
    assert acts(consenting)[-2:] == [("rebind", "ann", consenting.tenant_id), ("connect", "ann", consenting.tenant_id)]
    # What was read of the other one is nothing to this one.
    assert (xero_contacts(db, "harbour"), contacts_seen_until(db, "harbour")) == ([], None)
    with db.read() as tx:
        assert [row.number_checked_at for row in tx.execute(document.select())] == [None]
    assert isinstance(take_lease(db, "harbour", "poster", db.now()), Lease)


@pytest.mark.parametrize(("state", "xero_id"), [("posted", "id-1"), ("voided", "id-1"), ("unknown", ""), ("sending", "")])
def test_where_a_document_is_or_may_be_in_xero_nothing_is_bound_anew(consenting: Shop, state: str, xero_id: str) -> None:
    bind_tenant(consenting.db, "harbour", "tenant-before", consenting.db.now())
    release_documents(consenting.db, journal())
    with consenting.db.write() as tx:
        tx.execute(document.update().values(state=state, xero_id=xero_id))
    with pytest.raises(XeroAuthError) as caught:
        consenting.connect()
    assert str(caught.value) == (
        f"Organisation 'harbour' is bound to the Xero organisation tenant-before, but its connection leads to {consenting.tenant_id}, and "
        "documents of it are posted, or may be. Nothing was changed. Connect the right Xero organisation; to keep books in another one, "
        "give it an organisation of its own in tillpost.yml."
    )
    assert (tenant_of(consenting.db, "harbour"), read_connection(consenting.db, "xero_harbour")) == ("tenant-before", None)


def test_a_tenant_of_another_organisation_is_not_taken_from_it(consenting: Shop) -> None:
    bind_tenant(consenting.db, "harbour", "tenant-before", consenting.db.now())
    bind_tenant(consenting.db, "kauri", consenting.tenant_id, consenting.db.now())
    with pytest.raises(XeroAuthError, match="and 'kauri' is bound to that one already. Nothing was changed"):
        consenting.connect()
    assert tenant_of(consenting.db, "harbour") == "tenant-before"


def test_while_a_poster_is_at_work_nothing_is_bound_anew(consenting: Shop) -> None:
    bind_tenant(consenting.db, "harbour", "tenant-before", consenting.db.now())
    take_lease(consenting.db, "harbour", "worker-7", consenting.db.now())
    with pytest.raises(
        TillpostError, match="bound to another Xero organisation, for which a poster is at work: worker-7. Nothing was changed"
    ):
        consenting.connect()
    assert tenant_of(consenting.db, "harbour") == "tenant-before"


def test_an_answer_on_record_binds_nothing(shop: Shop) -> None:
    shutil.copytree(PROJECT / "include" / "mappings", shop.folder / "mappings")
    read_reference_data(shop.site, ORG)  # of a demo company that was only looked at
    shop.served.admin.add_fault("status", "/connect/token", status=503, times=1)
    assert "accounts and lock dates are as of" in settle(shop.site, "harbour", [], [], "run")["problems"][0]
    assert tenant_of(shop.db, "harbour") == ""
    assert settle(shop.site, "harbour", [], [], "run")["problems"] == []
    assert tenant_of(shop.db, "harbour") == shop.tenant_id
