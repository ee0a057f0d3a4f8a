"""What documents will do to the ledger, line by line: the rule by which Xero books each kind of document.

A line's amount includes its tax, and Xero computes the tax per line, half up, and moves it to its GST account. An invoice and its
relatives also move a control account that no line names: receivable or payable. A payment moves money against that control account.
A payment's own posting says which way the money went; only where there is none the document that it settles decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tillpost.model.documents import Document, DocumentKind, DocumentLine, Posting
from tillpost.model.money import tax_inside


class Control(StrEnum):
    """Accounts that Xero itself moves; no document may name them."""

    NONE = ""
    TAX = "tax"
    RECEIVABLE = "receivable"
    PAYABLE = "payable"


@dataclass(frozen=True, slots=True)
class Movement:
    """One amount on one account, debit positive, in cents: ``gross_cents`` includes ``tax_cents``.

    ``document`` and ``postings`` tell its origin.
    """

    document: Document
    account: str
    tax_type: str
    tracking: str
    rate_bp: int
    gross_cents: int
    tax_cents: int
    pos_tax_cents: int
    description: str
    control: Control = Control.NONE
    postings: tuple[Posting, ...] = ()

    @property
    def net_cents(self) -> int:
        """What the account itself moves by."""
        return self.gross_cents - self.tax_cents


# Debit positive: the sign of a document's own lines, and the control account that takes the other side.
_LINE_SIGNS = {
    DocumentKind.JOURNAL: (1, Control.NONE),
    DocumentKind.INVOICE: (-1, Control.RECEIVABLE),
    DocumentKind.CREDIT_NOTE: (1, Control.RECEIVABLE),
    DocumentKind.BILL: (1, Control.PAYABLE),
    DocumentKind.SUPPLIER_CREDIT: (-1, Control.PAYABLE),
}
_PAYABLE_KINDS = ("bill", "supplier")


def movements(documents: Iterable[Document]) -> Iterator[Movement]:
    """All movements of these documents, Xero's own included; they sum to zero where every journal balances."""
    everything = tuple(documents)
    by_key = {document.natural_key: document for document in everything}
    for document in everything:
        yield from _of_document(document, by_key)


def _of_document(document: Document, by_key: Mapping[str, Document]) -> Iterator[Movement]:
    if document.kind in _LINE_SIGNS:
        yield from _of_lines(document, *_LINE_SIGNS[document.kind])
    elif document.kind in (DocumentKind.PAYMENT, DocumentKind.OVERPAYMENT):
        yield from _of_payment(document, by_key.get(document.settles))
    # An allocation moves an amount within one control account: nothing in the ledger.


def _of_lines(document: Document, sign: int, control: Control) -> Iterator[Movement]:
    postings = _postings_by_line(document)
    for line in document.lines:
        # Lines of one account, tax type and tracking share their postings, which are told once, with the first.
        moved = _of_line(document, line, sign, postings.pop((line.account, line.tax_type, line.tracking), ()))
        yield moved
        if moved.tax_cents:
            yield _control(document, Control.TAX, moved.tax_cents, f"{line.tax_type} on {line.account}")
    if control is not Control.NONE:
        yield _control(document, control, -sign * sum(line.cents for line in document.lines), _whose(document))


def _of_line(document: Document, line: DocumentLine, sign: int, postings: tuple[Posting, ...]) -> Movement:
    return Movement(
        document=document,
        account=line.account,
        tax_type=line.tax_type,
        tracking=line.tracking,
        rate_bp=line.rate_bp,
        gross_cents=sign * line.cents,
        tax_cents=sign * tax_inside(line.cents, line.rate_bp),
        pos_tax_cents=sign * line.pos_tax_cents,
        description=line.description,
        postings=postings,
    )


def _of_payment(document: Document, settled: Document | None) -> Iterator[Movement]:
    control = _settled_control(document, settled)
    cents = _money_sign(document, settled, control) * document.total_cents
    yield Movement(document, document.account, "", "", 0, cents, 0, 0, _whose(document), postings=document.postings)
    yield _control(document, control, -cents, _whose(document))


def _settled_control(document: Document, settled: Document | None) -> Control:
    """The control account that a payment is against: that of what it settles; by its natural key where that is of another date."""
    if settled is not None:
        return _LINE_SIGNS.get(settled.kind, (1, Control.RECEIVABLE))[1] or Control.RECEIVABLE
    word = [*document.settles.split("/"), "", "", ""][2]
    return Control.PAYABLE if word.startswith(_PAYABLE_KINDS) else Control.RECEIVABLE


def _money_sign(document: Document, settled: Document | None, control: Control) -> int:
    """1 where the payment brings money in, -1 where it takes it out."""
    told = sum(posting.cents for posting in document.postings)
    if told:
        return 1 if told > 0 else -1
    if settled is not None:
        return 1 if settled.kind in (DocumentKind.INVOICE, DocumentKind.SUPPLIER_CREDIT) else -1
    return -1 if control is Control.PAYABLE else 1


def _control(document: Document, control: Control, cents: int, description: str) -> Movement:
    return Movement(document, "", "", "", 0, cents, 0, 0, description, control)


def _postings_by_line(document: Document) -> dict[tuple[str, str, str], tuple[Posting, ...]]:
    groups: dict[tuple[str, str, str], tuple[Posting, ...]] = {}
    for posting in document.postings:
        key = (posting.account, posting.tax_type, posting.tracking)
        groups[key] = (*groups.get(key, ()), posting)
    return groups


def _whose(document: Document) -> str:
    return document.contact.name if document.contact else document.kind.replace("_", " ")
