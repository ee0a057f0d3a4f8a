"""Entries of a POS that keeps a general ledger of its own (contract: gl_entries; accounting policy 14)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.mapping.patterns import ACCOUNT_CODE, CLASS
from tillpost.mapping.rows import ACCOUNT_WORDS
from tillpost.model.findings import Severity, Stream

_ENTRIES = ("entry", "entries")
_MAPPED = """
    WITH mapped AS (
        SELECT g.*, a.account, coalesce(r.rate_bp, 0) AS rate_bp, nullif(a.tax_code, '') AS tax_code
        FROM gl_entries AS g
        JOIN account_spans AS a ON a.store = g.store AND a.kind = 'gl_account' AND a.code = g.account_code
            AND g.business_date >= a.valid_from AND g.business_date < a.valid_until
        LEFT JOIN tax_spans AS r ON r.code = a.tax_code AND g.business_date >= r.valid_from AND g.business_date < r.valid_until)"""

RULES = (
    Rule(
        name="gl_class_makes_no_account",
        hints=("gl_entries",),
        severity=Severity.BLOCKER,
        title="The class of a ledger entry makes no account code where the mapping has the tag {Class}",
        remedy="Give the entry a class in the POS, or its account a row without the tag in accounts.csv.",
        unit=_ENTRIES,
        amount="{} in all",
        sql=f"""{_MAPPED}
        SELECT store, business_date, count(*) AS n, sum(amount_cents)::BIGINT AS amount_cents,
            account_code || ': ' || account || ' with the class ' || coalesce(nullif(class, ''), '(none)') AS example
        FROM mapped
        WHERE contains(account, '{CLASS}') AND amount_cents <> 0
            AND (coalesce(class, '') = '' OR replace(account, '{CLASS}', class) IN {tuple(ACCOUNT_WORDS)}
                OR NOT regexp_full_match(replace(account, '{CLASS}', class), '{ACCOUNT_CODE}'))
        GROUP BY store, business_date, account_code, account, class""",
    ),
    Rule(
        name="gl_class_makes_no_account",
        hints=("purchases",),
        stream=Stream.PURCHASES,
        severity=Severity.BLOCKER,
        title="A purchase names an account of the POS whose mapping has the tag {Class}, and purchases have no class",
        remedy="Give the account a row without the tag in accounts.csv.",
        unit=("amount", "amounts"),
        amount="{} in all",
        sql=f"""
        SELECT store, business_date, 1 AS n, gross_cents AS amount_cents, what || ': ' || account AS example
        FROM booked_purchase_lines WHERE contains(account, '{CLASS}') AND gross_cents <> 0""",
    ),
    Rule(
        name="gl_entry_does_not_balance",
        hints=("gl_entries",),
        severity=Severity.BLOCKER,
        title="An entry of the POS's own ledger does not add up to zero",
        remedy="Correct the entry in the POS, or the SQL file if it leaves lines out.",
        unit=_ENTRIES,
        amount="{} over",
        sql="""
        SELECT store, business_date, 1 AS n, sum(amount_cents)::BIGINT AS amount_cents,
            'entry ' || entry_id || ': ' || money(sum(amount_cents)::BIGINT) AS example
        FROM gl_entries GROUP BY store, business_date, entry_id HAVING sum(amount_cents) <> 0""",
    ),
    Rule(
        name="gl_income_without_tax",
        hints=("gl_entries",),
        severity=Severity.BLOCKER,
        title="Income of the POS's own ledger does not say its GST",
        remedy="Fill the tax_code of that gl_account row in accounts.csv.",
        unit=("line", "lines"),
        amount="{} in all",
        sql=f"""{_MAPPED}
        SELECT store, business_date, 1 AS n, amount_cents,
            'entry ' || entry_id || ': account ' || account_code || ' ' || money(amount_cents) AS example
        FROM mapped WHERE lower(class) IN ('income', 'revenue', 'sales') AND tax_code IS NULL AND account NOT IN ('gst', 'ignore')
            AND amount_cents <> 0""",
    ),
    Rule(
        name="gl_tax_does_not_match_rate",
        hints=("gl_entries",),
        severity=Severity.BLOCKER,
        title="The GST of an entry of the POS's own ledger is not what the rates of its taxed lines give",
        remedy="Correct the entry in the POS, or the tax_code of its gl_account rows in accounts.csv.",
        unit=_ENTRIES,
        amount="{} apart",
        # Amounts beside a GST account are without GST. An entry without one is gross, and there is nothing to compare.
        sql=f"""{_MAPPED},
        entries AS (
            SELECT store, business_date, entry_id, sum(amount_cents) FILTER (WHERE account = 'gst')::BIGINT AS tax,
                coalesce(sum(tax_on(amount_cents, rate_bp)) FILTER (WHERE account NOT IN ('gst', 'ignore')), 0)::BIGINT AS due,
                count(*) FILTER (WHERE rate_bp > 0) AS lines
            FROM mapped GROUP BY store, business_date, entry_id)
        SELECT store, business_date, 1 AS n, tax - due AS amount_cents,
            'entry ' || entry_id || ': GST ' || money(tax) || ', the rates give ' || money(due) AS example
        FROM entries WHERE abs(tax - due) > lines""",
    ),
)
