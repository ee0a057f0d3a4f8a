"""Hints: what must be there for a rule to be broken at all. A rule none of whose hints is seen finds nothing and is not asked.

A hint is the name of a table of the contract (it has rows) or one of the conditions here: whatever breaks the rule also meets it,
and it is told from the small tables of ``summaries``. So the rules that a night keeps cost nothing, and the others ask the facts.
"""

from __future__ import annotations

import duckdb

from tillpost.checks.relations import mapped
from tillpost.model.facts import TABLES

_PURCHASE_TABLES = ("purchases", "purchase_lines", "suppliers")
TWINS, PURCHASE_TWINS = "twins", "purchase twins"
_ON_DATE = "{0}.valid_from <= l.business_date AND l.business_date < {0}.valid_until"

# Lines that are booked, by code, with the rates and codes that hold: the POS's own, the one that its GST is held against (by its place
# in `tax_rates`), the mapping's, and the one that is booked.
_CODED_LINES = f"""
    FROM ({mapped("(SELECT * FROM line_codes WHERE is_booked)")}) AS l
    LEFT JOIN tax_spans AS own ON own.code = l.tax_code AND {_ON_DATE.format("own")}
    LEFT JOIN tax_spans AS r ON r.code = coalesce(own.code, l.overruling_code, l.tax_code, 'NONE') AND {_ON_DATE.format("r")}
    LEFT JOIN tax_rates AS p ON p.rate_bp = r.rate_bp
    LEFT JOIN tax_spans AS m ON m.code = l.overruling_code AND {_ON_DATE.format("m")}
    LEFT JOIN tax_spans AS b ON b.code = coalesce(l.overruling_code, l.tax_code, 'NONE') AND {_ON_DATE.format("b")}"""
_CODED_TENDERS = f"""
    FROM (SELECT * FROM tender_codes WHERE is_booked) AS l
    LEFT JOIN account_spans AS a ON a.store = l.store AND a.kind = 'tender' AND a.code = l.tender_code AND {_ON_DATE.format("a")}
    LEFT JOIN tax_spans AS r ON r.code = a.tax_code AND {_ON_DATE.format("r")}"""
_DATED_SALES = """
    FROM sale_codes AS l LEFT JOIN (SELECT DISTINCT store, first_date, end_date FROM store_dates) AS d ON d.store = l.store"""

# Per relation: the hints, each with its condition on a row.
_CONDITIONS = {
    "FROM line_codes": {"orphan lines": "is_orphan"},
    "FROM tender_codes": {"orphan tenders": "is_orphan"},
    "FROM store_dates": {"dates of invoices": "mode = 'transaction'"},
    "FROM open_receipts": {"open receipts": "true"},
    "FROM dust": {"dust": "true"},
    "FROM outside": {"rows outside": "true"},
    "FROM odd_sales": {
        "sales without lines": "lines IS NULL",
        "sales with lines apart": "gross_cents <> line_gross OR tax_apart <> 0",
        "sales with tenders apart": "paid <> owed",
        "sales with tips apart": "tip_cents <> tender_tip",
    },
    _DATED_SALES: {
        "baskets": "NOT l.is_booked",
        "sales outside": "l.business_date IS NULL OR l.business_date < d.first_date OR l.business_date >= d.end_date",
        "foreign sales": "l.is_booked AND l.currency <> (SELECT currency FROM organisation)",
        "sales in ledger": "l.is_booked AND l.in_ledger > 0",
        "sales with rounding": "l.is_booked AND l.roundings > 0",
        "sales with tip": "l.is_booked AND l.tips > 0",
        "sales with net apart": "l.is_booked AND l.net_apart > 0",
        "lay-by sales": "l.is_booked AND l.kind LIKE 'layby%'",
    },
    _CODED_LINES: {
        "lines with net apart": "l.net_apart > 0",
        "lines at zero": "l.zeros > 0",
        "lines without tax": "l.untaxed > 0",
        "tip lines": "l.line_kind = 'tip' AND l.amounts > 0",
        "gift card lines": "l.line_kind IN ('gift_card_issue', 'gift_card_redeem') AND l.amounts > 0",
        "deposit lines": "l.line_kind IN ('deposit', 'deposit_return') AND l.amounts > 0",
        "account payment lines": "l.line_kind = 'account_payment' AND l.amounts > 0",
        "spread lines": "l.is_spread AND l.amounts > 0",
        "unmapped lines": "l.account IS NULL AND NOT l.is_spread AND l.amounts > 0",
        "lines off their rate": "l.line_kind <> 'tax_only' AND NOT l.is_spread AND (l.fits >> p.place) & 1 = 0",
        "lines of unknown tax code": "b.code IS NULL AND NOT l.is_spread AND l.amounts > 0",
        "overruled lines": "own.rate_bp <> m.rate_bp AND l.amounts > 0",
    },
    _CODED_TENDERS: {
        "tenders with change apart": "l.change_apart > 0",
        "tenders with tip": "l.tips > 0",
        "tenders with cash-out": "l.cash_outs > 0",
        "account tenders": "l.tender_type = 'account' AND l.amounts > 0",
        "unmapped tenders": "a.account IS NULL AND l.amounts > 0",
        "tenders of another type": "(l.tender_type = 'account') <> (a.account = 'receivable') AND l.amounts > 0",
        "tenders of unknown tax code": "a.tax_code <> '' AND r.code IS NULL AND l.amounts > 0",
    },
}
HINTS = frozenset((*TABLES, TWINS, PURCHASE_TWINS, *(name for told in _CONDITIONS.values() for name in told)))


def hints_seen(cursor: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The hints that the facts show. Needs the tables of ``summaries``; raises duckdb.Error where the facts cannot be asked."""
    seen = {name for name in TABLES if cursor.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()}
    for rows, conditions in _CONDITIONS.items():
        # An EXISTS without a correlation is false in DuckDB 2.0.0 over a LEFT JOIN to an empty table, whatever is there (measured).
        answer = cursor.execute(f"SELECT {', '.join(f'coalesce(bool_or({one}), false)' for one in conditions.values())} {rows}").fetchone()
        seen |= {name for name, holds in zip(conditions, answer or (), strict=True) if holds}
    return frozenset(
        seen | {PURCHASE_TWINS if name in _PURCHASE_TABLES else TWINS for name in seen & TABLES.keys() if _has_twins(cursor, name)}
    )


def _has_twins(cursor: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a key is in the table twice. Where all hashes differ, so do all keys."""
    key = TABLES[name].key
    query = f"SELECT count(*) <> count(DISTINCT hash(store, {', '.join(key)})) FROM {name}"
    return bool(key) and cursor.execute(query).fetchone() == (True,)
