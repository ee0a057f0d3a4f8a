"""A POS database through the whole main job: SQL files, checks, build, outbox, and an organisation of its own in a local Xero."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from sandbox.world import PROJECT
from sandbox.xero.client import read_chart
from sandbox.xero.serving import Served
from tests.golden.books import Books
from tillpost.config import Settings, Site
from tillpost.connection import Connection
from tillpost.flows.planning import plan_run
from tillpost.flows.post import Posted, post
from tillpost.flows.prepare import Summary, extract_group, settle
from tillpost.organisations import load_organisations
from tillpost.store.database import Database, open_database
from tillpost.store.states import StreamState, stream_states

ORGANISATION = "shop"


@dataclass(frozen=True, slots=True)
class Journey:
    """One organisation: its site, and its books in the local Xero."""

    site: Site
    books: Books

    def prepare(self, first: date, last: date, run: str = "test") -> Summary:
        """From the tills to the outbox, both dates included."""
        until = (last + timedelta(days=1)).isoformat()
        groups = plan_run(self.site, ORGANISATION, first.isoformat(), until, nightly=False)
        extracted = [extract_group(self.site, ORGANISATION, group, run) for group in groups]
        return settle(self.site, ORGANISATION, groups, extracted, run)

    def post(self) -> Posted:
        """From the outbox to Xero."""
        return post(self.site, ORGANISATION, holder="test")

    def database(self) -> Database:
        """Its outbox."""
        return open_database(self.site.settings.db_url, migrate=True)

    def streams(self) -> list[StreamState]:
        """The state of all its streams."""
        return stream_states(self.database(), ORGANISATION)


def journey(
    served: Served, root: Path, key: str, organisation: Mapping[str, Any], mappings: Path, sources: Mapping[str, Connection]
) -> Journey:
    """Set an organisation up under ``root``: ``organisation`` is its part of tillpost.yml (``xero`` is added), ``key`` its key in the
    local Xero, ``mappings`` a folder with accounts.csv, taxes.csv, contacts.csv and the chart.csv that its Xero begins with.
    """
    include = root / "include"
    shutil.copytree(PROJECT / "include" / "sql", include / "sql")
    shutil.copytree(mappings, include / "mappings" / ORGANISATION)
    told: dict[str, Any] = {"prepare_at": "06:00", **organisation, "xero": "xero"}
    (include / "tillpost.yml").write_text(yaml.safe_dump({"version": 1, "organisations": {ORGANISATION: told}}), encoding="utf-8")
    client_id, client_secret = f"id-{key}", f"secret-{key}"
    made = served.admin.create_organisation(
        key, name=told["name"], country=told["country"], currency=told["currency"], time_zone=told["time_zone"],
        accounts=read_chart(mappings / "chart.csv"), client_id=client_id, client_secret=client_secret,
    )  # fmt: skip
    served.admin.raise_limits(key)
    xero = Connection("xero", "generic", login=client_id, password=client_secret, extra={"base_url": served.base_url})
    connections = {**sources, "xero": xero}
    settings = Settings(include, f"sqlite:///{root / 'tillpost.db'}", root / "data")
    site = Site(settings, load_organisations(include / "tillpost.yml"), connections.__getitem__)
    return Journey(site, Books.of(served.base_url, client_id, client_secret, made["tenant_id"]))
