"""Connections on record: a refusal is told once, one process refreshes at a time, and what is secret is encrypted."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from cryptography.fernet import Fernet

from tests.unit.store.databases import Watch
from tillpost.errors import ConfigError
from tillpost.store.audit import audit_trail
from tillpost.store.connections import (
    Connected,
    ConnectionRecord,
    SealedTokens,
    forget_connection,
    give_back_refresh,
    keep_connected,
    keep_refreshed,
    mark_refused,
    mark_working,
    read_connection,
    take_refresh,
)
from tillpost.store.database import Database
from tillpost.store.sealing import Sealer

XERO, CODE = "xero_harbour", "authorization_code"
OLD, NEW = "5o8YNZ3Zg6Yv7dDRYyH6P0hGzSVpU6xZ3XTg4q9BZ1k=", "hVJ0VqR1mJcY3rjfJ3bS0m4b1VgJ2o7mGm5w1kC8n0E="


def connected(db: Database, watch: Watch, access: str = "sealed-a", refresh: str = "sealed-r") -> None:
    """A consent that works."""
    tokens = SealedTokens(access, watch() + timedelta(minutes=30), refresh, watch() + timedelta(days=60))
    keep_connected(db, "harbour", Connected(XERO, CODE, "digest-1", "tenant-1", "Harbour", "a b", tokens), "ann", watch())


def known(db: Database) -> ConnectionRecord:
    """What is on record."""
    record = read_connection(db, XERO)
    assert record is not None
    return record


def test_what_is_kept_of_a_connection_and_what_is_forgotten(db: Database, watch: Watch) -> None:
    assert read_connection(db, XERO) is None
    connected(db, watch)
    kept = ConnectionRecord(
        XERO, CODE, "working", "", None, False, "digest-1", "tenant-1", "Harbour", "a b", "sealed-a", watch() + timedelta(minutes=30), "sealed-r",
        watch() + timedelta(days=60), 1, "ann", watch(),
    )  # fmt: skip
    assert known(db) == kept
    assert "sealed" not in repr(kept)
    forget_connection(db, "harbour", XERO, "bob", watch())
    gone = ConnectionRecord(XERO, CODE, "unknown", "", None, False, "", "", "", "", "", None, "", None, 2, "ann", watch())
    assert known(db) == gone
    assert [(entry.action, entry.who, entry.details) for entry in audit_trail(db, "harbour")] == [
        ("connect", "ann", {"connection": XERO, "tenant": "tenant-1", "grant": CODE}),
        ("disconnect", "bob", {"connection": XERO}),
    ]


def test_a_refusal_is_told_once_for_the_same_credentials(db: Database, watch: Watch) -> None:
    assert mark_refused(db, XERO, CODE, "digest-1", "revoked", watch())
    told_at = watch()
    watch.advance(minutes=60)
    assert not mark_refused(db, XERO, CODE, "digest-1", "still revoked", watch())
    assert (known(db).state, known(db).message, known(db).told_at) == ("refused", "still revoked", told_at)
    assert mark_refused(db, XERO, CODE, "digest-2", "wrong secret", watch())
    mark_working(db, XERO, CODE, "digest-2", watch())
    assert (known(db).state, known(db).message, known(db).told_at) == ("working", "", None)
    assert mark_refused(db, XERO, CODE, "digest-2", "revoked again", watch())


def test_a_refusal_that_posting_met_is_lifted_by_posting_only(db: Database, watch: Watch) -> None:
    assert mark_refused(db, XERO, CODE, "digest-1", "no scope", watch(), posting=True)
    mark_working(db, XERO, CODE, "digest-1", watch())
    assert (known(db).state, known(db).message) == ("refused", "no scope")
    assert not mark_refused(db, XERO, CODE, "digest-1", "no scope", watch(), posting=True)
    mark_working(db, XERO, CODE, "digest-1", watch(), posting=True)
    assert (known(db).state, known(db).posting_refused) == ("working", False)
    # Met by reading first: posting, which meets it too, need not tell it, but is not belied by reading.
    assert mark_refused(db, XERO, CODE, "digest-1", "revoked", watch())
    assert not mark_refused(db, XERO, CODE, "digest-1", "revoked", watch(), posting=True)
    mark_working(db, XERO, CODE, "digest-1", watch())
    assert known(db).state == "refused"
    mark_working(db, XERO, CODE, "digest-2", watch())
    assert (known(db).state, known(db).posting_refused) == ("working", False)


def found(db: Database) -> tuple[str, str, str]:
    """What is on record of the organisation that was found."""
    return known(db).tenant_id, known(db).tenant_name, known(db).scopes


def test_other_credentials_forget_what_was_found(db: Database, watch: Watch) -> None:
    none = SealedTokens()
    for other in (mark_working, partial(mark_refused, message="wrong secret")):
        keep_connected(db, "harbour", Connected(XERO, "client_credentials", "digest-1", "tenant-1", "Harbour", "a b", none), "ann", watch())
        mark_working(db, XERO, "client_credentials", "digest-1", watch())
        assert found(db) == ("tenant-1", "Harbour", "a b")
        other(db, XERO, "client_credentials", "digest-2", now=watch())
        assert found(db) == ("", "", "")


def test_what_a_person_chose_for_a_consent_stays_with_its_tokens(db: Database, watch: Watch) -> None:
    connected(db, watch)
    mark_working(db, XERO, CODE, "digest-2", watch())
    assert found(db) == ("tenant-1", "Harbour", "a b")
    mark_working(db, XERO, "client_credentials", "digest-3", watch())
    assert found(db) == ("", "", "")


def test_a_working_connection_is_not_written_again(db: Database, watch: Watch) -> None:
    mark_working(db, XERO, CODE, "digest-1", watch())
    first = known(db)
    watch.advance(minutes=5)
    mark_working(db, XERO, CODE, "digest-1", watch())
    assert known(db) == first


def test_one_refreshes_at_a_time(db: Database, watch: Watch) -> None:
    connected(db, watch)
    assert [take_refresh(db, XERO, 1, holder, watch()) for holder in ("a", "b", "a")] == [True, False, False]
    tokens = SealedTokens("new-a", watch(), "new-r", watch() + timedelta(days=60))
    assert not keep_refreshed(db, XERO, 1, "b", tokens, watch())
    assert keep_refreshed(db, XERO, 1, "a", tokens, watch())
    assert (known(db).access_token, known(db).refresh_token, known(db).generation) == ("new-a", "new-r", 2)
    # Whoever read the older generation must read again first.
    assert [take_refresh(db, XERO, generation, "b", watch()) for generation in (1, 2)] == [False, True]
    give_back_refresh(db, XERO, "a")
    assert not take_refresh(db, XERO, 2, "a", watch())
    give_back_refresh(db, XERO, "b")
    assert take_refresh(db, XERO, 2, "a", watch())


def test_the_right_of_a_clock_that_was_ahead_is_free_and_of_one_that_is_a_little_ahead_is_not(db: Database, watch: Watch) -> None:
    connected(db, watch)
    assert take_refresh(db, XERO, 1, "a little", watch() + timedelta(minutes=1))
    assert not take_refresh(db, XERO, 1, "b", watch())
    give_back_refresh(db, XERO, "a little")
    assert take_refresh(db, XERO, 1, "a month", watch() + timedelta(days=30))
    assert take_refresh(db, XERO, 1, "b", watch())


def test_a_process_that_died_while_it_refreshed_is_not_waited_for(db: Database, watch: Watch) -> None:
    connected(db, watch)
    assert take_refresh(db, XERO, 1, "dead", watch())
    watch.advance(seconds=119)
    assert not take_refresh(db, XERO, 1, "living", watch())
    watch.advance(seconds=1)
    assert take_refresh(db, XERO, 1, "living", watch())
    # If it lives after all, its tokens are no longer wanted.
    assert not keep_refreshed(db, XERO, 1, "dead", SealedTokens("x", watch(), "y", watch()), watch())
    assert known(db).access_token == "sealed-a"


def test_a_new_consent_outgrows_a_refresh_that_is_under_way(db: Database, watch: Watch) -> None:
    connected(db, watch)
    assert take_refresh(db, XERO, 1, "a", watch())
    connected(db, watch, "consented-a", "consented-r")
    assert not keep_refreshed(db, XERO, 1, "a", SealedTokens("x", watch(), "y", watch()), watch())
    assert (known(db).access_token, known(db).generation) == ("consented-a", 2)


def test_the_first_key_encrypts_and_all_decrypt() -> None:
    sealed = Sealer(OLD).seal("secret")
    assert "secret" not in sealed
    both = Sealer(f" {NEW} , {OLD} ")
    assert both.unseal(sealed, "the tokens") == "secret"
    assert Sealer(NEW).unseal(both.seal("secret"), "the tokens") == "secret"


def test_a_wrong_key_says_so_without_the_text() -> None:
    sealed = Sealer(OLD).seal("secret")
    with pytest.raises(ConfigError) as caught:
        Sealer(NEW).unseal(sealed, "the tokens of connection 'xero_harbour'")
    assert str(caught.value) == (
        "the tokens of connection 'xero_harbour' were encrypted with a key that is not among those of TILLPOST_FERNET_KEY (or "
        "AIRFLOW__CORE__FERNET_KEY): put that key back after the new one, separated by a comma, or give the consent again with "
        "`tillpost connect`."
    )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("keys", ["", " , "])
def test_without_a_key_it_is_told_how_to_make_one(keys: str) -> None:
    with pytest.raises(ConfigError, match="set TILLPOST_FERNET_KEY.*Fernet.generate_key"):
        Sealer(keys)


def test_what_is_no_key_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        Sealer(f"{Fernet.generate_key().decode()},my-password")
    assert "my-password" not in str(caught.value) and "no Fernet key" in str(caught.value)
