"""What each table and column of the POS contract means, as data: the words of docs/contract.md, which a test keeps equal.

Values in backquotes are those that a column may have, or names of the contract.
"""

from __future__ import annotations

PURPOSES: dict[str, str] = {
    "source": (
        "Up to when the database is complete: one row. Optional, but for a replica or registers that upload late it is what tells half "
        "a day from a whole one."
    ),
    "sales": (
        "One row per completed basket or closed contract. Needed. At least one of `business_date`, `occurred_at` and `occurred_local` "
        "is delivered."
    ),
    "sale_lines": "What was sold. Needed.",
    "sale_taxes": "Tax by rate, where the POS keeps it apart. Optional.",
    "tenders": (
        "What was paid with. Needed. The type comes from a list per POS, written into the query; never from free text that staff can "
        "change."
    ),
    "movements": (
        "Money and liabilities that move without a sale. Optional. At least one of `business_date`, `occurred_at` and `occurred_local` "
        "is delivered. Cash keyed as card and put right later (`tender_change`) is two rows that add to zero."
    ),
    "movement_allocations": "What an account payment or adjustment pays. Optional.",
    "movement_lines": "As `sale_lines`, where a lay-by movement earns or takes back revenue. Optional.",
    "counts": "What was counted at the end of the shift, per tender. Optional. The difference between the two amounts is the variance.",
    "shifts": (
        "What the POS closes and reconciles: shifts, or sales periods. Optional. All that is rung in a shift belongs to its business "
        "date, also when it runs over several. A date is ready when all its shifts are closed, or reconciled where the store requires "
        "it; without shifts, when it has ended and `as_of` is past it. A date with neither shift nor sale is an empty day only if the "
        "store's calendar or a person says so."
    ),
    "control_totals": (
        "What the POS itself prints at the end of the period (the Z report). Optional, and the strongest check there is: take it from "
        "where the POS keeps its totals, not from the rows that the other queries read."
    ),
    "purchases": "Supplier invoices and credits. Optional. Without `store_id` they are the organisation's own stream.",
    "purchase_lines": "What a bill or credit is made of. Optional.",
    "customers": "Only those that the selected rows name, and no more of a person than Xero is to hold. Optional.",
    "suppliers": "As customers. Optional.",
    "gl_entries": "For systems that make ledger entries themselves. Optional. An entry adds to zero.",
}

MEANINGS: dict[str, dict[str, str]] = {
    "source": {
        "as_of": (
            "the replica's last applied change, or the last upload of the slowest register; no date is ready before `as_of` has passed its "
            "end"
        ),
    },
    "sales": {
        "sale_id": "key",
        "receipt_no": "what the customer holds",
        "store_id": "the store, as `:store` names it",
        "register_id": "the till",
        "shift_id": "the shift that it was rung in",
        "kind": "`sale`, `refund`, `exchange`, `layby_open`, `layby_complete`, `layby_cancel` or `adjustment`",
        "status": "`completed`, `void`, `open`, `suspended` or `training`; only completed is booked, the others are counted in the report",
        "original_sale_id": "what a refund or exchange belongs to",
        "business_date": "the trading day",
        "occurred_at": "when it was rung, in UTC",
        "occurred_local": "the same on the store's wall clock",
        "currency": "three letters, `AUD`",
        "customer_id": "the account customer or debtor",
        "layby_id": "the lay-by that it opens, completes or cancels",
        "is_account_contract": "a contract that goes on the customer's account",
        "net": "gross without tax",
        "tax": "GST or VAT inside gross",
        "gross": "what the customer pays for the goods; the amount that counts",
        "rounding": "cash rounding: tenders are gross plus tip plus rounding",
        "tip": "the sum of its tenders' tips; a tip is told once, here or as a line, and a line is inside gross",
        "ledger_ref": (
            "set where the POS has invoiced this sale elsewhere already: it is booked once, with its tips; its tenders are of type account "
            "only, and money taken for it is an account payment (movements)"
        ),
    },
    "sale_lines": {
        "sale_id": "key, with `line_no`",
        "line_no": "the line within the sale",
        "line_kind": (
            "`item`, `gift_card_issue`, `gift_card_redeem`, `deposit`, `deposit_return`, `account_payment`, `basket_discount`, "
            "`service_charge`, `surcharge`, `tip`, `fee` or `tax_only`"
        ),
        "item_code": "the article",
        "description": "its name",
        "category": "what the mapping to an account goes by; it must survive an article that was deleted (left join)",
        "quantity": "negative where it came back",
        "unit_price": "a decimal, not cents: prices may have a third one",
        "discount": "inside net already; informative",
        "net": "gross without tax",
        "tax": "tax inside gross",
        "gross": "the line's amount",
        "tax_code": "one code; where several taxes fall on a line, a code for the combination",
        "tax_status": "`taxed`, `zero_rated`, `exempt` or `out_of_scope`: no tax and tax of 0 % differ in a return",
        "cost": "cost of the goods",
    },
    "sale_taxes": {
        "sale_id": "the sale",
        "line_no": "the line; NULL where the POS keeps tax per sale only",
        "tax_code": "the POS's code",
        "rate_percent": "10 for 10 %",
        "included_in_price": "whether prices carry it already",
        "base": "what it is computed on",
        "amount": "the tax",
        "allocated": "true where the query has split a sale's tax over its lines",
    },
    "tenders": {
        "sale_id": "key, with `tender_no`",
        "tender_no": "the tender within the sale",
        "tender_code": "the POS's code, which the mapping goes by",
        "tender_type": "`cash`, `card`, `gift_card`, `store_credit`, `voucher`, `account`, `layby`, `prepaid`, `loyalty` or `other`",
        "amount": "net of change, cash-out and tip included",
        "cash_out": "cash handed out against the card",
        "tip": "tip inside amount",
        "tendered": "what was handed over; informative",
        "change": "what was given back; informative",
        "reference": "voucher number, terminal receipt",
        "taken_at": "when it was taken",
        "foreign_currency": "three letters, where foreign notes were taken",
        "foreign_amount": "their amount",
    },
    "movements": {
        "movement_id": "key",
        "store_id": "the store, as `:store` names it",
        "shift_id": "the shift",
        "business_date": "the trading day",
        "occurred_at": "when, in UTC",
        "occurred_local": "when, on the store's wall clock",
        "kind": (
            "`paid_out`, `received`, `prepayment`, `layby_payment`, `layby_adjustment`, `layby_cancel`, `account_payment`, "
            "`account_adjustment`, `bank_deposit`, `safe_drop`, `float` or `tender_change`"
        ),
        "function_code": "the POS's function key, which the mapping goes by",
        "tender_code": "NULL: an adjustment, no money moves",
        "customer_id": "whose account",
        "layby_id": "which lay-by",
        "sale_id": "the contract that it belongs to",
        "amount": "into the till is positive",
        "fee": "income out of the same money",
        "tax_code": "the tax on it",
        "tax": "its amount, inside amount",
    },
    "movement_allocations": {
        "movement_id": "key, with `sale_id`",
        "sale_id": "the sale that is paid",
        "sale_date": "its business date: tells whether it lies before the store's `starts_on`",
        "amount": "how much of it",
    },
    "movement_lines": {
        "movement_id": "key, with `line_no`",
        "line_no": "the line within the movement",
        "line_kind": (
            "`item`, `gift_card_issue`, `gift_card_redeem`, `deposit`, `deposit_return`, `account_payment`, `basket_discount`, "
            "`service_charge`, `surcharge`, `tip`, `fee` or `tax_only`"
        ),
        "item_code": "the article",
        "description": "its name",
        "category": "what the mapping goes by",
        "quantity": "how many",
        "unit_price": "a decimal, not cents",
        "discount": "inside net already",
        "net": "gross without tax",
        "tax": "tax inside gross",
        "gross": "the line's amount",
        "tax_code": "one code",
        "tax_status": "`taxed`, `zero_rated`, `exempt` or `out_of_scope`",
        "cost": "cost of the goods",
    },
    "counts": {
        "store_id": "the store, as `:store` names it",
        "business_date": "the trading day",
        "shift_id": "the shift",
        "register_id": "the till",
        "tender_code": "the tender",
        "expected": "without the float; where NULL it is computed from tenders and movements, and the report says so",
        "counted": "without the float",
    },
    "shifts": {
        "shift_id": "key",
        "store_id": "the store, as `:store` names it",
        "register_id": "the till",
        "business_date": "the trading day",
        "opened_at": "on the store's wall clock",
        "closed_at": "on the store's wall clock",
        "state": "`open`, `closed` or `reconciled`",
        "opening_float": "the cash that it began with",
    },
    "control_totals": {
        "store_id": "the store, as `:store` names it",
        "business_date": "the trading day",
        "measure": (
            "`gross`, `net`, `tax`, `tender`, `refunds`, `receipts` or `balance` (what is outstanding of lay-bys, vouchers, debtors, "
            "deposits)"
        ),
        "code": "the tender, tax code or kind of balance",
        "shift_id": "the shift",
        "amount": "the total; a number of receipts counts as whole units",
    },
    "purchases": {
        "purchase_id": "key: supplier and document, as document numbers of two suppliers collide",
        "kind": "`invoice`, `credit` or `receipt`",
        "receipt_id": "the delivery that it belongs to",
        "store_id": "the store, as `:store` names it",
        "business_date": "when the POS finalised it: this date selects, or a bill entered a week late is never seen",
        "document_date": "what the bill carries",
        "received_date": "when the goods came",
        "due_date": "when it is to be paid",
        "currency": "three letters",
        "supplier_id": "the supplier",
        "supplier_reference": "the supplier's document number; a receipt has none yet, a bill or credit without one is held",
        "net": "gross without tax",
        "tax": "NULL: the POS records none; the supplier's configured rate is used and the report says so, and without one it is held",
        "gross": "what is owed; a credit is negative",
        "freight": "only where no line carries it",
        "status": "the POS's word for its state",
        "is_paid": "paid already",
    },
    "purchase_lines": {
        "purchase_id": "key, with `line_no`",
        "line_no": "the line within the purchase",
        "line_kind": "`goods`, `freight`, `admin_fee`, `discount`, `surcharge` or `rounding`",
        "item_code": "the article",
        "description": "its name",
        "category": "what the mapping goes by",
        "account_code": "the account, where the POS knows it",
        "quantity": "how many",
        "unit_cost": "a decimal, not cents",
        "net": "gross without tax",
        "tax": "as in purchases",
        "gross": "the line's amount",
        "tax_code": "the POS's code",
    },
    "customers": {
        "id": "key",
        "name": "as it stands in Xero",
        "account_number": "the account",
        "email": "for statements",
        "phone": "where the POS has it",
        "address": "in one line",
        "tax_number": "ABN, GST or VAT number",
        "terms_days": "days to pay",
        "for_accounting": "whether invoices go to this contact in the ledger",
    },
    "suppliers": {
        "id": "key",
        "name": "as it stands in Xero",
        "account_number": "the account",
        "email": "for remittance advice",
        "phone": "where the POS has it",
        "address": "in one line",
        "tax_number": "ABN, GST or VAT number",
        "terms_days": "days to pay",
        "for_accounting": "whether its bills go to the ledger",
    },
    "gl_entries": {
        "entry_id": "key, with `line_no`",
        "line_no": "the line within the entry",
        "store_id": "the store, as `:store` names it",
        "business_date": "the date of the entry",
        "account_code": "the system's account, which the mapping goes by",
        "amount": "debit positive, credit negative",
        "class": "the system's class or department",
        "description": "what it says",
        "sale_id": "set where that sale was sent in another mode already",
    },
}
