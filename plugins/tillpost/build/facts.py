"""The rows that selection gives to the builders: sums of facts, or single facts where a document keeps them apart. Amounts in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# Lines without category and tax code that are spread over the items of their sale.
SPREAD_KINDS = ("basket_discount", "surcharge", "service_charge")


@dataclass(frozen=True, slots=True)
class LineSum:
    """Sale lines, summed by code (``sale_id`` empty) or one line of a sale. ``taxed_cents``: see ``is_mixed``."""

    store: str
    business_date: date
    becomes: str
    sale_id: str
    line_no: str
    line_kind: str
    category: str
    tax_code: str
    is_mixed: bool
    gross_cents: int
    tax_cents: int
    unrecorded_cents: int
    taxed_cents: int
    rows: int
    roundings: int
    description: str
    quantity: str

    @property
    def is_spread(self) -> bool:
        """Whether it is spread over the items of its sale."""
        return self.line_kind in SPREAD_KINDS and not self.category and not self.tax_code


@dataclass(frozen=True, slots=True)
class TenderSum:
    """Tenders, summed by code or of one sale, a lay-by's by lay-by. ``amount_cents`` includes cash-out and tip."""

    store: str
    business_date: date
    becomes: str
    sale_id: str
    tender_no: str
    tender_code: str
    tender_type: str
    layby_id: str
    amount_cents: int
    cash_out_cents: int
    rows: int


@dataclass(frozen=True, slots=True)
class SaleSum:
    """What sales carry beside lines and tenders, summed for a journal or of one sale."""

    store: str
    business_date: date
    becomes: str
    sale_id: str
    customer_id: str
    on_account: bool
    receipt_no: str
    gross_cents: int
    rounding_cents: int
    tip_cents: int
    remainder_cents: int
    rows: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of the contract."""

    store: str
    business_date: date
    movement_id: str
    kind: str
    function_code: str
    tender_code: str
    customer_id: str
    layby_id: str
    sale_id: str
    amount_cents: int
    fee_cents: int
    tax_code: str
    tax_cents: int | None


@dataclass(frozen=True, slots=True)
class LaybyCancel:
    """A cancelled lay-by that is told as a sale."""

    store: str
    business_date: date
    layby_id: str


@dataclass(frozen=True, slots=True)
class MovementLine:
    """Revenue that a lay-by movement recognises or reverses."""

    store: str
    movement_id: str
    line_no: str
    line_kind: str
    category: str
    tax_code: str
    gross_cents: int
    tax_cents: int | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """What an account payment or adjustment pays; ``sale_date`` is None where neither it nor the facts tell the sale's date."""

    store: str
    movement_id: str
    sale_id: str
    sale_date: date | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CountSum:
    """A tender as counted and as expected, both without the float."""

    store: str
    business_date: date
    tender_code: str
    counted_cents: int
    expected_cents: int
    rows: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase with what the POS says of its supplier; ``is_shared``: of no store, the organisation's own."""

    store: str
    business_date: date
    purchase_id: str
    is_shared: bool
    kind: str
    receipt_id: str
    document_date: date
    due_date: date | None
    currency: str
    supplier_id: str
    supplier_reference: str
    gross_cents: int
    tax_cents: int | None
    freight_cents: int
    supplier_name: str
    terms_days: int | None
    for_accounting: bool


@dataclass(frozen=True, slots=True)
class PurchaseLineSum:
    """Lines of one purchase, summed by what they are. ``unrecorded``: how many have no tax recorded."""

    store: str
    purchase_id: str
    line_kind: str
    category: str
    account_code: str
    tax_code: str | None
    gross_cents: int
    tax_cents: int
    unrecorded: int
    rows: int
    roundings: int


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the POS names them."""

    store: str
    id: str
    name: str
    account_number: str
    email: str
    terms_days: int | None


@dataclass(frozen=True, slots=True)
class GlLine:
    """One line of an entry that the POS's own ledger made."""

    store: str
    business_date: date
    entry_id: str
    line_no: str
    account_code: str
    amount_cents: int
    class_: str
    description: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything of the store-dates that is booked; ``allocations`` by store and movement."""

    lines: tuple[LineSum, ...]
    tenders: tuple[TenderSum, ...]
    sales: tuple[SaleSum, ...]
    movements: tuple[Movement, ...]
    movement_lines: tuple[MovementLine, ...]
    layby_cancels: tuple[LaybyCancel, ...]
    allocations: dict[tuple[str, str], tuple[Allocation, ...]]
    counts: tuple[CountSum, ...]
    purchases: tuple[Purchase, ...]
    purchase_lines: tuple[PurchaseLineSum, ...]
    customers: tuple[Person, ...]
    gl_lines: tuple[GlLine, ...]
    cash_tender: dict[tuple[str, date], str]
