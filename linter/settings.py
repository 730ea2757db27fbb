"""Settings files: `[tool.keras-lint]` in pyproject.toml, `[keras-lint]` in setup.cfg, or the file named by --config."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linter.options import Options

SECTION = "keras-lint"


class SettingsError(ValueError):
    """A settings file that cannot be used."""


def load(named: Path | None, start: Path) -> Options:
    """Return the options of the named file, or of the nearest project file at or above `start`.

    Defaults where there is none.
    """
    found = _section(named) if named else _nearest(start)
    if found is None:
        if named:
            raise SettingsError(f"{named} has neither [tool.{SECTION}] nor [{SECTION}]")
        return Options()
    path, values = found
    from linter import schema  # pydantic, only where there is something to validate

    try:
        return schema.options({key.replace("-", "_"): value for key, value in values.items()})
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from None


def _nearest(start: Path) -> tuple[Path, Mapping[str, Any]] | None:
    for folder in (start, *start.parents):
        for name in ("pyproject.toml", "setup.cfg"):
            if (folder / name).is_file() and (found := _section(folder / name)):
                return found
        if (folder / ".git").exists():
            return None
    return None


def _section(path: Path) -> tuple[Path, Mapping[str, Any]] | None:
    try:
        text = path.read_text(encoding="utf-8")
        values = _toml(text) if path.suffix == ".toml" else _ini(text)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}") from None
    except SettingsError:
        raise
    except ValueError as error:  # no text, no TOML
        raise SettingsError(f"{path} is malformed: {str(error).splitlines()[0]}") from None
    return (path, values) if values is not None else None


def _toml(text: str) -> Mapping[str, Any] | None:
    if SECTION not in text:
        return None
    import tomllib

    values = tomllib.loads(text).get("tool", {}).get(SECTION)
    return values if isinstance(values, dict) else None


def _ini(text: str) -> Mapping[str, Any] | None:
    if f"[{SECTION}" not in text:
        return None
    import configparser

    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(error) from None
    if not parser.has_section(SECTION):
        return None
    return {key: _ini_value(key, value) for key, value in parser.items(SECTION)}


def _ini_value(key: str, text: str) -> Any:
    """Return an INI value as TOML would hold it: lists by comma or line.

    Tables by `=` (severity) or `:` (per-layer-ignores).
    """
    items = [
        item.strip()
        for line in text.splitlines()
        for item in ([line] if key == "per-layer-ignores" else line.split(","))
        if item.strip()
    ]
    if key in ("select", "ignore", "plugins"):
        return items
    if key == "severity":
        return dict(_pair(item, "=", key) for item in items)
    if key == "per-layer-ignores":
        return {
            name: [code.strip() for code in codes.split(",")]
            for name, codes in (_pair(item, ":", key) for item in items)
        }
    if key == "limits":
        return {
            name: float(value) if "." in value else int(value)
            for name, value in (_pair(item, "=", key) for item in items)
        }
    if key == "input-range":
        return input_range(text)
    return text.strip()


def _pair(item: str, separator: str, key: str) -> tuple[str, str]:
    name, found, value = item.rpartition(separator) if separator == ":" else item.partition(separator)
    if not found:
        raise SettingsError(f"{key}: {item!r} has no {separator!r}")
    return name.strip(), value.strip()


def input_range(text: str) -> tuple[float, float]:
    """Return LO:HI as numbers; raises SettingsError."""
    low, found, high = text.partition(":")
    try:
        values = float(low), float(high)
    except ValueError:
        raise SettingsError(f"input range {text!r} is not LO:HI, two numbers") from None
    if not found or not values[0] <= values[1]:
        raise SettingsError(f"input range {text!r} is not LO:HI with LO <= HI")
    return values
