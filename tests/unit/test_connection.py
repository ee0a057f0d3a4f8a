"""Connections of the environment: JSON, URIs, and secrets that never show."""

from __future__ import annotations

import json

import pytest

from tillpost.connection import Connection, connection_from_environment
from tillpost.errors import ConfigError

SECRET = "s3cret/pass@word"


def _connection(text: str) -> Connection:
    return connection_from_environment("pos_city", {"AIRFLOW_CONN_POS_CITY": text})


def test_json_and_uri_say_the_same() -> None:
    values = {"conn_type": "postgres", "host": "pos.example", "port": 5433, "login": "reader", "password": SECRET, "schema": "shop"}
    expected = Connection("pos_city", "postgres", "pos.example", 5433, "reader", SECRET, "shop")
    assert _connection(json.dumps(values)) == expected
    assert _connection("postgres://reader:s3cret%2Fpass%40word@pos.example:5433/shop") == expected


@pytest.mark.parametrize("as_text", [False, True])
def test_what_is_null_in_extra_is_not_there(as_text: bool) -> None:
    extra = {"tenant_id": None, "scopes": None, "timeout": 5}
    assert _connection(json.dumps({"conn_type": "generic", "extra": json.dumps(extra) if as_text else extra})).extra == {"timeout": "5"}


def test_the_database_url_has_our_driver_and_hides_its_password() -> None:
    url = _connection(json.dumps({"conn_type": "postgres", "host": "h", "login": "u", "password": SECRET, "schema": "d"})).sqlalchemy_url()
    assert str(url) == "postgresql+psycopg://u:***@h/d" and url.password == SECRET


def test_sqlite_is_a_file() -> None:
    assert str(_connection("sqlite:////srv/pos.db").sqlalchemy_url()) == "sqlite:////srv/pos.db"
    assert str(_connection('{"conn_type": "sqlite", "host": "/srv/pos.db"}').sqlalchemy_url()) == "sqlite:////srv/pos.db"


def test_neither_repr_nor_place_shows_a_secret() -> None:
    connection = _connection(json.dumps({"conn_type": "http", "host": "h", "password": SECRET, "extra": {"api_key": SECRET}}))
    assert SECRET not in repr(connection) + connection.place()


@pytest.mark.parametrize("text", [f'{{"conn_type": "postgres", "password": "{SECRET}"', f"no-uri {SECRET}", f'{{"password": "{SECRET}"}}'])
def test_rubbish_is_told_without_its_content(text: str) -> None:
    if text.startswith("no-uri"):
        text = text.replace("/", "")
    with pytest.raises(ConfigError) as problem:
        _connection(text)
    assert SECRET not in str(problem.value) and "AIRFLOW_CONN_POS_CITY" in str(problem.value)


def test_an_unknown_connection_is_told_with_the_remedy() -> None:
    with pytest.raises(ConfigError, match="set AIRFLOW_CONN_POS_CITY"):
        connection_from_environment("pos_city", {})
