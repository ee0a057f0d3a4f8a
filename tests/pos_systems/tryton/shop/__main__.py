"""Fills a PostgreSQL database with a shop's week in Tryton: ``python -m tests.pos_systems.tryton.shop create|post``.

``create`` takes an empty database, ``post`` posts the tickets that ``create`` left done. Both print, as JSON, what Tryton makes of the
tickets that are posted then (``answer``). Where the database is, the environment tells (``database``).
"""

from __future__ import annotations

import gc
import json
import sys

from tests.pos_systems.tryton.shop import answer, bills, books, database, goods, tills, week


def main(step: str) -> None:
    """Create the shop with its week, or post the tickets that were left."""
    gc.disable()  # what Tryton makes lives on: looking through it again and again finds nothing to free
    if step == "create":
        database.create()
    name = database.connect()
    if step == "create":
        shop = books.open_books(week.DATES[0])
        goods.stock(shop)
        tills.set_up(shop)
        week.trade(shop, name)
        bills.receive(shop, week.BILLS)
    else:
        week.post_what_is_left(name)
    print(json.dumps(answer.posted_tickets(name)))


if __name__ == "__main__":
    main(sys.argv[1])
