"""Settings, tillpost.yml and connections: the only place that reads the environment.

* ``TILLPOST_INCLUDE``: the folder with sql/, mappings/ and tillpost.yml (default: include/ beside the package)
* ``TILLPOST_DB_URL``: Tillpost's own database as an SQLAlchemy URL (default: SQLite in var/)
* ``TILLPOST_DATA``: facts and reports, a folder that all workers share (default: var/data)
* ``TILLPOST_FERNET_KEY``: encrypts the tokens of Xero consents at rest; several, comma-separated: the first encrypts
  (default: ``AIRFLOW__CORE__FERNET_KEY``)
* ``AIRFLOW_CONN_<ID>``: a connection as JSON or URI, where it is not kept in Airflow itself

Nothing secret is in tillpost.yml; it names connections by their id.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tillpost.connection import Connection, connection_from_environment
from tillpost.errors import ConfigError
from tillpost.organisations import Organisation, load_organisations

PROJECT = Path(__file__).resolve().parents[2]

Connections = Callable[[str], Connection]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Tillpost keeps its things."""

    include: Path
    db_url: str = field(repr=False)
    data: Path
    fernet_keys: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of the environment, each with its default."""
        env = os.environ if environ is None else environ
        return cls(
            include=Path(env.get("TILLPOST_INCLUDE") or PROJECT / "include").absolute(),
            db_url=env.get("TILLPOST_DB_URL") or f"sqlite:///{PROJECT / 'var' / 'tillpost.db'}",
            data=Path(env.get("TILLPOST_DATA") or PROJECT / "var" / "data").absolute(),
            fernet_keys=env.get("TILLPOST_FERNET_KEY") or env.get("AIRFLOW__CORE__FERNET_KEY") or "",
        )


@dataclass(frozen=True, slots=True)
class Site:
    """One installation: its settings, its organisations and the way to its connections. Handed to every flow."""

    settings: Settings
    organisations: Mapping[str, Organisation]
    connections: Connections

    def organisation(self, key: str) -> Organisation:
        """The organisation of that key; ConfigError naming the known ones otherwise."""
        try:
            return self.organisations[key]
        except KeyError:
            file = self.settings.include / "tillpost.yml"
            raise ConfigError(f"organisation {key!r} is not in this file.", file=file, value=key, allowed=self.organisations) from None


def load_site(settings: Settings | None = None, connections: Connections = connection_from_environment) -> Site:
    """Read tillpost.yml of the include folder; raises ConfigError with file and line."""
    settings = settings or Settings.from_environment()
    return Site(settings, load_organisations(settings.include / "tillpost.yml"), connections)
