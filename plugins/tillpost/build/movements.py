"""Money and liabilities that move without a sale, as journal postings: functions, lay-bys, floats, deposits.

Account payments and adjustments touch a customer's balance and become documents of their own (``build.accounts``); here only
the fee inside an account payment is booked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tillpost.build.coding import Coding, code_of, post
from tillpost.build.context import BuildContext
from tillpost.build.facts import Movement, MovementLine, Selection
from tillpost.build.numbering import natural_key
from tillpost.build.sales import line_coding, sales_key, tender_coding
from tillpost.model.documents import FactSelection, Posting
from tillpost.model.money import tax_inside

FUNCTIONS = ("paid_out", "received", "prepayment")
LAYBYS = ("layby_payment", "layby_adjustment", "layby_cancel")
# Movements whose other side is one account of the kind `other`.
TRANSFERS = {"bank_deposit": "bank_deposit", "safe_drop": "safe_drop", "float": "float"}
ACCOUNT_KINDS = ("account_payment", "account_adjustment")


def movement_postings(selection: Selection, context: BuildContext) -> Iterator[Posting]:
    """The postings of all movements, each in the day's journal, or in one of its own in real-time mode."""
    lines: dict[tuple[str, str], list[MovementLine]] = {}
    for line in selection.movement_lines:
        lines.setdefault((line.store, line.movement_id), []).append(line)
    for movement in selection.movements:
        yield from _postings(movement, lines.get((movement.store, movement.movement_id), ()), context)


def document_of_movement(context: BuildContext, movement: Movement) -> str:
    """The natural key of the journal that a movement is booked in."""
    key = sales_key(context, movement.store, movement.business_date)
    if context.store(movement.store).mode_on(movement.business_date) == "real_time":
        return natural_key(key, "movement", movement.movement_id)
    return natural_key(key, "journal", movement.business_date.isoformat())


def _postings(movement: Movement, lines: Sequence[MovementLine], context: BuildContext) -> Iterator[Posting]:
    if movement.kind in ACCOUNT_KINDS:
        yield from _account_fee(movement, context)
        return
    if movement.kind == "layby_adjustment" and context.store(movement.store).layby_recognition == "each_payment":
        return  # nothing was recognised yet, and no liability stands: the lower payments will tell
    tender = _tender(movement, context)
    if tender is not None:
        yield _post(context, movement, tender, movement.amount_cents)
    if movement.kind in FUNCTIONS:
        yield from _function(movement, context)
    elif movement.kind in LAYBYS:
        yield from _layby(movement, lines, context)
    elif movement.kind in TRANSFERS:
        yield from _other(movement, context, TRANSFERS[movement.kind], -movement.amount_cents)


def _tender(movement: Movement, context: BuildContext) -> Coding | None:
    return tender_coding(context, movement.store, movement.tender_code, movement.business_date) if movement.tender_code else None


def _function(movement: Movement, context: BuildContext) -> Iterator[Posting]:
    """The function's account; money paid out takes the purchase's tax type."""
    coding = code_of(
        context.mapping_of(movement.store),
        "function",
        movement.function_code,
        movement.business_date,
        movement.tax_code,
        purchase=movement.kind == "paid_out",
    )
    if coding is not None:
        recorded = movement.tax_cents is not None
        yield _post(context, movement, coding, -movement.amount_cents, -(movement.tax_cents or 0), int(recorded and coding.rate_bp > 0))


def _layby(movement: Movement, lines: Sequence[MovementLine], context: BuildContext) -> Iterator[Posting]:
    """What remains of a lay-by movement, after its revenue and fee, moves the lay-by's liability, so that it always balances."""
    own: list[Posting] = []
    if movement.kind == "layby_adjustment":
        own.extend(_other(movement, context, "layby_adjustment", movement.amount_cents, movement.tax_code))
    else:
        own.extend(_other(movement, context, "layby_fee", -movement.fee_cents, movement.tax_code))
    if _recognises(movement, context):
        own.extend(_line_postings(movement, lines, context))
    yield from own
    taken = 0 if movement.kind == "layby_adjustment" else movement.amount_cents
    yield from _other(movement, context, "layby", -(taken + sum(p.cents for p in own)))


def _recognises(movement: Movement, context: BuildContext) -> bool:
    """Whether the movement's own lines make (or reverse) revenue in the store's way of recognising lay-bys."""
    recognition = context.store(movement.store).layby_recognition
    return recognition == "each_payment" or (recognition == "sale_date" and movement.kind == "layby_cancel")


def _line_postings(movement: Movement, lines: Sequence[MovementLine], context: BuildContext) -> Iterator[Posting]:
    for line in lines:
        coding = line_coding(context, line.store, line.line_kind, line.category, line.tax_code, movement.business_date)
        if coding is not None and line.gross_cents:
            recorded = line.tax_cents is not None
            tax = line.tax_cents if line.tax_cents is not None else tax_inside(line.gross_cents, coding.rate_bp)
            yield _post(context, movement, coding, -line.gross_cents, -tax, int(recorded and coding.rate_bp > 0))


def _account_fee(movement: Movement, context: BuildContext) -> Iterator[Posting]:
    """A fee inside an account payment: income out of the same money, which no payment on an invoice can carry."""
    tender = _tender(movement, context)
    if movement.fee_cents and tender is not None:
        yield _post(context, movement, tender, movement.fee_cents)
        yield from _other(movement, context, "payment_fee", -movement.fee_cents, movement.tax_code)


def _other(movement: Movement, context: BuildContext, code: str, cents: int, tax_code: str = "") -> Iterator[Posting]:
    coding = code_of(context.mapping_of(movement.store), "other", code, movement.business_date, tax_code)
    if coding is not None and cents:
        yield _post(context, movement, coding, cents)


def _post(context: BuildContext, movement: Movement, coding: Coding, cents: int, pos_tax_cents: int = 0, roundings: int = 0) -> Posting:
    source = FactSelection("movements", (("movement_id", movement.movement_id),), 1)
    document = document_of_movement(context, movement)
    return post(document, coding, cents, source, pos_tax_cents=pos_tax_cents, roundings=roundings)
