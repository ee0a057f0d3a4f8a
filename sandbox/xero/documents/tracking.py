"""Tracking categories on lines: at most two, each known and active.

https://developer.xero.com/documentation/api/accounting/trackingcategories
"""

from __future__ import annotations

import sqlite3
import uuid

from sandbox.xero.context import Context
from sandbox.xero.errors import Invalid, Unreadable, not_found
from sandbox.xero.wire import Json, dumps, loads


def check(context: Context, given: object) -> list[Json]:
    """A line's tracking as the answer shows it; Invalid if there are more than two or one is unknown."""
    if not given:
        return []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise Unreadable("Tracking must be a list of objects.")
    if len(given) > 2:
        raise Invalid("A maximum of 2 tracking categories can be used on a line.")
    found = [_one(context, item) for item in given]
    if len({item["TrackingCategoryID"] for item in found}) < len(found):
        raise Invalid("A tracking category can be used only once on a line.")
    return found


def _one(context: Context, item: Json) -> Json:
    by_id, key = ("id", item["TrackingCategoryID"]) if item.get("TrackingCategoryID") else ("name", item.get("Name"))
    row = context.store.row(f"SELECT * FROM tracking WHERE org = ? AND {by_id} = ? AND status = 'ACTIVE'", (context.org, key))
    if row is None:
        raise Invalid(f"The tracking category '{key}' is not valid.")
    for option in loads(row["options"]):
        if item.get("TrackingOptionID") == option["TrackingOptionID"] or str(item.get("Option")).lower() == option["Name"].lower():
            ids = {"TrackingCategoryID": row["id"], "TrackingOptionID": option["TrackingOptionID"]}
            return {"Name": row["name"], "Option": option["Name"], **ids}
    raise Invalid(f"The tracking option '{item.get('Option')}' is not valid for the tracking category '{row['name']}'.")


def as_json(row: sqlite3.Row) -> Json:
    """A category as GET /TrackingCategories shows it."""
    return {"Name": row["name"], "Status": row["status"], "TrackingCategoryID": row["id"], "Options": loads(row["options"])}


def create(context: Context, element: Json) -> Json:
    """PUT /TrackingCategories: a category, with its options if some are given; at most two are active."""
    name = element.get("Name")
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise Invalid("The tracking category name must have 1 to 100 characters.")
    if context.store.row("SELECT 1 FROM tracking WHERE org = ? AND name = ?", (context.org, name)):
        raise Invalid(f"The tracking category name '{name}' is already in use.")
    if context.store.value("SELECT COUNT(*) FROM tracking WHERE org = ? AND status = 'ACTIVE'", (context.org,)) >= 2:
        raise Invalid("A maximum of 2 tracking categories can be active.")
    category = str(uuid.uuid4())
    context.store.run("INSERT INTO tracking VALUES (?,?,?,'ACTIVE','[]')", (category, context.org, name))
    for option in element.get("Options") or []:
        add_option(context, category, option)
    return as_json(existing(context, category))


def existing(context: Context, category: str) -> sqlite3.Row:
    """The category of an id; 404 if there is none."""
    row = context.store.row("SELECT * FROM tracking WHERE org = ? AND id = ?", (context.org, category))
    if row is None:
        raise not_found()
    return row


def add_option(context: Context, category: str, element: Json) -> Json:
    """PUT an option into a category."""
    row = existing(context, category)
    name = element.get("Name")
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise Invalid("The tracking option name must have 1 to 100 characters.")
    options = loads(row["options"])
    if name.lower() in (option["Name"].lower() for option in options):
        raise Invalid(f"The tracking option name '{name}' is already in use.")
    option = {"TrackingOptionID": str(uuid.uuid4()), "Name": name, "Status": "ACTIVE", "TrackingCategoryID": category}
    context.store.run("UPDATE tracking SET options = ? WHERE id = ?", (dumps([*options, option]), category))
    return option
