"""Binding an organisation to another tenant: only under the lease, only while nothing is in the old one."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from tests.unit.store.databases import Watch
from tests.unit.store.documents import journal, release_documents, sales_of
from tillpost.errors import XeroAuthError
from tillpost.model.documents import Contact
from tillpost.store.claims import LeaseLost
from tillpost.store.database import Database
from tillpost.store.leases import Lease, give_back_lease, take_lease
from tillpost.store.names import bind_tenant, keep_contacts, known_contacts, tenant_of
from tillpost.store.payments import get_watermark, set_watermark
from tillpost.store.rebinding import rebind_tenant
from tillpost.store.schema_xero import recovered

ACME = Contact("Acme", "C-1")


@pytest.fixture
def held(db: Database, watch: Watch) -> Lease:
    """The lease of an organisation that is bound, beside another one."""
    for organisation in ("harbour", "kauri"):
        bind_tenant(db, organisation, f"tenant-{organisation}", watch())
        keep_contacts(db, organisation, [(ACME, "contact-1")], watch())
        set_watermark(db, organisation, "payments", watch())
    taken = take_lease(db, "harbour", "connect", watch())
    assert isinstance(taken, Lease)
    return taken


def test_what_was_read_of_the_old_tenant_is_forgotten_and_no_other_organisations(db: Database, watch: Watch, held: Lease) -> None:
    release_documents(db, journal())
    release_documents(db, journal(sales_of(organisation="kauri")))
    rebind_tenant(db, held, "tenant-2", "ann", watch())
    assert [tenant_of(db, organisation) for organisation in ("harbour", "kauri", "city")] == ["tenant-2", "tenant-kauri", ""]
    assert [len(known_contacts(db, organisation)) for organisation in ("harbour", "kauri")] == [0, 1]
    assert [get_watermark(db, organisation, "payments") is None for organisation in ("harbour", "kauri")] == [True, False]


def test_what_recover_has_read_is_in_the_old_tenant(db: Database, watch: Watch, held: Lease) -> None:
    with db.write() as tx:
        values = {
            "organisation": "harbour",
            "xero_id": "id-1",
            "kind": "invoice",
            "number": "TP/1",
            "status": "AUTHORISED",
            "read_at": watch(),
        }
        tx.execute(insert(recovered).values(values))
    with pytest.raises(XeroAuthError, match="and documents of it are posted, or may be"):
        rebind_tenant(db, held, "tenant-2", "ann", watch())
    assert tenant_of(db, "harbour") == "tenant-harbour"


def test_whoever_lost_the_lease_binds_nothing(db: Database, watch: Watch, held: Lease) -> None:
    give_back_lease(db, held, watch())
    assert isinstance(take_lease(db, "harbour", "poster", watch()), Lease)
    with pytest.raises(LeaseLost):
        rebind_tenant(db, held, "tenant-2", "ann", watch())
    assert tenant_of(db, "harbour") == "tenant-harbour"
