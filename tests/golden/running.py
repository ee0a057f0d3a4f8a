"""A golden case end to end: facts, checks, build, outbox, the local Xero; reading after reading, as night follows night."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from sandbox.xero.client import read_chart
from sandbox.xero.serving import Served
from tests.golden.books import Books
from tests.golden.case_files import Case, readings
from tests.golden.given import CURRENCIES, STORE, facts_of_case
from tests.unit.store.databases import migrated
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.flows.mappings import mapping_of_site
from tillpost.flows.post import post
from tillpost.flows.reference import read_reference_data
from tillpost.flows.settling import FactsRead, Outcome, Run, settle_facts
from tillpost.mapping.tables import Mapping as Mappings
from tillpost.model.documents import Document, document_of_dict
from tillpost.model.facts import TABLES
from tillpost.model.findings import Finding
from tillpost.organisations import ORGANISATION_KEYS, Organisation, load_organisations
from tillpost.pos.facts import facts_of_rows, open_facts, write_facts
from tillpost.store.database import Database, open_database
from tillpost.store.evidence import postings_of
from tillpost.store.schema import document
from tillpost.store.states import stream_states

NOW = datetime(2026, 4, 1, tzinfo=UTC)
ZONES = {"AU": "Australia/Melbourne", "NZ": "Pacific/Auckland", "GB": "Europe/London"}
SALES_TAX_BASIS = {"accrual": "ACCRUALS", "cash": "CASH"}
KEY = "golden"


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a case: the outcome of each reading, our record of the documents in Xero, and Xero itself."""

    outcomes: tuple[Outcome, ...]
    documents: tuple[Document, ...]
    left: tuple[str, ...]
    mapping: Mappings
    chart: dict[str, str]
    books: Books
    last_day: date

    @property
    def findings(self) -> list[Finding]:
        """All findings of all readings."""
        return [finding for outcome in self.outcomes for found in outcome.findings.values() for finding in found]

    @property
    def blockers(self) -> list[Finding]:
        """What holds a stream after the last reading."""
        return [finding for found in self.outcomes[-1].findings.values() for finding in found if finding.blocks]


def run_case(case: Case, mappings: Path, served: Served, folder: Path) -> Ran:
    """Run a case in an organisation of its own of the local Xero, with ``folder`` for its database and facts."""
    org = _organisation(case, folder)
    site, books = _site(case, org, mappings, served, folder)
    mapping = mapping_of_site(site, org)
    (folder / "tillpost.db").write_bytes(migrated())
    db = open_database(site.settings.db_url, migrate=True)
    outcomes, days, left = [], [], 0
    for n, reading in enumerate(readings(case)):
        run = Run(site, org, mapping, read_reference_data(site, org)[0], db, f"{KEY}-{n + 1}", NOW + timedelta(days=n))
        read = _read(run, reading, folder / f"facts-{n + 1}")
        days += [day for _, day in read.store_dates]
        outcomes.append(settle_facts(run, read))
        left = post(site, KEY, holder=KEY)["left"]
    chart = {row["code"]: row["name"] for row in read_chart(mappings / "chart.csv")}
    return Ran(tuple(outcomes), _posted(db), _left(db) if left else (), mapping, chart, books, max(days))


def organisation_key(case: Case) -> str:
    """The key of the case's organisation in the local Xero."""
    return "case-" + re.sub(r"[^a-z0-9]+", "-", case["id"].lower())


def _organisation(case: Case, folder: Path) -> Organisation:
    """The organisation as tillpost.yml would tell it: every setting of docs/configuration.md may stand in a case, by its name there.

    ``stores`` names the stores of a case that has more than one, each with what is set for it alone.
    """
    settings = dict(case["settings"])
    country, stores = settings["country"], settings.pop("stores", {STORE: {}})
    own = {name: settings.pop(name) for name in ORGANISATION_KEYS if name in settings}
    told = {"name": "Golden", "currency": CURRENCIES[country], "time_zone": ZONES[country], "xero": "xero", "prepare_at": "06:00", **own}
    told["stores"] = {key: {**_store(key), **settings, **(alone or {})} for key, alone in stores.items()}
    file = folder / "tillpost.yml"
    file.write_text(yaml.safe_dump({"version": 1, "organisations": {KEY: told}}), encoding="utf-8")
    return load_organisations(file)[KEY]


def _store(key: str) -> dict[str, Any]:
    name = f"{key.replace('_', ' ').title()}"
    return {"name": name, "pos": "none", "connection": key, "pos_store": key, "starts_on": "2026-01-01"}


def _site(case: Case, org: Organisation, mappings: Path, served: Served, folder: Path) -> tuple[Site, Books]:
    key = organisation_key(case)
    credentials = {"client_id": f"id-{key}", "client_secret": f"secret-{key}"}
    made = served.admin.create_organisation(
        key, name=org.name, country=org.country, currency=org.currency, time_zone=org.time_zone,
        accounts=read_chart(mappings / "chart.csv"), settings={"sales_tax_basis": SALES_TAX_BASIS[org.gst_basis]}, **credentials,
    )  # fmt: skip
    served.admin.raise_limits(key)
    books = Books.of(served.base_url, credentials["client_id"], credentials["client_secret"], made["tenant_id"])
    if org.store_tracking:
        books.add_tracking(org.store_tracking, [store.tag for store in org.stores.values()])
    include = folder / "include"
    shutil.copytree(mappings, include / "mappings" / KEY)
    connection = Connection(
        "xero", "generic", login=credentials["client_id"], password=credentials["client_secret"], extra={"base_url": served.base_url}
    )
    site = Site(Settings(include, f"sqlite:///{folder / 'tillpost.db'}", folder / "data"), {KEY: org}, lambda conn_id: connection)
    return site, books


def _read(run: Run, reading: dict[str, Any], folder: Path) -> FactsRead:
    """The facts of one reading, of every store but those that are ``not_read``."""
    facts = facts_of_case(reading, run.org.country, run.mapping, run.org.stores)
    dates = facts.store_dates([store for store in run.org.stores if store not in reading.get("not_read", ())])
    for store in sorted({store for store, _ in dates}):
        write_facts(folder / store, {name: facts_of_rows(TABLES[name], store, rows) for name, rows in facts.of_store(store).items()})
    return FactsRead(open_facts(sorted(folder.iterdir())), dates, dict.fromkeys(dates, run.now))


def _posted(db: Database) -> tuple[Document, ...]:
    with db.read() as tx:
        rows = tx.execute(select(document).where(document.c.state == "posted").order_by(document.c.id)).all()
        built = [(row.id, document_of_dict(row.payload)) for row in rows]
        postings = postings_of(tx, built)
    return tuple(replace(one, postings=postings.get(row_id, ())) for row_id, one in built)


def _left(db: Database) -> tuple[str, ...]:
    states = stream_states(db, KEY)
    return tuple(f"{state.key} {state.state}: {' '.join(state.reasons)}" for state in states if state.state != "posted")
