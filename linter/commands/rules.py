"""rules: the catalogue, a line a rule, and a name for all that judges."""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from pathlib import Path

from linter import __version__
from linter.plugins import catalogue, versions


def render(format: str, plugins: tuple[str, ...] = ()) -> str:
    """Return the catalogue as "text" or "json"; raises PluginError."""
    rules = catalogue(plugins)
    if format == "json":
        rows = [
            {
                "code": r.code,
                "name": r.name,
                "severity": r.severity.value,
                "evidence": r.evidence.value,
                "default": r.default,
                "summary": summary(r.__doc__),
            }
            for r in rules
        ]
        return json.dumps(rows, indent=1)
    width = max(len(rule.name) for rule in rules)
    return "\n".join(
        f"{rule.code}  {rule.name:<{width}}  {rule.severity.value if rule.default else 'off':<7}  "
        f"{rule.evidence.value:<7}  {summary(rule.__doc__)}"
        for rule in rules
    )


def summary(doc: str | None) -> str:
    """Return the first line of a rule's page."""
    return (doc or "").strip().split("\n", 1)[0]


@cache
def rule_set(plugins: tuple[str, ...] = ()) -> str:
    """Return the version with a digest of our code, of the Python that runs it and of the plugins' versions."""
    root = Path(__file__).resolve().parents[1]
    whole = hashlib.sha256(" ".join((sys.version, *versions(plugins))).encode())
    for path in sorted(root.rglob("*.py")):
        whole.update(path.read_bytes())
    return f"{__version__}+{whole.hexdigest()[:12]}"
