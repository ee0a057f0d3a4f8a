"""The documents suite: what Xero would refuse, or book otherwise than meant, is found before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from tillpost.checks.context import CheckContext
from tillpost.checks.document_rules import PER_DOCUMENT, name_of
from tillpost.checks.gst_difference import gst_differences
from tillpost.checks.measuring import EXAMPLES, log
from tillpost.checks.rule import Measure, Measured, Rule
from tillpost.checks.subledger_rules import SUBLEDGER_RULES
from tillpost.checks.tracking_rules import TRACKING_RULES
from tillpost.model.acceptance import Found
from tillpost.model.documents import Document, DocumentKind
from tillpost.model.findings import Finding, Severity, Stream, StreamKey
from tillpost.model.money import format_cents
from tillpost.model.reference import ReferenceData

# Xero's words for the basis on which GST is reported, and ours. Flat rates are Britain's; NONE is an organisation without GST.
TAX_BASES = {
    "CASH": "cash", "PAYMENTS": "cash", "FLATRATECASH": "cash",
    "ACCRUAL": "accrual", "ACCRUALS": "accrual", "INVOICE": "accrual", "FLATRATEACCRUAL": "accrual",
}  # fmt: skip
Broken = Iterator[tuple[StreamKey, Found]]
LookAtAll = Callable[[Sequence[Document], ReferenceData, CheckContext], Broken]


def check_documents(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> list[Finding]:
    """The findings of all rules over the documents of many streams; a blocker among them holds its stream."""
    from tillpost.checks.runner import judge

    return judge("documents", measure_documents(documents, reference, context), _keys(documents, context), context.store_name)


def measure_documents(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> tuple[Measured, ...]:
    """What each rule finds, per stream: a rule over documents is one of each stream."""
    looks: list[tuple[Rule, Callable[[], Broken]]] = [
        (r.rule, lambda r=r: ((d.key, found) for d in documents for found in r.look(d, reference)))  # type: ignore[misc]
        for r in (*PER_DOCUMENT, *TRACKING_RULES)
    ]
    looks += [(rule, lambda look=look: look(documents, reference, context)) for rule, look in OVER_ALL]  # type: ignore[misc]
    return tuple(measured for rule, look in looks for measured in _measured(rule, look))


def _measured(rule: Rule, look: Callable[[], Broken]) -> Iterator[Measured]:
    crash, groups = "", {}
    try:
        groups = _by_stream(look())
    except Exception as problem:
        # Whatever it is, a rule that cannot be evaluated must hold the streams instead of ending the night.
        log.exception("the rule %s failed", rule.name)
        crash = f"the rule failed ({type(problem).__name__})"
    for stream in Stream:
        own = tuple(_measure(rule, key, found) for key, found in sorted(groups.items()) if key.stream is stream)
        yield Measured(of_stream(rule, stream), own, crash)


def _by_stream(broken: Broken) -> dict[StreamKey, list[Found]]:
    groups: dict[StreamKey, list[Found]] = {}
    for key, found in broken:
        groups.setdefault(key, []).append(found)
    return groups


def _measure(rule: Rule, key: StreamKey, found: Sequence[Found]) -> Measure:
    amount = sum(cents for cents, _ in found if cents is not None) if rule.amount else None
    return Measure(key.store, key.business_date, len(found), amount, tuple(sorted(text for _, text in found)[:EXAMPLES]))


def of_stream(rule: Rule, stream: Stream) -> Rule:
    """The same rule for a stream."""
    return Rule(rule.name, rule.severity, rule.title, rule.remedy, rule.unit, rule.amount, stream)


def _keys(documents: Iterable[Document], context: CheckContext) -> list[StreamKey]:
    looked_at = {StreamKey(context.organisation.key, store, day, stream) for store, day in context.store_dates for stream in Stream}
    return sorted(looked_at | {document.key for document in documents})


def _organisation_contradiction(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    """Ours against Xero's own settings, which win: one contradiction holds every stream."""
    ours, xero = context.organisation, reference.organisation
    basis = TAX_BASES.get(xero.sales_tax_basis, ours.gst_basis)
    pairs = [("country", ours.country, xero.country), ("currency", ours.currency, xero.currency)]
    if ours.gst_basis in TAX_BASES.values():
        pairs.append(("GST basis", ours.gst_basis, basis))
    if context.tenant_id:
        pairs.append(("tenant", context.tenant_id, xero.tenant_id))
    for what, our, theirs in pairs:
        if our != theirs:
            for key in _keys(documents, context):
                yield key, (None, f"{what}: {our} in tillpost.yml, {theirs or 'nothing'} in Xero ({xero.name})")


def _number_duplicate(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    numbers = Counter(_number_key(d) for d in documents if d.number)
    for document in documents:
        if document.number and numbers[_number_key(document)] > 1:
            yield document.key, (document.total_cents, f"{name_of(document)} ({document.natural_key})")


def _number_key(document: Document) -> tuple[str, ...]:
    """What must be unique: our numbers per kind (Xero takes an invoice's and a credit note's from one list), a supplier's per contact."""
    supplier = document.kind in (DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT)
    if supplier and document.contact is not None:
        return document.kind, document.contact.name, document.number.strip().upper()
    kind = DocumentKind.INVOICE if document.kind is DocumentKind.CREDIT_NOTE else document.kind
    return kind, document.number.casefold()  # Xero compares numbers without case


def _natural_key_duplicate(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    keys = Counter(d.natural_key for d in documents)
    for document in documents:
        if keys[document.natural_key] > 1:
            yield document.key, (document.total_cents, f"{name_of(document)} ({document.natural_key})")


def _settled_too_much(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
    """Payments and allocations of these documents against those of them that they settle; what is settled elsewhere Xero itself tells."""
    totals = {d.natural_key: d for d in documents if d.kind not in (DocumentKind.PAYMENT, DocumentKind.ALLOCATION)}
    taken: Counter[str] = Counter()
    for document in documents:
        for target in {document.settles, document.credit} - {""}:
            taken[target] += document.amount_cents
    for target, cents in sorted(taken.items()):
        settled = totals.get(target)
        if settled is not None and cents > settled.total_cents:
            text = f"{name_of(settled)}: {format_cents(settled.total_cents)}, settled {format_cents(cents)}"
            yield settled.key, (cents - settled.total_cents, text)


def _gst_difference(explained: bool) -> LookAtAll:
    def look(documents: Sequence[Document], reference: ReferenceData, context: CheckContext) -> Broken:
        for document in documents:
            for difference in gst_differences(document):
                if difference.is_explained is explained:
                    yield document.key, (difference.cents, f"{name_of(document)}: {difference.told()}")

    return look


_DOCUMENTS = ("document", "documents")
_RATES = ("tax type of a document", "tax types of documents")

OVER_ALL: tuple[tuple[Rule, LookAtAll], ...] = (
    (
        Rule(
            "organisation_contradiction",
            Severity.BLOCKER,
            "Settings in tillpost.yml contradict the organisation's own settings in Xero",
            "Correct tillpost.yml, or connect the right organisation; nothing of this organisation is sent until they agree.",
            ("setting", "settings"),
        ),
        _organisation_contradiction,
    ),
    (
        Rule(
            "number_duplicate",
            Severity.BLOCKER,
            "Two documents have the same number",
            "Make the POS's keys unique in the store's SQL file; a supplier's number is entered twice otherwise.",
            _DOCUMENTS,
            "{} in all",
        ),
        _number_duplicate,
    ),
    (
        Rule(
            "natural_key_duplicate",
            Severity.BLOCKER,
            "Two documents stand for the same event",
            "Make the POS's keys unique in the store's SQL file.",
            _DOCUMENTS,
            "{} in all",
        ),
        _natural_key_duplicate,
    ),
    (
        Rule(
            "settled_too_much",
            Severity.BLOCKER,
            "More is paid or allocated than the document comes to",
            "Look at the payments of that sale in the POS: a payment or an allocation is told twice.",
            _DOCUMENTS,
            "{} too much",
        ),
        _settled_too_much,
    ),
    (
        Rule(
            "gst_rounding_difference",
            Severity.INFO,
            "The POS's GST differs from the ledger's as rounding explains",
            "Nothing to do: the gross is exact, and the difference is never posted as GST.",
            _RATES,
            "POS less ledger {}",
        ),
        _gst_difference(explained=True),
    ),
    (
        Rule(
            "gst_difference_unexplained",
            Severity.BLOCKER,
            "The POS's GST differs from the ledger's by more than rounding explains",
            "Compare the tax codes of the lines with the rows of taxes.csv and with the tax_code column of accounts.csv.",
            _RATES,
            "POS less ledger {}",
        ),
        _gst_difference(explained=False),
    ),
    *SUBLEDGER_RULES,
)
DOCUMENT_RULES: tuple[Rule, ...] = (*(r.rule for r in (*PER_DOCUMENT, *TRACKING_RULES)), *(rule for rule, _ in OVER_ALL))
