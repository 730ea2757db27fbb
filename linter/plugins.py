"""Rules of other distributions: entry points of the group `keras_lint.rules`, loaded only where the settings name them.

An entry point leads to a rule, or to several in a tuple; a plugin that is installed and not named is never imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from linter.rule import Rule
from linter.rules import RULES

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "keras_lint.rules"
CODE = re.compile(r"[A-Z]{2,8}[0-9]{3}\Z")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_told: dict[str, EntryPoint] = {}
"""Plugins that a parent process has looked up for this one, which may not read the folders they lie in."""


class PluginError(ValueError):
    """A plugin that is named and cannot be used; the message says which and why."""


@cache
def catalogue(plugins: tuple[str, ...] = ()) -> tuple[type[Rule], ...]:
    """Return every rule, ours and those of the named plugins, in that order; raises PluginError."""
    found = list(RULES)
    for name in dict.fromkeys(plugins):
        for rule in _loaded(name):
            _check(name, rule, found)
            found.append(rule)
    return tuple(found)


def places(plugins: Iterable[str]) -> dict[str, str]:
    """Return where each plugin's rules are, as "module:object"; imports nothing; raises PluginError."""
    return {name: _entry(name).value for name in plugins}


def folders(plugins: Iterable[str]) -> tuple[str, ...]:
    """Return the folders that the plugins' distributions are installed in; raises PluginError."""
    found = (_entry(name).dist for name in plugins)
    return tuple(dict.fromkeys(str(owner.locate_file("")) for owner in found if owner))


def tell(found: Mapping[str, str]) -> None:
    """Take note of what `places` found in another process."""
    if not found:
        return
    from importlib.metadata import EntryPoint

    _told.update({name: EntryPoint(name, value, GROUP) for name, value in found.items()})


def versions(plugins: Iterable[str]) -> tuple[str, ...]:
    """Return each plugin with its distribution and version, in a fixed order; raises PluginError."""
    return tuple(_described(_entry(name)) for name in sorted(set(plugins)))


def _entry(name: str) -> EntryPoint:
    from importlib.metadata import entry_points

    if name in _told:
        return _told[name]
    offered = tuple(entry_points(group=GROUP))
    found = {item.value: item for item in offered if item.name == name}
    if len(found) > 1:
        owners = " and ".join(sorted(_owner(item) for item in found.values()))
        raise PluginError(f"plugin {name!r} is offered twice, by {owners}: uninstall one")
    if not found:
        known = ", ".join(sorted({item.name for item in offered})) or "none"
        raise PluginError(
            f"plugin {name!r} is not installed: no entry point of this name in {GROUP!r} (found: {known})"
        )
    return next(iter(found.values()))


def _loaded(name: str) -> tuple[type[Rule], ...]:
    entry = _entry(name)
    try:
        found = entry.load()
        rules = tuple(found) if isinstance(found, tuple | list) else (found,)
    except Exception as error:  # other people's code
        why = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        raise PluginError(f"plugin {_described(entry)} cannot be loaded from {entry.value}: {why}") from None
    if not rules:
        raise PluginError(f"plugin {_described(entry)}: {entry.value} holds no rules")
    return rules


def _check(name: str, rule: object, before: list[type[Rule]]) -> None:
    """Raise PluginError for what is no rule, or for one that cannot stand beside the others."""
    if not (isinstance(rule, type) and issubclass(rule, Rule)):
        raise PluginError(f"plugin {name!r}: {str(rule)[:80]!r} is not a class derived from linter.rule.Rule")
    for attribute, shape, wanted in (("code", CODE, "such as ACME001"), ("name", NAME, "such as no-large-kernels")):
        value = getattr(rule, attribute, None)
        if not (isinstance(value, str) and shape.match(value)):
            raise PluginError(
                f"plugin {name!r}: the {attribute} of {rule.__name__} is {value!r}, expected one {wanted}"
            )
    if lacking := [item for item in ("severity", "__doc__") if not getattr(rule, item, None)]:
        raise PluginError(f"plugin {name!r}: {rule.__name__} has no {lacking[0].replace('__doc__', 'docstring')}")
    if getattr(rule, "__abstractmethods__", None):
        raise PluginError(f"plugin {name!r}: {rule.__name__} does not define check")
    _collisions(name, rule, before)


def _collisions(name: str, rule: type[Rule], before: list[type[Rule]]) -> None:
    for other in before:
        ours = other in RULES
        whose = "keras-lint" if ours else other.__module__
        if rule.code == other.code or rule.name == other.name:
            raise PluginError(
                f"plugin {name!r}: {rule.code} {rule.name} collides with {other.code} {other.name} of {whose}"
            )
        if ours and rule.code[:-3] == other.code[:-3]:
            raise PluginError(
                f"plugin {name!r}: codes that begin with {other.code[:-3]} are keras-lint's own: {rule.code}"
            )


def _described(entry: EntryPoint) -> str:
    return f"{entry.name!r} ({_owner(entry)})"


def _owner(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "a distribution without a name"
