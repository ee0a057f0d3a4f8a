"""YAML that remembers its lines, so that a message about a wrong setting can name the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tillpost.errors import ConfigError


@dataclass(frozen=True, slots=True)
class YamlMap:
    """A mapping of a YAML file, with the line of each key. Values are text, lists of text, or further mappings."""

    file: Path
    line: int
    values: Mapping[str, str | tuple[str, ...] | YamlMap | None]
    lines: Mapping[str, int] = field(default_factory=dict)

    def error(self, message: str, key: str = "", allowed: tuple[str, ...] = ()) -> ConfigError:
        """A ConfigError at the line of a key, or of the mapping itself."""
        return ConfigError(message, file=self.file, line=self.lines.get(key, self.line), value=key, allowed=allowed)

    def check_keys(self, known: tuple[str, ...], required: tuple[str, ...], what: str) -> None:
        """Raise ConfigError for a key that is not known or a required one that is missing."""
        for key in self.values:
            if key not in known:
                raise self.error(f"{what} has no setting {key!r}.", key, known)
        for key in required:
            if self.values.get(key) in (None, ""):
                raise self.error(f"{what} needs the setting {key!r}.")

    def map(self, key: str) -> YamlMap:
        """The mapping under a key."""
        value = self.values.get(key)
        if not isinstance(value, YamlMap):
            raise self.error(f"{key!r} must hold settings of its own (indented below it).", key)
        return value

    def text(self, key: str, default: str = "") -> str:
        """The text under a key."""
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.error(f"{key!r} must be a single value.", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list under a key; a single value is a list of one."""
        value = self.values.get(key)
        if isinstance(value, YamlMap):
            raise self.error(f"{key!r} must be a list.", key)
        return (value,) if isinstance(value, str) else value or ()

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed words, the first one where nothing is said."""
        value = self.text(key, allowed[0])
        if value not in allowed:
            raise self.error(f"{key!r} is {value!r}.", key, allowed)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false."""
        return self.choice(key, ("true", "false") if default else ("false", "true")) == "true"


def read_yaml(file: Path) -> YamlMap:
    """Read a YAML file of mappings, lists and plain values; raises ConfigError with the line."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise ConfigError("the file does not exist. TILLPOST_INCLUDE names the folder that holds it.", file=file) from None
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        raise ConfigError(f"not readable as YAML: {problem.problem}.", file=file, line=line) from None
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError("the file must hold settings (name: value).", file=file, line=1)
    return _map(file, node)


def _map(file: Path, node: yaml.MappingNode) -> YamlMap:
    values: dict[str, str | tuple[str, ...] | YamlMap | None] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in values:
            raise ConfigError(f"{key!r} stands here a second time (first in line {lines[key]}).", file=file, line=line, value=key)
        values[key], lines[key] = _value(file, value_node), line
    return YamlMap(file, node.start_mark.line + 1, values, lines)


def _value(file: Path, node: yaml.Node) -> str | tuple[str, ...] | YamlMap | None:
    if isinstance(node, yaml.MappingNode):
        return _map(file, node)
    if isinstance(node, yaml.SequenceNode):
        return tuple(str(item.value) for item in node.value)
    return None if node.tag.endswith(":null") else str(node.value)
