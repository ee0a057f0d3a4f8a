"""post: 500 released journals through the outbox into the local Xero, against a loop of one document per call that keeps no record."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.figures import RUNS, Figure, median_seconds
from tests.benchmarks.ledger import journals, local_xero
from tests.benchmarks.serving import put
from tillpost.model.documents import Document
from tillpost.store.database import Database, open_database
from tillpost.store.streams import StreamResult, settle_stream
from tillpost.xero.client import XeroClient
from tillpost.xero.posting import drain
from tillpost.xero.quota import Quota

KEY, JOURNALS, NAIVE = "bench", 500, 100
READ_AT = datetime(2026, 10, 5, 20, tzinfo=UTC)


def figures() -> Iterator[Figure]:
    """Documents a second by the poster, and by the loop."""
    with tempfile.TemporaryDirectory() as folder, local_xero(Path(folder)) as ledger:
        released = _released(Path(folder))
        outboxes = [open_database(f"sqlite:///{shutil.copy(released, Path(folder) / f'outbox{run}.db')}") for run in range(RUNS)]
        connections = [ledger.organisation(f"poster{run}") for run in range(RUNS)]
        alone, documents = XeroClient(ledger.organisation("naive")), journals("naive", NAIVE)
        clients = [XeroClient(connection, meter=Quota(db, KEY, db.now)) for db, connection in zip(outboxes, connections, strict=True)]
        posting, naive = median_seconds(lambda run: _post(outboxes[run], clients[run]), lambda run: put(alone, documents, 1))
    many, few = JOURNALS / posting, NAIVE / naive
    yield Figure("post_500_journals", many, "documents/s", many / few, "times a loop of one document per call, at no distance")
    calls = clients[0].calls
    yield Figure("post_500_journals_calls", calls, "calls", calls / JOURNALS, "times those of that loop; Xero allows 60 a minute")


def _released(root: Path) -> Path:
    """An outbox that holds the journals, ready to be sent."""
    file = root / "released.db"
    db = open_database(f"sqlite:///{file}", migrate=True)
    for document in journals(KEY, JOURNALS):
        assert settle_stream(db, _result(document), approval_required=False, posted_changes="hold", now=READ_AT) == "released"
    db.close()
    return file


def _result(document: Document) -> StreamResult:
    return StreamResult(document.key, (), (document,), {"gross_cents": document.total_cents}, "facts", READ_AT, "bench", "bench")


def _post(db: Database, client: XeroClient) -> None:
    done = drain(db, KEY, client, db.now, "bench")
    assert (done.posted, done.left) == (JOURNALS, 0), done
