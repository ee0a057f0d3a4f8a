"""One poster per organisation: the lease's number grows, and a second poster learns who is at work."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.store.databases import Watch
from tillpost.store.database import Database
from tillpost.store.leases import Lease, LeaseHolder, give_back_lease, holds_lease, renew_lease, take_lease


def test_the_second_poster_learns_who_has_the_lease(db: Database, watch: Watch) -> None:
    assert take_lease(db, "harbour", "worker-1", watch()) == Lease("harbour", 1, "worker-1")
    assert take_lease(db, "harbour", "worker-2", watch()) == LeaseHolder("worker-1", watch() + timedelta(minutes=5))
    assert take_lease(db, "kauri", "worker-2", watch()) == Lease("kauri", 1, "worker-2")


def test_the_same_holder_does_not_get_it_twice(db: Database, watch: Watch) -> None:
    take_lease(db, "harbour", "worker-1", watch())
    assert isinstance(take_lease(db, "harbour", "worker-1", watch()), LeaseHolder)


def test_a_lease_that_ran_out_is_taken_over_and_the_old_one_is_worth_nothing(db: Database, watch: Watch) -> None:
    old = take_lease(db, "harbour", "worker-1", watch())
    watch.advance(minutes=5)
    new = take_lease(db, "harbour", "worker-2", watch())
    assert isinstance(old, Lease) and new == Lease("harbour", 2, "worker-2")
    assert (holds_lease(db, old), holds_lease(db, new)) == (False, True)
    with db.write() as tx:
        assert (renew_lease(tx, old, watch()), renew_lease(tx, new, watch())) == (False, True)
    give_back_lease(db, old, watch())
    assert isinstance(take_lease(db, "harbour", "worker-3", watch()), LeaseHolder)


def test_a_renewed_lease_lasts_longer_and_one_given_back_is_free(db: Database, watch: Watch) -> None:
    held = take_lease(db, "harbour", "worker-1", watch())
    assert isinstance(held, Lease)
    watch.advance(minutes=4)
    with db.write() as tx:
        assert renew_lease(tx, held, watch())
    watch.advance(minutes=4)
    assert isinstance(take_lease(db, "harbour", "worker-2", watch()), LeaseHolder)
    give_back_lease(db, held, watch())
    assert take_lease(db, "harbour", "worker-2", watch()) == Lease("harbour", 2, "worker-2")


def test_a_lease_of_a_clock_that_was_ahead_is_free_and_one_of_a_clock_that_is_a_little_ahead_is_not(db: Database, watch: Watch) -> None:
    take_lease(db, "harbour", "worker-1", watch() + timedelta(minutes=1))
    assert isinstance(take_lease(db, "harbour", "worker-2", watch()), LeaseHolder)
    take_lease(db, "kauri", "worker-1", watch() + timedelta(days=30))
    assert take_lease(db, "kauri", "worker-2", watch()) == Lease("kauri", 2, "worker-2")
