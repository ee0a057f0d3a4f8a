"""Payment status comes back into the POS by key, and may be written again and again."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from shops_facts import BY_KEY, SQL

OPEN = {
    "store": "hire", "kind": "invoice", "pos_id": "100231", "number": "TP-1", "status": "open", "amount_due_cents": 55_000,
    "amount_paid_cents": 0, "paid_on": None, "changed_at": "2026-10-05T01:00:00Z",
}  # fmt: skip
PAID = {
    **OPEN,
    "status": "paid",
    "amount_due_cents": 0,
    "amount_paid_cents": 55_000,
    "paid_on": "2026-10-06",
    "changed_at": "2026-10-06T01:00:00Z",
}
BILL = {**OPEN, "kind": "bill", "pos_id": "I/DIGGERS/D-8801", "number": "D-8801"}


@pytest.mark.parametrize("key", ["cafe", "hire"])
def test_the_newest_state_stays_whatever_is_written_again(shops: Path, tmp_path: Path, key: str) -> None:
    """Twice the same changes nothing, an older state changes nothing, another document has a row of its own."""
    store = BY_KEY[key]
    file = shutil.copy(shops / store.database, tmp_path / "pos.sqlite")
    sql = (SQL / store.pos / "write_payment_status.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(file)) as connection:
        for content in (OPEN, OPEN, PAID, PAID, OPEN, BILL):
            connection.execute(sql, {**content, "store": key})
        rows = connection.execute("SELECT * FROM LedgerStatus ORDER BY DocumentKey").fetchall()
    assert rows == [
        (key, "invoice", "100231", "TP-1", "paid", 0, 55_000, "2026-10-06", "2026-10-06T01:00:00Z"),
        (key, "bill", "I/DIGGERS/D-8801", "D-8801", "open", 55_000, 0, None, "2026-10-05T01:00:00Z"),
    ]
