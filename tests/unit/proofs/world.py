"""An organisation of several stores with one mapping, in memory: what the proofs build, check and keep their own books for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import duckdb
import pyarrow as pa

from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.checks.context import CheckContext
from tillpost.mapping.tables import AccountRow, ContactRow, TaxRow
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.model.documents import Document
from tillpost.model.facts import TABLES
from tillpost.model.findings import StreamKey
from tillpost.model.period import DateRange, TradingClock
from tillpost.model.reference import ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.organisations import Organisation, Store
from tillpost.pos.facts import fact_schema, facts_of_rows

Row = dict[str, Any]

DAYS = (date(2026, 3, 3), date(2026, 3, 4))
PERIOD = DateRange(DAYS[0], date(2026, 3, 5))
BANK = "090"
# Country: currency, the codes of ordinary sales, and (code, rate in basis points, sale's and purchase's tax type).
COUNTRIES: dict[str, tuple[str, tuple[tuple[str, int, str, str], ...]]] = {
    "AU": ("AUD", (("GST", 1000, "OUTPUT", "INPUT"), ("FRE", 0, "EXEMPTOUTPUT", "EXEMPTEXPENSES"), ("NONE", 0, "BASEXCLUDED", "BASEXCLUDED"))),
    "NZ": ("NZD", (("GST", 1500, "OUTPUT2", "INPUT2"), ("FRE", 0, "ZERORATED", "ZEROBUYS"), ("NONE", 0, "NONE", "NONE"))),
    "GB": (
        "GBP",
        (
            ("GST", 2000, "OUTPUT2", "INPUT2"),
            ("RED", 500, "RROUTPUT", "RRINPUT"),
            ("FRE", 0, "ZERORATEDOUTPUT", "ZERORATEDINPUT"),
            ("NONE", 0, "NONE", "NONE"),
        ),
    ),
}  # fmt: skip
# kind, code, account, tax code. `rental` has a tax code of its own, `sample` is not booked.
ACCOUNTS = (
    ("sales_category", "FOOD", "201", ""), ("sales_category", "BEVERAGE", "202", ""), ("sales_category", "RENTAL", "210", "GST"),
    ("sales_category", "SAMPLE", "ignore", ""),
    ("line_kind", "gift_card_issue", "806", "NONE"), ("line_kind", "gift_card_redeem", "806", "NONE"), ("line_kind", "tip", "809", "NONE"),
    ("line_kind", "deposit", "808", "NONE"), ("line_kind", "fee", "213", ""),
    ("tender", "CASH", "101", "NONE"), ("tender", "EFTPOS", "105", "NONE"), ("tender", "DIRECT", BANK, "NONE"),
    ("tender", "LAYBY", "805", "NONE"), ("tender", "GIFT_VOUCHER", "806", "NONE"), ("tender", "CREDIT_NOTE", "807", "NONE"),
    ("tender", "PREPAID", "808", "NONE"), ("tender", "POINTS", "412", "NONE"), ("tender", "ACCOUNT", "receivable", ""),
    ("function", "GIFT_VOUCHER", "806", "NONE"), ("function", "PREPAID_TAB", "808", "NONE"), ("function", "PETTY_CASH", "429", ""),
    ("function", "PAID_IN", "881", "NONE"),
    ("other", "variance", "480", "NONE"), ("other", "rounding", "860", "NONE"), ("other", "tips", "809", "NONE"),
    ("other", "float", "110", "NONE"), ("other", "layby", "805", "NONE"), ("other", "layby_adjustment", "206", ""),
    ("other", "layby_fee", "207", ""), ("other", "payment_fee", "208", ""), ("other", "account_adjustment", "205", ""),
    ("other", "bank_deposit", "120", "NONE"), ("other", "safe_drop", "121", "NONE"), ("other", "inventory_suspense", "631", "NONE"),
    ("other", "deposit", "818", "NONE"),
    ("purchase_category", "FOOD", "301", ""), ("purchase_category", "EQUIPMENT", "730", ""),
    ("purchase_other", "freight", "425", ""), ("purchase_other", "admin_fee", "404", ""), ("purchase_other", "discount", "405", ""),
    ("gl_account", "1200", "615", "NONE"), ("gl_account", "4000", "211", "GST"), ("gl_account", "4100", "212", "FRE"),
    ("gl_account", "2200", "gst", ""),
)  # fmt: skip
TENDER_TYPES = {
    "CASH": "cash", "EFTPOS": "card", "DIRECT": "other", "LAYBY": "layby", "GIFT_VOUCHER": "gift_card", "CREDIT_NOTE": "store_credit",
    "PREPAID": "prepaid", "POINTS": "loyalty", "ACCOUNT": "account",
}  # fmt: skip
# Suppliers: terms, for accounting, tax code where the POS records none.
SUPPLIERS = {"FRESH": (14, True, ""), "PAPERCO": (None, True, "GST"), "CASHMKT": (0, False, "")}
_CONTACTS = (("debtor", "*", "POS Debtor", 7), ("cash_customer", "*", "Cash Customer", 0), ("customer", "ACME", "Acme Civil", 30))


def mapping_of(country: str) -> Mappings:
    """The mapping as its files would give it."""
    accounts = tuple(
        AccountRow(kind, code, account, tax, "", None, "", "accounts.csv", n) for n, (kind, code, account, tax) in enumerate(ACCOUNTS, 2)
    )
    taxes = tuple(TaxRow(country, *row, None, "taxes.csv", n) for n, row in enumerate(COUNTRIES[country][1], 2))
    contacts = [
        ContactRow(kind, code, name, "", terms, True, "", "contacts.csv", n) for n, (kind, code, name, terms) in enumerate(_CONTACTS, 2)
    ]
    contacts += [
        ContactRow("supplier", code, f"{code} Ltd", code, terms, booked, tax, "contacts.csv", 9)
        for code, (terms, booked, tax) in SUPPLIERS.items()
    ]
    return Mappings(country, accounts, taxes, tuple(contacts))


def reference_of(country: str) -> ReferenceData:
    """What Xero says of that organisation: every account and tax type of the mapping, all of them allowed."""
    everything = frozenset(("ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"))
    codes = {account for _, _, account, _ in ACCOUNTS} - {"ignore", "receivable", "gst"}
    accounts = {code: XeroAccount(code, code, "BANK" if code == BANK else "CURRENT", True, True) for code in codes}
    currency, taxes = COUNTRIES[country]
    rates = {t: XeroTaxRate(t, t, rate, True, everything) for _, rate, sale, purchase in taxes for t in (sale, purchase)}
    return ReferenceData(XeroOrganisation("tenant", "Org", country, currency), accounts, rates)


@dataclass
class World:
    """Facts of several stores (rows per store and contract table) with their settings."""

    country: str
    stores: dict[str, Store]
    tables: dict[str, dict[str, list[Row]]]
    gst_basis: str = "accrual"
    mapping: Mappings = field(init=False)

    def __post_init__(self) -> None:
        self.mapping = mapping_of(self.country)

    @property
    def currency(self) -> str:
        return COUNTRIES[self.country][0]

    @property
    def organisation(self) -> Organisation:
        return Organisation("org", "Org", self.country, self.currency, "UTC", "none", time(6), self.stores, self.gst_basis)

    @property
    def store_dates(self) -> tuple[tuple[str, date], ...]:
        return tuple((store, day) for store in self.stores for day in DAYS)

    @property
    def check_context(self) -> CheckContext:
        return CheckContext(
            self.organisation, self.mapping, self.store_dates, periods=dict.fromkeys(self.stores, PERIOD), bank_accounts=frozenset([BANK])
        )

    def facts(self) -> duckdb.DuckDBPyConnection:
        """The facts as extraction leaves them, in memory."""
        return open_tables(self.tables)

    def build(self, facts: duckdb.DuckDBPyConnection) -> dict[StreamKey, tuple[Document, ...]]:
        """The documents of each stream."""
        return build_documents(facts, BuildContext(self.organisation, self.mapping, self.store_dates, frozenset([BANK])))


def open_tables(tables: Mapping[str, Mapping[str, Sequence[Row]]]) -> duckdb.DuckDBPyConnection:
    """Rows per store and contract table as a connection with one table per contract table."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in TABLES.items():
        parts = [facts_of_rows(table, store, own[name]) for store, own in tables.items() if own.get(name)]
        connection.from_arrow(pa.concat_tables([fact_schema(table).empty_table(), *parts])).create(name)
    return connection


def store_of(key: str, **settings: Any) -> Store:
    """A store that began long ago, unless it says so."""
    return Store(
        key, key.title(), "none", "none", key, TradingClock("UTC", time(4)), settings.pop("starts_on", date(2026, 1, 1)), **settings
    )


def all_documents(built: Mapping[StreamKey, Iterable[Document]]) -> list[Document]:
    """The documents of all streams."""
    return [document for documents in built.values() for document in documents]
