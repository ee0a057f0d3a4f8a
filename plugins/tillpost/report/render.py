"""The report as a page and as evidence: HTML with everything inside it, and JSON with the same figures.

Escaping is on for every template whatever its name: names of suppliers and products come from tills and are hostile until escaped.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path

import jinja2

from tillpost.report import wording
from tillpost.report.data import DayReport
from tillpost.report.view import DayView, day_view

TEMPLATES = Path(__file__).parent / "templates"
FORMAT = 1


def html_of(report: DayReport) -> bytes:
    """The page of a report, as UTF-8."""
    return _bytes(environment().get_template("day.html").render(day=day_view(report)))


def json_of(report: DayReport) -> bytes:
    """The figures of a report as JSON, as UTF-8; amounts are cents."""
    values = {"format": FORMAT, **_plain_view(day_view(report))}
    return _bytes(json.dumps(values, ensure_ascii=False, indent=1) + "\n")


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The template environment: always escaping, and an unknown name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(amount=wording.amount, rate=wording.rate)
    made.globals.update(counted=wording.counted)
    return made


def _plain_view(view: DayView) -> dict[str, object]:
    plain = _plain(view)
    assert isinstance(plain, dict)
    return plain


def _plain(value: object) -> object:
    """A value as JSON has it; a dataclass with its computed figures."""
    if is_dataclass(value):
        computed = [name for name, member in vars(type(value)).items() if isinstance(member, property)]
        return {name: _plain(getattr(value, name)) for name in [*(field.name for field in fields(value)), *computed]}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _bytes(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which a broken POS driver can deliver, must not lose the whole report."""
    return text.encode("utf-8", "backslashreplace")
