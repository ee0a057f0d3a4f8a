"""Which contact of Xero is ours: by number, then by exact name; archived ones are told, merged ones followed."""

from __future__ import annotations

import pytest

from tillpost.model.documents import Contact
from tillpost.model.results import XeroContact
from tillpost.xero.contact_book import Book, key_of
from tillpost.xero.sender import ContactResult

BOOK = Book.of(
    [
        XeroContact("c-1", "Able", "A-1"),
        XeroContact("c-2", "Typed By Hand"),
        XeroContact("c-3", "Gone", "G-1", active=False),
        XeroContact("c-4", "Same", active=False),
        XeroContact("c-5", "Same"),
        XeroContact("c-6", "Same", active=False),
        XeroContact("c-7", "Old", "O-1", active=False, merged_to="c-8"),
        XeroContact("c-8", "New"),
        XeroContact("c-9", "Loop", active=False, merged_to="c-10"),
        XeroContact("c-10", "Loop", active=False, merged_to="c-9"),
        XeroContact("c-11", "Left", active=False),
    ]
)
ARCHIVED = "The contact 'Gone' is archived in Xero: restore it there, or map 'Gone' to another."


@pytest.mark.parametrize(
    ("contact", "result"),
    [
        (Contact("Able", "A-1"), ContactResult("c-1")),
        (Contact("Renamed", "A-1"), ContactResult("c-1")),
        (Contact("ABLE", "a-1"), ContactResult("c-1")),
        (
            Contact("Abel", "a-1"),
            ContactResult(
                "",
                (
                    "The ContactNumber 'a-1' of 'Abel' is 'A-1' of 'Able' in Xero, which does not tell numbers apart by case: give one of "
                    "them another number, or write it as Xero does if they are the same.",
                ),
            ),
        ),
        (Contact("  able "), ContactResult("c-1")),
        (
            Contact("Able", "A-2"),
            ContactResult(
                "",
                (
                    "The name 'Able' belongs to the contact with ContactNumber 'A-1' in Xero, not 'A-2': give one of them another name, "
                    "or the contact in Xero our number.",
                ),
            ),
        ),
        (
            Contact("typed  by hand", "T-1"),
            ContactResult("c-2", ("'typed  by hand' was in Xero already and is used as it is (it has no ContactNumber).",)),
        ),
        (Contact("typed by hand"), ContactResult("c-2")),
        (Contact("Gone", "G-1"), ContactResult("", (ARCHIVED,))),
        (Contact("gone"), ContactResult("", (ARCHIVED.replace("map 'Gone'", "map 'gone'"),))),
        # Another customer of the same name is another contact: names are unique among active ones only.
        (Contact("Gone", "G-2"), None),
        (Contact("Same"), ContactResult("c-5")),
        (Contact("Old", "O-1"), ContactResult("c-8", ("'Old' was merged into 'New' in Xero.",))),
        (Contact("Loop"), ContactResult("", ("The contact 'Loop' is archived in Xero: restore it there, or map 'Loop' to another.",))),
        (Contact("Nobody", "N-1"), None),
    ],
)
def test_a_contact_that_is_new_to_us(contact: Contact, result: ContactResult | None) -> None:
    assert BOOK.found(contact) == result


@pytest.mark.parametrize(
    ("contact_id", "result"),
    [
        ("c-1", ContactResult("c-1")),
        ("c-7", ContactResult("c-8", ("'Able' was merged into 'New' in Xero.",))),
        ("c-11", ContactResult("", ("The contact 'Left' is archived in Xero: restore it there, or map 'Able' to another.",))),
        # Not listed (yet): it is taken to be as it was.
        ("c-99", ContactResult("c-99")),
    ],
)
def test_a_contact_whose_id_we_know(contact_id: str, result: ContactResult) -> None:
    assert BOOK.known(Contact("Able", "A-1"), contact_id) == result


def test_what_makes_two_of_ours_one() -> None:
    ours = (Contact("Twice"), Contact(" twice "), Contact("Twice", "A2"), Contact("Once", "a2"))
    assert [key_of(contact) for contact in ours] == ["name twice", "name twice", "number a2", "number a2"]
