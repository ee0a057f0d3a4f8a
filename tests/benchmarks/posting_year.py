"""post: a year of ten stores, an invoice and four payments a day each, where every answer of Xero takes five seconds.

The clock is advanced instead of waited for, and the local Xero answers within this process (``tests.torture``). Beside it a poster that
sends one document per call, on the first 500.
"""

from __future__ import annotations

import gc
import os
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.benchmarks.figures import Figure
from tests.torture.documents import ORGANISATION, SALES
from tests.torture.lanes import VirtualLanes
from tests.torture.local_xero import LocalXero, Weather
from tests.torture.poster import CLIENT_ID, Stage, connection
from tests.torture.theatre import theatre
from tillpost.model.documents import Contact, Document, DocumentKind, DocumentLine
from tillpost.model.findings import Stream, StreamKey
from tillpost.posting_rules import PostingRules
from tillpost.store.streams import StreamResult, settle_stream
from tillpost.xero import exchange
from tillpost.xero.bodies import PostedIds
from tillpost.xero.client import XeroClient
from tillpost.xero.posting import drain
from tillpost.xero.quota import Quota
from tillpost.xero.reference import read_reference

STORES, DAYS, PAYMENTS = 10, 365, 4
NAIVE = 500
START = datetime(2026, 10, 4, 18, tzinfo=UTC)
ANSWER = Weather(fastest=5.0, slowest=5.0)
RULES = PostingRules(lanes=4)


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took: documents, calls, simulated minutes, real seconds, and the process's most memory in megabytes."""

    documents: int
    calls: int
    minutes: float
    seconds: float
    megabytes: float


def figures() -> Iterator[Figure]:
    """The year by the poster, each figure per document beside that of the naive one."""
    with theatre() as house:
        stage = house.stage(START)
        documents = [one for n in range(STORES * DAYS) for one in _released(stage, n)]
        poster = _apart(stage, lambda: _post(stage, len(documents)))
        stage = house.stage(START)
        naive = _apart(stage, lambda: _one_by_one(stage, documents[:NAIVE]))
    apart = "times one document per call"
    yield Figure(
        "post_18250_calls", poster.calls, "calls", poster.calls / poster.documents * naive.documents / naive.calls, f"{apart}, per document"
    )
    minutes = poster.minutes / poster.documents * naive.documents / naive.minutes
    yield Figure("post_18250_minutes", poster.minutes, "simulated minutes", minutes, f"{apart}, per document")
    seconds = poster.seconds / poster.documents * naive.documents / naive.seconds
    yield Figure("post_18250_seconds", poster.seconds, "real seconds", seconds, f"{apart}, per document, Xero's own work here included")
    yield Figure("post_18250_memory", poster.megabytes, "MB", poster.megabytes / naive.megabytes, f"{apart}, of 500 documents")


def _released(stage: Stage, n: int) -> list[Document]:
    """A store's date: an invoice to its customer and four payments of it."""
    store, day = f"store{n % STORES}", date(2025, 10, 1) + timedelta(days=n // STORES)
    key = StreamKey(ORGANISATION, store, day, Stream.SALES)
    natural, number = f"{ORGANISATION}/{store}/invoice/{day}", f"TP/{store}/invoice/{day}"
    line, who = DocumentLine(SALES, "OUTPUT", 44_000 + n, "Sales of the day", rate_bp=1_000), Contact(f"Customers of {store}", store)
    invoice = Document(key, natural, DocumentKind.INVOICE, number, day, "AUD", (line,), contact=who)
    payments = [_payment(invoice, n) for n in range(PAYMENTS)]
    result = StreamResult(key, (), (invoice, *payments), {"gross_cents": line.cents}, "facts", START, "bench", "bench")
    assert settle_stream(stage.db, result, approval_required=False, posted_changes="hold", now=START) == "released"
    return [invoice, *payments]


def _payment(invoice: Document, n: int) -> Document:
    key, named = invoice.key, f"payment/{invoice.date}-{n}"
    natural, number = f"{ORGANISATION}/{key.store}/{named}", f"TP/{key.store}/{named}"
    paid = {"settles": invoice.natural_key, "account": "102"}
    return Document(key, natural, DocumentKind.PAYMENT, number, invoice.date, "AUD", amount_cents=11_000, **paid)


def _apart(stage: Stage, work: Callable[[], tuple[int, int]]) -> Cost:
    """Do it in a process of its own, whose memory is its own."""
    stage.db.close()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        gc.freeze()
        begun, moment = time.perf_counter(), stage.clock()
        try:
            documents, calls = work()
            minutes = (stage.clock() - moment).total_seconds() / 60
            os.write(writer, f"{documents} {calls} {minutes} {time.perf_counter() - begun}".encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    _, status, used = os.wait4(pid, 0)
    assert status == 0, "the work ended with an error: see above"
    told = os.read(reader, 1000).decode().split()
    return Cost(int(told[0]), int(told[1]), float(told[2]), float(told[3]), used.ru_maxrss / 1024)


def _post(stage: Stage, expected: int) -> tuple[int, int]:
    xero = LocalXero(stage.xero, stage.clock, ANSWER, Random(0), lambda _: None)
    xero.connect(exchange)
    quota = Quota(stage.db, ORGANISATION, stage.clock, RULES, app=CLIENT_ID)
    client = XeroClient(connection(), meter=quota, now=stage.clock)
    done = drain(
        *(stage.db, ORGANISATION, client, stage.clock, "bench"),
        **{"max_seconds": 86_400, "rules": RULES, "lanes": VirtualLanes(RULES.lanes, xero), "budget": quota, "wait": stage.clock.advance},
        reference=lambda: read_reference(client),
    )
    assert (done.posted, done.left) == (expected, 0), done
    return done.posted, done.calls


def _one_by_one(stage: Stage, documents: list[Document]) -> tuple[int, int]:
    """No record, no batch, no lanes; and it would not survive a lost answer."""
    xero = LocalXero(stage.xero, stage.clock, ANSWER, Random(0), lambda _: None)
    xero.connect(exchange)
    client = XeroClient(connection(), now=stage.clock)
    ids, kinds = dict[str, str](), {one.natural_key: one.kind for one in documents}
    names = sorted({one.contact.number: one.contact for one in documents if one.contact}.items())
    made = client.create_contacts([contact for _, contact in names])
    known = PostedIds({f"number:{number}": one.contact_id for (number, _), one in zip(names, made, strict=True)}, ids, kinds)
    for n, one in enumerate(documents):
        [result] = client.send(one.kind, client.body(one.kind, [one], known), f"bench-{n}")
        assert result.accepted, result
        ids[one.natural_key] = result.xero_id
    return len(documents), client.calls
