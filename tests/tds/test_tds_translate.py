"""T-SQL answered by DuckDB: what must mean the same does, and what would not is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.tds import types
from tests.tds.answers import SqlServerError, list_of
from tests.tds.duck import DuckAnswers, DuckSession, Procedure, create_tables

DDL = """CREATE TABLE dbo.Receipts (No char(6) NOT NULL PRIMARY KEY, Shop int NOT NULL, Total money, Tax decimal(18,4), RungAt datetime,
    Day date, Void bit, Note nvarchar(20), Code varchar(20), Weight float, CONSTRAINT c CHECK (Shop > 0));
GO
CREATE TABLE dbo.Lines (No char(6) NOT NULL, Pos smallint NOT NULL, Cents bigint)
go
"""
PROCEDURES = {"till_day": Procedure(("shop", "day"), "SELECT No, Total FROM dbo.Receipts WHERE Shop = @shop AND Day = @day ORDER BY No")}


@pytest.fixture(scope="module")
def ask() -> DuckSession:
    database = duckdb.connect()
    schema = create_tables(database, DDL)
    database.executemany(
        "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            ("A1    ", 7, Decimal("12.3450"), Decimal("1.1223"), datetime.fromisoformat("2026-10-03T21:18:39"), date(2026, 10, 3), False, "Café ", "23 Aug 2019", 2.5),
            ("a2    ", 7, Decimal("-7.0000"), Decimal("-0.6364"), datetime.fromisoformat("2026-10-04T02:00:00"), date(2026, 10, 3), True, None, "7", None),
        ],
    )  # fmt: skip
    database.execute("INSERT INTO lines VALUES ('A1    ', 1, 1235), ('A1    ', 2, -7), ('a2    ', 1, -700)")
    return DuckAnswers(database, schema, PROCEDURES).session()


def rows(ask: DuckSession, sql: str, **params: Any) -> list[tuple[Any, ...]]:
    (answer,) = list_of(ask(sql, {f"@{name}": value for name, value in params.items()}))
    return [tuple(row) for row in answer.rows]


FIRST = "FROM dbo.Receipts WHERE No = 'A1'"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        # whole numbers stay whole, and casts cut off
        ("7 / 2", 3), ("-7 / 2", -3), ("CAST(12.7 AS int)", 12), ("CAST(-12.7 AS int)", -12), ("CONVERT(int, Weight)", 2),
        ("CAST(Total AS decimal(12, 2))", Decimal("12.35")), ("ROUND(Total, 2)", Decimal("12.3500")), ("CAST(Total * 100 AS bigint)", 1234),
        # texts: + joins them, comparisons know neither case nor spaces behind, LEN counts none
        ("No + '/' + CAST(Shop AS varchar(10))", "A1    /7"), ("RTRIM(No) + N'/' + Note", "A1/Café "), ("LEN(Note)", 4), ("LEN(No)", 2),
        ("CASE WHEN No = 'a1' THEN 1 ELSE 0 END", 1), ("CASE WHEN Note IN (N'CAFÉ', 'x') THEN 1 ELSE 0 END", 1),
        ("CASE WHEN Note LIKE 'caf%' THEN 1 ELSE 0 END", 1), ("CAST('abcdef' AS varchar(3))", "abc"), ("CAST('ab' AS char(4))", "ab  "),
        ("ISNULL(NULL, 'x')", "x"), ("IIF(Void = 0, 'kept', 'void')", "kept"), ("CONCAT(Shop, '-', NULL, Note)", "7-Café "),
        # dates and times
        ("CAST(RungAt AS date)", date(2026, 10, 3)), ("DATEADD(day, 1, Day)", date(2026, 10, 4)),
        ("DATEADD(hour, -4, RungAt)", datetime.fromisoformat("2026-10-03T17:18:39")), ("DATEDIFF(day, Day, '20261005')", 2),
        ("DATEDIFF(hour, '2026-10-03 20:59:00', RungAt)", 1), ("CONVERT(varchar(10), RungAt, 120)", "2026-10-03"),
        ("CONVERT(char(8), RungAt, 112)", "20261003"), ("CONVERT(date, Code, 106)", date(2019, 8, 23)),
        ("CONVERT(varchar(8), RungAt, 108)", "21:18:39"), ("CASE WHEN RungAt BETWEEN '20261003' AND '2026-10-04' THEN 1 ELSE 0 END", 1),
        ("YEAR(RungAt)", 2026), ("DATEPART(hour, RungAt)", 21), ("TRY_CONVERT(date, 'soon')", None),
    ],
)  # fmt: skip
def test_what_means_the_same(ask: DuckSession, expression: str, value: object) -> None:
    found = rows(ask, f"SELECT {expression} AS x {FIRST}")
    assert (found, type(found[0][0])) == ([(value,)], type(value))


REFUSED = [
    "SELECT ROUND(Total, 2, 1) FROM Receipts", "SELECT Total / 3 FROM Receipts", "SELECT Tax / Total FROM Receipts", "SELECT AVG(Total) FROM Receipts",
    "SELECT ROUND(Weight, 2) FROM Receipts", "SELECT RungAt AT TIME ZONE 'AUS Eastern Standard Time' FROM Receipts",
    "SELECT TOP 1 WITH TIES No FROM Receipts ORDER BY Shop", "SELECT TOP 10 PERCENT No FROM Receipts", "SELECT No FROM Receipts WHERE No LIKE '[A-Z]%'",
    "SELECT Total + 'x' FROM Receipts", "SELECT CAST(RungAt AS varchar(20)) FROM Receipts", "SELECT CAST(Weight AS varchar(20)) FROM Receipts",
    "SELECT CONVERT(varchar(20), RungAt, 9) FROM Receipts", "SELECT CONVERT(datetime, Code, 9) FROM Receipts", "SELECT CAST(Code AS int) FROM Receipts",
    "SELECT DATEDIFF(week, Day, RungAt) FROM Receipts", "SELECT DATEPART(week, Day) FROM Receipts", "SELECT FORMAT(Total, 'N2') FROM Receipts", "SELECT GETDATE()", "DECLARE @x int = 1",
    "SELECT * INTO #x FROM Receipts", "CREATE TABLE x (a int)", "SELECT * FROM Receipts PIVOT (SUM(Total) FOR Shop IN ([7])) p", "DROP TABLE Receipts",
    "SELECT STRING_AGG(No, ',') FROM Receipts", "SELECT No FROM Receipts FOR JSON AUTO", "MERGE Receipts t USING Lines l ON l.No = t.No WHEN MATCHED THEN DELETE;",
]  # fmt: skip


@pytest.mark.parametrize("sql", REFUSED)
def test_what_would_not_is_refused(ask: DuckSession, sql: str) -> None:
    with pytest.raises(SqlServerError) as problem:
        ask(sql, {})
    assert (problem.value.number, "the stub refuses to translate" in problem.value.message) == (50001, True)


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT a FROM dbo.Nothing", 208), ("SELECT Nothing FROM dbo.Receipts", 207), ("SELECT No FROM other.dbo.Receipts", 208), ("SELECT FROM WHERE", 102),
        ("SELECT No FROM Receipts WHERE Shop = @nobody", 137), ("EXEC dbo.nobody 1", 2812),
    ],
)  # fmt: skip
def test_errors_of_sql_server(ask: DuckSession, sql: str, number: int) -> None:
    with pytest.raises(SqlServerError) as problem:
        ask(sql, {})
    assert problem.value.number == number


def test_joins_applies_and_unions(ask: DuckSession) -> None:
    assert rows(
        ask,
        """WITH t AS (SELECT No, SUM(Cents) AS Cents FROM dbo.Lines GROUP BY No)
        SELECT r.No AS sale_id, t.Cents, x.N, y.Pos FROM dbo.Receipts AS r WITH (READCOMMITTED) JOIN t ON t.No = r.No
        CROSS APPLY (SELECT COUNT(*) AS N FROM dbo.Lines l WHERE l.No = r.No) x
        OUTER APPLY (SELECT TOP 1 l.Pos FROM dbo.Lines l WHERE l.No = r.No AND l.Pos > 1 ORDER BY l.Pos) y
        UNION ALL SELECT 'z', 0, 0, NULL ORDER BY 1""",
    ) == [("A1    ", 1228, 2, 2), ("a2    ", -700, 1, None), ("z", 0, 0, None)]


def test_columns_have_the_types_that_their_tables_declare(ask: DuckSession) -> None:
    (answer,) = list_of(
        ask(
            "SELECT No, Shop, Total, -Total AS minus, Tax, Tax * 2 AS two, RungAt, Day, Void, Note, Weight, COUNT(*) OVER () AS n FROM Receipts",
            {},
        )
    )
    assert [(column.name, column.type.name) for column in answer.columns] == [
        ("no", "char(6)"), ("shop", "int"), ("total", "money"), ("minus", "money"), ("tax", "decimal(18,4)"), ("two", "decimal(18,4)"), ("rungat", "datetime"),
        ("day", "date"), ("void", "bit"), ("note", "nvarchar(20)"), ("weight", "float"), ("n", "bigint"),
    ]  # fmt: skip
    assert answer.columns[0].type == types.char(6)


def test_values_that_are_bound(ask: DuckSession) -> None:
    sql = "SELECT No FROM Receipts WHERE Shop = @P1 AND RungAt >= @P2 AND Day < @P3 AND Total < @P4 AND Note = @P5"
    bound = {
        "P1": "7",
        "P2": datetime.fromisoformat("2026-10-03T04:00:00"),
        "P3": date(2026, 10, 4),
        "P4": Decimal("12.3451"),
        "P5": "café",
    }
    assert rows(ask, sql, **bound) == [("A1    ",)]
    assert rows(ask, sql, **{**bound, "P5": None}) == []
    assert rows(ask, sql, **{**bound, "P5": "' OR 1 = 1 --"}) == []


@pytest.mark.parametrize(
    "call", ["EXEC till_day 7, '20261003'", "EXECUTE dbo.Till_Day @day = '2026-10-03', @shop = 7", "EXEC till_day @P1, @P2"]
)
def test_procedures(ask: DuckSession, call: str) -> None:
    assert rows(ask, call, P1="7", P2=date(2026, 10, 3)) == [("A1    ", Decimal("12.3450")), ("a2    ", Decimal("-7.0000"))]


def test_changes_belong_to_a_transaction(ask: DuckSession) -> None:
    ask.begin()
    (changed,) = list_of(ask("UPDATE dbo.Receipts SET Note = @P1 WHERE No = N'a1' AND Shop = 7", {"@P1": "new"}))
    assert (changed.affected, rows(ask, f"SELECT Note {FIRST}")) == (1, [("new",)])
    ask.rollback()
    assert rows(ask, f"SELECT Note {FIRST}") == [("Café ",)]
