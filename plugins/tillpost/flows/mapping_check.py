"""``tillpost mapping check``: the mapping files against the codes that the POS systems show and against what Xero says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tillpost.build.context import BuildContext
from tillpost.build.documents import build_documents
from tillpost.checks.mapping_accounts import account_matters, future_matters, liability_matters, row_tax_matters
from tillpost.checks.mapping_booked import booked_matters
from tillpost.checks.mapping_codes import code_matters, rows_of_classes
from tillpost.checks.mapping_matters import Matter, in_order, placed_rows, written_rows
from tillpost.checks.mapping_xero import contact_matters, store_tracking_matters, tax_matters, tracking_matters
from tillpost.config import Site
from tillpost.errors import XeroError
from tillpost.flows.budget import patient_meter
from tillpost.flows.mapping_codes import PosReading, code_uses, dates_of_interest, read_pos
from tillpost.flows.mappings import mapping_folder, mapping_of_site
from tillpost.flows.reference import last_reference_data, read_reference_data
from tillpost.mapping.chart import read_chart, reference_of_chart
from tillpost.mapping.tables import Mapping
from tillpost.model.findings import Severity
from tillpost.model.period import DateRange
from tillpost.model.reference import ReferenceData
from tillpost.organisations import Organisation
from tillpost.store.database import open_database


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a mapping command asks: the POS for which dates, and Xero, a chart file (``chart``) or nobody (``offline``)."""

    first: date | None = None
    last: date | None = None
    chart: Path | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class MappingCheck:
    """What was found, where, and what was left unasked: ``problems`` leave the check incomplete, ``remarks`` do not."""

    folder: Path
    matters: tuple[Matter, ...]
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether everything was looked at and nothing has to be mended."""
        return not self.problems and all(matter.severity is Severity.INFO for matter in self.matters)


def check_mapping(site: Site, organisation: str, asked: Asked, now: datetime) -> MappingCheck:
    """Compare an organisation's mapping files with its POS systems and with Xero; raises ConfigError where they cannot be read at all.

    Nothing is kept or sent but what Xero answers, as every run keeps it. ``now`` is aware.
    """
    org = site.organisation(organisation)
    mapping = mapping_of_site(site, org)
    reference, problem = reference_for(site, org, asked)
    days = None if asked.offline else dates_of_interest(org, asked.first, asked.last, now)
    with read_pos(site, org, days) as reading:
        matters = [*_files(org, mapping, reference, asked, days, now), *_shown(org, mapping, reference, reading, days)]
    refused = {matter.place for matter in matters if matter.name == "bank_account"}
    matters = [matter for matter in matters if matter.name != "bank_account_of_tender" or matter.place not in refused]
    problems = [problem] if problem else []
    problems += [f"{org.store(key).name}: not read. {why}" for key, why in sorted(reading.unread.items())]
    return MappingCheck(mapping_folder(site, org), tuple(in_order(matters)), tuple(problems), tuple(_remarks(reading, days)))


def reference_for(site: Site, org: Organisation, asked: Asked) -> tuple[ReferenceData | None, str]:
    """Xero's answer or what stands in for it, and a sentence where there is none or an old one."""
    if asked.chart is not None:
        return reference_of_chart(asked.chart, org.country, read_chart(asked.chart, org.country)), ""
    if asked.offline:
        kept = last_reference_data(site, org)
        return kept, "" if kept else "No answer of Xero is on record: give a chart with --chart, or leave --offline away."
    db = open_database(site.settings.db_url, migrate=True)
    try:
        return read_reference_data(site, org, patient_meter(site, org, db))
    except XeroError as problem:
        return None, f"Xero was not asked: {problem}"


def _files(
    org: Organisation, mapping: Mapping, reference: ReferenceData | None, asked: Asked, days: DateRange | None, now: datetime
) -> Iterator[Matter]:
    """What the files alone and Xero tell."""
    today = now.astimezone(ZoneInfo(org.time_zone)).date()
    since = days.start if days else today
    yield from future_matters(written_rows(mapping.accounts, _names(org), since), today)
    yield from contact_matters(mapping.contacts)
    if reference is None:
        return
    rows = placed_rows(mapping, _names(org), since)
    yield from account_matters(rows, reference)
    yield from row_tax_matters(rows, mapping, reference, since)
    yield from liability_matters(rows, reference)
    yield from tax_matters(mapping.taxes, org.country, reference, since, standard_only=asked.chart is not None)
    if asked.chart is None:
        yield from tracking_matters(rows, reference)
        yield from store_tracking_matters(org.store_tracking, (store.tag for store in org.stores.values()), reference)


def _shown(
    org: Organisation, mapping: Mapping, reference: ReferenceData | None, reading: PosReading, days: DateRange | None
) -> Iterator[Matter]:
    """What the POS systems show, and what would become of it."""
    if days is None or not reading.store_dates:
        return
    uses = code_uses(reading, org, mapping)
    looked_at = (min(day for _, day in reading.store_dates), max(day for _, day in reading.store_dates))
    whole = not reading.unread
    yield from (one for one in code_matters(uses, mapping, _names(org), looked_at) if whole or one.name != "not_shown")
    if reference is not None:
        yield from account_matters(rows_of_classes(uses, mapping), reference)
        banks = frozenset(code for code, account in reference.accounts.items() if account.type == "BANK")
        built = build_documents(reading.facts, BuildContext(org, mapping, reading.store_dates, banks))
        yield from booked_matters((document for documents in built.values() for document in documents), mapping.accounts, reference)


def _names(org: Organisation) -> dict[str, str]:
    return {store.key: store.name for store in org.stores.values()}


def _remarks(reading: PosReading, days: DateRange | None) -> Iterator[str]:
    if days is None:
        yield "No POS was asked (--offline): codes without a row, and rows without a code, are not known."
    elif not reading.store_dates and not reading.unread:
        yield f"No store has begun by these dates ({days.start} to {max(days)}): no code was compared."
    elif reading.unread:
        yield "Rows whose code no POS shows are not told, since not every store was read."


def utc_now() -> datetime:
    """The moment of a command."""
    return datetime.now(UTC)
