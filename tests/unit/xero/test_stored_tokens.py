"""The tokens of a consent, shared through the database: refreshed by one process, saved before they are used, kept alive."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest

from tests.unit.store.databases import Watch, db, db_url, template, watch
from tests.unit.xero.harbour import SECRET, connection_to
from tests.unit.xero.stub import RESET, StubXero, http_answer
from tillpost.connection import Connection
from tillpost.errors import ConfigError, RateLimited, XeroAuthError, XeroUnavailable
from tillpost.store.connections import Connected, ConnectionRecord, forget_connection, keep_connected, read_connection, take_refresh
from tillpost.store.database import Database, open_database
from tillpost.store.sealing import Sealer
from tillpost.xero.stored_tokens import TRIES, StoredTokens, sealed_tokens
from tillpost.xero.tokens import Granted, Token

__all__ = ["db", "db_url", "template", "watch"]

KEY = "5o8YNZ3Zg6Yv7dDRYyH6P0hGzSVpU6xZ3XTg4q9BZ1k="
SEALER = Sealer(KEY)
XERO = "xero_harbour"


def consent(stub: StubXero) -> Connection:
    """The connection of an app to which somebody consented."""
    return connection_to(stub.base_url, grant="authorization_code")


def stored(db: Database, stub: StubXero, sleep: Callable[[float], None] = lambda seconds: None) -> StoredTokens:
    """What one process has of the tokens."""
    return StoredTokens(db, SEALER, consent(stub), f"{stub.base_url}/connect/token", db.now, sleep)


def connected(db: Database, watch: Watch, access: str = "access-1", refresh: str = "refresh-1") -> None:
    """Consent was just given."""
    end = watch() + timedelta(minutes=30)
    tokens = sealed_tokens(SEALER, Granted(Token(access, end, end), refresh, ""), watch())
    keep_connected(db, "harbour", Connected(XERO, "authorization_code", "d", "tenant-1", "Harbour", "", tokens), "ann", watch())


def given(access: str, refresh: str = "") -> bytes:
    """An answer with tokens."""
    return http_answer(200, json.dumps({"access_token": access, "refresh_token": refresh or None, "expires_in": 1800}))


def known(db: Database) -> ConnectionRecord:
    """What is on record."""
    record = read_connection(db, XERO)
    assert record is not None
    return record


def refreshed_with(stub: StubXero) -> list[str]:
    """The refresh tokens that Xero was sent."""
    return [parse_qs(asked.body.decode())["refresh_token"][0] for asked in stub.tokens_asked]


def test_a_good_token_is_taken_from_the_table(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    assert [stored(db, stub).token().secret, stored(db, stub).token().secret] == ["access-1", "access-1"]
    assert stub.tokens_asked == []


def test_refreshed_two_minutes_before_its_end_and_saved_encrypted(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    stub.token_answers = [given("access-2", "refresh-2")]
    one, other = stored(db, stub), stored(db, stub)
    seen = []
    for seconds in (1679, 1):
        watch.advance(seconds)
        seen.append(one.token().secret)
    assert [*seen, other.token().secret] == ["access-1", "access-2", "access-2"]
    [asked] = stub.tokens_asked
    assert parse_qs(asked.body.decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["refresh-1"]}
    record = known(db)
    assert (record.generation, record.access_expires_at, record.refresh_expires_at) == (
        2, watch() + timedelta(minutes=30), watch() + timedelta(days=60),
    )  # fmt: skip
    assert (SEALER.unseal(record.access_token, ""), SEALER.unseal(record.refresh_token, "")) == ("access-2", "refresh-2")
    assert "access" not in record.access_token and "refresh" not in record.refresh_token


def test_an_app_without_a_secret_names_itself(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    stub.token_answers = [given("access-2", "refresh-2")]
    connection = Connection(XERO, "generic", login="app-1", extra=consent(stub).extra)
    StoredTokens(db, SEALER, connection, f"{stub.base_url}/connect/token", db.now, lambda seconds: None).renew()
    [asked] = stub.tokens_asked
    assert "authorization" not in asked.headers
    assert parse_qs(asked.body.decode())["client_id"] == ["app-1"]


@pytest.mark.parametrize("workers", [5])
def test_five_processes_with_an_expired_token_ask_once(db: Database, db_url: str, watch: Watch, stub: StubXero, workers: int) -> None:
    connected(db, watch)
    watch.advance(minutes=31)
    stub.token_answers = [given(f"access-{n}", f"refresh-{n}") for n in range(2, 9)]
    # Each with a database of its own: processes share nothing else.
    databases = [open_database(db_url, clock=watch) for _ in range(workers)]
    barrier, seen = threading.Barrier(workers), []

    def work(database: Database) -> None:
        mine = stored(database, stub, sleep=lambda seconds: threading.Event().wait(0.02) and None)
        barrier.wait()
        seen.append(mine.token().secret)

    threads = [threading.Thread(target=work, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert (seen, refreshed_with(stub)) == (["access-2"] * workers, ["refresh-1"])


def test_a_refused_access_token_is_replaced_once_for_all_who_held_it(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    stub.token_answers = [given("access-2", "refresh-2")]
    one, other = stored(db, stub), stored(db, stub)
    first, same = one.token(), other.token()
    assert [one.another_than(first).secret, other.another_than(same).secret, one.another_than(first).secret] == ["access-2"] * 3
    assert refreshed_with(stub) == ["refresh-1"]


@pytest.mark.parametrize("lost", [RESET, http_answer(500, "oops")])
def test_a_lost_answer_is_asked_for_once_more_at_once(db: Database, watch: Watch, stub: StubXero, lost: bytes | str) -> None:
    connected(db, watch)
    watch.advance(minutes=31)
    stub.token_answers = [lost, given("access-2", "refresh-2")]
    assert stored(db, stub).token().secret == "access-2"
    assert refreshed_with(stub) == ["refresh-1", "refresh-1"]


def test_if_no_answer_comes_the_old_token_stays_and_the_next_may_try_at_once(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    watch.advance(minutes=31)
    stub.token_answers = [RESET, RESET, given("access-2", "refresh-2")]
    with pytest.raises(XeroUnavailable):
        stored(db, stub).token()
    assert stored(db, stub, sleep=no_waiting).token().secret == "access-2"
    assert refreshed_with(stub) == ["refresh-1"] * 3


def no_waiting(seconds: float) -> None:
    """A test in which nobody has to wait."""
    raise AssertionError("waited")


def test_without_a_new_refresh_token_the_old_one_goes_on(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    dies_at = known(db).refresh_expires_at
    watch.advance(minutes=31)
    stub.token_answers = [given("access-2")]
    stored(db, stub).token()
    assert (SEALER.unseal(known(db).refresh_token, ""), known(db).refresh_expires_at) == ("refresh-1", dies_at)


def test_whoever_died_while_it_refreshed_is_waited_for_no_longer_than_its_lease(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    watch.advance(minutes=31)
    assert take_refresh(db, XERO, 1, "dead", watch())
    stub.token_answers = [given("access-2", "refresh-2")]
    begun = watch()
    assert stored(db, stub, sleep=watch.advance).token().secret == "access-2"
    assert watch() - begun == timedelta(minutes=2)


def test_nobody_waits_for_ever(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    watch.advance(minutes=31)
    assert take_refresh(db, XERO, 1, "suspended", watch())
    waited: list[float] = []
    with pytest.raises(XeroUnavailable, match="another process has been refreshing"):
        stored(db, stub, sleep=waited.append).token()
    assert (len(waited), sum(waited), stub.tokens_asked) == (TRIES, 130.0, [])


def test_tokens_that_came_after_the_lease_was_lost_are_not_used(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    watch.advance(minutes=31)
    stub.token_answers = [given("too-late", "too-late-r")]

    class Slow(StoredTokens):
        def _ask(self, refresh_token: str) -> Granted:
            granted = super()._ask(refresh_token)
            if granted.token.secret == "too-late":
                watch.advance(minutes=3)
                stub.token_answers = [given("access-2", "refresh-2")]
                assert stored(db, stub).token().secret == "access-2"
            return granted

    slow = Slow(db, SEALER, consent(stub), f"{stub.base_url}/connect/token", db.now, no_waiting)
    assert slow.token().secret == "access-2"
    assert SEALER.unseal(known(db).refresh_token, "") == "refresh-2"


class Suspended(StoredTokens):
    """A process that stands still between reading the tokens and sending them; ``meanwhile`` happens once."""

    meanwhile: Callable[[], None] | None = None

    def _ask(self, refresh_token: str) -> Granted:
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return super()._ask(refresh_token)


@pytest.mark.parametrize("by", ["another process", "a new consent"])
def test_a_refusal_of_tokens_that_others_have_replaced_is_none(db: Database, watch: Watch, stub: StubXero, by: str) -> None:
    connected(db, watch)
    watch.advance(minutes=29)
    late = Suspended(db, SEALER, consent(stub), f"{stub.base_url}/connect/token", db.now, no_waiting)

    def replace() -> None:
        watch.advance(minutes=40)
        if by == "a new consent":
            connected(db, watch, "access-2", "refresh-2")
        else:
            stub.token_answers = [given("access-2", "refresh-2")]
            stored(db, stub).token()
        stub.token_answers = [http_answer(400, '{"error":"invalid_grant"}')]

    late.meanwhile = replace
    assert late.token().secret == "access-2"
    assert refreshed_with(stub)[-1] == "refresh-1"


def test_a_refusal_after_disconnecting_is_one(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    watch.advance(minutes=29)
    late = Suspended(db, SEALER, consent(stub), f"{stub.base_url}/connect/token", db.now, no_waiting)
    late.meanwhile = lambda: forget_connection(db, "harbour", XERO, "bob", watch())
    stub.token_answers = [http_answer(400, '{"error":"invalid_grant"}')]
    with pytest.raises(XeroAuthError, match="nobody has given consent for it yet"):
        late.token()


def test_a_refresh_token_is_used_at_least_weekly(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    stub.token_answers = [given("access-2", "refresh-2")]
    seen: list[tuple[datetime, int]] = []
    for days in (6, 1.1):
        watch.advance(minutes=days * 24 * 60)
        stored(db, stub).keep_alive()
        seen.append((watch(), len(stub.tokens_asked)))
    assert [asked for _, asked in seen] == [0, 1]


def test_a_withdrawn_consent_says_what_to_do_and_no_secret(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    watch.advance(minutes=31)
    stub.token_answers = [http_answer(400, '{"error":"invalid_grant"}'), http_answer(429, Retry_After="7"), given("access-2", "refresh-2")]
    mine = stored(db, stub, sleep=no_waiting)
    with pytest.raises(XeroAuthError) as caught:
        mine.token()
    assert str(caught.value) == (
        "connection 'xero_harbour': Xero gives no token for it (invalid_grant). Nothing was sent. The consent was withdrawn, was not used "
        "for 60 days, or its code is too old: `tillpost connect` asks for a new one. Then run again."
    )
    with pytest.raises(RateLimited):
        mine.token()
    assert mine.token().secret == "access-2"
    assert SECRET not in repr(mine)


def test_nobody_has_consented_yet(db: Database, stub: StubXero) -> None:
    with pytest.raises(XeroAuthError, match="nobody has given consent for it yet.*tillpost connect"):
        stored(db, stub).token()


def test_another_key_is_a_mistake_of_the_configuration(db: Database, watch: Watch, stub: StubXero) -> None:
    connected(db, watch)
    other = Sealer("hVJ0VqR1mJcY3rjfJ3bS0m4b1VgJ2o7mGm5w1kC8n0E=")
    mine = StoredTokens(db, other, consent(stub), f"{stub.base_url}/connect/token", db.now, no_waiting)
    with pytest.raises(ConfigError, match="the tokens of connection 'xero_harbour' were encrypted with a key"):
        mine.token()
    assert stub.tokens_asked == []
