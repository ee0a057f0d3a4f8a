"""The rows of the mapping files, and the words that may stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ACCOUNT_COLUMNS = ("kind", "code", "account", "tax_code", "tracking", "valid_from", "note")
TAX_COLUMNS = ("country", "pos_tax_code", "rate_percent", "sale_tax_type", "purchase_tax_type", "valid_from")
CONTACT_COLUMNS = ("kind", "code", "contact_name", "account_number", "terms_days", "for_accounting", "tax_code")
# A file without this column has no rows of single stores.
STORE_COLUMN = ("store",)

ACCOUNT_KINDS = ("sales_category", "line_kind", "tender", "function", "other", "purchase_category", "purchase_other", "gl_account")
# Kinds whose codes are ours, so that a pattern would say nothing.
FIXED_KINDS = ("line_kind", "other", "purchase_other")
CONTACT_KINDS = ("debtor", "customer", "cash_customer", "supplier")
OTHER_CODES = (
    "variance", "rounding", "tips", "float", "layby", "layby_adjustment", "layby_fee", "payment_fee", "account_adjustment",
    "bank_deposit", "safe_drop", "income_suspense", "inventory_suspense", "deposit",
)  # fmt: skip
# Words in the column account that are no account code.
RECEIVABLE, GST, IGNORE = "receivable", "gst", "ignore"
ACCOUNT_WORDS = {RECEIVABLE: ("tender",), GST: ("gl_account",), IGNORE: ACCOUNT_KINDS}


@dataclass(frozen=True, slots=True)
class StoreTags:
    """What a store is called in tags: ``number`` stands for ``#`` (digits), ``tag`` for ``{Store}``."""

    key: str
    number: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a POS code (or a pattern of codes) of a kind posts to. ``account`` is a Xero code or one of the words receivable, gst, ignore.

    ``store`` is the key of the only store that the row is for, empty for all.
    """

    kind: str
    code: str
    account: str
    tax_code: str
    tracking: str
    valid_from: date | None
    note: str
    file: str
    line: int
    store: str = ""

    @property
    def place(self) -> str:
        """Where the row stands, as ``accounts.csv:12``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A POS tax code of a country: its rate in basis points, and Xero's tax types for sales and purchases."""

    country: str
    pos_tax_code: str
    rate_bp: int
    sale_tax_type: str
    purchase_tax_type: str
    valid_from: date | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Whom a document is for; ``code`` ``*`` stands for everyone of that kind. ``tax_code``: for bills whose POS records no tax.

    ``store`` is the key of the only store that the row is for, empty for all.
    """

    kind: str
    code: str
    contact_name: str
    account_number: str
    terms_days: int | None
    for_accounting: bool
    tax_code: str
    file: str
    line: int
    store: str = ""
