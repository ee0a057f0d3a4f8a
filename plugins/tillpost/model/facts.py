"""The POS contract, version 1, as data: which tables and columns a POS system must deliver (docs/contract.md tells the meaning).

An SQL file delivers money as an exact decimal in a column of the contract's name (``gross``), or as integers in one with the
suffix ``_cents`` (``gross_cents``). Facts always carry the second form. Every table of facts has two columns in front that
extraction adds: ``store`` (our name of the store) and, where the contract has it, the ``business_date`` is always filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    """What a column holds. Money is integer cents in facts; a decimal stays an exact decimal (quantity, unit price, rate)."""

    TEXT = "text"
    DATE = "date"
    UTC = "utc time"
    LOCAL = "local time"
    MONEY = "money"
    DECIMAL = "decimal"
    INTEGER = "integer"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``required`` columns must be delivered and may not be NULL; ``allowed`` lists the values it may have."""

    name: str
    kind: ColumnKind = ColumnKind.TEXT
    required: bool = False
    allowed: tuple[str, ...] = ()

    @property
    def fact_name(self) -> str:
        """The column's name in facts: money carries its unit."""
        return f"{self.name}_cents" if self.kind is ColumnKind.MONEY else self.name


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the contract; ``key`` columns are unique per store for ever; ``one_of``: at least one of these columns is delivered."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    needed: bool = False

    def column(self, name: str) -> Column:
        """The column of that contract name; KeyError if the table has none."""
        return next(c for c in self.columns if c.name == name)


SALE_KINDS = ("sale", "refund", "exchange", "layby_open", "layby_complete", "layby_cancel", "adjustment")
SALE_STATUSES = ("completed", "void", "open", "suspended", "training")
LINE_KINDS = (
    "item", "gift_card_issue", "gift_card_redeem", "deposit", "deposit_return", "account_payment", "basket_discount",
    "service_charge", "surcharge", "tip", "fee", "tax_only",
)  # fmt: skip
TENDER_TYPES = ("cash", "card", "gift_card", "store_credit", "voucher", "account", "layby", "prepaid", "loyalty", "other")
MOVEMENT_KINDS = (
    "paid_out", "received", "prepayment", "layby_payment", "layby_adjustment", "layby_cancel", "account_payment",
    "account_adjustment", "bank_deposit", "safe_drop", "float", "tender_change",
)  # fmt: skip
PURCHASE_LINE_KINDS = ("goods", "freight", "admin_fee", "discount", "surcharge", "rounding")


def _columns(kind: ColumnKind, names: str) -> tuple[Column, ...]:
    """Columns of one kind; a star marks a required one."""
    return tuple(Column(n.rstrip("*"), kind, n.endswith("*")) for n in names.split())


def _text(names: str) -> tuple[Column, ...]:
    return _columns(ColumnKind.TEXT, names)


def _money(names: str) -> tuple[Column, ...]:
    return _columns(ColumnKind.MONEY, names)


def _choice(name: str, allowed: tuple[str, ...]) -> tuple[Column, ...]:
    return (Column(name, ColumnKind.TEXT, True, allowed),)


_DATE, _UTC, _LOCAL = ColumnKind.DATE, ColumnKind.UTC, ColumnKind.LOCAL
_TIMES = _columns(_DATE, "business_date") + _columns(_UTC, "occurred_at") + _columns(_LOCAL, "occurred_local")
_LINE_VALUES = (
    _text("item_code description category")
    + _columns(ColumnKind.DECIMAL, "quantity unit_price")
    + _money("discount net tax gross*")
    + _text("tax_code")
    + (Column("tax_status", allowed=("taxed", "zero_rated", "exempt", "out_of_scope")),)
    + _money("cost")
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("source", _columns(_UTC, "as_of*")),
        Table(
            "sales",
            _text("sale_id* receipt_no store_id* register_id shift_id")
            + _choice("kind", SALE_KINDS)
            + _choice("status", SALE_STATUSES)
            + _text("original_sale_id")
            + _TIMES
            + _text("currency* customer_id layby_id")
            + _columns(ColumnKind.FLAG, "is_account_contract")
            + _money("net tax gross* rounding tip")
            + _text("ledger_ref"),
            key=("sale_id",),
            one_of=("business_date", "occurred_at", "occurred_local"),
            needed=True,
        ),
        Table(
            "sale_lines",
            _text("sale_id* line_no*") + _choice("line_kind", LINE_KINDS) + _LINE_VALUES,
            key=("sale_id", "line_no"),
            needed=True,
        ),
        Table(
            "sale_taxes",
            _text("sale_id* line_no tax_code*")
            + _columns(ColumnKind.DECIMAL, "rate_percent")
            + _columns(ColumnKind.FLAG, "included_in_price")
            + _money("base amount*")
            + _columns(ColumnKind.FLAG, "allocated"),
        ),
        Table(
            "tenders",
            _text("sale_id* tender_no* tender_code*")
            + _choice("tender_type", TENDER_TYPES)
            + _money("amount* cash_out tip tendered change")
            + _text("reference")
            + _columns(_UTC, "taken_at")
            + _text("foreign_currency")
            + _columns(ColumnKind.DECIMAL, "foreign_amount"),
            key=("sale_id", "tender_no"),
            needed=True,
        ),
        Table(
            "movements",
            _text("movement_id* store_id* shift_id")
            + _TIMES
            + _choice("kind", MOVEMENT_KINDS)
            + _text("function_code tender_code customer_id layby_id sale_id")
            + _money("amount* fee")
            + _text("tax_code")
            + _money("tax"),
            key=("movement_id",),
            one_of=("business_date", "occurred_at", "occurred_local"),
        ),
        Table(
            "movement_allocations",
            _text("movement_id* sale_id*") + _columns(_DATE, "sale_date") + _money("amount*"),
            key=("movement_id", "sale_id"),
        ),
        Table(
            "movement_lines",
            _text("movement_id* line_no*") + _choice("line_kind", LINE_KINDS) + _LINE_VALUES,
            key=("movement_id", "line_no"),
        ),
        Table(
            "counts",
            _text("store_id*")
            + _columns(_DATE, "business_date*")
            + _text("shift_id register_id tender_code*")
            + _money("expected counted*"),
        ),
        Table(
            "shifts",
            _text("shift_id* store_id* register_id")
            + _columns(_DATE, "business_date*")
            + _columns(_LOCAL, "opened_at closed_at")
            + _choice("state", ("open", "closed", "reconciled"))
            + _money("opening_float"),
            key=("shift_id",),
        ),
        Table(
            "control_totals",
            _text("store_id*")
            + _columns(_DATE, "business_date*")
            + _choice("measure", ("gross", "net", "tax", "tender", "refunds", "receipts", "balance"))
            + _text("code shift_id")
            + _money("amount*"),
        ),
        Table(
            "purchases",
            _text("purchase_id*")
            + _choice("kind", ("invoice", "credit", "receipt"))
            + _text("receipt_id store_id")
            + _columns(_DATE, "business_date* document_date* received_date due_date")
            + _text("currency* supplier_id* supplier_reference")
            + _money("net tax gross* freight")
            + _text("status*")
            + _columns(ColumnKind.FLAG, "is_paid"),
            key=("purchase_id",),
        ),
        Table(
            "purchase_lines",
            _text("purchase_id* line_no*")
            + _choice("line_kind", PURCHASE_LINE_KINDS)
            + _text("item_code description category account_code")
            + _columns(ColumnKind.DECIMAL, "quantity unit_cost")
            + _money("net tax gross*")
            + _text("tax_code"),
            key=("purchase_id", "line_no"),
        ),
        *(
            Table(
                name,
                _text("id* name* account_number email phone address tax_number")
                + _columns(ColumnKind.INTEGER, "terms_days")
                + _columns(ColumnKind.FLAG, "for_accounting"),
                key=("id",),
            )
            for name in ("customers", "suppliers")
        ),
        Table(
            "gl_entries",
            _text("entry_id* line_no* store_id")
            + _columns(_DATE, "business_date*")
            + _text("account_code*")
            + _money("amount*")
            + _text("class description sale_id"),
            key=("entry_id", "line_no"),
        ),
    )
}
