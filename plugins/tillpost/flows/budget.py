"""The budget of calls of an organisation: one Quota in the database for whoever calls Xero, and how long each may wait for it."""

from __future__ import annotations

import time

from tillpost.config import Site
from tillpost.organisations import Organisation
from tillpost.store.database import Database
from tillpost.xero.patience import PatientMeter
from tillpost.xero.quota import Quota

# Whoever reads waits for a whole minute's quota before a call. A claim of the poster waits in its chunk, so that it waits much less.
READER_SECONDS, POSTER_SECONDS = 75.0, 5.0


def budget_of(site: Site, org: Organisation, db: Database) -> Quota:
    """The organisation's budget; ConfigError where its connection is not known."""
    return Quota(db, org.key, db.now, org.posting, app=site.connections(org.xero).login)


def patient_meter(site: Site, org: Organisation, db: Database, seconds: float = READER_SECONDS) -> PatientMeter:
    """A meter of that budget, which waits up to so many seconds before a call where the budget has room again by then."""
    return PatientMeter(budget_of(site, org, db), db.now, time.sleep, seconds)
