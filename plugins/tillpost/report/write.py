"""Writes a report where people find it: ``<folder>/<organisation>/<business date>.html``, and its figures as JSON beside it."""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Iterable
from pathlib import Path

from tillpost.errors import ConfigError, TillpostError
from tillpost.report.data import DayReport
from tillpost.report.render import html_of, json_of

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


def write_day_report(report: DayReport, folder: Path) -> Path:
    """Write page and evidence, each whole or not at all, and return the page's path; TillpostError where the folder cannot be written."""
    if not _KEY.match(report.organisation_key):
        raise ConfigError(f"the organisation {report.organisation_key!r} cannot name a folder of reports.", value=report.organisation_key)
    page = folder / report.organisation_key / f"{report.business_date.isoformat()}.html"
    contents = {page.with_suffix(".json"): json_of(report), page: html_of(report)}
    temporaries = {file: file.with_name(f".{file.name}.{uuid.uuid4().hex}.tmp") for file in contents}
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            _write(temporaries[file], content)
        for file, temporary in temporaries.items():
            temporary.replace(file)
    except OSError as error:
        raise TillpostError(
            f"The report {page} could not be written: {error.strerror or error}. What is released, held and posted is not touched by it. "
            "Make the folder of reports writable, then run the date again."
        ) from error
    finally:
        _remove(temporaries.values())
    return page


def _write(file: Path, content: bytes) -> None:
    with file.open("xb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())


def _remove(files: Iterable[Path]) -> None:
    """Whatever is left of temporary files; a folder that refuses this has already been told of."""
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink()
