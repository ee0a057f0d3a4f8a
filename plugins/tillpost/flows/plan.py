"""Plan: what the next posting runs have before them. Nothing is sent, and no call is made."""

from __future__ import annotations

from datetime import timedelta

from tillpost.config import Site
from tillpost.model.period import DateRange
from tillpost.organisations import Organisation
from tillpost.store.backlog import backlog
from tillpost.store.database import Database, open_database
from tillpost.xero.evidence import evidence_calls
from tillpost.xero.planning import Plan, plan_posting
from tillpost.xero.quota import Quota
from tillpost.xero.run import NIGHTLY_DAYS


def plan(site: Site, organisation: str, days: DateRange | None = None) -> Plan:
    """The plan for an organisation's documents, of all or of some business dates, as the outbox and the budget stand now."""
    return plan_now(open_database(site.settings.db_url, migrate=True), site.organisation(organisation), days)


def plan_now(db: Database, org: Organisation, days: DateRange | None = None) -> Plan:
    """The same, where the database is open."""
    now = db.now()
    todo = backlog(db, org.key, now.date() - timedelta(days=NIGHTLY_DAYS), days)
    evidence = evidence_calls(db, org.key, org.posting.evidence)
    return plan_posting(todo, evidence, Quota(db, org.key, db.now, org.posting).standing(), org.posting, now)
