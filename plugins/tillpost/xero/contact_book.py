"""Which contact of Xero is ours: found by our number, then by exact name, both without case; one that was merged is followed.

ContactNumber is Xero's field for an external key, unique without case; names are unique among active contacts
(https://developer.xero.com/documentation/api/accounting/contacts).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tillpost.model.documents import Contact
from tillpost.model.folding import folded_name
from tillpost.model.results import XeroContact
from tillpost.xero.sender import ContactResult


@dataclass(slots=True)
class Book:
    """All contacts of an organisation by id, number and name; active ones win over archived ones."""

    by_id: dict[str, XeroContact] = field(default_factory=dict)
    by_number: dict[str, XeroContact] = field(default_factory=dict)
    by_name: dict[str, XeroContact] = field(default_factory=dict)

    @classmethod
    def of(cls, contacts: Iterable[XeroContact]) -> Book:
        """The book of these contacts."""
        book = cls()
        for one in contacts:
            book.add(one)
        return book

    def add(self, one: XeroContact) -> None:
        """Enter a contact; an active one takes the place of an archived one of the same number or name."""
        self.by_id[one.contact_id] = one
        for index, key in ((self.by_number, one.number.casefold()), (self.by_name, folded_name(one.name))):
            if key and (key not in index or not index[key].active):
                index[key] = one

    def followed(self, one: XeroContact) -> XeroContact:
        """The contact that this one was merged into, or itself."""
        passed: set[str] = set()
        while one.merged_to in self.by_id and one.merged_to not in passed:
            passed.add(one.merged_to)
            one = self.by_id[one.merged_to]
        return one

    def known(self, contact: Contact, contact_id: str) -> ContactResult:
        """What has become of a contact whose ContactID we know; one that is not on record is taken to be as it was."""
        one = self.by_id.get(contact_id)
        return ContactResult(contact_id) if one is None else self._usable(contact, one)

    def found(self, contact: Contact) -> ContactResult | None:
        """What there is of a contact that is new to us; None if it has to be created."""
        one = self.by_number.get(contact.number.casefold()) if contact.number else None
        if one is not None:
            return self._usable(contact, one) if _same_number(contact, one) else _unusable(_differs_in_case(contact, one))
        one = self.by_name.get(folded_name(contact.name))
        # With a number and out of use it is somebody else's: names are unique among active contacts only.
        if one is None or (contact.number and one.number and not one.active):
            return None
        if contact.number and one.number:
            return _unusable(f"the name {contact.name!r} belongs to the contact with ContactNumber {one.number!r} in Xero, not "
                             f"{contact.number!r}: give one of them another name, or the contact in Xero our number")  # fmt: skip
        result = self._usable(contact, one)
        if not result.contact_id or not contact.number:
            return result
        return ContactResult(result.contact_id, (f"{contact.name!r} was in Xero already and is used as it is (it has no ContactNumber).",))

    def _usable(self, contact: Contact, one: XeroContact) -> ContactResult:
        final = self.followed(one)
        if not final.active:
            return _unusable(f"the contact {final.name!r} is archived in Xero: restore it there, or map {contact.name!r} to another")
        if final is not one:
            return ContactResult(final.contact_id, (f"{contact.name!r} was merged into {final.name!r} in Xero.",))
        return ContactResult(final.contact_id)


def key_of(contact: Contact) -> str:
    """What makes two of our contacts one in Xero: the number, or the name as Xero compares it."""
    return f"number {contact.number.casefold()}" if contact.number else f"name {folded_name(contact.name)}"


def _same_number(contact: Contact, one: XeroContact) -> bool:
    """Whether a contact has our number; where only the case differs, its name must say so too, for it may be another's."""
    return one.number == contact.number or folded_name(one.name) == folded_name(contact.name)


def _differs_in_case(contact: Contact, one: XeroContact) -> str:
    return (
        f"the ContactNumber {contact.number!r} of {contact.name!r} is {one.number!r} of {one.name!r} in Xero, which does not tell numbers "
        "apart by case: give one of them another number, or write it as Xero does if they are the same"
    )


def _unusable(message: str) -> ContactResult:
    return ContactResult("", (message[0].upper() + message[1:] + ".",))
