"""Contacts of a drain against the local Xero: read once, matched, created in batches, never twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.xero.serving import Served, serve
from tests.unit.store.databases import Watch, db, db_url, template, watch  # noqa: F401
from tests.unit.store.documents import invoice, release_documents
from tests.unit.xero.harbour import create_harbour
from tillpost.errors import XeroRefused
from tillpost.model.documents import Contact
from tillpost.model.results import XeroContact
from tillpost.posting_rules import PostingRules
from tillpost.store.audit import audit_trail
from tillpost.store.contacts import contacts_seen_until, xero_contacts
from tillpost.store.database import Database
from tillpost.store.leases import Lease
from tillpost.store.schema import document
from tillpost.xero.client import XeroClient
from tillpost.xero.contact_steps import ensure_contacts
from tillpost.xero.run import Run, Stop
from tillpost.xero.sender import ContactResult

# ruff: noqa: F811  (fixtures are imported by name)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A local Xero of its own for each test: what another one left would be somebody else's."""
    with serve(tmp_path / "xero.db") as local:
        create_harbour(local.admin)
        yield local


def run_of(db: Database, client: XeroClient, watch: Watch) -> Run:
    """A drain that has just begun."""
    return Run(db, "harbour", client, watch, Lease("harbour", 1, "poster-1"), "tenant-1", watch() + timedelta(minutes=10), PostingRules())


def states(db: Database) -> dict[str, tuple[str, str, str]]:
    """State, rule and reason of each document by number."""
    with db.read() as tx:
        rows = tx.execute(select(document).order_by(document.c.id))
        return {row.number.rpartition("/")[2]: (row.state, row.held_rule, row.held_why or row.message) for row in rows}


def calls(served: Served) -> list[str]:
    """The calls about contacts that Xero has seen."""
    return [call["method"] for call in served.admin.calls("harbour") if call["path"].endswith("/Contacts")]


def test_missing_contacts_are_created_50_at_a_time_and_known_from_then_on(
    db: Database, client: XeroClient, served: Served, watch: Watch
) -> None:
    release_documents(db, *(invoice(f"s{n}", contact=f"Batch {n}") for n in range(60)))
    first = run_of(db, client, watch)
    ensure_contacts(first)
    assert (calls(served), len(first.contacts)) == (["GET", "PUT", "PUT"], 60)
    again = run_of(db, client, watch)
    ensure_contacts(again)
    assert (again.contacts, calls(served)) == (first.contacts, ["GET", "PUT", "PUT"])


def test_what_changed_since_is_read_with_an_overlap_and_once_a_drain(
    db: Database, watch: Watch, served: Served, client: XeroClient
) -> None:
    client.create_contacts([Contact("Before")])
    asked: list[datetime | None] = []

    class Asked(Relay):
        def changed_contacts(self, since: datetime | None) -> list[XeroContact]:
            asked.append(since)
            return super().changed_contacts(since)

    for number in (1, 2):
        release_documents(db, invoice(f"s{number}", contact=f"Seen {number}"))
        run = run_of(db, Asked(client), watch)  # type: ignore[arg-type]
        ensure_contacts(run)
        ensure_contacts(run)
    seen = contacts_seen_until(db, "harbour")
    assert asked[0] is None and seen is not None
    assert asked[1:] == [asked[1]] and asked[1] is not None and asked[1] <= seen - timedelta(minutes=10)
    assert {"Before", "Seen 1", "Seen 2"} <= {one.name for one in xero_contacts(db, "harbour")}


def test_a_contact_that_was_there_is_taken_over_and_reported(db: Database, client: XeroClient, watch: Watch) -> None:
    [typed] = client.create_contacts([Contact("By Hand")])
    release_documents(db, invoice("s1", contact="By hand"))
    run = run_of(db, client, watch)
    ensure_contacts(run)
    assert run.contacts == {"number:c-by hand": typed.contact_id}
    [entry] = [entry for entry in audit_trail(db, "harbour") if entry.action == "contact"]
    told = "'By hand' was in Xero already and is used as it is (it has no ContactNumber)."
    assert (entry.subject, entry.why, entry.details) == ("number:c-by hand", told, {"contact_id": typed.contact_id})


def test_one_that_cannot_be_used_holds_its_documents_and_no_others(db: Database, client: XeroClient, served: Served, watch: Watch) -> None:
    client.create_contacts([Contact("Taken", "other-1")])
    release_documents(db, invoice("s1", contact="Taken"), invoice("s2", contact="Free"))
    run = run_of(db, client, watch)
    ensure_contacts(run)
    said = (
        "The name 'Taken' belongs to the contact with ContactNumber 'other-1' in Xero, not 'c-taken': give one of them another name, "
        "or the contact in Xero our number."
    )
    assert states(db) == {"s1": ("held", "preflight", said), "s2": ("ready", "", "")}
    assert list(run.contacts) == ["number:c-free"]


def test_a_lost_answer_ends_the_drain_and_creates_nothing_twice(db: Database, client: XeroClient, served: Served, watch: Watch) -> None:
    release_documents(db, *(invoice(f"s{n}", contact=f"Lost {n}") for n in range(3)))
    client.tenant_id()
    served.admin.add_fault("drop_after", "PUT /Contacts")
    with pytest.raises(Stop, match="those that exist by then are found, none is created twice") as stopped:
        ensure_contacts(run_of(db, client, watch))
    assert stopped.value.until == watch() + timedelta(minutes=7)
    after = run_of(db, client, watch)
    ensure_contacts(after)
    assert len(after.contacts) == 3
    assert sorted(one.name for one in client.changed_contacts(None) if one.name.startswith("Lost")) == ["Lost 0", "Lost 1", "Lost 2"]
    assert states(db) == {f"s{n}": ("ready", "", "") for n in range(3)}


class Relay:
    """A client whose parts a test changes."""

    def __init__(self, client: XeroClient) -> None:
        self.client = client

    def changed_contacts(self, since: datetime | None) -> list[XeroContact]:
        """What Xero lists."""
        return self.client.changed_contacts(since)

    def create_contacts(self, contacts: Sequence[Contact]) -> list[ContactResult]:
        """Created by Xero."""
        return self.client.create_contacts(contacts)


class Lagging(Relay):
    """Lists nothing the first so many times."""

    def __init__(self, client: XeroClient, looks: int) -> None:
        super().__init__(client)
        self.looks = looks

    def changed_contacts(self, since: datetime | None) -> list[XeroContact]:
        """What Xero lists, late."""
        self.looks -= 1
        return [] if self.looks >= 0 else super().changed_contacts(since)


def test_where_the_list_lags_the_taken_name_is_looked_up_and_else_waits(db: Database, client: XeroClient, watch: Watch) -> None:
    [known] = client.create_contacts([Contact("Lag", "c-lag")])
    release_documents(db, invoice("s1", contact="Lag"), invoice("s2", contact="Lag Two"))
    slow = run_of(db, Lagging(client, 2), watch)  # type: ignore[arg-type]
    ensure_contacts(slow)
    said = "Xero says that this name or number is taken, and does not list the contact yet: it is looked up again before the next posting."
    assert states(db) == {"s1": ("held", "preflight", said), "s2": ("ready", "", "")}
    release_documents(db, invoice("s3", contact="Lag"))
    quicker = run_of(db, Lagging(client, 1), watch)  # type: ignore[arg-type]
    ensure_contacts(quicker)
    assert quicker.contacts["number:c-lag"] == known.contact_id


class Picky(Relay):
    """Refuses a whole request in which one contact breaks it, and a contact of another name alone."""

    def create_contacts(self, contacts: Sequence[Contact]) -> list[ContactResult]:
        """Created by Xero, unless one of them breaks the request."""
        if any(contact.name == "Broken" for contact in contacts):
            raise XeroRefused("The request cannot be read.", status=400, messages=("Bad element",))
        return super().create_contacts(contacts)


def test_a_contact_that_breaks_a_request_is_found_by_halves_and_refused_alone(db: Database, client: XeroClient, watch: Watch) -> None:
    names = ["Whole 1", "Whole 2", "Broken", "Whole 3", "Whole 4"]
    release_documents(db, *(invoice(f"s{n}", contact=name) for n, name in enumerate(names)))
    run = run_of(db, Picky(client), watch)  # type: ignore[arg-type]
    ensure_contacts(run)
    assert (len(run.contacts), run.refused) == (4, 1)
    assert states(db)["s2"] == ("refused", "", "Contact Broken: Bad element")


def test_two_of_one_name_are_xeros_to_judge(db: Database, client: XeroClient, watch: Watch) -> None:
    release_documents(db, *(replace(invoice(f"s{n}"), contact=Contact(name, f"n-{n}")) for n, name in enumerate(("Namesake", "NAMESAKE"))))
    run = run_of(db, client, watch)
    ensure_contacts(run)
    state = states(db)
    assert sorted(one[0] for one in state.values()) == ["held", "ready"]
    [why] = [one[2] for one in state.values() if one[0] == "held"]
    assert "belongs to the contact with ContactNumber" in why


def test_numbers_that_differ_in_case_only_are_one_in_xero(db: Database, client: XeroClient, watch: Watch) -> None:
    ours = (Contact("Dora", "d-1"), Contact("DORA", "D-1"), Contact("Eva", "e-1"), Contact("Eva Bell", "E-1"))
    release_documents(db, *(replace(invoice(f"s{n}"), contact=contact) for n, contact in enumerate(ours)))
    run = run_of(db, client, watch)
    ensure_contacts(run)
    assert run.contacts["number:d-1"] == run.contacts["number:D-1"]
    [held] = [name for name, one in states(db).items() if one[0] == "held"]
    mine, other = (ours[3], ours[2]) if held == "s3" else (ours[2], ours[3])
    said = (
        f"The ContactNumber {mine.number!r} of {mine.name!r} is {other.number!r} of {other.name!r} in Xero, which does not tell numbers apart by "
        "case: give one of them another number, or write it as Xero does if they are the same."
    )
    assert states(db) == {f"s{n}": ("ready", "", "") for n in range(4)} | {held: ("held", "preflight", said)}


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        (Contact("x" * 256), "Invalid value for `name`, length must be less than or equal to `255`"),
        (Contact("Zoe", "Z" * 51), "Invalid value for `contact_number`, length must be less than or equal to `50`"),
        (Contact("Zoe", "Z-1", "z" * 256), "Invalid value for `email_address`, length must be less than or equal to `255`"),
    ],
)
def test_a_contact_that_cannot_be_written_is_refused_alone(
    db: Database, client: XeroClient, served: Served, watch: Watch, contact: Contact, said: str
) -> None:
    release_documents(db, replace(invoice("s1"), contact=contact), invoice("s2"))
    run = run_of(db, client, watch)
    ensure_contacts(run)
    message = f"Contact {contact.name}: It cannot be written for Xero: {said}. Correct it where it comes from and run the date again."
    assert (states(db), list(run.contacts)) == ({"s1": ("refused", "", message), "s2": ("ready", "", "")}, ["number:c-able"])
    assert client.create_contacts([contact])[0].contact_id == ""
    assert calls(served) == ["GET", "PUT"]
