"""Rows that a POS delivers for dates that nobody asked for: a night leaves them out, and says so."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.unit.flows.test_flows_late import DAY, FILES, PERIOD, Cafe, cafe
from tests.unit.store.databases import template
from tillpost.store.schema import finding, stream
from tillpost.store.states import stream_states

MOVED = "CASE no WHEN 's12' THEN date(day, '+1 day') ELSE day END AS"

__all__ = ["cafe", "template"]


def told(cafe: Cafe) -> list[tuple[str, str, str, int, list[str]]]:
    """The findings of the rule: date, stream, severity, count, examples."""
    columns = (stream.c.business_date, stream.c.stream, finding.c.severity, finding.c.count, finding.c.examples)
    query = select(*columns).join_from(stream, finding).where(finding.c.rule == "rows_outside_dates").order_by(*columns[:2])
    with cafe.db.read() as tx:
        return [(str(r.business_date), r.stream, r.severity, r.count, r.examples) for r in tx.execute(query)]


def test_a_night_tells_rows_of_other_dates_per_table(cafe: Cafe) -> None:
    folder = cafe.root / "include" / "sql" / "till"
    for name in ("sales", "sale_lines", "tenders"):
        (folder / f"{name}.sql").write_text(FILES[name].replace("day AS", MOVED), encoding="utf-8")
    (folder / "purchases.sql").write_text(FILES["purchases"].replace(PERIOD, "1 = 1"), encoding="utf-8")
    cafe.night(DAY - timedelta(days=1))
    assert told(cafe) == [
        ("2026-10-01", "purchases", "warning", 1, ["purchases: 1 rows"]),
        ("2026-10-01", "sales", "warning", 3, ["sale_lines: 1 rows", "sales: 1 rows", "tenders: 1 rows"]),
    ]


def test_a_date_all_rows_of_which_were_left_out_is_not_ready_and_says_why(cafe: Cafe) -> None:
    file = cafe.root / "include" / "sql" / "till" / "sales.sql"
    file.write_text(FILES["sales"].replace("day AS", "date(day, '+1 day') AS"), encoding="utf-8")
    cafe.night(DAY - timedelta(days=1))
    reasons = [reason for one in stream_states(cafe.db, "harbour") if one.state == "open" for reason in one.reasons]
    said = "6 rows of dates that nobody asked for were delivered and left out: run tillpost source check, and look at WHERE."
    assert (len(reasons), [reason for reason in reasons if not reason.endswith(said)]) == (2, [])  # sales and purchases


def test_a_night_of_files_that_keep_to_their_dates_says_nothing(cafe: Cafe) -> None:
    cafe.night(DAY)
    assert told(cafe) == []
