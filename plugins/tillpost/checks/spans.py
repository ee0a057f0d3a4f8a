"""Which mapping row holds for each code that the facts show, per store and stretch of dates: resolved once, by the mapping's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from tillpost.mapping.rows import OTHER_CODES
from tillpost.model.facts import LINE_KINDS, PURCHASE_LINE_KINDS

if TYPE_CHECKING:
    from tillpost.checks.context import CheckContext

SPAN_COLUMNS = (
    ("store", pa.string()), ("kind", pa.string()), ("code", pa.string()), ("account", pa.string()), ("tax_code", pa.string()),
    ("valid_from", pa.date32()), ("valid_until", pa.date32()),
)  # fmt: skip
# Our own codes, and the cash tender where a POS that hands out cash shows none.
_FIXED = (("line_kind", LINE_KINDS), ("other", OTHER_CODES), ("purchase_other", PURCHASE_LINE_KINDS), ("tender", ("CASH",)))
Span = tuple[str, str, str, str, str, date, date]

_SEEN = """
SELECT store, 'sales_category' AS kind, category AS code FROM sale_lines
UNION SELECT store, 'sales_category', category FROM movement_lines
UNION SELECT store, 'tender', tender_code FROM tenders
UNION SELECT store, 'tender', tender_code FROM movements
UNION SELECT store, 'tender', tender_code FROM counts
UNION SELECT store, 'function', function_code FROM movements
UNION SELECT store, 'purchase_category', category FROM purchase_lines
UNION SELECT store, 'gl_account', account_code FROM purchase_lines
UNION SELECT store, 'gl_account', account_code FROM gl_entries
"""


def account_spans(cursor: duckdb.DuckDBPyConnection, context: CheckContext) -> Iterator[Span]:
    """Rows of the table ``account_spans``: half-open dates; ``{Class}`` stays in the account, for each entry has its own."""
    seen = [(store, kind, code) for store, kind, code in cursor.execute(_SEEN).fetchall() if code is not None]
    stores = sorted({store for store, _ in context.store_dates} | {store for store, _, _ in seen})
    fixed = [(store, kind, code) for store in stores for kind, codes in _FIXED for code in codes]
    for store, kind, code in sorted({*seen, *fixed}):
        for start, end, row in context.mapping.for_store(store).spans(kind, code):
            yield store, kind, code, row.account, row.tax_code, start, end
