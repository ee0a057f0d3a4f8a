"""The corner shop on SQL Server: SQL files in T-SQL, and what such a server was seen to deliver, with all its types and paddings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

from tests.tds import types
from tests.tds.answers import Answer, Answering, Answers, Column, SqlServerError, Transactional
from tests.tds.recorded import RecordedTables
from tests.tds.server import Stub, serve
from tests.unit.pos.corner_shop import DAY, READ_AT, Shop
from tillpost.connection import Connection
from tillpost.pos.extract import extract_store
from tillpost.pos.extraction import Extraction
from tillpost.pos.queries import Queries, load_queries

DRIVERS = ("mssql", "mssql+pyodbc")
GUID = "b95e9ca4-bb6b-48b5-8e46-53757f77623c"
AT = datetime.fromisoformat("2026-10-03T21:18:39+10:00")

FILES = {
    "sales": """SELECT ReceiptNo AS sale_id, ShopNo AS store_id, 'L' + LTRIM(TillNo) AS register_id, Kind AS kind, Status AS status,
    TradeDate AS business_date, RungAt AS occurred_local, RungUtc AS occurred_at, Currency AS currency, DebtorKey AS customer_id,
    OnAccount AS is_account_contract, Tax AS tax, Total AS gross, Rounding AS rounding
FROM dbo.Receipts WITH (READCOMMITTED) -- the till's own table: no bind in here, :nobody
WHERE ShopNo = :store AND TradeDate >= :from_date AND TradeDate < :to_date AND Note NOT LIKE '100%:x'""",
    "sale_lines": "EXEC dbo.till_lines :store, :from_local, :to_local",
    "tenders": """SELECT ReceiptNo AS sale_id, No AS tender_no, Code AS tender_code, Kind AS tender_type, Amount AS amount,
    TakenAt AS taken_at, Foreign AS foreign_amount
FROM dbo.Tenders WHERE ShopNo = :store AND TakenAt >= :from_utc AND TakenAt < :to_utc""",
}


def answer(columns: str, *rows: tuple[object, ...], **kinds: types.SqlType) -> Answer:
    """A recorded answer: the names of its columns, each with its type."""
    return Answer([Column(name, kinds[name]) for name in columns.split()], rows)


RECORDED: Mapping[str, Answer] = {
    "sales": answer(
        "sale_id store_id register_id kind status business_date occurred_local occurred_at currency customer_id is_account_contract tax gross rounding",
        ("A1", 7, "L1", "sale", "completed", date(2026, 10, 3), "03 Oct 2026 21:18:39", AT, "AUD", GUID, False, Decimal("1"), 11.000000000000002, None),
        ("A2", 7, "L1", "refund", "completed", date(2026, 10, 3), "3 Oct 2026 21:20:00", AT, "AUD", None, True, Decimal("-0.5"), -5.52, Decimal("0.02")),
        sale_id=types.char(12), store_id=types.INT, register_id=types.varchar(20), kind=types.varchar(10), status=types.nchar(12),
        business_date=types.DATE, occurred_local=types.varchar(20), occurred_at=types.datetimeoffset(), currency=types.char(3),
        customer_id=types.UNIQUEIDENTIFIER, is_account_contract=types.BIT, tax=types.MONEY, gross=types.FLOAT, rounding=types.decimal(5, 2),
    ),
    "sale_lines": answer(
        "sale_id line_no line_kind item_code description quantity unit_price gross",
        ("A1", 1, "item", "        42", "Flat white ☕ – naïve 😀", 2.0, Decimal("5.500000"), Decimal("11.0000")),
        ("A2", 1, "item", "        42", None, -1.0, Decimal("5.500000"), Decimal("-5.5200")),
        sale_id=types.char(12), line_no=types.SMALLINT, line_kind=types.varchar(), item_code=types.nvarchar(10), description=types.nvarchar(),
        quantity=types.FLOAT, unit_price=types.decimal(18, 6), gross=types.decimal(19, 4),
    ),
    "tenders": answer(
        "sale_id tender_no tender_code tender_type amount taken_at foreign_amount",
        ("A1", 1, "CASH", "cash", Decimal("11"), datetime.fromisoformat("2026-10-03T11:18:39.003"), None),
        ("A2", 1, "Café", "card", Decimal("-5.5"), None, Decimal("-6.10")),
        sale_id=types.char(12), tender_no=types.BIGINT, tender_code=types.varchar(10), tender_type=types.varchar(10), amount=types.SMALLMONEY,
        taken_at=types.DATETIME, foreign_amount=types.decimal(9, 2),
    ),
}  # fmt: skip

SALES = [
    ("A1", "7", "L1", "sale", date(2026, 10, 3), datetime.fromisoformat("2026-10-03T21:18:39"), AT.astimezone(UTC), GUID, False, 100, 1100, None),
    ("A2", "7", "L1", "refund", date(2026, 10, 3), datetime.fromisoformat("2026-10-03T21:20:00"), AT.astimezone(UTC), None, True, -50, -552, 2),
]  # fmt: skip
SALE_COLUMNS = (
    "sale_id", "store_id", "register_id", "kind", "business_date", "occurred_local", "occurred_at", "customer_id", "is_account_contract",
    "tax_cents", "gross_cents", "rounding_cents",
)  # fmt: skip


@dataclass
class SqlServerShop:
    """The shop and a way to serve its database; ``pauses`` are the seconds that an extraction wanted to wait."""

    shop: Shop
    conn_type: str
    pauses: list[float]

    @property
    def queries(self) -> Queries:
        """The SQL files as they are now."""
        return load_queries(self.shop.root / "include", "till")

    @contextmanager
    def serve(self, answering: Answering | Transactional, **behaviour: object) -> Iterator[Stub]:
        """A server for as long as the context lasts, with the shop's connection to it."""
        with serve(answering, **behaviour) as stub:
            self.shop.connection = connection_to(stub, self.conn_type)
            yield stub

    def recorded(self, **changes: Answers | SqlServerError) -> RecordedTables:
        """The recorded answers, some of them changed."""
        return RecordedTables(self.queries, {**RECORDED, **changes})

    def extract(self) -> Extraction:
        """Extract, without waiting where it would."""
        shop = self.shop
        return extract_store(shop.store, self.queries, shop.connection, DAY, shop.root / "facts", READ_AT, self.pauses.append)


def connection_to(stub: Stub, conn_type: str) -> Connection:
    """A connection to the stub; ODBC goes by FreeTDS's driver."""
    extra = {"driver": "FreeTDS", "TDS_Version": "7.4"} if conn_type == "mssql+pyodbc" else {}
    return Connection("pos_corner", conn_type, stub.host, stub.port, stub.login, stub.password, stub.database, extra)


def need_driver(conn_type: str) -> None:
    """Skip a test where ODBC or FreeTDS's driver for it is absent."""
    if conn_type != "mssql+pyodbc":
        return
    try:
        installed = import_module("pyodbc").drivers()
    except ImportError as problem:
        pytest.skip(f"NO ODBC: install the Debian packages unixodbc and tdsodbc to run this test ({problem})")
    if "FreeTDS" not in installed:
        pytest.skip("NO ODBC DRIVER FreeTDS: install the Debian package tdsodbc to run this test")


def make_shop(folder: Path, conn_type: str) -> SqlServerShop:
    """The shop in a folder of the test, without a server yet."""
    need_driver(conn_type)
    shop = Shop(folder, Connection("pos_corner", conn_type, "127.0.0.1", 1))
    for name, statement in FILES.items():
        shop.sql(name, statement)
    return SqlServerShop(shop, conn_type, [])
