"""Plan: what the next posting runs have before them. Nothing is sent, and no call is made."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from tillpost.config import Site
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation
from tillpost.store.backlog import BY_CHECK, backlog
from tillpost.store.database import Database, open_database
from tillpost.xero.evidence import evidence_calls
from tillpost.xero.planning import Plan, plan_posting, plan_sentence, progress_sentence
from tillpost.xero.quota import Quota
from tillpost.xero.run import NIGHTLY_DAYS

# A run tells so often how far it is.
TELL_EVERY = timedelta(seconds=30)
_log = logging.getLogger("tillpost.posting")


def plan(site: Site, organisation: str, days: DateRange | None = None) -> Plan:
    """The plan for an organisation's documents, of all or of some business dates, as the outbox and the budget stand now."""
    from tillpost.checks.catalogue import rule_titles

    found, titles = plan_now(open_database(site.settings.db_url, migrate=True), site.organisation(organisation), days), rule_titles()
    return replace(found, held=tuple((titles.get(why.removeprefix(BY_CHECK), why), number) for why, number in found.held))


def plan_now(db: Database, org: Organisation, days: DateRange | None = None) -> Plan:
    """The same, where the database is open."""
    now = db.now()
    todo = backlog(db, org.key, now.date() - timedelta(days=NIGHTLY_DAYS), days)
    evidence = evidence_calls(db, org.key, org.posting.evidence)
    return plan_posting(todo, evidence, Quota(db, org.key, db.now, org.posting).standing(), org.posting, now)


class ProgressLog:
    """Tells in the log of a posting run what it has before it, and how far it is."""

    def __init__(self, db: Database, org: Organisation) -> None:
        self._db, self._org = db, org
        self._plan, self._begun = plan_now(db, org), db.now()
        self._told = self._begun
        _log.info("%s: %s", org.key, plan_sentence(self._plan))

    def tell(self, done: int, calls: int) -> None:
        """Log the documents done and the calls of this drain, at most every half minute."""
        now = self._db.now()
        if now - self._told >= TELL_EVERY:
            self._told = now
            _log.info("%s: %s", self._org.key, progress_sentence(self._plan, done, calls, self._begun, now))
