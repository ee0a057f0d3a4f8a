"""The validation report of a date as the file that is attached to documents in Xero, where tillpost.yml asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tillpost.config import Site
from tillpost.flows.reporting import day_reports
from tillpost.model.findings import StreamKey
from tillpost.organisations import Organisation
from tillpost.store.database import Database
from tillpost.xero.sender import File

TYPES = {"csv": "text/csv", "pdf": "application/pdf"}


def evidence_files(site: Site, org: Organisation, db: Database, run: str) -> Callable[[StreamKey], File] | None:
    """How to make the file of a stream's date, each date once; None where no files are wanted."""
    kind = org.posting.evidence
    if kind not in TYPES:
        return None
    made: dict[date, File] = {}

    def file_of(key: StreamKey) -> File:
        if key.business_date not in made:
            made.clear()  # dates come in order: one file at a time is enough
            made[key.business_date] = _file(site, org, db, run, kind, key.business_date)
        return made[key.business_date]

    return file_of


def _file(site: Site, org: Organisation, db: Database, run: str, kind: str, day: date) -> File:
    from tillpost.report.files import csv_of, pdf_of

    [report] = day_reports(site, org, db, [day], run, db.now())
    content = csv_of(report) if kind == "csv" else pdf_of(report)
    # The key has small letters, digits and _ only: the name is one that Xero takes.
    return File(f"tillpost-{org.key}-{day.isoformat()}.{kind}", TYPES[kind], content)
