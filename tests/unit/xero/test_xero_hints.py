"""Each of Xero's known refusals has a sentence that says what to do, and an unknown one an honest word."""

from __future__ import annotations

import pytest

from tests.unit.xero.harbour import document, journal
from tillpost.model.documents import DocumentKind
from tillpost.model.results import ElementResult
from tillpost.xero.hints import _GENERAL, explained, hint, refusal


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("The document date cannot be before the end of year lock date, currently set at 31-Jul-2013", "lock date"),
        ("The document date cannot be before the period lock date, currently set at 31-Jul-2013", "lock date"),
        ("The contact with the specified contact details has been archived. The contact must be un-archived before creating new", "Restore the contact"),
        ("The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API.", "Restore the contact"),
        ("The contact name Acme is already assigned to another contact. The contact name must be unique across all active contacts.", "has this name"),
        ("The TaxType code 'INPUT' cannot be used with account code '200'.", "tax code that fits"),
        ("Tax rate must be valid.", "tax code that fits"),
        ("Account must be valid.", "active and open"),
        ("Account code '610' is not a valid code for this document.", "active and open"),
        ("Account code '999' has been removed as it does not match a recognised account.", "active and open"),
        ("The account must be a bank account or have payments enabled.", "Allow payments"),
        ("Invoice # must be unique.", "keeps the number"),
        ("Credit Note # must be unique.", "keeps the number"),
        ("Payment amount exceeds the amount outstanding on this document", "typed by hand"),
        ("The amount being applied exceeds the remaining credit.", "typed by hand"),
        ("Payments can only be made against Authorised documents.", "draft or void"),
        ("Credit can only be allocated to Authorised documents.", "draft or void"),
        ("You have reached the limit of invoices you can approve", "larger plan"),
        ("The quantity value '-1.0000' is invalid. Quantity must not be less than zero.", "report it"),
        ("The line total 10.00 does not match the expected line total 11.00", "report it"),
        ("The total debits (100.00) must equal total credits (-10.00)", "report it"),
        ("The tracking option 'North' could not be found.", "Add the tracking"),
        ("Organisation is not subscribed to currency EUR", "Add the currency"),
        ("Users Organisation is not subscribed to currency NZD", "Add the currency"),
        ("The due date must be specified", "terms"),
        ("The Reference field must not exceed 255 characters in length.", "too long"),
        ("The request is too large.", "too many lines"),
    ],
)  # fmt: skip
def test_what_to_do(said: str, about: str) -> None:
    assert about in hint([said])
    assert hint(["Something new", said]) == hint([said])


@pytest.mark.parametrize("said", ["", "Es ist ein Fehler aufgetreten", "A validation exception occurred"])
def test_an_unknown_message_is_told_to_be_unknown(said: str) -> None:
    assert hint([said]) == _GENERAL


def test_a_line_is_told_by_its_account_and_text() -> None:
    told = refusal(["line 2: Account code '201' is not a valid code for this document.", "line 9: Lost"], journal())
    assert told == (
        "line 2 (account 201, tax OUTPUT, Food): Account code '201' is not a valid code for this document; line 9: Lost. "
        "See in Xero that the account is there, active and open to this use, then send it again with `tillpost retry`. "
        "Or map to another one and run the date again: what was refused is sent as it is mapped then."
    )


def test_only_refusals_are_explained() -> None:
    taken, refused = ElementResult(True, "x-1", messages=("Rounded.",)), ElementResult(False, messages=())
    one = document(DocumentKind.PAYMENT)
    assert explained([taken, refused], [one, one]) == [taken, ElementResult(False, messages=(f"Xero gave no reason. {_GENERAL}",))]
