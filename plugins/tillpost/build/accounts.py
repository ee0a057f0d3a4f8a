"""Customers' accounts: payments on invoices, what was paid beyond them, and adjustments.

An account payment is one payment per allocation, into the tender's account. What pays nothing yet is an overpayment where that
account is a bank account (Xero takes them nowhere else), and otherwise a credit note of one untaxed line on that account. An
adjustment that lowers the debt is a credit note, allocated; one that raises it is an invoice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tillpost.build.coding import NO_TAX, Coding, code_of, post
from tillpost.build.contacts import Party, account_party
from tillpost.build.context import BuildContext
from tillpost.build.facts import Allocation, Movement, Selection
from tillpost.build.journals import grouped_lines
from tillpost.build.numbering import joined, natural_key, number
from tillpost.build.sales import sales_key, tender_coding
from tillpost.model.documents import Document, DocumentKind, FactSelection, Posting
from tillpost.model.findings import StreamKey


def account_documents(selection: Selection, context: BuildContext) -> Iterator[Document]:
    """The documents of all account payments and adjustments."""
    allocations: dict[tuple[str, str], list[Allocation]] = {}
    for allocation in selection.allocations:
        allocations.setdefault((allocation.store, allocation.movement_id), []).append(allocation)
    for movement in selection.movements:
        own = allocations.get((movement.store, movement.movement_id), [])
        party = account_party(context, selection, movement.store, movement.customer_id, movement.business_date)
        if movement.kind == "account_payment":
            yield from _payments(context, selection, movement, own, party)
        elif movement.kind == "account_adjustment":
            yield from _adjustment(context, movement, own, party)


def _payments(
    context: BuildContext, selection: Selection, movement: Movement, allocations: Sequence[Allocation], party: Party | None
) -> Iterator[Document]:
    key = sales_key(context, movement.store, movement.business_date)
    coding = tender_coding(context, movement.store, movement.tender_code, movement.business_date)
    if coding is None:
        return
    if context.store(movement.store).send_as == "draft":
        return  # Xero takes payments on approved documents only: in these weeks people enter them
    for allocation in (a for a in allocations if a.amount_cents):
        yield _payment(context, key, movement, allocation, coding)
    surplus = movement.amount_cents - movement.fee_cents - sum(a.amount_cents for a in allocations)
    if surplus > 0:
        credit = _surplus(context, key, movement, coding, surplus, party)
        yield credit
        yield from _applied_to_contract(context, selection, movement, credit, surplus)
    elif surplus < 0:
        yield _money_returned(context, key, movement, coding, surplus, party)


def _payment(context: BuildContext, key: StreamKey, movement: Movement, allocation: Allocation, coding: Coding) -> Document:
    what = joined(movement.movement_id, allocation.sale_id)
    natural = natural_key(key, "account-payment", what)
    source = FactSelection("movement_allocations", (("movement_id", movement.movement_id), ("sale_id", allocation.sale_id)), 1)
    return Document(
        key=key,
        natural_key=natural,
        kind=DocumentKind.PAYMENT,
        number=number(key, "account-payment", what),
        date=movement.business_date,
        currency=context.organisation.currency,
        pos_id=movement.movement_id,
        settles=natural_key(key, "invoice", allocation.sale_id),
        account=coding.account,
        amount_cents=allocation.amount_cents,
        postings=(post(natural, coding, allocation.amount_cents, source),),
    )


def _money_returned(context: BuildContext, key: StreamKey, movement: Movement, coding: Coding, cents: int, party: Party | None) -> Document:
    """Money handed back to a customer's account: what was their credit is owed again."""
    natural = natural_key(key, "account-charge", movement.movement_id)
    return _raised_debt(context, key, movement, post(natural, coding, cents, _source(movement), description="Paid back on account"), party)


def _surplus(context: BuildContext, key: StreamKey, movement: Movement, coding: Coding, cents: int, party: Party | None) -> Document:
    if coding.account in context.bank_accounts:
        return _overpayment(context, key, movement, coding, cents, party)
    posting = post(
        natural_key(key, "account-credit", movement.movement_id),
        coding,
        cents,
        _source(movement),
        description="Paid on account, not yet used",
    )
    return _credit_note(context, key, movement, [posting], party)


def _overpayment(context: BuildContext, key: StreamKey, movement: Movement, coding: Coding, cents: int, party: Party | None) -> Document:
    natural = natural_key(key, "overpayment", movement.movement_id)
    return Document(
        key=key,
        natural_key=natural,
        kind=DocumentKind.OVERPAYMENT,
        number=number(key, "overpayment", movement.movement_id),
        date=movement.business_date,
        currency=context.organisation.currency,
        contact=party.contact if party else None,
        pos_id=movement.movement_id,
        account=coding.account,
        amount_cents=cents,
        postings=(post(natural, coding, cents, _source(movement)),),
    )


def _applied_to_contract(
    context: BuildContext, selection: Selection, movement: Movement, credit: Document, surplus: int
) -> Iterator[Document]:
    """What was paid for a contract beforehand is applied to its invoice, where the store asks for it and the contract is invoiced."""
    sale = next((s for s in selection.sales if (s.store, s.sale_id) == (movement.store, movement.sale_id) and s.becomes == "invoice"), None)
    if sale is None or not context.store(movement.store).auto_allocate:
        return
    paid = sum(
        t.amount_cents for t in selection.tenders if (t.store, t.sale_id) == (sale.store, sale.sale_id) and t.tender_type != "account"
    )
    cents = min(surplus, sale.gross_cents - paid)
    if cents > 0:
        yield _allocation(context, credit, movement, movement.sale_id, cents)


def _adjustment(context: BuildContext, movement: Movement, allocations: Sequence[Allocation], party: Party | None) -> Iterator[Document]:
    key = sales_key(context, movement.store, movement.business_date)
    coding = code_of(context.mapping_of(movement.store), "other", "account_adjustment", movement.business_date, movement.tax_code or NO_TAX)
    if coding is None or movement.amount_cents == 0:
        return
    tax = movement.tax_cents or 0
    posting = post(
        natural_key(key, "account-credit", movement.movement_id), coding, movement.amount_cents, _source(movement),
        pos_tax_cents=tax, roundings=int(bool(tax)),
    )  # fmt: skip
    if movement.amount_cents < 0:
        yield _raised_debt(context, key, movement, posting, party)
        return
    credit = _credit_note(context, key, movement, [posting], party)
    yield credit
    for allocation in allocations:
        yield _allocation(context, credit, movement, allocation.sale_id, allocation.amount_cents)


def _credit_note(context: BuildContext, key: StreamKey, movement: Movement, postings: Sequence[Posting], party: Party | None) -> Document:
    store = context.store(key.store)
    return Document(
        key=key,
        natural_key=natural_key(key, "account-credit", movement.movement_id),
        kind=DocumentKind.CREDIT_NOTE,
        number=number(key, "account-credit", movement.movement_id),
        date=movement.business_date,
        currency=context.organisation.currency,
        lines=grouped_lines(postings),
        contact=party.contact if party else None,
        reference=store.name,
        pos_id=movement.movement_id,
        draft=store.send_as == "draft",
        postings=tuple(postings),
    )


def _raised_debt(context: BuildContext, key: StreamKey, movement: Movement, posting: Posting, party: Party | None) -> Document:
    store = context.store(key.store)
    return Document(
        key=key,
        natural_key=natural_key(key, "account-charge", movement.movement_id),
        kind=DocumentKind.INVOICE,
        number=number(key, "account-charge", movement.movement_id),
        date=movement.business_date,
        currency=context.organisation.currency,
        lines=grouped_lines([posting], -1),
        contact=party.contact if party else None,
        due_date=party.due(movement.business_date) if party else None,
        reference=store.name,
        pos_id=movement.movement_id,
        draft=store.send_as == "draft",
        postings=(posting,),
    )


def _allocation(context: BuildContext, credit: Document, movement: Movement, sale_id: str, cents: int) -> Document:
    what = joined(movement.movement_id, sale_id)
    return Document(
        key=credit.key,
        natural_key=natural_key(credit.key, "allocation", what),
        kind=DocumentKind.ALLOCATION,
        number=number(credit.key, "allocation", what),
        date=movement.business_date,
        currency=context.organisation.currency,
        pos_id=movement.movement_id,
        settles=natural_key(credit.key, "invoice", sale_id),
        credit=credit.natural_key,
        amount_cents=cents,
    )


def _source(movement: Movement) -> FactSelection:
    return FactSelection("movements", (("movement_id", movement.movement_id),), 1)
