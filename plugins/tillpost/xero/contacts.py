"""Contacts on the wire: those that changed are read in pages, missing ones created, 50 in a request.

A document names its contact by ContactID only, for any other field would change the contact in Xero. Names are unique among active
contacts and numbers among all, so Xero itself refuses to create one twice
(https://developer.xero.com/documentation/api/accounting/contacts).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tillpost.errors import UnknownOutcome
from tillpost.model.documents import Contact
from tillpost.model.results import XeroContact
from tillpost.xero.errors_from_xero import Answer
from tillpost.xero.lists import Argument, Reader, entries, modified_since
from tillpost.xero.messages import messages_of_element
from tillpost.xero.payloads import Model, body_of_models, contact_model
from tillpost.xero.sender import MAX_DOCUMENTS, ContactResult
from tillpost.xero.wire import Json, guid, moment, objects, text


class ContactClient(Reader, Protocol):
    """Reads lists and creates contacts."""

    def tenant_id(self) -> str:
        """The id of the Xero organisation."""

    def create(self, operation: str, body: bytes, idempotency_key: str) -> Answer:
        """Create what the body says, once."""


def changed_contacts(reader: Reader, since: datetime | None) -> list[XeroContact]:
    """The contacts that changed at or after an aware moment (None: all), archived and merged ones too. One call for each 1,000."""
    filters: dict[str, Argument] = {"include_archived": "true"}
    if since is not None:
        filters["if_modified_since"] = modified_since(since)
    listed = entries(reader, "get_contacts", "Contacts", "ContactID", **filters)
    return [_contact(entry) for entry in listed if guid(entry, "ContactID")]


def create_contacts(client: ContactClient, contacts: Sequence[Contact]) -> list[ContactResult]:
    """Create at most 50 contacts in one call; one result per contact, by position. Raises XeroErrors.

    One that Xero's own model does not take (a name that is too long) is refused without a call.
    """
    if not 0 < len(contacts) <= MAX_DOCUMENTS:
        raise ValueError(f"{len(contacts)} contacts in a request; it takes 1 to {MAX_DOCUMENTS}")
    models = [_model(contact) for contact in contacts]
    made = iter(_created(client, [model for model in models if not isinstance(model, ContactResult)]))
    return [model if isinstance(model, ContactResult) else next(made) for model in models]


def _model(contact: Contact) -> Model | ContactResult:
    try:
        return contact_model(contact)
    except ValueError as error:
        return ContactResult("", (f"It cannot be written for Xero: {error}. Correct it where it comes from and run the date again.",))


def _created(client: ContactClient, models: Sequence[Model]) -> list[ContactResult]:
    if not models:
        return []
    body = body_of_models("Contacts", models)
    key = f"contacts-{hashlib.sha256(client.tenant_id().encode() + body).hexdigest()}"
    made = objects(client.create("create_contacts", body, key).json() or {}, "Contacts")
    if len(made) != len(models):
        raise UnknownOutcome(f"Xero answered with {len(made)} contacts where {len(models)} were sent; some may have been created.")
    return [_result(entry) for entry in made]


def _contact(entry: Json) -> XeroContact:
    active = text(entry, "ContactStatus") in ("ACTIVE", "")
    names = (guid(entry, "ContactID"), text(entry, "Name"), text(entry, "ContactNumber"))
    return XeroContact(*names, active, guid(entry, "MergedToContactID"), moment(entry, "UpdatedDateUTC"))


def _result(entry: Json) -> ContactResult:
    messages, contact_id = messages_of_element(entry), guid(entry, "ContactID")
    if text(entry, "StatusAttributeString").upper() == "ERROR" or not contact_id:
        return ContactResult("", messages or ("Xero refused the contact without a reason.",))
    return ContactResult(contact_id, messages)
