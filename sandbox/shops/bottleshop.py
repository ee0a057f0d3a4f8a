"""Harbour Group's bottle shop: lay-bys, vouchers and account customers; on a public holiday it does not trade at all."""

from __future__ import annotations

from datetime import date

from sandbox.shops.dates import GRAND_FINAL_FRIDAY, day
from sandbox.shops.goods import BOTTLESHOP
from sandbox.shops.happenings import (
    adjust_layby,
    cancel_layby,
    change_float,
    complete_layby,
    credit_note_sale,
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
)
from sandbox.shops.receipts import AMEX, CASH, CREDIT_NOTE, EFTPOS, GIFT_VOUCHER
from sandbox.shops.shop import Shop
from sandbox.shops.trading_day import Event, Session, Trade

SHOP = Shop(
    site="bottleshop", name="Harbour Bottle Shop", currency="AUD", gst_percent=10, coin_cents=5, float_cents=40_000, items=BOTTLESHOP,
    terminals={1: ("Front", 4711)}, supplier_terms={"VINTNERS": 30, "BREWHUB": 21}, cash_share=0.22, largest_basket=3,
)  # fmt: skip


def sessions(business_date: date) -> list[Session]:
    """10:00 to 21:00; on the public holiday the shift is opened for the stocktake and closed again."""
    if business_date == GRAND_FINAL_FRIDAY:
        return [Session(1, "10:00", "10:20", (0, 0))]
    return [Session(1, "10:00", "21:00", (28, 42))]


SCRIPT = {
    day("09-14"): [Event("12:00", leave("2001x2", "V")), Event("15:30", sell_by_eftpos("2003", cash_out_cents=2000))],
    day("09-15"): [
        Event("11:00", open_layby(501, "2005", "C200", 6000, "COMPLETED")),
        Event("13:00", sell_on_account("2012x3", "C201", "lager")),
    ],
    day("09-16"): [Event("16:20", pay_account("C201", EFTPOS, lager=17_397))],
    day("09-17"): [Event("14:00", open_layby(502, "2006", "C202", 3000, "CANCELLED"))],
    day("09-18"): [Event("17:45", sell_voucher(10_000, "GV-0101", 0))],
    day("09-19"): [Event("12:30", pay_layby(501, 10_000))],
    day("09-21"): [Event("15:00", open_layby(503, "2006", "C203", 4000, "CANCELLED"))],
    day("09-22"): [Event("15:10", cancel_layby(502, 3000))],
    day("09-23"): [Event("11:15", move("PO", 1650, "PO1", tax="GST", note="Courier"))],
    day("09-26"): [Event("13:40", pay_layby(501, 8000, AMEX))],
    day("09-28"): [Event("10:50", cancel_layby(503, 3000, fee_cents=1000))],
    day("09-29"): [Event("18:05", sell("2002x2 2021", GIFT_VOUCHER, 10_000, EFTPOS, 4190))],
    day("09-30"): [
        Event("12:00", open_layby(504, "2006", "C202", 5000, "COMPLETED")),
        Event("16:00", sell_on_account("2012x2", "C201", "month_end", cash_cents=2000)),
    ],
    day("10-01"): [Event("17:30", refund("2022x-1", CREDIT_NOTE))],
    day("10-02"): [
        Event("14:12", sell("2099", EFTPOS, 3995)),
        Event("16:40", sell("2099 2011", EFTPOS, 6394)),
    ],
    day("10-03"): [Event("11:30", complete_layby(501, "2005", "C200", 12_000))],
    day("10-05"): [Event("12:20", adjust_layby(504, 1000))],
    day("10-06"): [Event("18:30", credit_note_sale("2022 2031", 5499))],
    day("10-07"): [Event("13:15", pay_account("C201", EFTPOS, month_end=9598))],
    day("10-08"): [Event("12:40", complete_layby(504, "2006", "C202", 12_000))],
    day("10-09"): [Event("20:30", change_float(10_000))],
    day("10-10"): [Event("11:50", sell_on_account("2001x6", "C201", "shiraz"))],
    day("10-11"): [Event("14:00", sell("2001 2031", CASH, 1000, EFTPOS, 1748))],
}
TRADE = Trade(sessions, SCRIPT)
