"""Kauri Trading's deli and wine bar in Ponsonby: goods by weight, cash to 10c, and trade across the night when the clock is put forward."""

from __future__ import annotations

from datetime import date

from sandbox.shops.dates import FRIDAY, NEW_ZEALAND_CLOCK_CHANGE, SATURDAY, day
from sandbox.shops.goods import PONSONBY
from sandbox.shops.happenings import (
    change_float,
    complete_layby,
    credit_note_sale,
    exchange,
    leave,
    move,
    open_layby,
    pay_account,
    pay_layby,
    refund,
    sell,
    sell_by_eftpos,
    sell_on_account,
    sell_voucher,
    take_tab_money,
)
from sandbox.shops.receipts import CASH, CREDIT_NOTE, EFTPOS, GIFT_VOUCHER, MASTERCARD, PREPAID
from sandbox.shops.shop import Shop
from sandbox.shops.trading_day import Event, Session, Trade

SHOP = Shop(
    site="ponsonby", name="Kauri Ponsonby", currency="NZD", gst_percent=15, coin_cents=10, float_cents=25_000, items=PONSONBY,
    terminals={1: ("Counter", 310)}, supplier_terms={"HARVEST": 20, "TUIPAPER": 20, "STALL": 0}, cash_share=0.18,
)  # fmt: skip


def sessions(business_date: date) -> list[Session]:
    """07:30 to 22:30; on Fridays and Saturdays half an hour past midnight, on the night of the clock change until 03:30."""
    if business_date == NEW_ZEALAND_CLOCK_CHANGE:
        return [Session(1, "07:30", "27:30", (36, 42), ("26:00", "27:00"))]
    closes = "24:30" if business_date.weekday() in (FRIDAY, SATURDAY) else "22:30"
    return [Session(1, "07:30", closes, (29, 41))]


SCRIPT = {
    day("09-14"): [
        Event("12:20", sell_on_account("3001x4", "C300", "breakfasts")),
        Event("15:00", sell("3043", MASTERCARD, 12_000)),
    ],
    day("09-15"): [Event("16:40", pay_account("C300", EFTPOS, breakfasts=11_400)), Event("18:00", leave("3031x2", "V"))],
    day("09-16"): [Event("19:00", sell_by_eftpos("3002 3031", tip_cents=500))],
    day("09-17"): [
        Event("10:10", move("PO", 2300, "PO1", tax="GST", note="Flowers")),
        Event("13:00", sell_voucher(5000, "GV-0201", 0)),
    ],
    day("09-19"): [Event("11:00", open_layby(701, "3044", "C301", 4000, "COMPLETED"))],
    day("09-21"): [Event("17:15", sell_by_eftpos("3021x2", cash_out_cents=2000))],
    day("09-22"): [Event("12:30", exchange("3042x-1 3042"))],
    day("09-24"): [Event("17:30", take_tab_money(20_000, "C302"))],
    NEW_ZEALAND_CLOCK_CHANGE: [
        Event("24:10", leave("3032x2", "O")),
        Event("25:40", sell("3033x9", PREPAID, 20_000, EFTPOS, 655, customer="C302")),
        Event("25:50", sell("3022", CASH, 500)),
        Event("27:05", sell("3032", EFTPOS, 1395)),
    ],
    day("09-28"): [Event("12:45", pay_layby(701, 10_000))],
    day("09-29"): [Event("16:00", refund("3041x-1", CREDIT_NOTE))],
    day("09-30"): [Event("18:20", sell_on_account("3002x2", "C301", "month_end", cash_cents=2000))],
    day("10-01"): [Event("10:10", sell("3001 3031x2", GIFT_VOUCHER, 5000, CASH, 750))],
    day("10-02"): [Event("13:10", sell_on_account("3002x2 3031x2", "C300", "lunch"))],
    day("10-03"): [Event("17:00", pay_account("C300", EFTPOS, lunch=9800)), Event("18:30", sell("3043", EFTPOS, 12_000))],
    day("10-05"): [Event("11:30", complete_layby(701, "3044", "C301", 10_000))],
    day("10-06"): [Event("14:00", credit_note_sale("3041 3021", 4295))],
    day("10-07"): [Event("12:00", pay_account("C301", EFTPOS, month_end=4900)), Event("12:30", leave("3001", "S"))],
    day("10-08"): [Event("09:00", move("RA", 5000, "RA3", note="Change brought by the owner"))],
    day("10-09"): [Event("21:30", change_float(5000)), Event("22:00", move("PO", 1500, "PO2", note="Tips to the staff"))],
    day("10-10"): [Event("09:10", leave("3021", "T"))],
}
TRADE = Trade(sessions, SCRIPT)
