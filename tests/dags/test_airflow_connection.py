"""Connections: the environment first, then what Airflow keeps; what neither has is told with its remedy."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

import tillpost_airflow
from tillpost.connection import Connection
from tillpost.errors import ConfigError


def kept(**values: object) -> SimpleNamespace:
    """A connection as Airflow hands it out."""
    empty = dict.fromkeys(("conn_type", "host", "port", "login", "password", "schema"))
    return SimpleNamespace(**{**empty, "extra_dejson": {}, **values})


def airflow_keeps(monkeypatch: pytest.MonkeyPatch, **connections: SimpleNamespace) -> None:
    def get_connection(conn_id: str) -> SimpleNamespace:
        if conn_id not in connections:
            raise AirflowNotFoundException(f"The conn_id `{conn_id}` isn't defined")
        return connections[conn_id]

    monkeypatch.setattr(BaseHook, "get_connection", get_connection)


def test_a_connection_that_airflow_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    airflow_keeps(
        monkeypatch,
        pos_1=kept(
            conn_type="mssql",
            host="pos.example",
            port=1433,
            login="u",
            password="p",
            schema="idealpos",
            extra_dejson={"timeout": 5, "charset": None},
        ),
    )
    expected = Connection("pos_1", "mssql", "pos.example", 1433, "u", "p", "idealpos", {"timeout": "5"})
    assert tillpost_airflow.airflow_connection("pos_1") == expected


def test_what_airflow_leaves_empty_is_empty_text(monkeypatch: pytest.MonkeyPatch) -> None:
    airflow_keeps(monkeypatch, xero_1=kept(conn_type="xero"))
    assert tillpost_airflow.airflow_connection("xero_1") == Connection("xero_1", "xero")


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    airflow_keeps(monkeypatch, pos_1=kept(conn_type="sqlite", host="/kept.db"))
    monkeypatch.setenv("AIRFLOW_CONN_POS_1", json.dumps({"conn_type": "sqlite", "host": "/of_the_environment.db"}))
    assert tillpost_airflow.airflow_connection("pos_1") == Connection("pos_1", "sqlite", "/of_the_environment.db")


def test_a_connection_that_nobody_has_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    airflow_keeps(monkeypatch)
    with pytest.raises(ConfigError) as caught:
        tillpost_airflow.airflow_connection("pos_1")
    assert str(caught.value) == "connection 'pos_1' is not known: create it in Airflow (Admin, Connections) or set AIRFLOW_CONN_POS_1."
