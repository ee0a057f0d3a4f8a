"""What an inspection of SQL files has to say: one fault each, with its place, how often, examples and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from tillpost.errors import TillpostError
from tillpost.model.facts import Column, ColumnKind
from tillpost.model.findings import Severity
from tillpost.pos.contract import sample

# How alike two names must be for one to be a slip of the other.
ALIKE = 0.8
MOST_EXAMPLES = 3

# What to do about a value that is not of its kind.
KIND_REMEDIES: dict[ColumnKind, str] = {
    ColumnKind.TEXT: "Cast it in the query; a number with a fraction is no key.",
    ColumnKind.DATE: "Cast it to a date in the query, or to text such as 2026-10-03; a time with a zone must lose its zone first.",
    ColumnKind.UTC: "Deliver a time, or text such as 2026-10-03T11:00:00Z; a time on the store's clock belongs into the local column.",
    ColumnKind.LOCAL: "Deliver a time, or text such as 2026-10-03 21:00:00.",
    ColumnKind.MONEY: "Cast it to DECIMAL(18,4) in the query, or deliver whole cents in the column with _cents behind its name.",
    ColumnKind.DECIMAL: "Cast it to a decimal in the query.",
    ColumnKind.INTEGER: "Cast it to an integer in the query.",
    ColumnKind.FLAG: "Make it 0 or 1 in the query with CASE WHEN.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a source, or that a person should know of it.

    ``kind`` is a stable word for scripts; ``table`` the contract table (empty: of several, which ``where`` names), ``where`` the file,
    and ``column`` the column where there is one. ``what`` is a sentence without its full stop; ``count`` the number of rows.
    """

    kind: str
    severity: Severity
    where: str
    what: str
    remedy: str
    table: str = ""
    column: str = ""
    count: int = 0
    amount_cents: int | None = None
    examples: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether it stops an extraction, holds the date, or leaves the inspection without an answer."""
        return self.severity is Severity.BLOCKER


def of_file(table: str, kind: str, severity: Severity, what: str, remedy: str, column: str = "", count: int = 0) -> Fault:
    """A fault of one SQL file."""
    return Fault(kind, severity, f"{table}.sql", what, remedy, table, column, count)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that this one is a slip of, or nothing.

    >>> nearest("taxcode", ["tax", "tax_code"]), nearest("SaleID", ["sale_id"]), nearest("colour", ["currency", "kind"])
    ('tax_code', 'sale_id', '')
    """
    plain = {_plain(one): one for one in known}
    found = get_close_matches(_plain(name), plain, 1, ALIKE)
    return plain[found[0]] if found else ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def rows_of(count: int) -> str:
    """A number of rows in words."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def in_a_check(problem: TillpostError) -> str:
    """What went wrong, without the words on what is kept: a check keeps nothing, and asks no other store."""
    return str(problem).replace("Nothing was kept of this store; other stores are not affected. ", "")


def meant_value(value: str, allowed: tuple[str, ...]) -> str:
    """The allowed value that was most likely meant, or nothing.

    >>> meant_value("Completed", ("completed", "void")), meant_value("CREDIT_CARD", ("cash", "card")), meant_value("9", ("cash", "card"))
    ('completed', 'card', '')
    """
    return nearest(value, allowed) or max((one for one in allowed if one in value.lower()), key=len, default="")


def value_remedy(column: Column, values: Iterable[str]) -> str:
    """How to map values that are not allowed: one branch of a CASE for each."""
    branches = " ".join(f"WHEN {sample(value)} THEN '{meant_value(value, column.allowed) or '?'}'" for value in values)
    return f"Map it in the query: CASE ... {branches} END; allowed are {', '.join(column.allowed)}."
