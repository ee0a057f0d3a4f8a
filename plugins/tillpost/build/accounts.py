"""Customers' accounts: payments on invoices, what was paid beyond them, and adjustments.

An account payment is one payment per allocation, into the tender's account. What pays nothing yet is an overpayment where that
account is a bank account (Xero takes them nowhere else), and otherwise a credit note of one untaxed line on that account, or a deposit in
the day's journal (``build.surplus``). An adjustment that lowers the debt is a credit note, allocated; one that raises it is an invoice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tillpost.build.account_documents import (
    allocation_of,
    bank_fee,
    credit_note,
    on_account,
    overpayment,
    paid_back,
    payment,
    raised_debt,
    source_of,
    source_of_allocation,
)
from tillpost.build.carriers import Carriers
from tillpost.build.coding import NO_TAX, Coding, code_of, post
from tillpost.build.contacts import Party
from tillpost.build.context import BuildContext
from tillpost.build.credits import credits_used
from tillpost.build.facts import Allocation, Movement, Selection
from tillpost.build.movements import function_posting, is_on_account
from tillpost.build.numbering import joined, natural_key
from tillpost.build.sales import sales_key, tender_coding
from tillpost.build.settled import Settled
from tillpost.build.surplus import deposit_cents, is_credit, paid_sales, surplus_cents
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.money import split_by_weight


def account_documents(selection: Selection, context: BuildContext, invoiced: Sequence[Document]) -> Iterator[Document]:
    """The documents of all account payments and adjustments. ``invoiced`` are the documents of this run's sales."""
    carriers, settled, built = Carriers(context, invoiced), Settled(context.record, invoiced), []
    for movement in selection.movements:
        for document in _documents(context, selection, carriers, settled, movement):
            built.append(document)
            settled.add(document)
            yield document
    yield from credits_used(context, selection, carriers, [*invoiced, *built])


def _documents(context: BuildContext, selection: Selection, carriers: Carriers, settled: Settled, movement: Movement) -> Iterator[Document]:
    if is_on_account(context, movement):
        posting = function_posting(movement, context)
        if posting is not None and posting.cents:
            yield on_account(context, movement, posting, carriers.party(selection, movement, ()))
        return
    if movement.kind not in ("account_payment", "account_adjustment"):
        return
    paid = paid_sales(context, selection, movement)
    if movement.kind == "account_adjustment":
        mapping, code = context.mapping_of(movement.store), movement.tax_code or NO_TAX
        coding = code_of(mapping, "other", "account_adjustment", movement.business_date, code)
        if coding is not None:
            yield from _credited(context, selection, carriers, movement, coding, paid)
        return
    tender = tender_coding(context, movement.store, movement.tender_code, movement.business_date)
    if tender is None:
        return
    if is_credit(context, movement):
        yield from _credited(context, selection, carriers, movement, tender, paid)
    else:
        yield from _paid(context, selection, carriers, settled, movement, tender, paid)


def _paid(
    context: BuildContext,
    selection: Selection,
    carriers: Carriers,
    settled: Settled,
    movement: Movement,
    tender: Coding,
    paid: Sequence[Allocation],
) -> Iterator[Document]:
    """Payments of what is due. What a payment has beyond that pays nothing yet: it is the customer's credit in every setting, for the
    day's journal knows no invoices."""
    beyond = 0
    is_bank, is_draft = tender.account in context.bank_accounts, context.store(movement.store).sends_drafts_on(movement.business_date)
    for one in () if is_draft else paid:  # Xero takes payments on approved documents only: there people enter them
        carrier = carriers.of(one.store, one.sale_id, one.sale_date)
        is_credit_note = carrier is not None and carrier.kind is DocumentKind.CREDIT_NOTE
        if one.amount_cents < 0 and not is_credit_note:
            yield _taken_back(context, movement, one, tender, carriers.party(selection, movement, [one]))
            continue
        pays = one.amount_cents if one.amount_cents < 0 else _due(carriers, settled, one, carrier)
        beyond += one.amount_cents - pays
        if pays:
            settles = carriers.settled_key(selection, movement, one)
            yield payment(context, movement, replace(one, amount_cents=pays), tender, settles, -1 if is_credit_note else 1)
    party = carriers.party(selection, movement, paid)
    if movement.fee_cents and is_bank:
        yield from bank_fee(context, movement, tender, party)
    surplus = 0 if is_draft or deposit_cents(context, selection, movement) else surplus_cents(movement, paid)
    # What a bank account hands back refunds an overpayment (``build.refunds``).
    surplus = beyond + (max(surplus, 0) if is_bank else surplus)
    if surplus:
        yield _surplus(context, movement, tender, surplus, party)


def _due(carriers: Carriers, settled: Settled, paid: Allocation, carrier: Document | None) -> int:
    """What a payment pays of a sale: no more than what its invoice leaves due, and nothing where its date came to a credit or to nothing.
    A sale that nobody knows is paid in full: the payment waits for its invoice."""
    if carrier is None:
        return 0 if carriers.is_without(paid) else paid.amount_cents
    return 0 if carrier.kind is DocumentKind.CREDIT_NOTE else min(paid.amount_cents, max(settled.left(carrier), 0))


def _taken_back(context: BuildContext, movement: Movement, paid: Allocation, tender: Coding, party: Party | None) -> Document:
    """A payment of a sale that failed later, as a dishonoured one does: the payment stands in Xero, and the money is owed again."""
    what = joined(movement.movement_id, paid.sale_id)
    natural = natural_key(sales_key(context, movement.store, movement.business_date), "account-charge", what)
    posting = post(natural, tender, paid.amount_cents, source_of_allocation(paid), description="Payment taken back")
    return raised_debt(context, movement, posting, party, what)


def _surplus(context: BuildContext, movement: Movement, tender: Coding, cents: int, party: Party | None) -> Document:
    """What pays nothing yet; handed back, it is owed again."""
    key = sales_key(context, movement.store, movement.business_date)
    if cents < 0:
        return paid_back(context, movement, tender, cents, party)
    if tender.account in context.bank_accounts:
        return overpayment(context, movement, tender, cents, party)
    natural = natural_key(key, "account-credit", movement.movement_id)
    posting = post(natural, tender, cents, source_of(movement), description="Paid on account, not yet used")
    return credit_note(context, movement, posting, party, movement.movement_id)


def _credited(
    context: BuildContext, selection: Selection, carriers: Carriers, movement: Movement, coding: Coding, paid: Sequence[Allocation]
) -> Iterator[Document]:
    """A credit with its own tax, allocated; one credit note for each contact whose documents it settles. One that raises the debt is an
    invoice."""
    key = sales_key(context, movement.store, movement.business_date)
    total = movement.amount_cents - movement.fee_cents
    if total < 0:
        natural = natural_key(key, "account-charge", movement.movement_id)
        tax = movement.tax_cents or 0
        posting = post(natural, coding, total, source_of(movement), pos_tax_cents=tax, roundings=int(bool(tax)))
        yield raised_debt(context, movement, posting, carriers.party(selection, movement, paid), movement.movement_id)
        return
    if total == 0:
        return
    groups = _by_contact(selection, carriers, movement, paid)
    parts = [sum(a.amount_cents for a in own) for _, own in groups]
    parts[0] += total - sum(parts)
    taxes = split_by_weight(movement.tax_cents or 0, parts)
    for (party, own), cents, tax in zip(groups, parts, taxes, strict=True):
        first = own is groups[0][1]
        what = movement.movement_id if first or party is None else joined(movement.movement_id, party.contact.number or party.contact.name)
        posting = post(
            natural_key(key, "account-credit", what), coding, cents, source_of(movement), pos_tax_cents=tax, roundings=int(bool(tax))
        )
        credit = credit_note(context, movement, posting, party, what)
        yield credit
        if not credit.draft:
            yield from (allocation_of(credit, movement, a, carriers.settled_key(selection, movement, a)) for a in own)


def _by_contact(
    selection: Selection, carriers: Carriers, movement: Movement, paid: Sequence[Allocation]
) -> list[tuple[Party | None, list[Allocation]]]:
    """What is paid, by whose document it settles; at least one group, for what settles nothing."""
    groups: list[tuple[Party | None, list[Allocation]]] = []
    for one in paid:
        party = carriers.party(selection, movement, [one])
        own = next((own for known, own in groups if known == party), None)
        if own is None:
            groups.append((party, [one]))
        else:
            own.append(one)
    return groups or [(carriers.party(selection, movement, ()), [])]
