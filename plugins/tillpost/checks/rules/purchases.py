"""Supplier bills, credits and goods received: once, for whom, and with which GST (contract: invariant 7; accounting policy 7)."""

from __future__ import annotations

from dataclasses import dataclass

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity, Stream

_BILLS = ("purchase", "purchases")
_LINES = ("line", "lines")
_IN_ALL = "{} in all"
_APART = "{} apart"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a rule says; kept short because every rule here is of the stream of purchases."""

    name: str
    severity: Severity
    title: str
    remedy: str


def _rule(told: _Told, sql: str, unit: tuple[str, str] = _BILLS, amount: str = _IN_ALL) -> Rule:
    return Rule(told.name, told.severity, told.title, told.remedy, unit, amount, Stream.PURCHASES, sql, ("purchases",))


_SUMS = """
    WITH sums AS (
        SELECT p.store, p.business_date, p.what, count(*) AS lines, p.gross_cents, p.tax_cents,
            (sum(l.gross_cents) + CASE WHEN bool_or(l.line_kind = 'freight') THEN 0 ELSE coalesce(p.freight_cents, 0) END)::BIGINT AS gross,
            CASE WHEN count(*) FILTER (WHERE l.tax_cents IS NULL AND l.gross_cents <> 0) = 0 AND coalesce(p.freight_cents, 0) = 0
                THEN sum(l.tax_cents)::BIGINT END AS tax
        FROM booked_purchases AS p JOIN purchase_lines AS l ON l.store = p.store AND l.purchase_id = p.purchase_id
        GROUP BY p.store, p.business_date, p.what, p.purchase_id, p.gross_cents, p.tax_cents, p.freight_cents),
    apart AS (
        SELECT *, gross_cents - gross AS gross_apart, coalesce(tax_cents - tax, 0) AS tax_apart FROM sums)"""
_SUMS_EXAMPLE = """what || ': ' || CASE WHEN gross_apart <> 0 THEN 'lines ' || money(gross) || ', total ' || money(gross_cents)
    ELSE 'GST of the lines ' || money(tax) || ', of the total ' || money(tax_cents) END"""
# The tax code of a line: its own, the mapping's, the supplier's configured one. Without any, tax that is recorded must be none.
_RATED = """
    WITH coded AS (
        SELECT *, coalesce(own_code, overruling_code, supplier_tax_code, last_code) AS code,
            coalesce(overruling_code, own_code, supplier_tax_code, last_code) AS booked_code
        FROM (SELECT *, nullif(tax_code, '') AS own_code, CASE WHEN tax_cents IS NOT NULL THEN 'NONE' END AS last_code
            FROM booked_purchase_lines))"""

RULES = (
    _rule(
        _Told(
            "duplicate_supplier_invoice",
            Severity.BLOCKER,
            "A supplier's document number is there twice, so that a bill could be paid twice",
            "Delete the second entry in the POS, or correct its number if it is another document.",
        ),
        """
        WITH bills AS (
            SELECT p.*, CASE WHEN coalesce(p.store_id, '') = '' THEN st.pos || ' ' || st.connection END AS shared_source
            FROM booked_purchases AS p LEFT JOIN stores AS st ON st.store = p.store
            WHERE p.kind <> 'receipt' AND trim(p.supplier_reference) <> ''),
        twins AS (
            SELECT a.store, a.business_date, a.purchase_id, a.what, a.supplier_name, a.gross_cents, 'purchase ' || b.purchase_id AS other
            FROM bills AS a JOIN bills AS b ON b.supplier_identity = a.supplier_identity
                AND same_number(b.supplier_reference) = same_number(a.supplier_reference)
                AND (b.store, b.purchase_id) <> (a.store, a.purchase_id)
                AND NOT (b.purchase_id = a.purchase_id AND coalesce(a.shared_source = b.shared_source, false))
            UNION ALL
            SELECT a.store, a.business_date, a.purchase_id, a.what, a.supplier_name, a.gross_cents,
                'purchase ' || k.purchase_id || ' (booked before)'
            FROM bills AS a JOIN known_bills AS k ON k.supplier_id = a.supplier_id
                AND same_number(k.supplier_reference) = same_number(a.supplier_reference) AND k.purchase_id <> a.purchase_id)
        SELECT store, business_date, 1 AS n, any_value(gross_cents) AS amount_cents,
            coalesce(any_value(supplier_name) || ', ', '') || any_value(what) || ': ' || money(any_value(gross_cents))
            || ', purchase ' || purchase_id || ' and ' || min(other) AS example
        FROM twins GROUP BY store, business_date, purchase_id""",
    ),
    _rule(
        _Told(
            "supplier_not_for_accounting",
            Severity.INFO,
            "Purchases of suppliers that are not for accounting are skipped",
            "Nothing to do, or set for_accounting to yes for the supplier in contacts.csv and in the POS.",
        ),
        """
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents,
            coalesce(supplier_name, supplier_id) || ', ' || what || ': ' || money(gross_cents) AS example
        FROM known_purchases WHERE NOT is_for_accounting""",
    ),
    _rule(
        _Told(
            "supplier_unknown",
            Severity.BLOCKER,
            "A purchase is of a supplier whose name nobody tells",
            "Add the supplier to contacts.csv (kind supplier), or let suppliers.sql deliver its name.",
        ),
        """
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents,
            'supplier ' || supplier_id || ', ' || what || ': ' || money(gross_cents) AS example
        FROM booked_purchases WHERE supplier_name IS NULL""",
    ),
    _rule(
        _Told(
            "supplier_number_missing",
            Severity.BLOCKER,
            "A bill or supplier credit has no number of the supplier's",
            "Enter the number that is printed on the document in the POS.",
        ),
        """
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents,
            coalesce(supplier_name, supplier_id) || ', ' || what || ': ' || money(gross_cents) AS example
        FROM booked_purchases WHERE kind <> 'receipt' AND coalesce(trim(supplier_reference), '') = ''""",
    ),
    _rule(
        _Told(
            "purchase_without_lines",
            Severity.BLOCKER,
            "A purchase has an amount but no line, so that nothing tells what was bought",
            "Look at the purchase in the POS; if its lines are there, the SQL file of the lines leaves them out.",
        ),
        """
        SELECT p.store, p.business_date, 1 AS n, p.gross_cents AS amount_cents, p.what || ': ' || money(p.gross_cents) AS example
        FROM booked_purchases AS p WHERE p.gross_cents <> 0
            AND NOT EXISTS (SELECT 1 FROM purchase_lines AS l WHERE l.store = p.store AND l.purchase_id = p.purchase_id)""",
    ),
    _rule(
        _Told(
            "purchase_lines_do_not_match",
            Severity.BLOCKER,
            "The lines of a purchase do not add up to it, by more than a cent a line",
            "Correct the purchase in the POS; freight that no line carries belongs into the column freight.",
        ),
        f"""{_SUMS}
        SELECT store, business_date, 1 AS n, CASE WHEN gross_apart <> 0 THEN gross_apart ELSE tax_apart END AS amount_cents,
            {_SUMS_EXAMPLE} AS example
        FROM apart WHERE abs(gross_apart) > lines OR abs(tax_apart) > lines""",
        amount=_APART,
    ),
    _rule(
        _Told(
            "purchase_rounding_difference",
            Severity.WARNING,
            "The lines of a purchase differ from its total by no more than a cent a line",
            "Compare with the supplier's document: the bill goes out with its lines.",
        ),
        f"""{_SUMS}
        SELECT store, business_date, 1 AS n, gross_apart AS amount_cents, {_SUMS_EXAMPLE} AS example
        FROM apart WHERE abs(gross_apart) <= lines AND abs(tax_apart) <= lines AND (gross_apart <> 0 OR tax_apart <> 0)""",
        amount=_APART,
    ),
    _rule(
        _Told(
            "purchase_net_mismatch",
            Severity.BLOCKER,
            "The net amount of a purchase or of its line is more than a cent away from gross less GST",
            "Check in the SQL file which of its columns are with and which are without GST.",
        ),
        """
        SELECT store, business_date, 1 AS n, net_cents - gross_cents + tax_cents AS amount_cents,
            what || ': net ' || money(net_cents) || ', gross ' || money(gross_cents) || ', GST ' || money(tax_cents) AS example
        FROM (SELECT store, business_date, what, net_cents, gross_cents, tax_cents FROM booked_purchase_lines
            UNION ALL SELECT store, business_date, what, net_cents, gross_cents, tax_cents FROM booked_purchases)
        WHERE abs(net_cents - gross_cents + tax_cents) > 1""",
        ("row", "rows"),
        _APART,
    ),
    _rule(
        _Told(
            "purchase_gst_does_not_match_rate",
            Severity.BLOCKER,
            "The GST of a purchase line is more than a cent away from what its tax code's rate gives",
            "Correct the tax code or the GST of the line in the POS, as the supplier's document says.",
        ),
        f"""{_RATED}
        SELECT c.store, c.business_date, 1 AS n, c.tax_cents - tax_inside(c.gross_cents, r.rate_bp) AS amount_cents,
            c.what || ': gross ' || money(c.gross_cents) || ', GST ' || money(c.tax_cents) || ', the rate gives '
            || money(tax_inside(c.gross_cents, r.rate_bp)) AS example
        FROM coded AS c JOIN tax_spans AS r ON r.code = c.code AND c.business_date >= r.valid_from AND c.business_date < r.valid_until
        WHERE abs(c.tax_cents - tax_inside(c.gross_cents, r.rate_bp)) > 1""",
        _LINES,
        _APART,
    ),
    _rule(
        _Told(
            "unknown_tax_code",
            Severity.BLOCKER,
            "A tax code is not in taxes.csv for this country and date",
            "Add a row with the code, its rate and Xero's tax types to taxes.csv, or correct the code in the POS.",
        ),
        f"""{_RATED}
        SELECT c.store, c.business_date, 1 AS n, c.gross_cents AS amount_cents, c.what || ': tax code ' || c.booked_code AS example
        FROM coded AS c
        LEFT JOIN tax_spans AS r ON r.code = c.booked_code AND c.business_date >= r.valid_from AND c.business_date < r.valid_until
        WHERE c.booked_code IS NOT NULL AND r.code IS NULL AND c.gross_cents <> 0""",
        _LINES,
    ),
    _rule(
        _Told(
            "purchase_tax_not_recorded",
            Severity.WARNING,
            "The POS records no GST of a purchase; the configured tax code was used",
            "Compare with the supplier's document that GST may be claimed.",
        ),
        f"""{_RATED}
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents, what || ': ' || money(gross_cents) || ', ' || code AS example
        FROM coded WHERE tax_cents IS NULL AND nullif(tax_code, '') IS NULL AND code IS NOT NULL AND gross_cents <> 0""",
        _LINES,
    ),
    _rule(
        _Told(
            "purchase_tax_unknown",
            Severity.BLOCKER,
            "The POS records no GST of a purchase, and none is configured; GST is never claimed by guess",
            "Fill the tax_code of the supplier in contacts.csv, or of the row for freight or the category in accounts.csv.",
        ),
        f"""{_RATED}
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents,
            'supplier ' || supplier_id || ', ' || what || ': ' || money(gross_cents) AS example
        FROM coded WHERE code IS NULL AND gross_cents <> 0""",
        _LINES,
    ),
    _rule(
        _Told(
            "purchase_marked_paid",
            Severity.WARNING,
            "The POS calls purchases paid; their bills go out unpaid all the same",
            "Record the payment in Xero, and do not pay them a second time.",
        ),
        """
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents,
            coalesce(supplier_name, supplier_id) || ', ' || what || ': ' || money(gross_cents) AS example
        FROM booked_purchases WHERE is_paid AND kind <> 'receipt'""",
    ),
    _rule(
        _Told(
            "purchase_sign",
            Severity.BLOCKER,
            "A supplier credit is not negative, or a bill is",
            "Deliver supplier credits as negative amounts of kind credit, bills as positive ones of kind invoice.",
        ),
        """
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents, what || ': ' || money(gross_cents) AS example
        FROM booked_purchases WHERE kind = 'credit' AND gross_cents > 0 OR kind = 'invoice' AND gross_cents < 0""",
    ),
    _rule(
        _Told(
            "currency_not_own",
            Severity.BLOCKER,
            "A purchase is in a currency that is not the organisation's own",
            "Purchases in foreign currency are not supported yet: enter the bill in Xero by hand.",
        ),
        """
        SELECT p.store, p.business_date, 1 AS n, NULL AS amount_cents,
            p.what || ': ' || p.currency || ' ' || money(p.gross_cents) AS example
        FROM booked_purchases AS p, organisation AS o WHERE p.currency <> o.currency""",
        amount="",
    ),
)
