"""A small Harbour Group for tests of a night from end to end: one or two demo shops, an organisation of its own in a local Xero, all files to spoil.

Test files import the fixtures by name: ``from tests.integration.harbour_world import local_xero, world``. Every world has its own
include folder, POS databases, outbox and connections; the local Xero is shared by a module, an organisation in it by nobody.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import delete, select

from sandbox.shops import create_shops
from sandbox.world import POS_DATABASES, PROJECT
from sandbox.xero.client import read_chart
from sandbox.xero.serving import Served, serve
from tillpost.config import Settings, Site, load_site
from tillpost.connection import connection_from_environment
from tillpost.flows import post as post_flow
from tillpost.flows.post import Posted
from tillpost.flows.prepare import Summary, extract_group, plan_run, settle
from tillpost.model.findings import Stream, StreamKey
from tillpost.model.period import DateRange
from tillpost.store.database import Database, migrate, open_database
from tillpost.store.schema import document, stream
from tillpost.store.schema_xero import tenant
from tillpost.store.states import StreamState, stream_states

ORGANISATION = "harbour"
# A Monday on which nothing is wrong: the cafe has a journal, the hire store a journal, invoices and payments.
MONDAY = date(2026, 10, 5)
CAFE_AND_HIRE = ("cafe", "hire")
SECRET = "s3cret-of-the-app"
ON_ITS_WAY = ("ready", "sending", "unknown", "posted", "refused")
_TOKEN = re.compile(r"\[(TP/[^\]]+)\]")


@dataclass(slots=True)
class World:
    """One Harbour Group. ``shop`` is its key in the local Xero, ``environ`` its connections; ``ahead`` is how far its clock runs ahead."""

    root: Path
    xero: Served
    shop: str
    tenant_id: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    ahead: timedelta = timedelta()

    @property
    def include(self) -> Path:
        """Its own include folder."""
        return self.root / "include"

    @property
    def outbox(self) -> Path:
        """The file of its outbox."""
        return self.root / "tillpost.db"

    @property
    def site(self) -> Site:
        """The site as it is now: tillpost.yml and connections are read anew."""
        settings = Settings.from_environment(self.environ)
        return load_site(settings, lambda conn_id: connection_from_environment(conn_id, self.environ))

    def now(self) -> datetime:
        """Its clock, aware UTC."""
        return datetime.now(UTC) + self.ahead

    def wait(self, minutes: int) -> None:
        """Let time pass, in Xero too."""
        self.ahead += timedelta(minutes=minutes)
        self.xero.admin.advance_clock(minutes * 60)

    def prepare(self, day: date = MONDAY, run: str = "test") -> Summary:
        """From the tills to the outbox."""
        site = self.site
        groups = plan_run(site, ORGANISATION, day.isoformat(), (day + timedelta(days=1)).isoformat(), nightly=False)
        return settle(site, ORGANISATION, groups, [extract_group(site, ORGANISATION, group, run) for group in groups], run)

    def post(self) -> Posted:
        """From the outbox to Xero, by the world's clock."""
        return post_flow.post(self.site, ORGANISATION, holder="test")

    def database(self) -> Database:
        """Its outbox."""
        return open_database(f"sqlite:///{self.outbox}", migrate=True)

    def streams(self, day: date = MONDAY) -> dict[str, StreamState]:
        """The streams of a date, as ``cafe/sales``."""
        states = stream_states(self.database(), ORGANISATION, DateRange.of_day(day))
        return {f"{state.key.store}/{state.key.stream}": state for state in states}

    def states(self, day: date = MONDAY) -> dict[str, str]:
        """The state of each stream of a date."""
        return {name: state.state for name, state in self.streams(day).items()}

    def key(self, store: str, kind: Stream = Stream.SALES, day: date = MONDAY) -> StreamKey:
        """The key of a stream."""
        return StreamKey(ORGANISATION, store, day, kind)

    def in_xero(self) -> Counter[str]:
        """How often each document of ours is in Xero, by kind and the number that it was sent under."""
        return Counter(_name_in_xero(found) for found in self.xero.admin.documents(self.shop))

    def writes(self) -> int:
        """How many requests to write documents have reached Xero."""
        calls = self.xero.admin.calls(self.shop)
        return sum(call["method"] in ("PUT", "POST") and not call["path"].endswith("/Contacts") for call in calls)

    def connect(self, conn_id: str, **values: Any) -> None:
        """Change a connection; None takes a value away."""
        name = f"AIRFLOW_CONN_{conn_id.upper()}"
        changed = {**json.loads(self.environ.get(name, "{}")), **values}
        self.environ[name] = json.dumps({key: value for key, value in changed.items() if value is not None})

    def edit_yml(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the organisation's part of tillpost.yml."""
        file = self.include / "tillpost.yml"
        content = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
        change(content["organisations"][ORGANISATION])
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def edit_pos(self, conn_id: str, statement: str, *values: object) -> None:
        """Change a POS database."""
        file = json.loads(self.environ[f"AIRFLOW_CONN_{conn_id.upper()}"])["host"]
        with closing(sqlite3.connect(file)) as pos, pos:
            assert pos.execute(statement, values).rowcount > 0

    def check_whole(self) -> None:
        """Nothing is half-released and nothing lost: of each stream all documents are on their way or none, and Xero holds each once."""
        with self.database().read() as tx:
            streams = {row.id: row.state for row in tx.execute(select(stream))}
            documents = tx.execute(select(document).where(document.c.state != "superseded")).all()
        for row in documents:
            released = streams[row.stream_id] == "released"
            assert (row.state in ON_ITS_WAY) == released, f"{row.natural_key} is {row.state}, its stream {streams[row.stream_id]}"
        in_xero = self.in_xero()
        posted = Counter(_name(row.kind, row.number) for row in documents if row.state == "posted")
        in_doubt = Counter(_name(row.kind, row.number) for row in documents if row.state in ("unknown", "sending"))
        assert posted - in_xero == Counter(), "recorded as posted, and not in Xero"
        assert in_xero - posted - in_doubt == Counter(), "in Xero, and not recorded as posted"

    def check_complete(self, day: date = MONDAY, stores: tuple[str, ...] = CAFE_AND_HIRE) -> None:
        """Every stream of the date is done, and Xero holds exactly what the outbox says, each document once."""
        self.check_whole()
        states = self.streams(day)
        assert {name.split("/")[0] for name in states} == set(stores)
        assert {name: state.reasons for name, state in states.items() if state.state not in ("posted", "nothing_to_send")} == {}
        assert "posted" in self.states(day).values()
        assert max(self.in_xero().values()) == 1


def _name_in_xero(found: dict[str, Any]) -> str:
    text = found["text"] or ""
    token = _TOKEN.search(text)
    kind = {"ACCPAY": "bill", "ACCREC": "invoice"}.get(found["type"], found["kind"])
    return _name(kind, token[1] if token else text if found["kind"] == "payment" else found["number"])


def _name(kind: str, number: str) -> str:
    return f"{kind} {number}"


@pytest.fixture(scope="module")
def local_xero(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A local Xero for the tests of one module."""
    with serve(tmp_path_factory.mktemp("xero") / "xero.db") as served:
        yield served


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Demo shops and an empty outbox, made once per run of the tests and copied for each world."""
    folder = tmp_path_factory.getbasetemp() / "harbour_templates"
    if not folder.exists():
        folder.mkdir()
        create_shops(folder / "shops")
        migrate(f"sqlite:///{folder / 'tillpost.db'}")
    return folder


@pytest.fixture
def world(tmp_path: Path, local_xero: Served, templates: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A cafe and an equipment hire store, each with a POS database of its own, and nothing posted yet."""
    made = make_world(tmp_path, local_xero, templates)
    monkeypatch.setattr(post_flow, "open_database", partial(open_database, clock=made.now))
    yield made
    local_xero.admin.clear_faults()


@pytest.fixture
def ready_world(world: World, templates: Path) -> World:
    """A world whose Monday is prepared and waits in the outbox. It is prepared once per run of the tests."""
    prepared = templates / "prepared"
    if not prepared.exists():
        assert world.prepare()["problems"] == []
        prepared.mkdir()
        shutil.copy(world.outbox, prepared / "tillpost.db")
        shutil.copytree(world.root / "data", prepared / "data")
        return world
    shutil.copy(prepared / "tillpost.db", world.outbox)
    shutil.copytree(prepared / "data", world.root / "data")
    _bind_to_nobody(world)
    return world


def _bind_to_nobody(world: World) -> None:
    """What was prepared for another organisation of the local Xero is to meet this one."""
    with world.database().write() as tx:
        tx.execute(delete(tenant))
    file = world.root / "data" / "reference" / f"{ORGANISATION}.json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["organisation"]["tenant_id"] = world.tenant_id
    file.write_text(json.dumps(kept), encoding="utf-8")


def make_world(root: Path, xero: Served, templates: Path, stores: tuple[str, ...] = CAFE_AND_HIRE) -> World:
    """A world under ``root``, with an organisation in the local Xero that no limit stops."""
    made = World(root, xero, f"shop-{uuid.uuid4().hex[:8]}")
    shutil.copytree(templates / "shops", root / "shops")
    shutil.copy(templates / "tillpost.db", root / "tillpost.db")
    shutil.copytree(PROJECT / "include", root / "include")
    made.edit_yml(lambda org: org.update(stores={key: org["stores"][key] for key in stores}))
    _drop_other_organisations(root / "include" / "tillpost.yml")
    organisation = xero.admin.create_organisation(
        made.shop, name="Harbour Group", country="AU", currency="AUD", time_zone="Australia/Melbourne",
        client_id=made.shop, client_secret=SECRET, accounts=read_chart(PROJECT / "sandbox" / "charts" / "harbour.csv"),
    )  # fmt: skip
    made.tenant_id = organisation["tenant_id"]
    xero.admin.raise_limits(made.shop)
    made.environ |= {
        "TILLPOST_INCLUDE": str(root / "include"),
        "TILLPOST_DB_URL": f"sqlite:///{made.outbox}",
        "TILLPOST_DATA": str(root / "data"),
    }
    for conn_id, file in POS_DATABASES.items():
        made.connect(conn_id, conn_type="sqlite", host=str(root / "shops" / file))
    made.connect("xero_harbour", conn_type="xero", login=made.shop, password=SECRET, extra={"base_url": xero.base_url})
    return made


def _drop_other_organisations(file: Path) -> None:
    content = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    content["organisations"] = {ORGANISATION: content["organisations"][ORGANISATION]}
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
