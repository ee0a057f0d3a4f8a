"""Connections: how a POS database or a Xero organisation is reached. Secrets never appear in a repr or a message."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy import URL

from tillpost.errors import ConfigError

# Airflow's connection types and the SQLAlchemy drivers that they mean here.
DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mssql": "mssql+pymssql",
}

# Microsoft's own, where a connection of type mssql+pyodbc names none.
ODBC_DRIVER = "ODBC Driver 18 for SQL Server"


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection in Airflow's terms. ``host`` of an SQLite database is the file's path."""

    conn_id: str
    conn_type: str
    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    schema: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)

    def sqlalchemy_url(self) -> URL:
        """The SQLAlchemy URL of a database connection; its ``str`` hides the password."""
        driver = DRIVERS.get(self.conn_type, self.conn_type)
        if driver.startswith("sqlite"):
            return URL.create(driver, database=self.host or self.schema)
        url = URL.create(driver, self.login or None, self.password or None, self.host or None, self.port, self.schema or None)
        return url.set(query={"driver": self.odbc_driver()}) if driver == "mssql+pyodbc" else url

    def odbc_driver(self) -> str:
        """The ODBC driver that the extra names; Airflow's own connection writes it with a capital."""
        return self.extra.get("driver") or self.extra.get("Driver") or ODBC_DRIVER

    def place(self) -> str:
        """Where it points, without any secret: for messages."""
        port = f":{self.port}" if self.port else ""
        return f"{self.conn_id} ({self.conn_type} {self.host}{port}{'/' + self.schema if self.schema else ''})"


def texts_of(extra: Mapping[str, object]) -> dict[str, str]:
    """The extra of a connection as text; what is null is not there."""
    return {key: str(value) for key, value in extra.items() if value is not None}


def connection_from_environment(conn_id: str, environ: Mapping[str, str] | None = None) -> Connection:
    """The connection of ``AIRFLOW_CONN_<ID>`` (JSON or URI); ConfigError if it is not set or cannot be read."""
    env = os.environ if environ is None else environ
    variable = f"AIRFLOW_CONN_{conn_id.upper()}"
    text = env.get(variable, "")
    if not text:
        raise ConfigError(f"connection {conn_id!r} is not known: set {variable} (JSON or URI) or create it in Airflow.", value=conn_id)
    try:
        return _from_json(conn_id, text) if text.lstrip().startswith("{") else _from_uri(conn_id, text)
    except (ValueError, TypeError, AttributeError, KeyError):
        # The text itself may hold a password: it must not reach the message.
        raise ConfigError(f"{variable} is neither an Airflow connection in JSON nor a connection URI.", value=conn_id) from None


def _from_json(conn_id: str, text: str) -> Connection:
    raw = json.loads(text)
    extra = raw.get("extra") or {}
    extra = json.loads(extra) if isinstance(extra, str) else extra
    port = raw.get("port")
    names = ("host", "login", "password", "schema")
    return Connection(conn_id, str(raw["conn_type"]), port=int(port) if port else None, extra=texts_of(extra),
                      **{name: str(raw.get(name) or "") for name in names})  # fmt: skip


def _from_uri(conn_id: str, text: str) -> Connection:
    parts = urlsplit(text)
    if not parts.scheme:
        raise ValueError("a URI has a scheme")
    sqlite = parts.scheme.startswith("sqlite")
    path = unquote(parts.path)
    return Connection(
        conn_id,
        parts.scheme,
        # sqlite:////srv/pos.db: four slashes, an absolute path
        host=path.removeprefix("/") if sqlite and path.startswith("//") else path if sqlite else unquote(parts.hostname or ""),
        port=parts.port,
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        schema="" if sqlite else path.removeprefix("/"),
        extra=dict(parse_qsl(parts.query)),
    )
