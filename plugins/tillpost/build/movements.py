"""Money and liabilities that move without a sale, as journal postings: functions, lay-bys, floats, deposits.

Account payments and adjustments, and functions on account, touch a customer's balance and become documents of their own
(``build.accounts``); here only the fee inside an account payment is booked, and what it leaves as a deposit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tillpost.build.coding import Coding, code_of, post
from tillpost.build.context import BuildContext
from tillpost.build.facts import Movement, MovementLine, Selection
from tillpost.build.laybys import ADJUSTMENT, BALANCE, StandingAdjustments, sale_cancel_postings
from tillpost.build.numbering import natural_key
from tillpost.build.sales import line_coding, sales_key, tender_coding
from tillpost.build.surplus import deposit_cents
from tillpost.mapping.tables import RECEIVABLE
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
    standing = StandingAdjustments(selection, context)
    # Adjustments first: the cancelling of a lay-by takes back those of its own date too.
    for movement in sorted(selection.movements, key=lambda m: m.kind != "layby_adjustment"):
        own = lines.get((movement.store, movement.movement_id), ())
        postings = list(_postings(movement, own, selection, standing, context))
        standing.add((movement.store, movement.layby_id), movement.business_date, postings)
        yield from postings
    yield from sale_cancel_postings(selection, standing, context)


def document_of_movement(context: BuildContext, movement: Movement) -> str:
    """The natural key of the journal that a movement is booked in."""
    key = sales_key(context, movement.store, movement.business_date)
    if is_event(context, movement):
        return natural_key(key, "movement", movement.movement_id)
    return natural_key(key, "journal", movement.business_date.isoformat())


def is_event(context: BuildContext, movement: Movement) -> bool:
    """Whether a movement has a journal of its own: in real-time mode all but a tender put right later, whose two rows balance together."""
    return context.store(movement.store).mode_on(movement.business_date) == "real_time" and movement.kind != "tender_change"


def is_on_account(context: BuildContext, movement: Movement) -> bool:
    """Whether a function was no money of the till but went on a customer's account: its tender is mapped to ``receivable``."""
    if movement.kind not in FUNCTIONS or not movement.tender_code:
        return False
    row = context.mapping_of(movement.store).account("tender", movement.tender_code, movement.business_date)
    return row is not None and row.account == RECEIVABLE


def _postings(
    movement: Movement, lines: Sequence[MovementLine], selection: Selection, standing: StandingAdjustments, context: BuildContext
) -> Iterator[Posting]:
    if movement.kind in ACCOUNT_KINDS:
        yield from _account_payment(movement, selection, context)
        return
    if movement.kind == "layby_adjustment" and context.store(movement.store).layby_recognition == "each_payment":
        return  # nothing was recognised yet, and no liability stands: the lower payments will tell
    if is_on_account(context, movement):
        return
    tender = _tender(movement, context)
    if tender is not None:
        yield _post(context, movement, tender, movement.amount_cents)
    if movement.kind in FUNCTIONS:
        function = function_posting(movement, context)
        yield from [] if function is None else [function]
    elif movement.kind in LAYBYS:
        yield from _layby(movement, lines, standing, context)
    elif movement.kind in TRANSFERS:
        yield from _other(movement, context, TRANSFERS[movement.kind], -movement.amount_cents)


def _tender(movement: Movement, context: BuildContext) -> Coding | None:
    return tender_coding(context, movement.store, movement.tender_code, movement.business_date) if movement.tender_code else None


def function_posting(movement: Movement, context: BuildContext) -> Posting | None:
    """The function's account; money paid out takes the purchase's tax type. None where the mapping ignores the function."""
    coding = code_of(
        context.mapping_of(movement.store),
        "function",
        movement.function_code,
        movement.business_date,
        movement.tax_code,
        purchase=movement.kind == "paid_out",
    )
    if coding is None:
        return None
    recorded = movement.tax_cents is not None
    return _post(context, movement, coding, -movement.amount_cents, -(movement.tax_cents or 0), int(recorded and coding.rate_bp > 0))


def _layby(movement: Movement, lines: Sequence[MovementLine], standing: StandingAdjustments, context: BuildContext) -> Iterator[Posting]:
    """What remains of a lay-by movement, after its revenue and fee, moves the lay-by's liability, so that it always balances."""
    own: list[Posting] = []
    if movement.kind == "layby_adjustment":
        own.extend(_other(movement, context, "layby_adjustment", movement.amount_cents, movement.tax_code, ADJUSTMENT))
    else:
        own.extend(_other(movement, context, "layby_fee", -movement.fee_cents, movement.tax_code))
    if movement.kind == "layby_cancel":
        layby = (movement.store, movement.layby_id)
        own.extend(standing.take_back(layby, movement.business_date, document_of_movement(context, movement)))
    if _recognises(movement, context):
        own.extend(_line_postings(movement, lines, context))
    yield from own
    taken = 0 if movement.kind == "layby_adjustment" else movement.amount_cents
    yield from _other(movement, context, "layby", -(taken + sum(p.cents for p in own)), "", BALANCE)


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


def _account_payment(movement: Movement, selection: Selection, context: BuildContext) -> Iterator[Posting]:
    """What no payment on an invoice can carry: the fee inside it, and what is left as a deposit. A bank account takes neither."""
    tender = _tender(movement, context)
    if movement.kind != "account_payment" or tender is None or tender.account in context.bank_accounts:
        return
    deposit = deposit_cents(context, selection, movement)
    if movement.fee_cents:
        yield _post(context, movement, tender, movement.fee_cents)
        yield from _other(movement, context, "payment_fee", -movement.fee_cents, movement.tax_code)
    if deposit:
        yield _post(context, movement, tender, deposit, amount="surplus")
        yield from _other(movement, context, "deposit", -deposit, "", "deposit")


def _other(movement: Movement, context: BuildContext, code: str, cents: int, tax_code: str = "", amount: str = "") -> Iterator[Posting]:
    coding = code_of(context.mapping_of(movement.store), "other", code, movement.business_date, tax_code)
    if coding is not None and cents:
        yield _post(context, movement, coding, cents, amount=amount)


def _post(
    context: BuildContext, movement: Movement, coding: Coding, cents: int, pos_tax_cents: int = 0, roundings: int = 0, amount: str = ""
) -> Posting:
    where = (("movement_id", movement.movement_id), ("layby_id", movement.layby_id), ("amount", amount))
    source = FactSelection("movements", tuple((name, value) for name, value in where if value), 1)
    document = document_of_movement(context, movement)
    return post(document, coding, cents, source, pos_tax_cents=pos_tax_cents, roundings=roundings)
