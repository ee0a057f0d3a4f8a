"""Purchases of no store, the organisation's own: several stores of one database deliver them, and one of them books each, once.

The store that has it on record, else the first in the order of tillpost.yml of those that deliver it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from tillpost.build.context import BuildContext
from tillpost.build.facts import Purchase
from tillpost.build.numbering import natural_key
from tillpost.model.findings import Stream, StreamKey

# The kind of document in the natural key of each kind of purchase.
WORDS = {"invoice": "bill", "credit": "supplier-credit", "receipt": "receipt"}


def booked_once(purchases: Sequence[Purchase], context: BuildContext) -> Iterator[Purchase]:
    """The purchases without what another store books."""
    delivering: dict[tuple[str, ...], set[str]] = {}
    for purchase in purchases:
        if purchase.is_shared:
            delivering.setdefault(_identity(context, purchase), set()).add(purchase.store)
    owners = {identity: _owner(context, identity, stores) for identity, stores in delivering.items()}
    return (p for p in purchases if not p.is_shared or owners[_identity(context, p)] == p.store)


def stores_of(context: BuildContext, purchase: Purchase) -> list[str]:
    """The stores under which what belongs to a purchase may be booked: its own, or all of its database where it is of no store."""
    own = context.store(purchase.store)
    return _sharing(context, own.pos, own.connection) if purchase.is_shared else [own.key]


def _sharing(context: BuildContext, pos: str, connection: str) -> list[str]:
    return [s.key for s in context.organisation.stores.values() if (s.pos, s.connection) == (pos, connection)]


def _identity(context: BuildContext, purchase: Purchase) -> tuple[str, ...]:
    """What makes it one purchase: one database, one kind, one key."""
    store = context.store(purchase.store)
    return store.pos, store.connection, purchase.kind, purchase.purchase_id


def _owner(context: BuildContext, identity: tuple[str, ...], delivering: Iterable[str]) -> str:
    pos, connection, kind, purchase_id = identity
    sharing = _sharing(context, pos, connection)
    for store in sharing if len(sharing) > 1 else ():
        key = StreamKey(context.organisation.key, store, date.min, Stream.PURCHASES)  # a natural key holds no date of its stream
        if context.known_document(natural_key(key, WORDS[kind], purchase_id)) is not None:
            return store
    return min(delivering, key=sharing.index)
