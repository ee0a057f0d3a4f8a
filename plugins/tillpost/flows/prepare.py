"""Prepare: from the tills to the outbox. Plan the store-dates, extract them, check and build, release what is right."""

from __future__ import annotations

from tillpost.flows.extracting import Extracted, extract_group
from tillpost.flows.planning import Group, plan_run
from tillpost.flows.settling import Summary, report_problems, settle

__all__ = ["Extracted", "Group", "Summary", "extract_group", "plan_run", "report_problems", "settle"]
