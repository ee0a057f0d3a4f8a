"""The tables of uniCenta 4.5 that a till export reads, by their names and types: every amount is a double, every time is the till's clock."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()


def _key(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.String(255), primary_key=True)


def _text(name: str, required: bool = False, **options: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(255), nullable=not required, **options)


def _double(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=False, default=0.0)


def _moment(name: str, required: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime, nullable=not required)


def _table(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(name, METADATA, *columns)


CATEGORIES = _table("categories", _key(), _text("name", True), _text("parentid"))
TAXES = _table(
    "taxes", _key(), _text("name", True), _text("category", True), _text("parentid"), _double("rate"),
    sa.Column("ratecascade", sa.Boolean, nullable=False), sa.Column("rateorder", sa.Integer),
)  # fmt: skip
PRODUCTS = _table(
    "products", _key(), _text("reference", True), _text("code", True), _text("name", True), _double("pricebuy"), _double("pricesell"),
    _text("category", True), _text("taxcat", True),
)  # fmt: skip
CUSTOMERS = _table(
    "customers", _key(), _text("searchkey", True), _text("taxid"), _text("name", True), _text("email"), _text("phone"), _double("maxdebt")
)
SUPPLIERS = _table("suppliers", _key(), _text("searchkey", True), _text("name", True), _text("email"), _text("phone"), _text("vatid"))
CLOSEDCASH = _table(
    "closedcash", _key("money"), _text("host", True), sa.Column("hostsequence", sa.Integer, nullable=False), _moment("datestart"),
    _moment("dateend", False), sa.Column("nosales", sa.Integer, nullable=False, default=0), sa.Index("closedcash_start", "datestart"),
)  # fmt: skip
RECEIPTS = _table("receipts", _key(), _text("money", True, index=True), _moment("datenew"), _text("person"))
TICKETS = _table(
    "tickets", _key(), sa.Column("tickettype", sa.Integer, nullable=False), sa.Column("ticketid", sa.Integer, nullable=False),
    _text("person", True), _text("customer"), sa.Column("status", sa.Integer, nullable=False, default=0),
)  # fmt: skip
TICKETLINES = _table(
    "ticketlines", sa.Column("ticket", sa.String(255), primary_key=True), sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    _text("product"), sa.Column("units", sa.Double, nullable=False), sa.Column("price", sa.Double, nullable=False), _text("taxid", True),
)  # fmt: skip
TAXLINES = _table("taxlines", _key(), _text("receipt", True, index=True), _text("taxid", True), _double("base"), _double("amount"))
PAYMENTS = _table(
    "payments", _key(), _text("receipt", True, index=True), _text("payment", True), _double("total"), sa.Column("tip", sa.Double, default=0.0),
    _text("transid"), _text("notes"), sa.Column("tendered", sa.Double), _text("cardname"), _text("voucher"),
)  # fmt: skip
SHAREDTICKETS = _table("sharedtickets", _key(), _text("name", True), sa.Column("content", sa.LargeBinary))
STOCKDIARY = _table(
    "stockdiary", _key(), _moment("datenew"), sa.Column("reason", sa.Integer, nullable=False), _text("location", True), _text("product", True),
    sa.Column("units", sa.Double, nullable=False), sa.Column("price", sa.Double, nullable=False), _text("supplier"), _text("supplierdoc"),
)  # fmt: skip
