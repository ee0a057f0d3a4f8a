"""What is carried forward: each account before the date, moved and after, and what the end of a month adds."""

from __future__ import annotations

import json
import re
from datetime import date

from tests.unit.report.samples import DAY, NAMES, day, g01, stream
from tillpost.report.carried import CarriedRow, CarriedTable, carried_table
from tillpost.report.data import CarriedAccount, CarriedForward, DayReport
from tillpost.report.render import html_of, json_of

HOSTILE = "<img src=x onerror=alert(1)>{{ 7 * 7 }}"
MONTH_END = date(2026, 10, 31)
TABS = CarriedForward(
    "cafe",
    date(2026, 9, 14),
    (CarriedAccount("806", -10_000, 2_500, 0), CarriedAccount("808", -33_000, -123_400, -123_400), CarriedAccount("809", -5, 5, 0)),
    frozenset({"808", "809"}),
)
REMARK = "taken before the supply and still open at the end of the month, so that GST may fall due on receipt."


def text(report: DayReport) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(report).decode().split("</style>")[1]).split())


def test_each_account_with_its_name_before_moved_and_after() -> None:
    assert carried_table(TABS, NAMES, DAY, tax="GST") == CarriedTable(
        "2026-09-14",
        (
            CarriedRow("806", "Gift voucher liability", -10_000, 2_500, 0, ""),
            CarriedRow("808", "name not known", -33_000, -123_400, -123_400, ""),
            CarriedRow("809", "name not known", -5, 5, 0, ""),
        ),
    )
    assert carried_table(None, NAMES, DAY, tax="GST") == CarriedTable("", ())


def test_at_the_end_of_a_month_open_prepaid_money_is_remarked() -> None:
    told = {row.account: (row.after_cents, row.remark) for row in carried_table(TABS, NAMES, MONTH_END, tax="GST").rows}
    assert told == {"806": (-7_500, ""), "808": (-156_400, REMARK), "809": (0, "")}
    told_below = f"808 name not known: {REMARK.replace('GST', 'VAT')} By our record:"
    assert told_below in text(day(stream([g01()]), carried=(TABS,), business_date=MONTH_END, country="GB"))


def test_the_page_shows_it_after_the_tables_of_its_store() -> None:
    shown = text(day(stream([g01()]), carried=(TABS,)))
    assert shown.index("Documents Number") < shown.index("Carried forward")
    assert (
        "Carried forward: Harbour Cafe in AUD; debits positive, credits negative "
        "Account Name Before the date Moved After the date Not in Xero yet "
        "806 Gift voucher liability -100.00 25.00 -75.00 "
        "808 name not known -330.00 -1,234.00 -1,564.00 -1,234.00 "
        "809 name not known -0.05 0.05 0.00 "
        "By our record: every document that Tillpost has built for this store since its start on 2026-09-14, sent or not; "
        "what is not in Xero yet is part of the balance after the date. An opening balance from before that start is not in it."
    ) in shown


def test_a_store_without_any_has_no_section_and_each_has_its_own() -> None:
    other = CarriedForward("bar", date(2026, 9, 14), TABS.accounts)
    assert "Carried forward" not in text(day(stream([g01()]), carried=(other,)))
    assert "Carried forward" not in text(day(stream([g01()])))


def test_what_is_booked_for_no_single_store_says_so() -> None:
    shown = text(day(stream([g01()]), carried=(CarriedForward("cafe", None, TABS.accounts),)))
    assert "built for all stores together and booked for none of them, sent or not" in shown


def test_the_trial_balance_does_not_change() -> None:
    plain, carried = (json.loads(json_of(report)) for report in (day(stream([g01()])), day(stream([g01()]), carried=(TABS,))))
    assert (plain["balance"], plain["stores"][0]["sheets"]) == (carried["balance"], carried["stores"][0]["sheets"])


def test_the_evidence_has_the_same_figures() -> None:
    told = json.loads(json_of(day(stream([g01()]), carried=(TABS,), business_date=MONTH_END)))["stores"][0]["carried"]
    assert (told["starts_on"], told["rows"][1]) == (
        "2026-09-14",
        {
            "account": "808", "name": "name not known", "before_cents": -33_000, "moved_cents": -123_400, "unsent_cents": -123_400,
            "remark": REMARK, "after_cents": -156_400,
        },
    )  # fmt: skip


def test_names_from_outside_are_escaped() -> None:
    worst = CarriedForward("cafe", None, (CarriedAccount(HOSTILE, 1, 1, 1),))
    html = html_of(day(stream([g01()]), carried=(worst,), account_names={HOSTILE: HOSTILE})).decode()
    assert "<img" not in html
    assert html.count("&lt;img src=x") == 2
