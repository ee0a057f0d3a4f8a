"""Whom a document is for, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tillpost.build.context import BuildContext
from tillpost.build.facts import Person, Purchase, SaleSum, Selection
from tillpost.mapping.tables import ContactRow, Mapping
from tillpost.model.documents import Contact
from tillpost.model.reference import PaymentTerm


@dataclass(frozen=True, slots=True)
class Party:
    """A contact with its payment terms in days; None: those that Xero itself has by default, if it has any."""

    contact: Contact
    terms_days: int | None
    default_terms: PaymentTerm | None = None

    def due(self, document_date: date) -> date | None:
        """When a document of that date is due; None where neither the contact nor Xero tells."""
        if self.terms_days is not None:
            return document_date + timedelta(days=self.terms_days)
        return self.default_terms.due(document_date) if self.default_terms else None


def sale_party(context: BuildContext, selection: Selection, sale: SaleSum) -> Party | None:
    """The contact of an invoiced sale, by the store's mode; None where nobody is configured."""
    store = context.store(sale.store)
    if not sale.on_account and store.cash_contracts == "default_customer":
        return _of_row(context, context.mapping_of(sale.store).contact("cash_customer", "*"))
    return account_party(context, selection, sale.store, sale.customer_id, sale.business_date)


def account_party(context: BuildContext, selection: Selection, store: str, customer_id: str, on: date) -> Party | None:
    """The one POS debtor or the customer, as the store has it on that business date (by default: by its mode)."""
    debtor = _of_row(context, context.mapping_of(store).contact("debtor", "*"))
    if context.store(store).debtor_on(on) == "pos_debtor" or not customer_id:
        return debtor
    row = context.mapping_of(store).contact("customer", customer_id)
    if row is not None:
        return _of_row(context, row)
    person = next((p for p in selection.customers if (p.store, p.id) == (store, customer_id)), None)
    return _of_person(context, person) if person else None


def supplier_name(mapping: Mapping, supplier_id: str, name: str) -> str:
    """The name of a supplier's contact: the mapping's, else what the POS says."""
    row = mapping.contact("supplier", supplier_id)
    return row.contact_name if row is not None and row.code != "*" else name


def supplier_party(context: BuildContext, purchase: Purchase) -> Party | None:
    """The supplier of a purchase: the mapping's row, else what the POS says."""
    row = context.mapping_of(purchase.store).contact("supplier", purchase.supplier_id)
    name = supplier_name(context.mapping_of(purchase.store), purchase.supplier_id, purchase.supplier_name)
    terms = purchase.terms_days if purchase.terms_days is not None else row.terms_days if row else None
    # A supplier without a row of its own is matched by its name: the POS's numbers mean something in that store only.
    account = row.account_number if row is not None and row.code != "*" else ""
    return Party(Contact(name, account), terms, context.bill_terms) if name else None


def is_for_accounting(context: BuildContext, purchase: Purchase) -> bool:
    """Whether the supplier's documents are sent at all: neither the mapping nor the POS says no."""
    row = context.mapping_of(purchase.store).contact("supplier", purchase.supplier_id)
    return purchase.for_accounting and (row is None or row.for_accounting)


def _of_row(context: BuildContext, row: ContactRow | None) -> Party | None:
    return Party(Contact(row.contact_name, row.account_number), row.terms_days, context.invoice_terms) if row else None


def _of_person(context: BuildContext, person: Person) -> Party:
    """A customer whom only the POS names. POS ids are unique per store, Xero's contact numbers per organisation."""
    return Party(Contact(person.name, f"{person.store}-{person.id}", person.email), person.terms_days, context.invoice_terms)
