"""The mapping as it books: the documents that the looked-at dates would make, each posting against what Xero says of its account.

So a row is judged by what really becomes of it (a journal, an invoice, a payment; the sale's or the purchase's tax type).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tillpost.checks.mapping_matters import Matter
from tillpost.mapping.tables import AccountRow
from tillpost.model.acceptance import FORBIDDEN_SYSTEM, is_paid_back
from tillpost.model.documents import Document, DocumentKind, Posting
from tillpost.model.findings import Severity
from tillpost.model.money import format_cents
from tillpost.model.reference import ReferenceData, XeroAccount

Broken = tuple[str, str, str, str]


def booked_matters(documents: Iterable[Document], rows: Sequence[AccountRow], reference: ReferenceData) -> Iterator[Matter]:
    """What Xero would refuse of these documents because of a mapping row; accounts that only Xero moves are told of the row itself."""
    subjects = {row.place: f"{row.kind} {row.code}" for row in rows}
    found: dict[Broken, list[int]] = {}
    for document in documents:
        for posting in document.postings:
            account = reference.accounts.get(posting.account)
            if account is not None and account.system not in FORBIDDEN_SYSTEM:
                for broken in _broken(document, posting, account, reference):
                    found.setdefault(broken, []).append(abs(posting.cents))
    for (name, place, what, remedy), cents in sorted(found.items()):
        amount = f"{format_cents(sum(cents))} in {len(cents)} posting{'' if len(cents) == 1 else 's'} of these dates"
        yield Matter(Severity.BLOCKER, name, place, f"{subjects.get(place, place)}: {what}: {amount}", remedy)


def _broken(document: Document, posting: Posting, account: XeroAccount, reference: ReferenceData) -> Iterator[Broken]:
    where = f"account {account.code} {account.name}"
    if document.kind is DocumentKind.PAYMENT:
        if not account.takes_payments:
            yield (
                "payment_account_not_enabled", posting.mapped_by, f"{where} receives payments of invoices and has none enabled",
                'Tick "enable payments to this account" in Xero, or name another account.',
            )  # fmt: skip
        return
    if document.kind is DocumentKind.OVERPAYMENT:
        return
    if account.type == "BANK" and not is_paid_back(document):
        yield (
            "bank_account", posting.mapped_by, f"{where} is a bank account, and a {document.kind.replace('_', ' ')} may not name one",
            "Name a clearing account, and move the money from there with a bank transfer in Xero.",
        )  # fmt: skip
    rate = reference.tax_rates.get(posting.tax_type)
    if rate is not None and account.account_class and account.account_class not in rate.applies_to:
        yield (
            "tax_type_not_for_account", posting.mapped_by,
            f"{posting.tax_type} ({rate.name}) may not be used on {where} ({account.account_class.lower()})",
            "Income takes the tax types of sales, expenses those of purchases: correct the account, or the tax code.",
        )  # fmt: skip
