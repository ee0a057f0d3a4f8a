"""The local Xero: journals per second in batches of 50, and lists read per second."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.figures import Figure, median_seconds
from tests.benchmarks.ledger import Ledger, journals, local_xero
from tillpost.model.documents import Document, DocumentKind
from tillpost.xero.client import XeroClient

JOURNALS, BATCH, ALONE, READS = 500, 50, 50, 50


class NoIds:
    """Journals name nobody and settle nothing."""

    def contact_id(self, contact: object) -> str:
        """Never asked."""
        raise KeyError(contact)

    def xero_id(self, natural_key: str) -> str:
        """Never asked."""
        raise KeyError(natural_key)


def figures() -> Iterator[Figure]:
    """Writing and reading."""
    with tempfile.TemporaryDirectory() as folder, local_xero(Path(folder)) as ledger:
        client = XeroClient(ledger.organisation("serving"))
        documents = journals("serving", JOURNALS)
        batched, alone = median_seconds(lambda run: put(client, documents, BATCH), lambda run: put(client, documents[:ALONE], 1))
        reading, bare = median_seconds(lambda run: _read(client), lambda run: _ask_the_time(ledger))
    many, few = JOURNALS / batched, ALONE / alone
    yield Figure("local_xero_put_50", many, "journals/s", many / few, "times as many as in calls of one journal")
    yield Figure("local_xero_get", READS / reading, "GETs/s", reading / bare, "times the time of a call to it that reads no books")


def put(client: XeroClient, documents: list[Document], size: int) -> None:
    """Send documents in calls of that size, each under a key of its own."""
    for start in range(0, len(documents), size):
        body = client.body(DocumentKind.JOURNAL, documents[start : start + size], NoIds())
        results = client.send(DocumentKind.JOURNAL, body, f"bench-{uuid.uuid4().hex}")
        assert all(result.accepted for result in results), results


def _read(client: XeroClient) -> None:
    """One page of what changed: there is nothing, so that the call itself is timed."""
    for _ in range(READS):
        assert client.held_documents(DocumentKind.JOURNAL, datetime.now(UTC) + timedelta(hours=1)) == []


def _ask_the_time(ledger: Ledger) -> None:
    for _ in range(READS):
        ledger.admin.now()
