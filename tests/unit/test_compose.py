"""docker-compose.yml: of the right form, complete, without default secrets, and with exactly the settings that the code reads.

The form is checked against a schema of the part of the Compose specification (https://compose-spec.io) that the file may use,
written here in our own words: a key outside it is a mistake or needs a thought.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = PROJECT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(\w+)(:[-?])?([^}]*)\}")

TEXT = {"type": "string", "minLength": 1}
DURATION = {"type": "string", "pattern": r"^(\d+h)?(\d+m)?(\d+s)?$", "minLength": 2}
COMMAND = {"oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
NAMES = {"type": "array", "items": TEXT, "uniqueItems": True}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """A mapping with these keys and no others."""
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


HEALTH_CHECK = closed(
    ["test", "interval", "timeout", "retries"],
    test={"type": "array", "items": TEXT, "minItems": 2, "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}]},
    interval=DURATION,
    timeout=DURATION,
    start_period=DURATION,
    retries={"type": "integer", "minimum": 1},
)
CONDITION = closed(["condition"], condition={"enum": ["service_started", "service_healthy", "service_completed_successfully"]})
SERVICE = closed(
    ["image"],
    image=TEXT,
    build=closed(["context"], context=TEXT, args={"type": "object", "additionalProperties": {"type": "string"}}),
    command=COMMAND,
    entrypoint=COMMAND,
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
    environment={"type": "object", "additionalProperties": {"type": "string"}},
    volumes={"type": "array", "uniqueItems": True, "items": {"type": "string", "pattern": r"^[^:]*(\$\{[^}]*\})?[^:]*:/[^:]+(:ro)?$"}},
    ports={"type": "array", "items": {"type": "string", "pattern": r"^\$\{BIND:-127\.0\.0\.1\}:.+:\d+$"}},
    secrets=NAMES,
    depends_on={"type": "object", "additionalProperties": CONDITION},
    healthcheck=HEALTH_CHECK,
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **closed(
        ["name", "services"],
        name={"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        services={"type": "object", "additionalProperties": SERVICE, "minProperties": 1},
        volumes={"type": "object", "additionalProperties": {"type": "null"}},
        secrets={"type": "object", "additionalProperties": closed(["file"], file=TEXT)},
    ),
    "patternProperties": {"^x-": True},
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file with its anchors resolved, variables as they stand."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return found


def test_it_has_the_form_of_a_compose_file(compose: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(compose)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("services", "scheduler", "healtcheck"), {}),
        (("services", "scheduler", "restart"), "sometimes"),
        (("services", "scheduler", "healthcheck", "interval"), "often"),
        (("services", "scheduler", "environment", "A"), True),
        (("services", "api-server", "ports"), ["8080:8080"]),
        (("services", "api-server", "depends_on", "postgres", "condition"), "healthy"),
        (("volume",), {}),
    ],
)
def test_the_schema_can_fail(path: tuple[str, ...], value: object) -> None:
    broken = json.loads(json.dumps(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))))
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(broken)


def test_these_services_and_who_waits_for_whom(compose: dict[str, Any]) -> None:
    waits = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in compose["services"].items()
    }
    after = {"postgres": "service_healthy", "init": "service_completed_successfully"}
    assert waits == {
        "postgres": {},
        "init": {"postgres": "service_healthy"},
        **dict.fromkeys(("api-server", "scheduler", "dag-processor", "triggerer"), after),
    }


def test_what_runs_on_has_a_health_check_and_what_is_named_exists(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"init"}
    volumes = {VARIABLE.sub(r"\3", volume).split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    folders = {volume for volume in volumes if volume.startswith(".")}
    assert volumes - folders == set(compose["volumes"])
    assert {secret for service in services.values() for secret in service.get("secrets", ())} == set(compose["secrets"])
    for folder in folders:
        assert (PROJECT / folder).exists(), folder
    for service in services.values():
        if service["image"] != "postgres:16":
            assert service["build"]["context"] == "." and (PROJECT / "Dockerfile").is_file()


def test_all_services_share_one_environment(compose: dict[str, Any]) -> None:
    ours = [service["environment"] for name, service in compose["services"].items() if name != "postgres"]
    assert len(ours) == 5
    assert all(environment == ours[0] for environment in ours)


def variables() -> dict[str, tuple[str, str]]:
    """Every variable of the compose file: how it is given and its default or remedy."""
    return {name: (kind, rest) for name, kind, rest in VARIABLE.findall(COMPOSE.read_text(encoding="utf-8"))}


def test_no_secret_has_a_default() -> None:
    required = {name for name, (kind, _) in variables().items() if kind == ":?"}
    secret = {
        "AIRFLOW_DB_PASSWORD",
        "API_SECRET_KEY",
        "CONNECTIONS_FILE",
        "FERNET_KEY",
        "JWT_SECRET",
        "POSTGRES_PASSWORD",
        "TILLPOST_DB_PASSWORD",
    }
    assert required == secret
    looks_secret = {name for name in variables() if re.search("PASSWORD|SECRET|KEY|TOKEN", name)}
    assert looks_secret <= required


def test_the_example_names_every_variable_and_holds_no_secret() -> None:
    lines = (PROJECT / "docker" / "env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))
    assert set(given) == set(variables())
    assert {name for name, (kind, _) in variables().items() if kind == ":?"} == {name for name, value in given.items() if not value}
    defaults = {name: rest for name, (kind, rest) in variables().items() if kind == ":-" and rest}
    assert {name: given[name] for name in defaults} == defaults


def test_the_page_on_deployment_explains_every_variable() -> None:
    page = (PROJECT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert {name for name in variables() if f"`{name}`" not in page} == set()


def settings_that_the_code_reads() -> set[str]:
    """The TILLPOST_ settings that the package, the DAG files and the plugin ask the environment for."""
    files = [*(PROJECT / "plugins").rglob("*.py"), *(PROJECT / "dags").rglob("*.py")]
    asked = re.compile(r"""(?:\.get\(|environ\[|getenv\()\s*["'](TILLPOST_\w+)["']""")
    return {name for file in files for name in asked.findall(file.read_text(encoding="utf-8"))}


def test_exactly_the_settings_of_the_code_are_set(compose: dict[str, Any]) -> None:
    environment = compose["services"]["scheduler"]["environment"]
    assert {name for name in environment if name.startswith("TILLPOST_")} == settings_that_the_code_reads()
    assert settings_that_the_code_reads() >= {"TILLPOST_INCLUDE", "TILLPOST_DB_URL", "TILLPOST_DATA"}
    assert {name for name in environment if not name.startswith(("TILLPOST_", "AIRFLOW__"))} == set()


def test_every_airflow_setting_is_one_that_airflow_knows(compose: dict[str, Any]) -> None:
    spec = importlib.util.find_spec("airflow")
    assert spec and spec.submodule_search_locations
    file = Path(spec.submodule_search_locations[0]) / "config_templates" / "config.yml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    names = {f"AIRFLOW__{section.upper()}__{option.upper()}" for section, values in known.items() for option in values["options"]}
    asked = {name for name in compose["services"]["scheduler"]["environment"] if name.startswith("AIRFLOW__")}
    assert asked - names == set()


def test_the_connections_example_has_what_tillpost_yml_names() -> None:
    from tillpost.organisations import load_organisations

    found = json.loads((PROJECT / "docker" / "connections.example.json").read_text(encoding="utf-8"))
    organisations = load_organisations(PROJECT / "include" / "tillpost.yml").values()
    stores = [store for organisation in organisations for store in organisation.stores.values()]
    named = {organisation.xero for organisation in organisations} | {store.connection for store in stores}
    assert set(found) == (named | {store.payment_status_connection for store in stores}) - {""}
    assert {values.get("password") for values in found.values()} == {""}


def test_the_image_is_built_from_what_is_there_and_runs_as_nobody_special() -> None:
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    # README.md is written with the first release; pyproject.toml names it, so that the build fails loudly without it.
    assert [name for name in copied if not (PROJECT / name).exists() and name != "README.md"] == []
    assert "USER airflow" in lines
    assert not any(re.search("(PASSWORD|SECRET|KEY)=", line) for line in lines)
