"""SQL Server through SQLAlchemy and its drivers, against the stub: what is bound, and what comes of what is delivered."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from tests.tds import types
from tests.tds.answers import Answer, Answers, Column, Params, list_of
from tests.tds.recorded import Recorded
from tests.unit.pos.sqlserver_shop import DRIVERS, GUID, RECORDED, SALE_COLUMNS, SALES, SqlServerShop, answer, make_shop
from tillpost.errors import ContractError
from tillpost.model.facts import ColumnKind
from tillpost.pos.convert import Reading, read_column
from tillpost.pos.moments import utc_time
from tillpost.pos.source import open_source


@pytest.fixture(params=DRIVERS)
def till(request: pytest.FixtureRequest, tmp_path: Path) -> SqlServerShop:
    """The shop, once for each driver."""
    return make_shop(tmp_path, request.param)


@pytest.mark.parametrize("bits_for_nulls", [False, True])
def test_padded_keys_dates_as_text_money_flags_and_nulls(till: SqlServerShop, bits_for_nulls: bool) -> None:
    with till.serve(till.recorded(), bits_for_nulls=bits_for_nulls):
        extraction = till.extract()
    assert extraction.rows == {"sales": 2, "sale_lines": 2, "tenders": 2}
    assert (extraction.dust, extraction.outside, extraction.extra_columns) == ({}, {}, {})
    assert till.shop.facts("sales", *SALE_COLUMNS) == SALES
    assert till.shop.facts("sale_lines", "sale_id", "line_no", "item_code", "description", "quantity", "unit_price", "gross_cents") == [
        ("A1", "1", "42", "Flat white ☕ – naïve 😀", Decimal(2), Decimal("5.5"), 1100),
        ("A2", "1", "42", None, Decimal(-1), Decimal("5.5"), -552),
    ]
    taken = datetime.fromisoformat("2026-10-03T11:18:39.003+00:00")
    assert till.shop.facts("tenders", "sale_id", "tender_no", "tender_code", "amount_cents", "taken_at", "foreign_amount") == [
        ("A1", "1", "CASH", 1100, taken, None),
        ("A2", "1", "Café", -550, None, Decimal("-6.1")),
    ]


def test_both_drivers_deliver_the_same_files(tmp_path: Path) -> None:
    """A change of the driver is no change of the facts: keys of type uniqueidentifier above all."""
    files = []
    for number, conn_type in enumerate(DRIVERS):
        till = make_shop(tmp_path / str(number), conn_type)
        with till.serve(till.recorded()):
            files.append(till.extract().files)
    assert files[0] == files[1]


def test_values_that_are_bound(till: SqlServerShop) -> None:
    """pymssql writes values into the statement, times to a thousandth of a second; ODBC sends them apart, with their types."""
    recorded = till.recorded()
    with till.serve(recorded) as stub:
        till.extract()
    if till.conn_type == "mssql":
        assert recorded.bound == {
            "sales": {"store": "N'7'", "from_date": "'2026-10-03'", "to_date": "'2026-10-04'"},
            "sale_lines": {"store": "N'7'", "from_local": "'2026-10-03 04:00:00.000'", "to_local": "'2026-10-04 04:00:00.000'"},
            "tenders": {"store": "N'7'", "from_utc": "'2026-10-02 18:00:00.000'", "to_utc": "'2026-10-03 17:00:00.000'"},
        }
        # '2026-10-03' is the third of October to a column of type datetime only in a session with this language.
        assert [login.language for login in stub.logins] == ["us_english"]
        return
    at = datetime.fromisoformat
    assert recorded.bound == {
        "sales": {"store": "7", "from_date": date(2026, 10, 3), "to_date": date(2026, 10, 4)},
        "sale_lines": {"store": "7", "from_local": at("2026-10-03T04:00:00"), "to_local": at("2026-10-04T04:00:00")},
        "tenders": {"store": "7", "from_utc": at("2026-10-02T18:00:00"), "to_utc": at("2026-10-03T17:00:00")},
    }
    sent = [[kind.partition("(")[0] for kind in kinds.values()] for kinds in stub.types]
    assert sent == [["nvarchar", "date", "date"], ["nvarchar", "datetime2", "datetime2"], ["nvarchar", "datetime2", "datetime2"]]


def test_text_that_would_break_a_statement_is_a_value(till: SqlServerShop) -> None:
    till.shop.set(pos_store="O'Neill's %s ☕ --")
    recorded = till.recorded(sales=Answer(RECORDED["sales"].columns), sale_lines=Answer(RECORDED["sale_lines"].columns))
    with till.serve(recorded):
        till.extract()
    assert recorded.bound["sales"]["store"] == ("N'O''Neill''s %s ☕ --'" if till.conn_type == "mssql" else "O'Neill's %s ☕ --")


def test_many_rows_come_in_packets(till: SqlServerShop) -> None:
    """A hundred thousand, more than one batch and many packets."""
    rows = ((number, f"{number:06}") for number in range(100_000))
    many = Answer([Column("line_no", types.INT), Column("item_code", types.nvarchar(8))], rows)
    with till.serve(Recorded({"": many})), open_source(till.shop.connection) as database:
        result = database.exec_driver_sql("SELECT many_rows")
        sizes, total, last = [], 0, None
        for part in result.partitions(10_000):
            sizes.append(len(part))
            total += sum(number for number, _ in part)
            last = tuple(part[-1])
    assert (sizes, total, last) == ([10_000] * 10, 4_999_950_000, (99_999, "099999"))


AMOUNTS = [
    (types.MONEY, Decimal("-12.3450"), -1235, 1),
    (types.SMALLMONEY, Decimal("214748.3647"), 21474836, 1),
    (types.decimal(38, 10), Decimal("9999999999999.9900000001"), 999999999999999, 0),
    (types.FLOAT, 55.04500000000001, 5505, 1),
    (types.FLOAT, 0.1 + 0.2, 30, 0),
    (types.INT, -7, -700, 0),
    (types.TINYINT, 200, 20000, 0),
    (types.BIGINT, 2**40, 2**40 * 100, 0),
    (types.varchar(20), " -12.50 ", -1250, 0),
    (types.nvarchar(), "12.5", 1250, 0),
]
TIMES = [
    (types.DATETIME, datetime.fromisoformat("2026-10-03T23:59:59.998"), "2026-10-03T23:59:59.997000+00:00"),
    (types.DATETIME, datetime.fromisoformat("2026-10-03T23:59:59.999"), "2026-10-04T00:00:00+00:00"),
    (types.SMALLDATETIME, datetime.fromisoformat("2026-10-03T23:59:00"), "2026-10-03T23:59:00+00:00"),
    (types.datetime2(), datetime.fromisoformat("2026-10-03T23:59:59.999999"), "2026-10-03T23:59:59.999999+00:00"),
    (types.datetime2(0), datetime.fromisoformat("2026-10-03T23:59:59"), "2026-10-03T23:59:59+00:00"),
    (types.datetimeoffset(), datetime.fromisoformat("2026-10-04T04:59:59.5+13:00"), "2026-10-03T15:59:59.500000+00:00"),
    (types.datetimeoffset(), datetime.fromisoformat("2026-10-03T21:00:00-09:30"), "2026-10-04T06:30:00+00:00"),
    (types.varchar(30), "2026-10-03T11:00:00Z", "2026-10-03T11:00:00+00:00"),
    (types.char(24), "23 Aug 2019 06:18:39", "2019-08-23T06:18:39+00:00"),
]  # fmt: skip


def delivered(till: SqlServerShop, values: list[tuple[types.SqlType, object]]) -> list[object]:
    """Values of those types as the driver hands them over."""
    columns = [Column(f"c{number}", kind) for number, (kind, _) in enumerate(values)]
    with (
        till.serve(Recorded({"": Answer(columns, [[value for _, value in values]])})),
        open_source(till.shop.connection) as database,
    ):
        return list(database.exec_driver_sql("SELECT all_types").one())


def test_amounts_of_every_type(till: SqlServerShop) -> None:
    found = delivered(till, [(kind, value) for kind, value, _, _ in AMOUNTS])
    read = [read_column([value], ColumnKind.MONEY, False, Reading("half_up", "Australia/Melbourne")) for value in found]
    assert [(array.to_pylist()[0], dust) for array, dust in read] == [(cents, dust) for _, _, cents, dust in AMOUNTS]


def test_times_of_every_type(till: SqlServerShop) -> None:
    found = delivered(till, [(kind, value) for kind, value, _ in TIMES])
    assert [str(utc_time(value)).replace(" ", "T") for value in found] == [expected for _, _, expected in TIMES]


def test_the_other_types(till: SqlServerShop) -> None:
    """Text with the paddings of its type, a letter outside Windows-1252 lost by varchar, a time of day, bytes."""
    found = delivered(till, [
        (types.char(5), "ab"), (types.nchar(5), "☕"), (types.varchar(5), "é☕€"), (types.nvarchar(5), "é☕€"), (types.nvarchar(), "x" * 9000),
        (types.BIT, True), (types.UNIQUEIDENTIFIER, GUID), (types.varbinary(4), b"\0\1"), (types.time_(3), time(23, 59, 59, 999000)), (types.DATE, date(2028, 2, 29)),
    ])  # fmt: skip
    assert found == [
        "ab   ", "☕    ", "é?€", "é☕€", "x" * 9000, True, UUID(GUID), b"\0\1", time(23, 59, 59, 999000), date(2028, 2, 29),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "kind", "value", "found"),
    [
        ("gross", types.varchar(20), "$12.50", "holds str '$12.50'; expected an exact amount such as 12.50, below ten million millions."),
        ("gross", types.BIT, True, "holds bool True; expected an exact amount such as 12.50, below ten million millions."),
        ("gross", types.varbinary(4), b"\0\1", "holds bytes b'\\x00\\x01'; expected an exact amount such as 12.50, below ten million millions."),
        ("occurred_local", types.varchar(20), "23/08/2019 06:18", "holds str '23/08/2019 06:18'; expected a time on the store's clock such as 2026-10-03 21:00:00."),
        ("business_date", types.datetimeoffset(0), datetime.fromisoformat("2026-10-03T21:00:00+10:00"),
         "holds datetime 2026-10-03 21:00:00+10:00; expected a date such as 2026-10-03 (no time zone)."),
        ("receipt_no", types.FLOAT, 1.5, "holds float 1.5; expected text or a whole number."),
        ("status", types.char(10), "done", "holds str 'done      '; expected one of completed, void, open, suspended, training."),
    ],
    ids=["sign", "bit", "binary", "slashes", "zone", "float", "word"],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_names_file_column_and_row(
    till: SqlServerShop, column: str, kind: types.SqlType, value: object, found: str
) -> None:
    sales = RECORDED["sales"]
    names = [c.name for c in sales.columns]
    row = dict(zip(names, next(iter(sales.rows)), strict=True)) | {column: value}
    kinds = {c.name: c.type for c in sales.columns} | {column: kind}
    changed = answer(" ".join(row), tuple(row.values()), **kinds)
    with till.serve(till.recorded(sales=changed)), pytest.raises(ContractError) as problem:
        till.extract()
    assert str(problem.value).startswith(
        f"sql/till/sales.sql: column {column!r} in the row with sale_id 'A1          ' {found} Nothing was kept"
    )


def test_a_procedure_that_counts_first_delivers_its_rows_all_the_same(till: SqlServerShop) -> None:
    """Without SET NOCOUNT ON in a procedure the session's own setting holds: the counts are not sent."""
    till.shop.sql("sale_lines", "EXEC dbo.till_lines")
    with till.serve(till.recorded(sale_lines=[Answer(affected=5), RECORDED["sale_lines"]])):
        assert till.extract().rows["sale_lines"] == 2


def test_a_procedure_that_switches_the_counts_on(till: SqlServerShop) -> None:
    """ODBC takes the count for the answer, and the error says what to write; pymssql looks for the rows behind it."""
    till.shop.sql("sale_lines", "EXEC dbo.till_lines")

    def counting(sql: str, params: Params) -> Answers:
        if "till_lines" not in sql:
            return recorded(sql, params)
        stub.sessions[-1].state.settings["NOCOUNT"] = "OFF"
        return [Answer(affected=5), *list_of(RECORDED["sale_lines"])]

    recorded = till.recorded()
    with till.serve(counting) as stub:
        if till.conn_type == "mssql":
            assert till.extract().rows["sale_lines"] == 2
            return
        with pytest.raises(ContractError, match=r"sql/till/sale_lines.sql: the statement returns no rows at all, not even columns"):
            till.extract()


def test_a_statement_without_a_result_set(till: SqlServerShop) -> None:
    with till.serve(till.recorded(sale_lines=Answer(affected=5))), pytest.raises(ContractError) as problem:
        till.extract()
    assert str(problem.value) == (
        "sql/till/sale_lines.sql: the statement returns no rows at all, not even columns. A procedure for SQL Server needs SET NOCOUNT ON. "
        "Nothing was kept of this store; other stores are not affected. Mend the SQL file (docs/contract.md), then run again."
    )


def test_a_column_that_is_missing_or_there_twice(till: SqlServerShop) -> None:
    twice = Answer([Column("sale_id", types.INT), Column("SALE_ID", types.INT)])
    with till.serve(till.recorded(sale_lines=twice)), pytest.raises(ContractError, match="these columns are delivered twice: sale_id"):
        till.extract()
    missing = Answer([Column("Sale_Id", types.INT), Column("", types.INT)])
    with till.serve(till.recorded(sale_lines=missing)), pytest.raises(ContractError, match="the columns line_no; line_kind; gross"):
        till.extract()


def test_a_statement_that_nobody_recorded_is_an_error(till: SqlServerShop) -> None:
    with (
        till.serve(Recorded({"dbo.Tenders": RECORDED["tenders"]})),
        pytest.raises(ContractError, match="nothing is recorded for the statement"),
    ):
        till.extract()
