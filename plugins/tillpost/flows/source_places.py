"""Where a store's source lies: the store in tillpost.yml, its folder of SQL files, its organisation's mapping."""

from __future__ import annotations

from pathlib import Path

from tillpost.config import Site
from tillpost.errors import ConfigError
from tillpost.flows.mappings import mapping_folder, mapping_of_site
from tillpost.mapping.tables import Mapping
from tillpost.organisations import Organisation, Store

_MAPPING_FILES = ("accounts.csv", "taxes.csv", "contacts.csv")


def store_of(site: Site, organisation: str, key: str) -> tuple[Organisation, Store]:
    """The store of that key, in the organisation or in the only one that has it; raises ConfigError naming the choices."""
    if organisation:
        org = site.organisation(organisation)
        return org, org.store(key)
    found = [org for org in site.organisations.values() if key in org.stores]
    file = site.settings.include / "tillpost.yml"
    if not found:
        known = [f"{org.key}/{name}" for org in site.organisations.values() for name in org.stores]
        raise ConfigError(f"no organisation has a store {key!r}.", file=file, value=key, allowed=known)
    if len(found) > 1:
        raise ConfigError(
            f"several organisations have a store {key!r}: say which with --organisation.", value=key, allowed=[o.key for o in found]
        )
    return found[0], found[0].store(key)


def folder_of(site: Site, store: Store) -> Path:
    """The folder of the store's SQL files; raises ConfigError where it is not there."""
    root = site.settings.include / "sql"
    folder = root / store.pos
    if not folder.is_dir():
        known = sorted(one.name for one in root.iterdir() if one.is_dir()) if root.is_dir() else []
        message = f"there is no folder of SQL files for the POS system {store.pos!r}; `tillpost source new {store.pos}` writes one to fill."
        raise ConfigError(message, file=root, value=store.pos, allowed=known)
    return folder


def mapping_if_any(site: Site, org: Organisation) -> Mapping | None:
    """The organisation's mapping, None where none of its files is there; raises ConfigError with file and line."""
    folder = mapping_folder(site, org)
    return mapping_of_site(site, org) if any((folder / name).exists() for name in _MAPPING_FILES) else None
