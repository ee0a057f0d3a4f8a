"""What Xero says of an organisation, kept with its age: a posting run reads anew what may have changed.

Where Xero cannot be reached while dates are prepared, the last answer on record serves, and that is said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tillpost.config import Site
from tillpost.errors import RateLimited, TillpostError, XeroUnavailable
from tillpost.model.reference import PaymentTerm, ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.organisations import Organisation
from tillpost.store.database import open_database
from tillpost.xero.sender import Meter

if TYPE_CHECKING:
    from tillpost.xero.client import XeroClient

# How old each part may be when documents are sent: lock dates and accounts are changed at any time, the rest seldom.
KEPT_FOR = {
    "organisation": timedelta(minutes=10),
    "accounts": timedelta(minutes=10),
    "actions": timedelta(hours=1),
    "tax_rates": timedelta(hours=1),
    "tracking": timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer on record, and when each part of it was read (aware UTC)."""

    reference: ReferenceData
    read_at: Mapping[str, datetime]

    def stale_parts(self, now: datetime) -> list[str]:
        """The parts that are too old to send by, or from a clock that is ahead of ours."""
        return [part for part, age in KEPT_FOR.items() if part not in self.read_at or not timedelta() <= now - self.read_at[part] <= age]


def read_reference_data(site: Site, org: Organisation, meter: Meter | None = None) -> tuple[ReferenceData, str]:
    """The organisation's reference data, and a sentence where it is an old answer; raises XeroUnavailable where there is none at all."""
    from tillpost.flows.clients import through_connection
    from tillpost.xero.reference import read_reference

    file, db = _file(site, org), open_database(site.settings.db_url, migrate=True)
    try:
        tried = through_connection(site, org, db, read_reference, meter=meter)
    except (XeroUnavailable, RateLimited) as problem:
        return _last_answer(file, problem)
    if tried.result is None:
        return _last_answer(file, XeroUnavailable(tried.why))
    reference = tried.result
    now = datetime.now(UTC)
    _keep(file, Kept(reference, dict.fromkeys(KEPT_FOR, now)))
    return reference, ""


def reference_to_send_by(site: Site, org: Organisation, client: XeroClient, now: datetime) -> ReferenceData:
    """The organisation's reference data for a posting run: what is too old is read now, a call each, and kept. Raises XeroErrors."""
    from tillpost.xero.reference import read_reference

    file = _file(site, org)
    kept = _kept(file)
    if kept is None or kept.reference.organisation.tenant_id != client.tenant_id():
        fresh = Kept(read_reference(client), dict.fromkeys(KEPT_FOR, now))
    elif stale := kept.stale_parts(now):
        fresh = Kept(read_reference(client, stale, kept.reference), {**kept.read_at, **dict.fromkeys(stale, now)})
    else:
        return kept.reference
    _keep(file, fresh)
    return fresh.reference


def last_reference_data(site: Site, org: Organisation) -> ReferenceData | None:
    """The last answer on record, without asking Xero; None where there is none."""
    kept = _kept(_file(site, org))
    return kept.reference if kept else None


def _file(site: Site, org: Organisation) -> Path:
    return site.settings.data / "reference" / f"{org.key}.json"


def _keep(file: Path, kept: Kept) -> None:
    """Put the answer on record. Raises TillpostError where that cannot be: reports could not be written either."""
    fresh = file.with_suffix(".tmp")
    read_at = {part: moment.isoformat() for part, moment in kept.read_at.items()}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps({"read_at": read_at, **asdict(kept.reference)}, default=_plain), encoding="utf-8")
        fresh.replace(file)
    except OSError as problem:
        raise TillpostError(
            f"What Xero says of the organisation cannot be kept in {file} (TILLPOST_DATA): {problem.strerror}. "
            "Nothing was released or sent. Make the folder writable, then run again."
        ) from problem


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _last_answer(file: Path, problem: XeroUnavailable | RateLimited) -> tuple[ReferenceData, str]:
    kept = _kept(file)
    if kept is None:
        raise problem
    oldest = min(kept.read_at[part] for part in ("organisation", "accounts"))
    return kept.reference, f"Xero could not be reached ({problem}); accounts and lock dates are as of {oldest.isoformat()[:16]} UTC."


def _kept(file: Path) -> Kept | None:
    """The answer on record; None where there is none, or none that this Tillpost can read."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return Kept(_reference(raw), {part: datetime.fromisoformat(raw["read_at"][part]) for part in KEPT_FOR})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _reference(raw: dict[str, Any]) -> ReferenceData:
    org = raw["organisation"]
    terms = {name: PaymentTerm(**org[name]) if org.get(name) else None for name in ("invoice_terms", "bill_terms")}
    locks = {name: date.fromisoformat(org[name]) if org[name] else None for name in ("period_lock_date", "end_of_year_lock_date")}
    return ReferenceData(
        organisation=XeroOrganisation(**{**org, **locks, **terms}),
        accounts={code: XeroAccount(**account) for code, account in raw["accounts"].items()},
        tax_rates={name: XeroTaxRate(**{**rate, "applies_to": frozenset(rate["applies_to"])}) for name, rate in raw["tax_rates"].items()},
        tracking={name: frozenset(options) for name, options in raw["tracking"].items()},
        not_allowed=frozenset(raw["not_allowed"]),
    )
