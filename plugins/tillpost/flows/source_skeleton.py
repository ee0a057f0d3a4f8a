"""The text of a skeleton: an SQL file per table of the contract, with one comment per column, and a page that tells what to do."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from tillpost.flows.source_dialects import Dialect
from tillpost.model.facts import TABLES, Column, ColumnKind, Table
from tillpost.model.meanings import MEANINGS, PURPOSES
from tillpost.pos.batches import PARENTS
from tillpost.pos.inspection_files import TO_FILL

WIDTH = 120
BINDS = (
    (":store", "the POS's own name of the store (pos_store in tillpost.yml)"),
    (":from_date, :to_date", "business dates: from the first, up to but without the second"),
    (":from_local, :to_local", "the same range on the store's wall clock, from cut-over to cut-over"),
    (":from_utc, :to_utc", "the same range in UTC"),
)
# Tables whose rows are those that selected rows name, and by what.
_PEOPLE = {"customers": ("sales", "customer_id"), "suppliers": ("purchases", "supplier_id")}


def sql_skeleton(table: Table, dialect: Dialect) -> str:
    """The SQL file of one table, to be filled in: it says of itself what is still to do."""
    return "\n".join([*_head(table), "SELECT", *_columns(table, dialect), *_source(table, dialect), ""])


def _head(table: Table) -> Iterator[str]:
    yield from _comment(f"{table.name}: {_plain(PURPOSES[table.name])}")
    yield "--"
    yield from _comment(
        f"To fill in: write each line that is marked {TO_FILL} and take the mark away. A column behind two dashes is optional: take the "
        "dashes away to deliver it. NULL means not recorded, never zero."
    )
    if table.key:
        yield from _comment(f"Key: {', '.join(table.key)}; unique in the store for ever, also where the POS starts its numbers again.")
    yield "--"
    yield "-- Binds, and no others:"
    yield from (line for bind, meaning in BINDS for line in _comment(f"{bind}: {meaning}", "--   "))
    yield ""


def _columns(table: Table, dialect: Dialect) -> Iterator[str]:
    for number, column in enumerate(table.columns):
        is_choice = column.name in table.one_of
        asked = column.required or (is_choice and column.name == table.one_of[0])
        comma = ", " if number else "  "
        yield from _comment(f"{column.name} ({_kind(column, table)}): {_meaning(table, column)}", "    -- ")
        name = dialect.quoted.get(column.name, column.name)
        yield f"  {comma}{TO_FILL} NULL AS {name}" if asked else f"--{comma}NULL AS {name}"


def _kind(column: Column, table: Table) -> str:
    if column.name in table.one_of:
        return f"{column.kind.value}; at least one of {', '.join(table.one_of)}"
    cents = f", or whole cents AS {column.fact_name}" if column.kind is ColumnKind.MONEY else ""
    return f"{column.kind.value}{cents}{', required' if column.required else ''}"


def _meaning(table: Table, column: Column) -> str:
    return _plain(MEANINGS[table.name][column.name])


def _source(table: Table, dialect: Dialect) -> Iterator[str]:
    """FROM and WHERE: the period of the rows themselves, or of those that they belong to."""
    if table.name == "source":
        yield f"FROM {TO_FILL} registers"
        return
    parent, key = PARENTS.get(table.name, ("", ""))
    if table.name in _PEOPLE:
        parent, key = _PEOPLE[table.name]
        yield f"FROM {TO_FILL} {table.name} AS c"
        yield "WHERE c.id IN ("
        yield f"    SELECT s.{key} FROM {parent} AS s"
        yield f"    WHERE {TO_FILL} s.store = :store AND {dialect.periods[0][1]})"
    elif parent:
        yield f"FROM {TO_FILL} {table.name} AS l"
        yield f"JOIN {TO_FILL} {parent} AS s ON s.{key} = l.{key}"
        yield f"WHERE {TO_FILL} s.store = :store AND {dialect.periods[0][1]}"
        yield from _comment(
            f"The same store and dates as in {parent}.sql: a line whose {key} is not there is an orphan, and holds the date."
        )
    else:
        yield f"FROM {TO_FILL} {table.name} AS s"
        yield f"WHERE {TO_FILL} s.store = :store AND {dialect.periods[0][1]}"
    yield "-- The period, by what the POS has:"
    yield from (line for what, condition in dialect.periods for line in _comment(f"{what}: {condition}", "--   "))


def _comment(text: str, lead: str = "-- ") -> list[str]:
    return [f"{lead}{line}" for line in wrap(text, WIDTH - len(lead), break_long_words=False, break_on_hyphens=False)]


def _plain(text: str) -> str:
    return text.replace("`", "")


def readme(name: str, dialect: Dialect) -> str:
    """The page in the folder: the steps, the optional tables, what the database is known for, and a checklist."""
    needed = [table.name for table in TABLES.values() if table.needed]
    optional = [table.name for table in TABLES.values() if not table.needed]
    return "\n".join(
        (
            f"# The SQL files of {name}",
            "",
            "What each file must deliver stands in the file, column by column. `docs/contract.md` of Tillpost has all the rules,",
            "`docs/adding_a_pos.md` the whole way from here to a first night.",
            "",
            "## Steps",
            "",
            f"1. Fill in {_files(needed)}: each line marked `{TO_FILL}`, then take the mark away.",
            "2. In `tillpost.yml`, give a store " + f"`pos: {name}`, its `connection` and its `pos_store`.",
            "3. `tillpost source check --store <store>` until it has nothing to mend. It names what is wrong, where, and the remedy.",
            "4. Take what the POS also knows from `optional/`: move the file up beside the others, fill it in, check again. A file in",
            "   `optional/` is not read.",
            "",
            "## Optional tables",
            "",
            "| File | What it is |",
            "| --- | --- |",
            *(f"| `optional/{table}.sql` | {_purpose(table)} |" for table in optional),
            "",
            f"## The period in {dialect.name}",
            "",
            "| The POS has | Condition |",
            "| --- | --- |",
            *(f"| {what} | `{condition}` |" for what, condition in dialect.periods),
            "",
            *(f"* {hint}" for hint in dialect.hints),
            "",
            "## Checklist",
            "",
            *(f"- [ ] {item}" for item in CHECKLIST),
            "",
        )
    )


def _purpose(table: str) -> str:
    """What an optional table is for, without saying once more that it is optional."""
    return PURPOSES[table].replace(" Optional.", "").replace("Optional, but", "But").replace("Optional, and the", "The")


def _files(names: list[str]) -> str:
    return ", ".join(f"`{name}.sql`" for name in names)


CHECKLIST = (
    "Keys never come back: the register, the year or the date is in them where the POS starts its numbers again.",
    "A refund's lines and tenders are negative, and so is its gross.",
    "`gross` is what the customer pays, tax inside; prices without tax have it added.",
    "Tenders are net of change: what was handed over less what was given back.",
    "Cash rounding stands in `sales.rounding`: tenders are gross plus tip plus rounding.",
    "Voids, quotes, training and parked baskets have their own `status`, or are left out.",
    "`tender_type` and `line_kind` come from a list of codes in the query, not from names that staff can change.",
    "Articles, customers and categories are joined with LEFT JOIN: a deleted one must not take its sales along.",
    "A sale after midnight belongs to the trading day that the POS gives it.",
    "Payments of accounts, lay-bys and petty cash are `movements`, not sales.",
    "A day of each kind was checked: a usual one, one with refunds, one with a split tender, the last of a month.",
    "The sums of a date agree with the Z report that the POS prints.",
)
