"""What becomes of customers' credits once they stand: refunds and allocations, in the order of their dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tillpost.build.carriers import Carriers
from tillpost.build.context import BuildContext
from tillpost.build.contracts import Pair, contract_allocation, contract_pairs, later_of
from tillpost.build.facts import Selection
from tillpost.build.refunds import Refund, refund_documents, refunds
from tillpost.build.settled import Settled
from tillpost.model.documents import Document


def credits_used(context: BuildContext, selection: Selection, carriers: Carriers, built: Sequence[Document]) -> Iterator[Document]:
    """The refunds of overpayments and the allocations of deposits to contracts; none takes what an earlier one took."""
    settled = Settled(context.record, built)
    steps: list[Refund | Pair] = [*refunds(context, selection, carriers), *contract_pairs(context, selection, carriers, built)]
    for step in sorted(steps, key=_order):
        made = refund_documents(context, step, built, settled) if isinstance(step, Refund) else contract_allocation(step, settled)
        for document in made:
            settled.add(document)
            yield document


def _order(step: Refund | Pair) -> tuple[object, ...]:
    """By date; on one date what the shop did comes before what we do for it."""
    if isinstance(step, Refund):
        return step.movement.business_date, 0, step.movement.business_date, step.movement.movement_id
    return later_of(step).key.business_date, 1, step[0].key.business_date, step[0].natural_key
