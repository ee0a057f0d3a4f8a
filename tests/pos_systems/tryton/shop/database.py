"""A Tryton database, made by Tryton: its modules with all they depend on, and proteus at work on it in this process.

Tryton takes where the database is from the environment, ``TRYTOND_DATABASE_URI``, whose path is its name.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from proteus import config as proteus
from trytond import backend
from trytond.pool import Pool
from trytond.transaction import Transaction, TransactionError

MODULES = ("sale_point", "sale_gift_card")
ADMINISTRATOR = 1


@dataclass
class Locks:
    """The locks that Tryton's steps asked for: it wants a transaction that begins with them, and says so when it meets the first."""

    held: dict[str, Any] = field(default_factory=dict)

    def run(self, database: str, company: int, step: Callable[[], None]) -> None:
        """Run a step in one transaction, from its beginning again for each lock that it turns out to need, as Tryton's server does."""
        while True:
            with Transaction().start(database, ADMINISTRATOR, context={"company": company}, **self.held) as transaction:
                try:
                    return step()
                except TransactionError as wanted:
                    transaction.rollback()
                    wanted.fix(self.held)


def create() -> None:
    """Initialise an empty database and activate the modules at once, as trytond-admin does."""
    name = urlsplit(os.environ["TRYTOND_DATABASE_URI"]).path.strip("/")
    Pool.start()
    database = backend.Database(name)
    database.connect()
    database.init()
    Pool(name).init(update=["ir", "res", *MODULES], lang=["en"], activatedeps=True)


def connect() -> str:
    """Let proteus work on the database, as the administrator; returns its name."""
    return str(proteus.set_trytond().database_name)
