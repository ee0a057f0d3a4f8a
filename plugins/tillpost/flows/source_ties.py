"""What the source checks of the product say of facts that an inspection read: keys, parents, sums, control totals, taxes and codes.

Rows of a sale, movement or purchase that could not be read whole are taken out first, so that one wrong row is not told again as a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from tillpost.checks.context import CheckContext
from tillpost.checks.measuring import measure_source
from tillpost.checks.rule import Measured, Rule
from tillpost.checks.rules import SOURCE_RULES
from tillpost.flows.mapping_codes import PosReading
from tillpost.flows.readiness import Readiness
from tillpost.flows.source_codes import faults_of_codes
from tillpost.flows.source_reach import OF_MAPPING, ON_RECORD, names_of, tables_of
from tillpost.mapping.tables import Mapping
from tillpost.model.facts import TABLES
from tillpost.model.findings import Severity
from tillpost.organisations import Organisation, Store
from tillpost.pos.batches import PARENTS
from tillpost.pos.facts import open_facts
from tillpost.pos.inspection import Inspected
from tillpost.pos.inspection_faults import Fault

# What these say is said code by code, with the row to add.
_TOLD_BY_CODE = ("unmapped_", "unknown_tax_code")
# The file that delivers what a rule finds, where the query reads others beside it.
FAULTY = {
    "currency_not_own": frozenset({"sales"}), "already_in_ledger": frozenset({"sales"}), "baskets_not_booked": frozenset({"sales"}),
    "sale_without_lines": frozenset({"sale_lines"}), "line_net_mismatch": frozenset({"sale_lines"}),
    "lines_do_not_match_sale": frozenset({"sales", "sale_lines"}), "sale_taxes_do_not_match": frozenset({"sale_lines", "sale_taxes"}),
    "tenders_do_not_match_sales": frozenset({"sales", "tenders"}), "tips_do_not_match": frozenset({"sales", "tenders"}),
    "change_does_not_match": frozenset({"tenders"}), "no_control_totals": frozenset({"control_totals"}),
}  # fmt: skip
# The tables of which at least one has rows on a date with trade.
_TRADE = ("sales", "movements", "purchases", "gl_entries")


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one store's date: facts in ``folder``, the files in question, and the tables that nobody could read whole."""

    org: Organisation
    store: Store
    day: date
    folder: Path
    inspected: Sequence[Inspected]
    unread: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ties:
    """Faults of what was read, and the rules that were not asked, each with the reason."""

    faults: tuple[Fault, ...]
    not_asked: tuple[tuple[str, str], ...]


def ties_of(read: Read, mapping: Mapping | None) -> Ties:
    """Ask every rule that can be asked; without a mapping the codes are listed, and rules that need one are not asked."""
    rules, not_asked = _rules(read, mapping is not None)
    seen_by = mapping or Mapping(read.org.country, (), (), ())
    with open_facts([_whole_rows(read)]) as facts:
        context = CheckContext(read.org, seen_by, ((read.store.key, read.day),))
        faults = [fault for measured in measure_source(facts, context, rules) for fault in _faults(measured, read.store)]
    with open_facts([read.folder]) as facts:
        codes = tuple(faults_of_codes(PosReading(facts, ((read.store.key, read.day),), {}), read.org, mapping))
    return Ties((*faults, *codes), tuple(not_asked))


def _rules(read: Read, mapped: bool) -> tuple[list[Rule], list[tuple[str, str]]]:
    asked: list[Rule] = []
    not_asked: list[tuple[str, str]] = []
    for rule in SOURCE_RULES:
        lacking = sorted(tables_of(rule) & read.unread, key=list(TABLES).index)
        if rule.name.startswith(_TOLD_BY_CODE):
            continue
        if lacking:
            not_asked.append((rule.name, f"about tables not read whole ({', '.join(lacking)})"))
        elif names_of(rule) & ON_RECORD:
            not_asked.append((rule.name, "about what is on record of earlier dates"))
        elif not mapped and names_of(rule) & OF_MAPPING:
            not_asked.append((rule.name, "about the mapping"))
        else:
            asked.append(rule)
    return asked, not_asked


def _whole_rows(read: Read) -> Path:
    """The folder of facts without the rows of what could not be read whole; the same folder where all was right."""
    broken: dict[str, set[str]] = {}
    for one in read.inspected:
        broken.setdefault(PARENTS.get(one.table, (one.table, ""))[0], set()).update(one.broken_keys)
    if not any(broken.values()):
        return read.folder
    whole = read.folder / "whole"
    whole.mkdir()
    with duckdb.connect(":memory:") as connection:
        for file in sorted(read.folder.glob("*.parquet")):
            parent, key = PARENTS.get(file.stem, (file.stem, (TABLES[file.stem].key or ("",))[0]))
            strange = sorted(broken.get(parent, ())) if key else []
            facts = connection.read_parquet(str(file)).filter(f"NOT list_contains({_texts(strange)}, {key})" if strange else "TRUE")
            facts.write_parquet(str(whole / file.name))
    return whole


def _texts(values: Sequence[str]) -> str:
    """Texts as a list in DuckDB's SQL."""
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def _faults(measured: Measured, store: Store) -> Iterator[Fault]:
    rule = measured.rule
    if measured.crash:
        what = f'the check "{rule.title}" could not be made: {measured.crash}'
        yield Fault(rule.name, Severity.BLOCKER, _where(rule, ()), what, "Tell the data team; the log has the details.")
    for found in measured.measures:
        what = rule.message(store.name, found.count, found.amount_cents).removeprefix(f"{store.name}: ").rstrip(".")
        yield Fault(
            rule.name, rule.severity, _where(rule, found.examples), what, rule.remedy,
            count=found.count, amount_cents=found.amount_cents, examples=found.examples,
        )  # fmt: skip


def _where(rule: Rule, examples: Sequence[str]) -> str:
    """The files that a rule holds against each other; those that its examples begin with, where they do."""
    named = {example.split(" ", 1)[0].rstrip(":") for example in examples} & set(TABLES)
    tables = named or FAULTY.get(rule.name) or tables_of(rule)
    return ", ".join(f"{table}.sql" for table in TABLES if table in tables)


def late_faults(read: Read, now: datetime) -> tuple[Fault, ...]:
    """What makes the date prove little: nothing was delivered for it, or a night would not take it yet. ``now`` is aware."""
    if read.unread & set(_TRADE):
        return ()
    if not any(one.rows > one.outside for one in read.inspected if one.table in _TRADE):
        severity = Severity.INFO if read.store.is_closed_on(read.day) else Severity.BLOCKER
        what = f"no sale, movement, purchase or ledger entry on {read.day}, so that nothing was proved"
        remedy = "Name a date with trade (--date). If there was trade, look at the store and the dates in WHERE."
        return (Fault("no_rows", severity, "sales.sql", what, remedy, "sales"),)
    if read.unread & {"shifts", "source"} or any(one.broken_keys for one in read.inspected):
        return ()
    with open_facts([read.folder]) as facts:
        told = facts.execute("SELECT epoch_us(as_of) FROM source").fetchall()
        as_of = {read.store.key: datetime.fromtimestamp(told[0][0] // 1_000_000, UTC)} if told else {}
        why = Readiness(facts, as_of, now).why_not(read.store, read.day)
    if not why:
        return ()
    remedy = "Nothing, if that is so in the POS; otherwise look at shifts.sql and source.sql."
    return (
        Fault("not_ready", Severity.WARNING, "shifts.sql, source.sql", f"a night would not take this date yet: {why.rstrip('.')}", remedy),
    )
