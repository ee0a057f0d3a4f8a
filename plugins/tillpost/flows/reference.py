"""What Xero says of an organisation, read once per run.

Where Xero cannot be reached, the last answer on record serves, and that is said.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tillpost.config import Site
from tillpost.errors import RateLimited, TillpostError, XeroUnavailable
from tillpost.model.reference import PaymentTerm, ReferenceData, XeroAccount, XeroOrganisation, XeroTaxRate
from tillpost.organisations import Organisation
from tillpost.xero.sender import Meter


def read_reference_data(site: Site, org: Organisation, meter: Meter | None = None) -> tuple[ReferenceData, str]:
    """The organisation's reference data, and a sentence where it is an old answer; raises XeroUnavailable where there is none at all."""
    from tillpost.xero.client import XeroClient
    from tillpost.xero.reference import read_reference

    file = _file(site, org)
    try:
        reference = read_reference(XeroClient(site.connections(org.xero), meter=meter))
    except (XeroUnavailable, RateLimited) as problem:
        return _last_answer(file, problem)
    _keep(file, reference)
    return reference, ""


def last_reference_data(site: Site, org: Organisation) -> ReferenceData | None:
    """The last answer on record, without asking Xero; None where there is none."""
    kept = _kept(_file(site, org))
    return kept[0] if kept else None


def _file(site: Site, org: Organisation) -> Path:
    return site.settings.data / "reference" / f"{org.key}.json"


def _keep(file: Path, reference: ReferenceData) -> None:
    """Put the answer on record. Raises TillpostError where that cannot be: reports could not be written either."""
    fresh = file.with_suffix(".tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps({"read_at": datetime.now(UTC).isoformat(), **asdict(reference)}, default=_plain), encoding="utf-8")
        fresh.replace(file)
    except OSError as problem:
        raise TillpostError(
            f"What Xero says of the organisation cannot be kept in {file} (TILLPOST_DATA): {problem.strerror}. Nothing was released. "
            "Make the folder writable, then run again."
        ) from problem


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _last_answer(file: Path, problem: XeroUnavailable | RateLimited) -> tuple[ReferenceData, str]:
    kept = _kept(file)
    if kept is None:
        raise problem
    reference, read_at = kept
    return reference, f"Xero could not be reached ({problem}); accounts and lock dates are as of {read_at[:16]} UTC."


def _kept(file: Path) -> tuple[ReferenceData, str] | None:
    """The answer on record and when it was read; None where there is none, or none that this Tillpost can read."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return _reference(raw), str(raw["read_at"])
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
    )
