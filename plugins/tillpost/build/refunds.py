"""Money handed back from a bank account: it refunds the customer's own overpayments, the oldest first.

No line may name a bank account, and Xero refunds an overpayment by a payment (https://developer.xero.com/documentation/api/overpayments).
What no overpayment of that store's contact covers becomes an invoice of that line, which the checks hold with what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tillpost.build.account_documents import paid_back, refund
from tillpost.build.carriers import Carriers
from tillpost.build.coding import Coding
from tillpost.build.contacts import Party
from tillpost.build.context import BuildContext
from tillpost.build.facts import Movement, Selection
from tillpost.build.sales import tender_coding
from tillpost.build.settled import Settled
from tillpost.build.surplus import is_credit, paid_sales, surplus_cents
from tillpost.model.documents import Contact, Document, DocumentKind


@dataclass(frozen=True, slots=True)
class Refund:
    """A movement that hands back ``cents`` (positive) from the bank account of its tender."""

    movement: Movement
    tender: Coding
    party: Party | None
    cents: int


def refunds(context: BuildContext, selection: Selection, carriers: Carriers) -> Iterator[Refund]:
    """All refunds from bank accounts. A draft leaves them to people."""
    for movement in selection.movements:
        is_draft = context.store(movement.store).sends_drafts_on(movement.business_date)
        if movement.kind != "account_payment" or is_draft or is_credit(context, movement):
            continue
        paid = paid_sales(context, selection, movement)
        cents = -surplus_cents(movement, paid)
        tender = tender_coding(context, movement.store, movement.tender_code, movement.business_date) if cents > 0 else None
        if tender is not None and tender.account in context.bank_accounts:
            yield Refund(movement, tender, carriers.party(selection, movement, paid), cents)


def refund_documents(context: BuildContext, asked: Refund, built: Sequence[Document], settled: Settled) -> Iterator[Document]:
    """A payment for each overpayment that is refunded, and what they leave uncovered."""
    rest = asked.cents
    for credit in _overpayments(context, asked, built):
        cents = min(rest, settled.left(credit))
        if cents > 0:
            rest -= cents
            yield refund(context, asked.movement, credit, asked.tender, cents)
    if rest:
        yield paid_back(context, asked.movement, asked.tender, -rest, asked.party)


def _overpayments(context: BuildContext, asked: Refund, built: Sequence[Document]) -> list[Document]:
    """The contact's overpayments in that store until that date, the oldest first."""
    if asked.party is None:
        return []
    who, store, until = asked.party.contact, asked.movement.store, asked.movement.business_date
    theirs = [d for d in built if d.kind is DocumentKind.OVERPAYMENT and d.key.store == store and d.date <= until]
    known = [*context.record.overpayments(store, who, until), *(d for d in theirs if _named(d.contact) == _named(who))]
    return sorted({d.natural_key: d for d in known}.values(), key=lambda d: (d.date, d.natural_key))


def _named(contact: Contact | None) -> str:
    return (contact.number or contact.name.casefold()) if contact else ""
