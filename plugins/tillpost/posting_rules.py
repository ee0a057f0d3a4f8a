"""How an organisation is posted: the ``posting:`` part of tillpost.yml (docs/configuration.md)."""

from __future__ import annotations

from dataclasses import dataclass

from tillpost.yaml_lines import YamlMap

LOCKED_PERIOD = ("hold", "first_open_day", "fail")
EVIDENCE = ("none", "note", "csv", "pdf")
KEYS = ("locked_period", "lanes", "calls_a_day", "kept_for_nights", "evidence")
# Xero takes five requests of an app for one organisation at once, and gives 5,000 calls a day above its first tier.
MOST_LANES, CALLS_A_DAY = 5, 5_000


@dataclass(frozen=True, slots=True)
class PostingRules:
    """The rules of one organisation's poster.

    ``locked_period``: what becomes of documents dated in a locked period. ``lanes``: requests at once. ``calls_a_day``: Xero's limit for
    the app's tier, of which ``kept_for_nights`` percent are not used by documents of older dates. ``evidence``: what is put beside each
    document in Xero.
    """

    locked_period: str = "hold"
    lanes: int = 4
    calls_a_day: int = CALLS_A_DAY
    kept_for_nights: int = 20
    evidence: str = "none"


DEFAULT_RULES = PostingRules()


def read_posting_rules(raw: YamlMap) -> PostingRules:
    """The rules in a ``posting:`` part; raises ConfigError with file and line."""
    raw.check_keys(KEYS, (), "posting")
    return PostingRules(
        locked_period=raw.choice("locked_period", LOCKED_PERIOD),
        lanes=_within(raw, "lanes", 4, 1, MOST_LANES),
        calls_a_day=_within(raw, "calls_a_day", CALLS_A_DAY, 100, 100_000),
        kept_for_nights=_within(raw, "kept_for_nights", 20, 0, 90),
        evidence=raw.choice("evidence", EVIDENCE),
    )


def _within(raw: YamlMap, key: str, default: int, least: int, most: int) -> int:
    text = raw.text(key, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise raw.error(f"{key!r} is {text!r}; write a whole number from {least} to {most}.", key)
    return int(text)
