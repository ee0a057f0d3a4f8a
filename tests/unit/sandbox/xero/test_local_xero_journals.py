"""Manual journals: balance, forbidden accounts, tax, statuses."""

from __future__ import annotations

from typing import Any

import pytest
from local_xero_books import TAKINGS, Books, journal


def test_takings_with_the_tax_inside(books: Books) -> None:
    made = books.saved("ManualJournals", journal(*TAKINGS))
    lines = [(line["AccountCode"], line["TaxType"], line["LineAmount"], line["TaxAmount"]) for line in made["JournalLines"]]
    assert lines == [("101", "BASEXCLUDED", 50.0, 0.0), ("201", "OUTPUT", -50.0, -4.55)]
    assert books.balances() == {"101": "50.00", "201": "-45.45", "820": "-4.55"}
    assert books.admin.balances_by_tax_type(books.key) == [
        ["101", "BASEXCLUDED", "50.00"],
        ["201", "OUTPUT", "-45.45"],
        ["820", "OUTPUT", "-4.55"],
    ]


def test_tax_on_top_must_balance_with_its_tax(books: Books) -> None:
    books.saved("ManualJournals", journal(("101", "BASEXCLUDED", "55.00"), ("201", "OUTPUT", "-50.00"), LineAmountTypes="Exclusive"))
    assert books.balances() == {"101": "55.00", "201": "-50.00", "820": "-5.00"}
    wrong = journal(*TAKINGS, LineAmountTypes="Exclusive")
    assert books.refused("ManualJournals", wrong) == ["The total debits (50.00) must equal total credits (-55.00)"]


def test_without_tax_is_the_default_and_the_gst_account_may_be_named(books: Books) -> None:
    lines = (("101", "BASEXCLUDED", "50.00"), ("201", "OUTPUT", "-45.45"), ("820", "BASEXCLUDED", "-4.55"))
    made = books.saved("ManualJournals", journal(*lines, LineAmountTypes=None))
    assert (made["LineAmountTypes"], made["JournalLines"][1]["TaxAmount"]) == ("NoTax", 0.0)
    assert books.balances() == {"101": "50.00", "201": "-45.45", "820": "-4.55"}


@pytest.mark.parametrize(
    ("lines", "changes", "messages"),
    [
        ((TAKINGS[0],), {}, ["A manual journal must have at least two journal lines."]),
        (TAKINGS, {"Narration": ""}, ["Narration must be specified."]),
        ((TAKINGS[0], ("201", "OUTPUT", "-10.00")), {}, ["The total debits (50.00) must equal total credits (-10.00)"]),
        ((TAKINGS[0], ("610", "", "-50.00")), {}, ["Account code '610' is not a valid code for this document."]),
        ((TAKINGS[0], ("800", "", "-50.00")), {}, ["Account code '800' is not a valid code for this document."]),
        ((TAKINGS[0], ("960", "", "-50.00")), {}, ["Account code '960' is not a valid code for this document."]),
        ((TAKINGS[0], ("090", "", "-50.00")), {}, ["Account code '090' is not a valid code for this document."]),
        ((TAKINGS[0], ("630", "", "-50.00")), {}, ["Account code '630' is not a valid code for this document."]),
        ((TAKINGS[0], ("999", "", "-50.00")), {}, ["Account code '999' is not a valid code for this document."]),
        ((TAKINGS[0], ("201", "INPUT", "-50.00")), {}, ["The TaxType code 'INPUT' cannot be used with account code '201'."]),
        (
            (TAKINGS[0], ("201", "GST", "-50.00")),
            {},
            ["The TaxType code 'GST' does not exist or cannot be used for this type of transaction."],
        ),
        (TAKINGS, {"Status": "VOIDED"}, ["Manual Journal not of valid status for creation"]),
    ],
)
def test_what_is_refused(books: Books, lines: tuple[tuple[str, str, str], ...], changes: dict[str, Any], messages: list[str]) -> None:
    assert books.refused("ManualJournals", journal(*lines, **changes)) == messages


def test_line_messages_stand_with_their_lines(books: Books) -> None:
    found = books.put("ManualJournals", journal(("610", "", "50.00"), ("201", "OUTPUT", "-25.00"), ("999", "", "-25.00")))[0]
    errors = [[error["Message"] for error in line["ValidationErrors"]] for line in found["JournalLines"]]
    assert errors == [
        ["Account code '610' is not a valid code for this document."],
        [],
        ["Account code '999' is not a valid code for this document."],
    ]


def test_an_unknown_account_can_be_set_to_warn_and_is_then_never_booked(books: Books) -> None:
    books.admin.change_settings(books.key, journal_unknown_account="warn")
    found = books.put("ManualJournals", journal(TAKINGS[0], ("999", "BASEXCLUDED", "-50.00")))[0]
    assert (found["StatusAttributeString"], found["Status"]) == ("WARNING", "DRAFT")
    assert found["Warnings"] == [{"Message": "Account code '999' has been removed as it does not match a recognised account."}]
    assert "AccountCode" not in found["JournalLines"][1]
    assert books.balances() == {}
    kept = books.refused("ManualJournals", {"ManualJournalID": found["ManualJournalID"], "Status": "POSTED"}, method="POST")
    assert kept == ["Account code must be specified for each journal line."]


def test_a_draft_is_posted_edited_and_voided(books: Books) -> None:
    made = books.saved("ManualJournals", journal(*TAKINGS, Status="DRAFT"))
    assert books.balances() == {}
    key = {"ManualJournalID": made["ManualJournalID"]}
    books.saved("ManualJournals", key | {"Status": "POSTED"}, method="POST")
    assert books.balances()["101"] == "50.00"
    lines = journal(("101", "BASEXCLUDED", "70.00"), ("201", "OUTPUT", "-70.00"))["JournalLines"]
    books.saved("ManualJournals", key | {"JournalLines": lines}, method="POST")
    assert books.balances()["101"] == "70.00"
    assert books.refused("ManualJournals", key | {"Status": "DRAFT"}, method="POST") == [
        "Manual Journal not of valid status for modification"
    ]
    books.saved("ManualJournals", key | {"Status": "VOIDED"}, method="POST", path=f"ManualJournals/{made['ManualJournalID']}")
    assert books.balances() == {}
    assert books.refused("ManualJournals", key | {"Status": "POSTED"}, method="POST") == [
        "Manual Journal not of valid status for modification"
    ]


def test_lock_dates(books: Books) -> None:
    made = books.saved("ManualJournals", journal(*TAKINGS))
    books.admin.set_locks(books.key, period="2026-03-03")
    message = ["The document date cannot be before the period lock date, currently set at 03-Mar-2026"]
    assert books.refused("ManualJournals", journal(*TAKINGS)) == message
    assert books.refused("ManualJournals", {"ManualJournalID": made["ManualJournalID"], "Status": "VOIDED"}, method="POST") == message
    books.saved("ManualJournals", journal(*TAKINGS, Date="2026-03-04"))


def test_tracking_is_kept_on_the_line(books: Books) -> None:
    books.put("TrackingCategories", {"Name": "Store", "Options": [{"Name": "Cafe"}, {"Name": "Bottle shop"}]})
    element = journal(*TAKINGS)
    element["JournalLines"][1]["Tracking"] = [{"Name": "store", "Option": "cafe"}]
    found = books.saved("ManualJournals", element)["JournalLines"][1]["Tracking"][0]
    assert (found["Name"], found["Option"]) == ("Store", "Cafe")
    element["JournalLines"][1]["Tracking"] = [{"Name": "Store", "Option": "Kiosk"}]
    assert books.refused("ManualJournals", element) == ["The tracking option 'Kiosk' is not valid for the tracking category 'Store'."]
    assert [item["Name"] for item in books.get("TrackingCategories")["TrackingCategories"][0]["Options"]] == ["Cafe", "Bottle shop"]
    books.put("TrackingCategories", {"Name": "Region"})
    answer = books.http.put("/TrackingCategories", json={"Name": "Third"})
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": "A maximum of 2 tracking categories can be active."}]
