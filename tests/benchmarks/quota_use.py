"""The minute's quota in real time: how much of Xero's 60 calls a minute the poster uses in four lanes when there is always work."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from tests.benchmarks.figures import Figure
from tests.benchmarks.ledger import journals, local_xero
from tillpost.store.database import Database, open_database
from tillpost.store.schema import document
from tillpost.store.streams import StreamResult, settle_stream
from tillpost.xero.client import XeroClient
from tillpost.xero.lanes import lanes_of
from tillpost.xero.limits import MINUTE
from tillpost.xero.patience import PatientMeter
from tillpost.xero.posting import drain
from tillpost.xero.quota import Quota

# Answers that leave the lanes some time to spare; chunks of five, so that the work for two of our windows is made quickly.
KEY, LANES, ANSWER_SECONDS, DOCUMENTS_A_CHUNK, CHUNKS = "quota", 4, 3.4, 5, 130
MEASURED = 2 * MINUTE
READ_AT = datetime(2026, 10, 5, 20, tzinfo=UTC)


def figures() -> Iterator[Figure]:
    """Calls a minute over two minutes, against Xero's limits as they are."""
    with tempfile.TemporaryDirectory() as folder, local_xero(Path(folder)) as ledger:
        connection = ledger.organisation(KEY)
        ledger.admin.change_settings(KEY, minute_limit=60, day_limit=5_000, concurrent_limit=5, window="rolling")
        ledger.admin.set_latency(ANSWER_SECONDS)
        db = open_database(f"sqlite:///{Path(folder) / 'outbox.db'}", migrate=True)
        _release(db, CHUNKS * DOCUMENTS_A_CHUNK)
        quota = Quota(db, KEY, db.now, app=connection.login)
        client = XeroClient(connection, meter=PatientMeter(quota, db.now, time.sleep, 5))
        _drain(db, client, quota)
        refused, left = sum(1 for call in ledger.admin.calls(KEY) if call["status"] == 429), quota.standing().calls
    used = sum(1 for at in left if at < left[0] + MEASURED) * 60 / MEASURED.total_seconds()
    yield Figure("quota_used", used, "calls a minute", used / 60, f"of Xero's 60, {refused} of them refused")


def _drain(db: Database, client: XeroClient, quota: Quota) -> None:
    lanes = lanes_of(LANES)
    done = drain(
        db, KEY, client, db.now, "bench", max_seconds=int(MEASURED.total_seconds()) + 1, lanes=lanes, budget=quota, wait=time.sleep
    )
    assert (done.left > 0, done.refused, done.unknown) == (True, 0, 0), done


def _release(db: Database, count: int) -> None:
    for one in journals(KEY, count):
        found = StreamResult(one.key, (), (one,), {"gross_cents": one.total_cents}, "facts", READ_AT, "bench", "bench")
        assert settle_stream(db, found, approval_required=False, posted_changes="hold", now=READ_AT) == "released"
    with db.write() as tx:
        tx.execute(update(document).values(max_chunk=DOCUMENTS_A_CHUNK))
