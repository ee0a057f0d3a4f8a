"""What an extraction counts and does not stop at: fractions of a cent, lines of other dates; and the one table that has one row."""

from __future__ import annotations

from collections.abc import Iterator

from tillpost.model.findings import Severity
from tillpost.organisations import Store
from tillpost.pos.batches import PARENTS, Tally
from tillpost.pos.contract import Shape
from tillpost.pos.inspection_faults import Fault, of_file, rows_of


def faults_of_counts(shape: Shape, rows: int, tally: Tally, store: Store) -> Iterator[Fault]:
    """What was counted of a table of which so many rows were delivered."""
    table = shape.table.name
    for delivered in shape.delivered:
        dust = tally.dust[f"{table}.{delivered.column.fact_name}"]
        if dust:
            what = f"{delivered.name}: {rows_of(dust)} with a fraction of a cent, rounded {store.rounding}"
            remedy = "Round in the query as the receipt does, or see that `rounding` in tillpost.yml is how the POS rounds."
            yield of_file(table, "dust", Severity.WARNING, what, remedy, delivered.name, dust)
    if tally.outside[table] and table in PARENTS:
        parent, _ = PARENTS[table]
        what = f"{rows_of(tally.outside[table])} of {parent} on other dates than was asked for, left out with them"
        yield of_file(table, "dates_outside", Severity.WARNING, what, f"As {parent}.sql says.", count=tally.outside[table])
    if table == "source" and rows != 1:
        what = f"{rows_of(rows)} delivered; it is one row with the time up to which the database is complete"
        yield of_file(table, "one_row", Severity.BLOCKER, what, "Take MIN of the times.", count=rows)
