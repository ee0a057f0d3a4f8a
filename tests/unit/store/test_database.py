"""Opening, migrating and failing: the schema is what is described, and every failure says where, what is safe and what to do."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text, update
from sqlalchemy.exc import StatementError

from tests.unit.store.databases import NO_SERVER, SERVERS, Watch, postgres_schema
from tests.unit.store.documents import invoice, journal, result, settle
from tillpost.errors import StoreError
from tillpost.store import audit as trail
from tillpost.store import database as module
from tillpost.store import migrating
from tillpost.store.database import Database, open_database
from tillpost.store.migrating import VERSION_TABLE
from tillpost.store.schema import audit, document, metadata
from tillpost.store.schema_xero import watermark


@pytest.fixture(params=["sqlite", *SERVERS])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'tillpost.db'}"
    else:
        yield from postgres_schema(migrated=False)


def test_these_tests_ran_on_postgresql_too() -> None:
    if not os.environ.get("TILLPOST_TEST_POSTGRES_URL"):
        pytest.skip(NO_SERVER)


def test_the_migrations_create_what_the_schema_describes(db: Database) -> None:
    with db.read() as tx:
        context = MigrationContext.configure(tx, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        checks = {table: {c["name"] for c in inspect(tx).get_check_constraints(table)} for table in metadata.tables}
        indexes = {i["name"]: i["unique"] for i in inspect(tx).get_indexes("document")}
    assert checks["document"] == {"ck_document_state", "ck_document_posted_has_id"}
    assert (checks["stream"], checks["chunk"]) == ({"ck_stream_state"}, {"ck_chunk_state"})
    assert indexes["uq_document_number"]


def test_nothing_becomes_posted_without_an_id_of_xero(db: Database) -> None:
    settle(db, result(journal()))
    with pytest.raises(StoreError), db.write() as tx:
        tx.execute(text("UPDATE document SET state = 'posted'"))


def test_a_database_is_made_with_its_folder_and_migrated_once(empty_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(2):
        database = open_database(empty_url, migrate=True)
        assert settle(database, result(journal())) == "released"
        database.close()
    assert [r.name for r in caplog.records if r.name.startswith("alembic.runtime.migration")] == []


def test_three_processes_may_migrate_at_once(empty_url: str) -> None:
    code = "import sys; from tillpost.store.database import migrate; migrate(sys.argv[1])"
    environment = {**os.environ, "PYTHONPATH": str(Path(module.__file__).parents[2])}
    started = [
        subprocess.Popen([sys.executable, "-c", code, empty_url], env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 3
    database = open_database(empty_url)
    assert settle(database, result(journal())) == "released"
    database.close()


def test_suppliers_numbers_that_an_older_tillpost_looked_for_are_looked_for_again(empty_url: str) -> None:
    database = open_database(empty_url)
    with database.write() as tx:
        config = migrating._config()
        config.attributes["connection"] = tx
        command.upgrade(config, "0002")
        stream = "INSERT INTO stream (id, organisation, store, business_date, stream, state, figures, updated_at) VALUES "
        tx.execute(text(f"{stream} (1, 'harbour', 'cafe', '2026-10-03', 'purchases', 'released', '{{}}', '2026-10-04')"))
        columns = "organisation, stream_id, business_date, payload, max_chunk, created_at, updated_at, number_checked_at"
        same = "'harbour', 1, '2026-10-03', '{}', 50, '2026-10-04', '2026-10-04', '2026-10-04'"
        insert = f"INSERT INTO document (natural_key, version, number, kind, state, xero_id, {columns}) VALUES "
        for name, state in (("p1", "ready"), ("p2", "posted")):
            tx.execute(text(f"{insert} ('{name}', 1, '{name}', 'bill', '{state}', 'id-{name}', {same})"))
    database.close()
    with open_database(empty_url, migrate=True).read() as tx:
        found = tx.execute(select(document.c.number, document.c.number_checked_at.is_(None), document.c.seen_ids).order_by(document.c.id))
        assert [tuple(row) for row in found] == [("p1", True, []), ("p2", False, [])]


def test_a_database_that_was_never_migrated_says_so(empty_url: str) -> None:
    database = open_database(empty_url)
    with pytest.raises(StoreError, match=r"its schema is out of date .*Run `tillpost migrate`, then run again."):
        settle(database, result(journal()))
    database.close()


def test_a_database_of_a_newer_tillpost_is_left_alone(db: Database, db_url: str) -> None:
    with db.write() as tx:
        tx.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match="has schema 9999, which this Tillpost does not know"):
        open_database(db_url, migrate=True)


def test_writing_transactions_that_read_first_wait_for_one_another(db: Database, watch: Watch) -> None:
    """With a deferred BEGIN, SQLite would end all but one of them at once with "database is locked"."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows: each step is one conditional UPDATE there")
    with db.write() as tx:
        tx.execute(watermark.insert().values(organisation="harbour", name="count", value=watch()))
    failures: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(5):
                with db.write() as tx:
                    value = tx.execute(select(watermark.c.value)).scalar_one()
                    time.sleep(0.002)
                    tx.execute(update(watermark).values(value=value + timedelta(seconds=1)))
        except BaseException as error:
            failures.append(error)

    _at_once(count, count, count)
    with db.read() as tx:
        assert (failures, tx.execute(select(watermark.c.value)).scalar()) == ([], watch() + timedelta(seconds=15))


def test_two_runs_may_settle_the_same_stream_at_once(db: Database) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for n in range(4):
                settle(db, result(journal(cents=100 + n), invoice("s1"), read_minutes=n))
        except BaseException as error:
            failures.append(error)

    _at_once(work, work, work)
    with db.read() as tx:
        rows = tx.execute(select(document.c.number, document.c.state, document.c.total_cents).order_by(document.c.kind)).all()
    assert (failures, [tuple(r) for r in rows]) == (
        [], [("TP/cafe/invoice/s1", "ready", 5_500), ("TP/cafe/sales/2026-10-03", "ready", 103)],
    )  # fmt: skip


def _at_once(*work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_lock_that_is_never_given_up(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows and waits")
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 50)
    with db.write(), pytest.raises(StoreError, match="another process kept it locked for too long"), db.write():
        pass


def test_an_sqlite_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"\(SQLite file .*tillpost.db\) failed while creating its folder: it cannot be opened"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'tillpost.db'}")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "tillpost.db").write_text("these are not the books" * 100)
    with pytest.raises(StoreError, match="its file is damaged or is no database"):
        open_database(f"sqlite:///{tmp_path / 'tillpost.db'}", migrate=True)


def test_a_server_that_does_not_answer_and_its_password_in_no_message() -> None:
    database = open_database("postgresql://tillpost:s3cret@127.0.0.1:9/books")
    with pytest.raises(
        StoreError, match=r"PostgreSQL database books on 127.0.0.1:9.*it cannot be reached.*Nothing was half-written"
    ) as caught:
        settle(database, result(journal()))
    assert "s3cret" not in str(caught.value) + repr(database)


@pytest.mark.parametrize("url", ["mysql://root:s3cret@host/books", "no url: s3cret", "sqlite://"])
def test_other_urls_are_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:////path/to/file") as caught:
        open_database(url)
    assert "s3cret" not in str(caught.value)


def test_times_come_back_aware_in_utc_and_naive_ones_are_refused(db: Database) -> None:
    melbourne = datetime(2026, 10, 4, 3, 30, 1, 234567, tzinfo=timezone(timedelta(hours=11)))
    with db.write() as tx:
        tx.execute(watermark.insert().values(organisation="harbour", name="invoices", value=melbourne))
    with db.read() as tx:
        assert tx.execute(select(watermark.c.value)).scalar() == datetime(2026, 10, 3, 16, 30, 1, 234567, tzinfo=UTC)
        assert tx.execute(select(watermark.c.value)).scalar_one().tzinfo is UTC
    with pytest.raises((StoreError, StatementError)), db.write() as tx:
        tx.execute(update(watermark).values(value=datetime(2026, 10, 4)))  # noqa: DTZ001


def test_the_clock_is_the_databases_unless_a_test_hands_one_in(db: Database, db_url: str, watch: Watch) -> None:
    assert db.now() == watch()
    database = open_database(db_url)
    assert abs(database.now() - datetime.now(UTC)) < timedelta(seconds=30)
    assert database.now().utcoffset() == timedelta()
    database.close()


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_audit_trail_can_only_grow(db: Database, watch: Watch, statement: str) -> None:
    with db.write() as tx:
        trail.record(tx, "harbour", "harbour", "bind", now=watch(), who="Kim", why="first night")
    with pytest.raises(StoreError, match="audit is append-only"), db.write() as tx:
        tx.execute(text(statement))
    with db.read() as tx:
        assert tx.execute(select(audit.c.who)).scalars().all() == ["Kim"]
