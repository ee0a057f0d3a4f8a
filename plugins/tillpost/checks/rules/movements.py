"""Lay-bys, account payments and customers' accounts (contract: invariants 7 and 9; accounting policy 4 and 9)."""

from __future__ import annotations

from tillpost.checks.rule import Rule
from tillpost.model.findings import Severity

_MOVEMENTS = ("movement", "movements")
# What is left of an account payment once its fee and the sales that it pays are taken off.
_LEFT = """
    WITH paid AS (SELECT store, movement_id, sum(amount_cents)::BIGINT AS cents FROM movement_allocations GROUP BY store, movement_id),
    payments AS (
        SELECT m.store, m.business_date, m.kind, m.movement_id, m.amount_cents - coalesce(m.fee_cents, 0) AS cents,
            coalesce(p.cents, 0) AS allocated
        FROM movements AS m LEFT JOIN paid AS p ON p.store = m.store AND p.movement_id = m.movement_id
        WHERE m.kind IN ('account_payment', 'account_adjustment'))"""
_LEFT_EXAMPLE = "'movement ' || movement_id || ': ' || money(cents) || ', for sales ' || money(allocated)"

RULES = (
    Rule(
        name="layby_debit_adjustment",
        hints=("movements",),
        severity=Severity.BLOCKER,
        title="An adjustment raises what is owed on a lay-by, which cannot be booked",
        remedy="Cancel the lay-by in the POS and open a new one at the right price.",
        unit=_MOVEMENTS,
        amount="{} in all",
        sql="""
        SELECT store, business_date, 1 AS n, amount_cents,
            'movement ' || movement_id || coalesce(' of lay-by ' || layby_id, '') || ': ' || money(amount_cents) AS example
        FROM movements WHERE kind = 'layby_adjustment' AND amount_cents < 0""",
    ),
    Rule(
        name="money_on_a_sale_that_books_nothing",
        hints=("sales in ledger", "lay-by sales"),
        severity=Severity.BLOCKER,
        title="Money was taken on a sale that books nothing: a lay-by opened or completed, or a sale that is in the ledger already",
        remedy="The money of a lay-by belongs into its payments (movements); such a sale has its lay-by tender only.",
        unit=("tender", "tenders"),
        amount="{} in all",
        sql="""
        SELECT t.store, t.business_date, 1 AS n, t.amount_cents, t.what || ': ' || t.tender_code || ' ' || money(t.amount_cents) AS example
        FROM booked_tenders AS t
        JOIN booked_sales AS s ON s.store = t.store AND s.sale_id = t.sale_id
        JOIN stores AS p ON p.store = t.store
        WHERE t.amount_cents <> 0 AND t.tender_type NOT IN ('layby', 'account') AND (
            s.ledger_ref IS NOT NULL
            OR (s.kind IN ('layby_open', 'layby_cancel') AND p.layby_recognition <> 'sale_date')
            OR (s.kind = 'layby_complete' AND p.layby_recognition <> 'final_payment'))""",
    ),
    Rule(
        name="payment_for_sale_before_start",
        hints=("movement_allocations",),
        severity=Severity.BLOCKER,
        title="An account payment pays a sale from before the store's start date, whose invoice Tillpost never sent",
        remedy="Enter the payment in Xero by hand, on the invoice that stands there, and leave it out in the SQL file; "
        "or set before_start: credit, to take such money as the customer's credit.",
        unit=_MOVEMENTS,
        amount="{} in all",
        sql="""
        SELECT m.store, m.business_date, 1 AS n, a.amount_cents,
            'movement ' || m.movement_id || ' pays sale ' || a.sale_id || ' of ' || a.sale_date || ': ' || money(a.amount_cents) AS example
        FROM movement_allocations AS a
        JOIN movements AS m ON m.store = a.store AND m.movement_id = a.movement_id
        JOIN stores AS p ON p.store = a.store
        WHERE p.before_start = 'hold' AND a.sale_date < p.starts_on AND a.amount_cents <> 0""",
    ),
    Rule(
        name="account_payment_without_tender",
        hints=("movements",),
        severity=Severity.BLOCKER,
        title="An account payment does not tell with what it was paid, so that no account can receive it",
        remedy="Give the payment its tender in the POS; what is no money is an adjustment.",
        unit=_MOVEMENTS,
        amount="{} in all",
        sql="""
        SELECT m.store, m.business_date, 1 AS n, m.amount_cents,
            'movement ' || m.movement_id || coalesce(' by ' || m.tender_code, '') || ': ' || money(m.amount_cents) AS example
        FROM movements AS m
        WHERE m.kind = 'account_payment' AND m.amount_cents <> 0 AND (m.tender_code IS NULL OR EXISTS (
            SELECT 1 FROM account_spans AS a WHERE a.store = m.store AND a.kind = 'tender' AND a.code = m.tender_code
                AND a.account = 'receivable' AND m.business_date >= a.valid_from AND m.business_date < a.valid_until))""",
    ),
    Rule(
        name="movement_on_account",
        hints=("movements",),
        severity=Severity.BLOCKER,
        title="A movement went on a customer's account that cannot go there: only what is received, paid out or prepaid on an account can",
        remedy="Give the movement the tender that the money really moved by in the POS; a debt without money is an account adjustment. "
        "A function that goes on account needs an account in accounts.csv.",
        unit=_MOVEMENTS,
        amount="{} in all",
        # What the mapping ignores has no account, so that nobody would owe it.
        sql="""
        SELECT m.store, m.business_date, 1 AS n, m.amount_cents,
            'movement ' || m.movement_id || ', ' || m.kind || coalesce(' ' || m.function_code, '') || ' by ' || m.tender_code || ': '
            || money(m.amount_cents) AS example
        FROM movements AS m
        JOIN account_spans AS t ON t.store = m.store AND t.kind = 'tender' AND t.code = m.tender_code AND t.account = 'receivable'
            AND m.business_date >= t.valid_from AND m.business_date < t.valid_until
        LEFT JOIN account_spans AS f ON f.store = m.store AND f.kind = 'function' AND f.code = m.function_code AND f.account = 'ignore'
            AND m.business_date >= f.valid_from AND m.business_date < f.valid_until
        WHERE m.amount_cents <> 0 AND m.kind NOT LIKE 'account%'
            AND (m.kind NOT IN ('received', 'paid_out', 'prepayment') OR f.account IS NOT NULL)""",
    ),
    Rule(
        name="unallocated_payment_on_cash_basis",
        hints=("movements",),
        severity=Severity.BLOCKER,
        title="An account payment does not tell which sales it pays; on cash basis the GST of those sales falls due with it",
        remedy="Allocate the payment to its sales in the POS.",
        unit=_MOVEMENTS,
        amount="{} not allocated",
        sql=f"""{_LEFT}
        SELECT p.store, p.business_date, 1 AS n, p.cents - p.allocated AS amount_cents, {_LEFT_EXAMPLE} AS example
        FROM payments AS p, organisation AS o
        WHERE o.gst_basis = 'cash' AND p.kind = 'account_payment' AND abs(p.cents) > abs(p.allocated)""",
    ),
    Rule(
        name="allocation_exceeds_payment",
        hints=("movements",),
        severity=Severity.BLOCKER,
        title="More is allocated to sales than was paid",
        remedy="Correct the allocation of the payment or adjustment in the POS.",
        unit=_MOVEMENTS,
        amount="{} too much",
        sql=f"""{_LEFT}
        SELECT store, business_date, 1 AS n, allocated - cents AS amount_cents, {_LEFT_EXAMPLE} AS example
        FROM payments WHERE abs(allocated) > abs(cents) OR allocated * cents < 0""",
    ),
    Rule(
        name="layby_recognition_sale_date",
        hints=("lay-by sales",),
        severity=Severity.WARNING,
        title="Lay-bys are booked as sold when they are opened; in Australia and New Zealand GST falls due later",
        remedy="Ask your accountant; layby_recognition: final_payment is the usual setting.",
        unit=("lay-by", "lay-bys"),
        amount="{} of sales",
        sql="""
        SELECT s.store, s.business_date, 1 AS n, s.gross_cents AS amount_cents, s.what || ': ' || money(s.gross_cents) AS example
        FROM booked_sales AS s JOIN stores AS st ON st.store = s.store, organisation AS o
        WHERE s.kind = 'layby_open' AND st.layby_recognition = 'sale_date' AND o.country IN ('AU', 'NZ')""",
    ),
    Rule(
        name="layby_lines_do_not_match",
        hints=("movement_lines",),
        severity=Severity.BLOCKER,
        title="What a lay-by payment recognises as sold is not what was paid",
        remedy="Let the lines of the movement add up to its amount less its fee.",
        unit=_MOVEMENTS,
        amount="{} apart",
        sql="""
        WITH lines AS (SELECT store, movement_id, sum(gross_cents)::BIGINT AS cents FROM movement_lines GROUP BY store, movement_id)
        SELECT m.store, m.business_date, 1 AS n, l.cents - m.amount_cents + coalesce(m.fee_cents, 0) AS amount_cents,
            'movement ' || m.movement_id || ': lines ' || money(l.cents) || ', paid ' || money(m.amount_cents - coalesce(m.fee_cents, 0))
            AS example
        FROM movements AS m JOIN lines AS l ON l.store = m.store AND l.movement_id = m.movement_id
        JOIN stores AS st ON st.store = m.store
        WHERE st.layby_recognition = 'each_payment' AND m.kind IN ('layby_payment', 'layby_cancel')
            AND l.cents <> m.amount_cents - coalesce(m.fee_cents, 0)""",
    ),
    Rule(
        name="layby_cancel_told_twice",
        hints=("lay-by sales",),
        severity=Severity.BLOCKER,
        title="A cancelled lay-by is told both as a sale and as a movement",
        remedy="Deliver the cancelling of a lay-by once.",
        unit=("lay-by", "lay-bys"),
        amount="{} in all",
        sql="""
        SELECT DISTINCT s.store, unnest([s.business_date, m.business_date]) AS business_date, 1 AS n, m.amount_cents,
            'lay-by ' || s.layby_id || ': ' || s.what || ' and movement ' || m.movement_id AS example
        FROM booked_sales AS s JOIN movements AS m ON m.store = s.store AND m.layby_id = s.layby_id AND m.kind = 'layby_cancel'
        WHERE s.kind = 'layby_cancel'""",
    ),
    Rule(
        name="tender_change_not_zero",
        hints=("movements",),
        severity=Severity.BLOCKER,
        title="Corrections of a tender do not add up to zero",
        remedy="Deliver both sides of a tender that was put right later: what leaves one and what enters the other.",
        unit=("date", "dates"),
        amount="{} over",
        sql="""
        SELECT store, business_date, 1 AS n, sum(amount_cents)::BIGINT AS amount_cents,
            'tender changes come to ' || money(sum(amount_cents)::BIGINT) AS example
        FROM movements WHERE kind = 'tender_change' GROUP BY store, business_date HAVING sum(amount_cents) <> 0""",
    ),
    Rule(
        name="account_tender_not_receivable",
        hints=("tenders of another type",),
        severity=Severity.BLOCKER,
        title="A tender of type account is not mapped to receivable, or another type of tender is",
        remedy="Write the account receivable for tenders of type account in accounts.csv, and for no others.",
        unit=("tender", "tenders"),
        amount="{} in all",
        sql="""
        SELECT t.store, t.business_date, 1 AS n, t.amount_cents,
            t.what || ': ' || t.tender_code || ' of type ' || t.tender_type || ' goes to ' || a.account AS example
        FROM booked_tenders AS t JOIN account_spans AS a ON a.store = t.store AND a.kind = 'tender' AND a.code = t.tender_code
            AND t.business_date >= a.valid_from AND t.business_date < a.valid_until
        WHERE (t.tender_type = 'account') <> (a.account = 'receivable') AND t.amount_cents <> 0""",
    ),
    Rule(
        name="account_sale_without_contact",
        hints=("account tenders", "dates of invoices"),
        severity=Severity.BLOCKER,
        title="A sale needs an invoice, and contacts.csv does not tell whom it is for",
        remedy="Add the customer, or a row with the code * of kind debtor (account sales) or cash_customer, to contacts.csv.",
        unit=("sale", "sales"),
        amount="{} in all",
        # On account: by the day to the one debtor, else to the customer. Paid at once: to the cash customer, if so configured.
        sql="""
        WITH invoiced AS (
            SELECT s.*, CASE
                WHEN own.sale_id IS NULL AND NOT coalesce(s.is_account_contract, false) AND st.cash_contracts = 'default_customer'
                    THEN 'cash_customer'
                WHEN d.debtor = 'pos_debtor' OR coalesce(s.customer_id, '') = '' THEN 'debtor' ELSE 'customer' END AS contact_kind
            FROM booked_sales AS s JOIN stores AS st ON st.store = s.store
            JOIN store_dates AS d ON d.store = s.store AND d.business_date = s.business_date
            LEFT JOIN (SELECT DISTINCT store, sale_id FROM booked_tenders WHERE tender_type = 'account' AND amount_cents <> 0) AS own
                ON own.store = s.store AND own.sale_id = s.sale_id
            WHERE own.sale_id IS NOT NULL OR d.mode = 'transaction' AND s.layby_id IS NULL)
        SELECT i.store, i.business_date, 1 AS n, i.gross_cents AS amount_cents,
            i.what || ': ' || coalesce('customer ' || i.customer_id, 'no customer') AS example
        FROM invoiced AS i
        WHERE i.ledger_ref IS NULL
            AND NOT EXISTS (SELECT 1 FROM contact_rows AS c WHERE c.store = i.store AND c.kind = i.contact_kind
                AND (c.code = '*' OR i.contact_kind = 'customer' AND c.code = i.customer_id))
            AND NOT (i.contact_kind = 'customer' AND EXISTS (
                SELECT 1 FROM customers AS c WHERE c.store = i.store AND c.id = i.customer_id AND c.name <> ''))""",
    ),
)
