"""The documents that customers' accounts are made of: payments, overpayments, credit notes, invoices, allocations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tillpost.build.coding import Coding, code_of, post
from tillpost.build.contacts import Party
from tillpost.build.context import BuildContext
from tillpost.build.facts import Allocation, Movement
from tillpost.build.journals import grouped_lines
from tillpost.build.numbering import joined, natural_key, number
from tillpost.build.sales import sales_key
from tillpost.model.documents import Document, DocumentKind, FactSelection, Posting


def source_of(movement: Movement) -> FactSelection:
    """The movement itself, with the contract that it was paid for: a later run finds it by that."""
    contract = (("sale_id", movement.sale_id),) if movement.sale_id else ()
    return FactSelection("movements", (("movement_id", movement.movement_id), *contract), 1)


def source_of_allocation(paid: Allocation) -> FactSelection:
    """What of a movement is for one sale."""
    return FactSelection("movement_allocations", (("movement_id", paid.movement_id), ("sale_id", paid.sale_id)), 1)


def payment(context: BuildContext, movement: Movement, paid: Allocation, tender: Coding, settles: str, sign: int) -> Document:
    """A payment of what is allocated to one sale; ``sign`` -1 where a credit note is paid out."""
    what = joined(movement.movement_id, paid.sale_id)
    cents, source = paid.amount_cents, source_of_allocation(paid)
    return _payment(context, movement, "account-payment", what, tender, settles, sign * cents, cents, source)


def refund(context: BuildContext, movement: Movement, credit: Document, tender: Coding, cents: int) -> Document:
    """A payment that hands back what is left of an overpayment."""
    what = joined(movement.movement_id, credit.pos_id)
    return _payment(context, movement, "account-refund", what, tender, credit.natural_key, cents, -cents, source_of(movement))


def _payment(
    context: BuildContext,
    movement: Movement,
    word: str,
    what: str,
    tender: Coding,
    settles: str,
    amount_cents: int,
    taken_cents: int,
    source: FactSelection,
) -> Document:
    key = sales_key(context, movement.store, movement.business_date)
    natural = natural_key(key, word, what)
    return Document(
        key=key,
        natural_key=natural,
        kind=DocumentKind.PAYMENT,
        number=number(key, word, what),
        date=movement.business_date,
        currency=context.organisation.currency,
        pos_id=movement.movement_id,
        settles=settles,
        account=tender.account,
        amount_cents=amount_cents,
        postings=(post(natural, tender, taken_cents, source),),
    )


def overpayment(context: BuildContext, movement: Movement, tender: Coding, cents: int, party: Party | None) -> Document:
    """Money in a bank account that pays nothing yet."""
    key = sales_key(context, movement.store, movement.business_date)
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
        account=tender.account,
        amount_cents=cents,
        postings=(post(natural, tender, cents, source_of(movement)),),
    )


def credit_note(context: BuildContext, movement: Movement, posting: Posting, party: Party | None, what: str) -> Document:
    """A customer's credit of one line."""
    return _with_line(context, movement, DocumentKind.CREDIT_NOTE, "account-credit", what, posting, party)


def raised_debt(context: BuildContext, movement: Movement, posting: Posting, party: Party | None, what: str) -> Document:
    """What a customer owes more, as an invoice of one line."""
    return _with_line(context, movement, DocumentKind.INVOICE, "account-charge", what, posting, party)


def paid_back(context: BuildContext, movement: Movement, tender: Coding, cents: int, party: Party | None) -> Document:
    """Money handed back to a customer (``cents`` negative), which is owed again."""
    natural = natural_key(sales_key(context, movement.store, movement.business_date), "account-charge", movement.movement_id)
    posting = post(natural, tender, cents, source_of(movement), description="Paid back on account")
    return raised_debt(context, movement, posting, party, movement.movement_id)


def on_account(context: BuildContext, movement: Movement, posting: Posting, party: Party | None) -> Document:
    """What a customer bought or gave up on account without a sale, a voucher or a tab: an invoice, or the other way a credit note."""
    kind, word = (DocumentKind.INVOICE, "movement-charge") if posting.cents < 0 else (DocumentKind.CREDIT_NOTE, "movement-credit")
    key = sales_key(context, movement.store, movement.business_date)
    own = replace(posting, document=natural_key(key, word, movement.movement_id))
    return _with_line(context, movement, kind, word, movement.movement_id, own, party)


def bank_fee(context: BuildContext, movement: Movement, tender: Coding, party: Party | None) -> Iterator[Document]:
    """A fee inside money that went into a bank account, which no journal may name: an invoice of the fee, paid at once (refunded: a
    credit note, paid out). A draft takes no payment."""
    key = sales_key(context, movement.store, movement.business_date)
    fee = code_of(context.mapping_of(movement.store), "other", "payment_fee", movement.business_date, movement.tax_code)
    if fee is None:
        return
    natural = natural_key(key, "account-fee", movement.movement_id)
    kind = DocumentKind.INVOICE if movement.fee_cents > 0 else DocumentKind.CREDIT_NOTE
    posting = post(natural, fee, -movement.fee_cents, source_of(movement))
    invoice = _with_line(context, movement, kind, "account-fee", movement.movement_id, posting, party)
    yield invoice
    if invoice.draft:
        return
    cents, what = movement.fee_cents, movement.movement_id
    yield _payment(context, movement, "account-fee-payment", what, tender, natural, abs(cents), cents, source_of(movement))


def _with_line(
    context: BuildContext, movement: Movement, kind: DocumentKind, word: str, what: str, posting: Posting, party: Party | None
) -> Document:
    store, key = context.store(movement.store), sales_key(context, movement.store, movement.business_date)
    is_invoice = kind is DocumentKind.INVOICE
    return Document(
        key=key,
        natural_key=natural_key(key, word, what),
        kind=kind,
        number=number(key, word, what),
        date=movement.business_date,
        currency=context.organisation.currency,
        lines=grouped_lines([posting], -1 if is_invoice else 1),
        contact=party.contact if party else None,
        due_date=party.due(movement.business_date) if party and is_invoice else None,
        reference=store.name,
        pos_id=movement.movement_id,
        draft=store.sends_drafts_on(movement.business_date),
        postings=(posting,),
    )


def allocation_of(credit: Document, movement: Movement, paid: Allocation, settles: str) -> Document:
    """What of a credit note settles a sale."""
    return allocated(credit, credit, joined(movement.movement_id, paid.sale_id), settles, paid.amount_cents)


def allocated(credit: Document, later: Document, what: str, settles: str, cents: int) -> Document:
    """An allocation of a credit to what it settles, in the stream and on the date of the ``later`` of both."""
    return Document(
        key=later.key,
        natural_key=natural_key(later.key, "allocation", what),
        kind=DocumentKind.ALLOCATION,
        number=number(later.key, "allocation", what),
        date=later.key.business_date,
        currency=later.currency,
        pos_id=credit.pos_id,
        settles=settles,
        credit=credit.natural_key,
        amount_cents=cents,
    )
