"""Online Retail: two months of a real web shop, loaded into a POS database to run Tillpost against (docs/online_retail.md)."""

from __future__ import annotations

from sandbox.online_retail.csvfiles import CsvError
from sandbox.online_retail.loader import load

__all__ = ["CsvError", "load"]
