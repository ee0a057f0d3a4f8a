"""Purchase orders of the hire store: goods received before the invoice comes, invoices at another price, one receipt not billed yet.

Equipment for hire is a capital purchase with a tax table of its own (CAP), 10 % like the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.shops.cents import gst_inside
from sandbox.shops.database import Book
from sandbox.shops.dates import day
from sandbox.shops.hire_contracts import GST_PERCENT, STORE
from sandbox.shops.shop import padded

VENDORS = {"DIGGERS": ("Diggers Equipment", 30), "PARTSCO": ("Parts Co Brisbane", 14)}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line in cents, GST included."""

    description: str
    category: str
    cents: int
    tax_table: str = "GST"
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Bill:
    """A vendor's invoice (or credit: positive amounts too): its own date, and the date on which it was posted."""

    number: str
    invoice_date: date
    posted_on: date
    lines: tuple[OrderLine, ...]
    is_credit: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase order: what was ordered, when it came (with which receipt number), and the bill for it; each may be missing."""

    number: int
    vendor: str
    ordered_on: date
    lines: tuple[OrderLine, ...]
    receipt: tuple[str, date] | None = None
    bill: Bill | None = None


def _capital(description: str, cents: int) -> OrderLine:
    return OrderLine(description, "EQUIPMENT", cents, "CAP")


def _parts(description: str, cents: int, quantity: int = 1) -> OrderLine:
    return OrderLine(description, "PARTS", cents, quantity=quantity)


def _freight(cents: int) -> OrderLine:
    return OrderLine("Freight", "FREIGHT", cents)


ORDERS = (
    Order(
        5001, "PARTSCO", day("09-10"), (_parts("Filters and oil", 44_000, 12),),
        bill=Bill("PC-310", day("09-14"), day("09-15"), (_parts("Filters and oil", 44_000, 12), _freight(3300))),
    ),
    Order(
        5002, "DIGGERS", day("09-01"), (_capital("Excavator 1.7 t", 3_850_000),), ("R4401", day("09-16")),
        Bill("D-8801", day("09-18"), day("09-21"), (_capital("Excavator 1.7 t", 3_850_000),)),
    ),
    Order(
        5003, "PARTSCO", day("09-17"), (_parts("Hoses", 66_000, 6),), ("R4402", day("09-22")),
        Bill("PC-322", day("09-24"), day("09-24"), (_parts("Hoses", 69_300, 6),)),
    ),
    Order(
        5004, "DIGGERS", day("09-21"), (_capital("Plate compactor", 550_000),), ("R4403", day("09-30")),
        Bill("D-8822", day("10-05"), day("10-06"), (_capital("Plate compactor", 550_000),)),
    ),
    Order(
        5005, "PARTSCO", day("09-28"), (_parts("Saw blades", 22_000, 4),),
        bill=Bill("PC-333", day("10-01"), day("10-02"), (_parts("Saw blades", 22_000, 4), _freight(2200))),
    ),
    Order(
        5006, "PARTSCO", day("10-01"), (_parts("Grease", 5500, 10),),
        bill=Bill("PC-334", day("10-03"), day("10-03"), (_parts("Grease", 5500, 10),)),
    ),
    Order(
        5007, "PARTSCO", day("10-06"), (_parts("Blades returned", 8800),),
        bill=Bill("PCC-12", day("10-08"), day("10-08"), (_parts("Blades returned", 8800),), is_credit=True),
    ),
    Order(5008, "DIGGERS", day("10-02"), (_capital("Generator 6 kVA", 220_000),), ("R4404", day("10-09"))),
)  # fmt: skip


def enter_orders(book: Book) -> None:
    """Enter all vendors, orders, receipts and bills."""
    for code, (name, terms) in VENDORS.items():
        book.add("VendorFile", VendorNo=padded(code), VendorName=name, TermsDays=terms)
    for order in ORDERS:
        status = "Posted" if order.bill else "Received"
        book.add(
            "PurchaseOrders", PONo=order.number, StoreCode=STORE, VendorNo=padded(order.vendor), OrderedOn=order.ordered_on.isoformat(),
            POStatus=status,
        )  # fmt: skip
        for position, line in enumerate(order.lines, start=1):
            book.add("PurchaseOrderLines", PONo=order.number, **_line(position, line))
        if order.receipt:
            _enter_receipt(book, order, *order.receipt)
        if order.bill:
            _enter_bill(book, order, order.bill)


def _line(position: int, line: OrderLine) -> dict[str, str | int | None]:
    return {
        "LineNumber": position, "Description": line.description, "GLCategory": line.category, "GLAccount": None,
        "Quantity": line.quantity, "Amount": line.cents, "TaxTable": line.tax_table,
    }  # fmt: skip


def _tax(line: OrderLine) -> int:
    return gst_inside(line.cents, GST_PERCENT)


def _enter_receipt(book: Book, order: Order, number: str, received_on: date) -> None:
    book.add("GoodsReceipts", ReceiptNo=number, PONo=order.number, ReceivedOn=received_on.isoformat())
    for position, line in enumerate(order.lines, start=1):
        book.add("GoodsReceiptLines", ReceiptNo=number, **_line(position, line), Tax=_tax(line))


def _enter_bill(book: Book, order: Order, bill: Bill) -> None:
    keys = {"VendorNo": padded(order.vendor), "InvoiceNo": bill.number}
    due_on = bill.invoice_date + timedelta(days=VENDORS[order.vendor][1])
    book.add(
        "VendorInvoices", **keys, PONo=order.number, ReceiptNo=order.receipt and order.receipt[0], StoreCode=STORE,
        IsCredit=int(bill.is_credit), InvoiceDate=bill.invoice_date.isoformat(), PostedOn=bill.posted_on.isoformat(),
        DueOn=None if bill.is_credit else due_on.isoformat(), Total=sum(line.cents for line in bill.lines),
        TaxTotal=sum(_tax(line) for line in bill.lines),
    )  # fmt: skip
    for position, line in enumerate(bill.lines, start=1):
        book.add("VendorInvoiceLines", **keys, **_line(position, line), Tax=_tax(line))
