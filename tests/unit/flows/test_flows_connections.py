"""Connecting and disconnecting at the local Xero, and a connection that is refused: told once, then held, then mended."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from sandbox.xero.serving import Served, serve
from tests.unit.store.databases import template
from tests.unit.xero.consenting import decide
from tests.unit.xero.harbour import SECRET, create_harbour
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.errors import ConfigError, XeroAuthError, XeroUnavailable
from tillpost.flows.clients import through_connection
from tillpost.flows.connections import Asking, ConnectionRow, Found, connect, connection_rows, disconnect
from tillpost.flows.post import post
from tillpost.flows.pull import pull_payments
from tillpost.flows.reference import read_reference_data
from tillpost.model.period import TradingClock
from tillpost.organisations import Organisation, Store
from tillpost.store.audit import audit_trail
from tillpost.store.connections import ConnectionRecord, read_connection
from tillpost.store.database import Database, open_database
from tillpost.store.schema_xero import connection as connection_table
from tillpost.xero.auth import SCOPES
from tillpost.xero.client import XeroClient
from tillpost.xero.tenants import Tenant

__all__ = ["template"]

KEY = "5o8YNZ3Zg6Yv7dDRYyH6P0hGzSVpU6xZ3XTg4q9BZ1k="
CAFE = Store("cafe", "Cafe", "none", "none", "cafe", TradingClock("Australia/Melbourne", time(4)), date(2026, 9, 14))
ORG = Organisation("harbour", "Harbour", "AU", "AUD", "Australia/Melbourne", "xero_harbour", time(6), {"cafe": CAFE})
IDLE = {"posted": 0, "refused": 0, "unknown": 0, "held": 0, "waiting": 0, "left": 0, "calls": 0, "strangers": 0, "until": None}
WAITS = "Xero does not accept the connection, which was reported; the work waits until that is mended. "
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A local Xero in a thread."""
    with serve(tmp_path_factory.mktemp("xero") / "xero.db") as one:
        yield one


@dataclass
class Shop:
    """One organisation of the local Xero, and a site that is to be connected to it."""

    served: Served
    folder: Path
    key: str
    tenant_id: str
    connection: Connection
    shown: list[str] = field(default_factory=list)

    @property
    def site(self) -> Site:
        """The site with the connection as it is now."""
        settings = Settings(self.folder, f"sqlite:///{self.folder / 'tillpost.db'}", self.folder, KEY)
        return Site(settings, {"harbour": ORG}, lambda conn_id: self.connection)

    @property
    def db(self) -> Database:
        """Its database."""
        return open_database(self.site.settings.db_url, migrate=True)

    def record(self) -> ConnectionRecord:
        """What is on record."""
        record = read_connection(self.db, "xero_harbour")
        assert record is not None
        return record

    def configure(self, **changes: object) -> None:
        """Change the connection."""
        self.connection = replace(self.connection, **changes)  # type: ignore[arg-type]

    def asks(self, decision: str = "allow", org: str = "", **options: object) -> Asking:
        """A person who decides as soon as the page is shown."""

        def show(address: str) -> None:
            self.shown.append(address)
            threading.Timer(0.05, decide, (address, org or self.key, decision)).start()

        return Asking(show, **options)  # type: ignore[arg-type]

    def connect(self, *arguments: str, **options: object) -> Found:
        """Connect, with a person who decides."""
        return connect(self.site, "harbour", self.asks(*arguments, **options), who="ann")

    def post(self) -> dict[str, object]:
        """A posting run."""
        return dict(post(self.site, "harbour", holder="test"))


@pytest.fixture
def shop(served: Served, tmp_path: Path, template: Path) -> Iterator[Shop]:
    """An organisation with a custom connection."""
    key = f"shop{next(_numbers)}"
    tenant_id = create_harbour(served.admin, key, f"app-{key}")
    (tmp_path / "tillpost.db").write_bytes(template.read_bytes())
    yield Shop(
        served,
        tmp_path,
        key,
        tenant_id,
        Connection("xero_harbour", "generic", login=f"app-{key}", password=SECRET, extra={"base_url": served.base_url}),
    )
    served.admin.clear_faults()


@pytest.fixture
def consenting(shop: Shop) -> Shop:
    """An organisation whose app asks for consent."""
    shop.configure(extra={**shop.connection.extra, "grant": "authorization_code"})
    shop.served.admin.disconnect(shop.key)
    return shop


def test_a_custom_connection_is_verified(shop: Shop) -> None:
    found = shop.connect()
    assert (found.tenant.tenant_id, found.tenant.name, found.scopes, found.missing, shop.shown) == (
        shop.tenant_id, "Harbour Group", SCOPES, (), [],
    )  # fmt: skip
    record = shop.record()
    assert (record.grant, record.state, record.tenant_id, record.access_token, record.connected_by) == (
        "client_credentials", "working", shop.tenant_id, "", "ann",
    )  # fmt: skip


@pytest.mark.parametrize("password", [SECRET, ""])
def test_a_consent_is_asked_for_stored_encrypted_and_used(consenting: Shop, password: str) -> None:
    consenting.configure(password=password)
    found = consenting.connect()
    assert (found.tenant.tenant_id, found.scopes, found.missing) == (consenting.tenant_id, (*SCOPES, "offline_access"), ())
    assert len(consenting.shown) == 1
    record = consenting.record()
    assert (record.state, record.tenant_name, record.generation) == ("working", "Harbour Group", 1)
    assert record.access_token.startswith("gAAAA") and record.refresh_token.startswith("gAAAA")
    assert (consenting.post(), consenting.record().generation) == ({**IDLE, "why": ""}, 1)
    assert [entry.action for entry in audit_trail(consenting.db, "harbour")] == ["bind", "connect"]


def test_consent_that_is_refused_changes_nothing(consenting: Shop) -> None:
    with pytest.raises(XeroAuthError, match="Xero gave no consent \\(access_denied\\)"):
        consenting.connect("deny")
    assert read_connection(consenting.db, "xero_harbour") is None
    consenting.connect()
    before = consenting.record()
    with pytest.raises(XeroAuthError):
        consenting.connect("deny")
    assert consenting.record() == before


def test_without_a_key_nobody_is_asked(consenting: Shop) -> None:
    site = replace(consenting.site, settings=replace(consenting.site.settings, fernet_keys=""))
    with pytest.raises(ConfigError, match="there is no key for that: set TILLPOST_FERNET_KEY"):
        connect(site, "harbour", consenting.asks(), who="ann")
    assert consenting.shown == []


def second_organisation(shop: Shop) -> tuple[str, str]:
    """Key and tenant id of another organisation of the same app, connected already."""
    key = f"{shop.key}-b"
    return key, create_harbour(shop.served.admin, key, shop.connection.login)


def test_of_several_organisations_one_is_chosen(consenting: Shop) -> None:
    _, other = second_organisation(consenting)
    asked: list[list[str]] = []

    def choose(tenants: object) -> Tenant:
        found: list[Tenant] = list(tenants)  # type: ignore[call-overload]
        asked.append([tenant.tenant_id for tenant in found])
        return found[1]

    assert consenting.connect(choose=choose).tenant.tenant_id == other
    assert asked == [[consenting.tenant_id, other]]
    assert consenting.record().tenant_id == other
    # The choice is what the client uses.
    assert through_connection(consenting.site, ORG, consenting.db, XeroClient.tenant_id).result == other
    assert consenting.connect(tenant=consenting.tenant_id).tenant.tenant_id == consenting.tenant_id
    for wrong in ("nobody", "harbour GROUP"):  # the second is the name of both
        with pytest.raises(ConfigError, match="reaches no single organisation"):
            consenting.connect(tenant=wrong)
    with pytest.raises(ConfigError, match="reaches 2 organisations: choose with `tillpost connect`"):
        consenting.connect()


def break_secret(shop: Shop) -> Callable[[], None]:
    """The app's secret was replaced in Xero; how it is put back."""
    shop.served.admin.add_fault("refuse_token", "/connect/token", times=1000)
    return shop.served.admin.clear_faults


def end_connection(shop: Shop) -> Callable[[], None]:
    """Somebody disconnects the app in Xero, and connects it again."""
    shop.served.admin.disconnect(shop.key)
    return lambda: shop.served.admin.connect(shop.key)


@pytest.mark.parametrize(
    ("breaks", "message"),
    [(break_secret, "Xero gives no token for it \\(invalid_client\\)"), (end_connection, "it is connected to no organisation")],
)
def test_a_refusal_is_told_once_and_held_until_it_is_mended(shop: Shop, breaks: Callable[[Shop], Callable[[], None]], message: str) -> None:
    assert shop.post() == {**IDLE, "why": ""}
    mend = breaks(shop)
    with pytest.raises(XeroAuthError, match=message):
        shop.post()
    assert (shop.record().state, shop.record().told_at is not None) == ("refused", True)
    for _ in range(2):
        held = shop.post()
        assert str(held.pop("why")).startswith(WAITS) and held == IDLE
    pulled = dict(pull_payments(shop.site, "harbour"))
    assert str(pulled.pop("why")).startswith(WAITS) and pulled == {"changed": 0, "written_back": 0, "until": None}
    shop.served.admin.reset_calls()
    shop.post()
    assert [call for call in shop.served.admin.calls() if call["path"].startswith("/api.xro")] == []
    mend()
    assert shop.post() == {**IDLE, "why": ""}
    assert (shop.record().state, shop.record().message) == ("working", "")
    # The next refusal is told again.
    breaks(shop)
    with pytest.raises(XeroAuthError):
        shop.post()


def test_other_credentials_begin_anew(shop: Shop) -> None:
    shop.configure(password="wrong")
    with pytest.raises(XeroAuthError):
        shop.post()
    assert str(shop.post()["why"]).startswith(WAITS)
    shop.configure(password="wrong too")
    with pytest.raises(XeroAuthError):
        shop.post()
    shop.configure(password=SECRET)
    assert shop.post() == {**IDLE, "why": ""}


def test_a_refusal_in_the_middle_of_the_work_is_told_once(shop: Shop) -> None:
    shop.served.admin.add_fault("status", "/Organisation", status=403, times=3)

    def work(client: XeroClient) -> object:
        return client.read("get_organisations", "Organisations")

    with pytest.raises(XeroAuthError, match="does not accept the connection \\(status 403"):
        through_connection(shop.site, ORG, shop.db, work)
    # Token and reach are fine, so the work is tried, but its refusal is no news.
    for _ in range(2):
        done = through_connection(shop.site, ORG, shop.db, work)
        assert done.result is None and done.why.startswith(WAITS)
    assert through_connection(shop.site, ORG, shop.db, work).result is not None
    assert shop.record().state == "working"


def test_the_quiet_try_costs_no_call(shop: Shop) -> None:
    shop.connect()
    shop.served.admin.disconnect(shop.key)

    def work(client: XeroClient) -> object:
        return client.read("get_organisations", "Organisations")

    with pytest.raises(XeroAuthError, match="does not accept the connection \\(status 403"):
        through_connection(shop.site, ORG, shop.db, work)
    shop.served.admin.reset_calls()
    assert through_connection(shop.site, ORG, shop.db, work).result is None
    assert [call["path"] for call in shop.served.admin.calls()] == ["/connect/token", "/connections"]
    shop.served.admin.connect(shop.key)
    assert through_connection(shop.site, ORG, shop.db, work).result is not None


def test_what_prepare_reads_is_the_last_answer_while_the_connection_is_refused(shop: Shop) -> None:
    reference, remark = read_reference_data(shop.site, ORG)
    assert remark == ""
    mend = break_secret(shop)
    with pytest.raises(XeroAuthError):
        read_reference_data(shop.site, ORG)
    kept, remark = read_reference_data(shop.site, ORG)
    assert kept == reference and WAITS in remark and "accounts and lock dates are as of" in remark
    mend()
    assert read_reference_data(shop.site, ORG)[1] == ""


def test_an_unreachable_xero_is_no_refusal(shop: Shop) -> None:
    shop.served.admin.add_fault("status", "/connect/token", status=503, times=2)
    for _ in range(2):
        with pytest.raises(XeroUnavailable):
            shop.post()
    assert shop.post() == {**IDLE, "why": ""}


def test_a_withdrawn_consent_waits_for_the_next_connect(consenting: Shop) -> None:
    with pytest.raises(XeroAuthError, match="nobody has given consent for it yet"):
        consenting.post()
    assert str(consenting.post()["why"]).startswith(WAITS)
    consenting.connect()
    assert consenting.post() == {**IDLE, "why": ""}


def age_consent(shop: Shop, days: int) -> None:
    """Let the refresh token have so many days left."""
    with shop.db.write() as tx:
        tx.execute(connection_table.update().values(refresh_expires_at=shop.db.now() + timedelta(days=days, hours=1)))


def test_each_run_uses_a_consent_that_was_not_used_for_a_week(consenting: Shop) -> None:
    consenting.connect()
    for days, generation in ((54, 1), (52, 2)):
        age_consent(consenting, days)
        consenting.post()
        assert consenting.record().generation == generation


def test_a_consent_that_ends_soon_is_warned_of(consenting: Shop) -> None:
    consenting.connect()
    age_consent(consenting, 13)
    row = connection_rows(consenting.site)[0]
    assert (row.days_left, row.said) == (
        13,
        f"The consent of connection 'xero_harbour' ends in 13 days, on {row.expires_at:%Y-%m-%d}, unless it is used before: see why no run "
        "has refreshed it, or give it again with `tillpost connect`.",
    )

    def grow_old(client: XeroClient) -> str:
        age_consent(consenting, 13)
        return "done"

    done = through_connection(consenting.site, ORG, consenting.db, grow_old)
    assert (done.result, done.warning) == ("done", row.said)


def test_what_is_on_record(shop: Shop) -> None:
    assert connection_rows(shop.site) == [ConnectionRow("harbour", "xero_harbour", "client_credentials", "unknown", "", "", None, None, "")]
    shop.connect()
    assert connection_rows(shop.site) == [
        ConnectionRow("harbour", "xero_harbour", "client_credentials", "working", "Harbour Group", " ".join(SCOPES), None, None, "")
    ]
    shop.configure(password="wrong")
    with pytest.raises(XeroAuthError) as caught:
        shop.post()
    [row] = connection_rows(shop.site)
    assert (row.state, row.said) == ("refused", str(caught.value))
    # Mended, and not tried yet.
    shop.configure(password=SECRET)
    assert connection_rows(shop.site)[0].state == "unknown"

    def unknown(conn_id: str) -> Connection:
        raise ConfigError(f"connection {conn_id!r} is not known")

    [row] = connection_rows(replace(shop.site, connections=unknown))
    assert (row.state, row.said) == ("not configured", "connection 'xero_harbour' is not known")


def test_disconnecting_revokes_forgets_and_can_be_undone(consenting: Shop) -> None:
    consenting.connect()
    said = disconnect(consenting.site, "harbour", who="bob")
    assert said == (
        "Harbour Group is disconnected in Xero. The consent is revoked. What was stored of it is forgotten. "
        "The documents of harbour wait until it is connected again."
    )
    record = consenting.record()
    assert (record.state, record.access_token, record.refresh_token, record.tenant_id) == ("unknown", "", "", "")
    with pytest.raises(XeroAuthError, match="nobody has given consent"):
        consenting.post()
    consenting.connect()
    assert consenting.post() == {**IDLE, "why": ""}
    assert [(entry.action, entry.who) for entry in audit_trail(consenting.db, "harbour")] == [
        ("bind", "ann"), ("connect", "ann"), ("disconnect", "bob"), ("connect", "ann"),
    ]  # fmt: skip


def test_disconnecting_one_of_several_leaves_the_others(consenting: Shop) -> None:
    _, other = second_organisation(consenting)
    consenting.connect(tenant=consenting.tenant_id)
    assert disconnect(consenting.site, "harbour", who="bob").startswith("Harbour Group is disconnected in Xero. What was stored")
    assert consenting.connect(tenant=other).tenant.tenant_id == other


def test_disconnecting_what_xero_has_ended_already(consenting: Shop) -> None:
    consenting.connect()
    consenting.served.admin.disconnect(consenting.key)
    assert disconnect(consenting.site, "harbour", who="bob").startswith(
        "Xero had no connection to the organisation any more. The consent is revoked."
    )
    with pytest.raises(XeroAuthError):
        consenting.post()
    consenting.connect()
    consenting.served.admin.add_fault("status", "/connections", status=401, times=2)
    consenting.served.admin.add_fault("refuse_token", "/connect/token")
    assert disconnect(consenting.site, "harbour", who="bob").startswith("Xero did not accept the connection any more (")
    assert consenting.record().refresh_token == ""


@pytest.mark.parametrize("path", ["GET /connections", "DELETE /connections", "POST /connect/revocation"])
def test_if_xero_does_not_answer_nothing_is_forgotten(consenting: Shop, path: str) -> None:
    consenting.connect()
    consenting.served.admin.add_fault("drop_after", path)
    with pytest.raises(XeroUnavailable):
        disconnect(consenting.site, "harbour", who="bob")
    assert consenting.record().refresh_token != ""
    disconnect(consenting.site, "harbour", who="bob")
    assert consenting.record().refresh_token == ""


def test_a_custom_connection_is_disconnected_too(shop: Shop) -> None:
    shop.connect()
    assert disconnect(shop.site, "harbour", who="bob").startswith("Harbour Group is disconnected in Xero. What was stored")
    with pytest.raises(XeroAuthError):
        shop.post()
