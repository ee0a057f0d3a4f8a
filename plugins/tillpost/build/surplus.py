"""What an account payment leaves over, once its fee and the sales that it pays are taken off, and what becomes of it.

Setting ``surplus`` (accounting policy 2): a credit of the customer, or an amount on the liability ``other,deposit``. A bank account
takes overpayments, and no journal may name one: there it is the customer's credit in either setting.
"""

from __future__ import annotations

from collections.abc import Sequence

from tillpost.build.coding import NO_TAX
from tillpost.build.context import BuildContext
from tillpost.build.facts import Allocation, Movement, Selection
from tillpost.build.sales import tender_coding


def paid_sales(context: BuildContext, selection: Selection, movement: Movement) -> list[Allocation]:
    """What a payment or adjustment pays. A sale from before the start date is in no document of ours: where the store takes its money
    as credit, it pays nothing yet (setting ``before_start``)."""
    store = context.store(movement.store)
    own = [a for a in selection.allocations.get((movement.store, movement.movement_id), ()) if a.amount_cents]
    if store.before_start != "credit":
        return own
    return [a for a in own if a.sale_date is None or a.sale_date >= store.starts_on]


def surplus_cents(movement: Movement, paid: Sequence[Allocation]) -> int:
    """What is left over; negative is money handed back to the customer."""
    return movement.amount_cents - movement.fee_cents - sum(a.amount_cents for a in paid)


def deposit_cents(context: BuildContext, selection: Selection, movement: Movement) -> int:
    """What of an account payment is a deposit in the day's journal: all that is left over, or nothing. A draft leaves it to people."""
    store = context.store(movement.store)
    if store.surplus != "deposit" or store.sends_drafts_on(movement.business_date) or is_credit(context, movement):
        return 0
    tender = tender_coding(context, movement.store, movement.tender_code, movement.business_date)
    if tender is None or tender.account in context.bank_accounts:
        return 0
    return surplus_cents(movement, paid_sales(context, selection, movement))


def is_credit(context: BuildContext, movement: Movement) -> bool:
    """Whether a payment is a credit with its own tax, as points may be: its tender's row says a tax code (accounting policy 8)."""
    row = context.mapping_of(movement.store).account("tender", movement.tender_code, movement.business_date)
    return row is not None and row.tax_code not in ("", NO_TAX)
