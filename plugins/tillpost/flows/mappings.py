"""Where an organisation's mapping files lie, and the mapping that is read from them."""

from __future__ import annotations

from pathlib import Path

from tillpost.config import Site
from tillpost.mapping.tables import Mapping, StoreTags, load_mapping
from tillpost.organisations import Organisation


def mapping_folder(site: Site, org: Organisation) -> Path:
    """Where an organisation's mapping files lie."""
    return site.settings.include / "mappings" / org.key


def mapping_of_site(site: Site, org: Organisation) -> Mapping:
    """The organisation's mapping with the tags of its stores; raises ConfigError with file and line."""
    return load_mapping(mapping_folder(site, org), org.country, tags_of(org), org.store_tracking)


def tags_of(org: Organisation) -> tuple[StoreTags, ...]:
    """What the mapping's tags stand for in each store."""
    return tuple(StoreTags(store.key, store.number, store.tag) for store in org.stores.values())
