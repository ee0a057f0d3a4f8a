"""Why a code maps to what it maps to: the row that holds, and each row that lost with its reason."""

from __future__ import annotations

from datetime import date

from tillpost.mapping.lookups import lookups
from tillpost.mapping.tables import AccountRow, Mapping

DAY = date(2026, 3, 3)


def row(kind: str, code: str, line: int, valid_from: date | None = None, store: str = "") -> AccountRow:
    return AccountRow(kind, code, str(line), "", "", valid_from, "", "accounts.csv", line, store)


ROWS = (
    row("tender", "CASH", 2),
    row("sales_category", "FOOD", 3),
    row("sales_category", "FOOD", 4, date(2026, 3, 1)),
    row("sales_category", "FOOD", 5, date(2026, 4, 1)),
    row("purchase_category", "FOOD", 6),
    row("tender", "NEW", 7, date(2026, 4, 1)),
    row("tender", "CARD", 8),
    row("tender", "CARD", 9, store="cafe"),
    row("tender", "CARD", 10, store="bar"),
    row("tender", "CAR*", 11),
    row("tender", "CA*D", 12),
    row("tender", "*", 13),
)
MAPPING = Mapping("AU", ROWS, (), ())


def told(code: str = "") -> list[tuple[str, str, int, list[tuple[int, str]]]]:
    found = lookups(MAPPING, "cafe", DAY, code)
    return [(one.kind, one.code, one.row.line if one.row else 0, [(row.line, why) for row, why in one.lost]) for one in found]


ANYTHING = "accounts.csv:9 names the code more exactly"


def test_all_codes_of_the_file() -> None:
    assert told()[:3] == [
        ("sales_category", "FOOD", 4, [(3, "accounts.csv:4 has replaced it since 2026-03-01"), (5, "begins on 2026-04-01")]),
        ("tender", "CASH", 2, [(13, "accounts.csv:2 names the code more exactly")]),
        ("tender", "NEW", 13, [(7, "begins on 2026-04-01")]),
    ]
    assert [(kind, code) for kind, code, _, _ in told()[3:]] == [
        ("tender", "CARD"), ("tender", "CAR*"), ("tender", "CA*D"), ("tender", "*"), ("purchase_category", "FOOD"),
    ]  # fmt: skip


def test_one_code_under_each_kind_that_has_it() -> None:
    assert [(kind, line) for kind, _, line, _ in told("FOOD")] == [("sales_category", 4), ("tender", 13), ("purchase_category", 6)]


def test_a_code_that_stores_and_patterns_want() -> None:
    lost = [(8, "accounts.csv:9 is the store's own row"), (10, "is for the store bar only"), (11, ANYTHING), (12, ANYTHING), (13, ANYTHING)]
    assert told("CARD") == [("tender", "CARD", 9, lost)]
    assert told("CARRD") == [
        (
            "tender",
            "CARRD",
            12,
            [
                (11, "accounts.csv:12 names as much of the code and comes first by alphabet"),
                (13, "accounts.csv:12 names the code more exactly"),
            ],
        )
    ]
