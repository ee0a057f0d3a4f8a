"""How the databases that a POS may have say what the skeleton of an SQL file needs as examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dialect:
    """One database.

    ``periods`` are examples of the period condition, each with what it is for; ``hints`` what else is worth knowing; ``quoted`` are
    columns of the contract whose names are words of its SQL.
    """

    name: str
    periods: tuple[tuple[str, str], ...]
    hints: tuple[str, ...]
    quoted: Mapping[str, str] = field(default_factory=dict)


_DATE = ("a column with the trading day", "s.trading_day >= :from_date AND s.trading_day < :to_date")
_LOCAL = ("a time on the shop's clock", "s.sold_at >= :from_local AND s.sold_at < :to_local")
_UTC = ("a time in UTC", "s.sold_at >= :from_utc AND s.sold_at < :to_utc")
_ARCHIVE = "Rows that the POS moves to an archive need a UNION ALL with it: past dates are read again."

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            "postgresql",
            (_DATE, _LOCAL, ("a time in UTC, or timestamptz (the session is in UTC)", _UTC[1])),
            (
                "A store number that is an integer: CAST(s.store_no AS text) = :store.",
                "Deliver timestamptz as occurred_at; a timestamp without a zone as occurred_local where it is the shop's clock.",
                "A double is taken by its shortest decimal form; CAST(s.total AS numeric(18, 4)) says it yourself.",
                _ARCHIVE,
            ),
        ),
        Dialect(
            "mysql",
            (_DATE, ("a DATETIME on the shop's clock", _LOCAL[1]), ("a TIMESTAMP, or a DATETIME in UTC", _UTC[1])),
            (
                "The session is in UTC: a TIMESTAMP is a moment, to be delivered as occurred_at; a DATETIME is what the POS wrote.",
                "CONVERT_TZ with names gives NULL until the server's zone tables are loaded: deliver the time as it is instead.",
                "Strings are put together with CONCAT; || is OR unless the server was told otherwise.",
                _ARCHIVE,
            ),
            {"change": "`change`"},
        ),
        Dialect(
            "sqlite",
            (
                ("a column with the trading day as 2026-10-03", _DATE[1]),
                ("a time on the shop's clock", "datetime(s.sold_at) >= :from_local AND datetime(s.sold_at) < :to_local"),
                ("a time in UTC", "datetime(s.sold_at) >= :from_utc AND datetime(s.sold_at) < :to_utc"),
            ),
            (
                "Dates and times are text here and compared as text: datetime() brings 2026-10-03T21:00:00 into the form of the binds.",
                "An integer column that holds dollars with a fraction is REAL: it is taken by its shortest decimal form.",
                "7 / 2 is 3: write 7 / 2.0, or better 100 * amount, where a query divides.",
            ),
        ),
        Dialect(
            "sqlserver",
            (_DATE, ("a datetime on the shop's clock", _LOCAL[1]), ("a datetime in UTC", _UTC[1])),
            (
                "The file may call a procedure of the site instead: EXEC till_sales :store, :from_date, :to_date (with SET NOCOUNT ON).",
                "char and nchar come padded; keys are trimmed at either end, so nothing has to be done.",
                "WHERE CAST(s.sold_at AS date) = ... uses no index: compare the column bare with the half-open range.",
                _ARCHIVE,
            ),
        ),
    )
}
