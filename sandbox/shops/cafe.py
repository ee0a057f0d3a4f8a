"""Harbour Group's cafe: busy mornings, and a bar that trades past midnight on Fridays and Saturdays, also when the clock is put forward."""

from __future__ import annotations

from datetime import date

from sandbox.shops.dates import FRIDAY, MELBOURNE_CLOCK_CHANGE, SATURDAY, day
from sandbox.shops.goods import CAFE
from sandbox.shops.happenings import (
    change_float,
    credit_note_sale,
    exchange,
    leave,
    move,
    pay_account,
    refund,
    sell,
    sell_by_eftpos,
    sell_on_account,
    sell_voucher,
    short_tendered,
    take_tab_money,
)
from sandbox.shops.receipts import CASH, CREDIT_NOTE, EFTPOS, GIFT_VOUCHER, MASTERCARD, PREPAID
from sandbox.shops.shop import Shop
from sandbox.shops.trading_day import Event, Session, Trade

SHOP = Shop(
    site="cafe", name="Harbour Cafe", currency="AUD", gst_percent=10, coin_cents=5, float_cents=30_000, items=CAFE, tips=0.1,
    terminals={1: ("Counter", 9420), 2: ("Bar", 112)}, supplier_terms={"FRESH": 14, "PAPERCO": 14, "CASHMKT": 0},
)  # fmt: skip


def sessions(business_date: date) -> list[Session]:
    """The counter every day, the bar on Fridays and Saturdays until 03:35."""
    if business_date.weekday() not in (FRIDAY, SATURDAY):
        return [Session(1, "06:30", "16:30", (36, 50))]
    missing = ("26:00", "27:00") if business_date == MELBOURNE_CLOCK_CHANGE else None
    return [Session(1, "06:30", "16:30", (24, 34)), Session(2, "16:00", "27:35", (12, 22), missing)]


SCRIPT = {
    day("09-14"): [
        Event("08:40", leave("1031 1011", "T")),
        Event("09:15", sell_voucher(5000, "GV-0001", 0)),
        Event("10:30", sell("1001 1031", CASH, 1000, EFTPOS, 1470)),
        Event("11:00", sell_on_account("1006", "C100", "platter")),
        Event("12:10", sell_by_eftpos("1004", cash_out_cents=5000)),
    ],
    day("09-15"): [
        Event("09:40", exchange("1033x-1 1012")),
        Event("10:20", leave("1002 1031x2", "V")),
        Event("14:00", pay_account("C100", EFTPOS, platter=6850)),
    ],
    day("09-16"): [
        Event("10:05", move("PO", 2200, "PO1", tax="GST", note="Light globes")),
        Event("11:30", sell_on_account("1006x2", "C101", "lunch", cash_cents=4000)),
    ],
    day("09-17"): [
        Event("12:40", sell("1004 1032", EFTPOS, 2770, remember="cold_burger")),
        Event("12:55", refund("1004x-1", CREDIT_NOTE, "cold_burger")),
        Event("15:00", take_tab_money(30_000, "C102")),
    ],
    day("09-18"): [
        Event("21:00", leave("1042x3", "O"), 2),
        Event("25:00", move("PO", 4000, "PO2", note="Tips to the staff"), 2),
        Event("25:20", sell("1042x3", EFTPOS, 4170), 2),
    ],
    day("09-19"): [Event("23:10", sell("1043x10 1042x8", PREPAID, 30_000, EFTPOS, 2620, customer="C102"), 2)],
    day("09-21"): [Event("07:00", move("RA", 10_000, "RA3", note="Change brought by the owner"))],
    day("09-22"): [
        Event("10:00", sell("1005", GIFT_VOUCHER, 5000)),
        Event("13:30", pay_account("C101", EFTPOS, lunch=9700)),
    ],
    day("09-23"): [Event("15:45", change_float(10_000))],
    day("09-24"): [Event("12:15", credit_note_sale("1001 1042", 2290))],
    day("09-25"): [Event("11:11", leave("1003 1033", "S"))],
    day("09-28"): [Event("15:45", change_float(-10_000))],
    day("09-29"): [Event("11:00", sell_on_account("1006", "C100", "board_meeting"))],
    day("09-30"): [Event("11:45", sell_on_account("1005 1031x4", "C101", "month_end"))],
    day("10-01"): [Event("09:30", pay_account("C100", MASTERCARD, board_meeting=6850))],
    day("10-02"): [
        Event("09:30", sell_voucher(10_000, "GV-0002", 10_000)),
        Event("10:45", leave("1011x2", "V")),
        Event("11:20", sell_on_account("1006", "C100", "team_lunch")),
        Event("12:30", sell_by_eftpos("1001 1031", cash_out_cents=2000)),
        Event("19:30", sell_by_eftpos("1041x2", tip_cents=500), 2),
        Event("25:30", move("PO", 3000, "PO2", note="Tips to the staff"), 2),
    ],
    MELBOURNE_CLOCK_CHANGE: [
        Event("13:05", short_tendered("1005", 4900)),
        Event("25:50", sell("1042", CASH, 1390), 2),
        Event("27:05", sell("1043", EFTPOS, 2150), 2),
    ],
    day("10-06"): [Event("14:10", pay_account("C101", EFTPOS, month_end=7080))],
    day("10-08"): [Event("08:20", move("PO", 6600, "PO3", tax="GST", note="FRESH INV-7900"))],
    day("10-09"): [Event("12:00", refund("1002x-1", EFTPOS))],
}
TRADE = Trade(sessions, SCRIPT)
