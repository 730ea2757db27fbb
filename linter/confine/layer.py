"""One layer of confinement, on or missing: the words in which a report names it. A leaf."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

RLIMITS, PRIVILEGES, NETWORK, FILES, CALLS = "rlimits", "no new privileges", "network namespace", "landlock", "seccomp"
NEEDED: tuple[tuple[str, ...], ...] = ((RLIMITS,), (NETWORK, CALLS), (FILES,))
"""What the mode `require` asks for: one of each."""


class LayerError(Exception):
    """A layer that cannot be put on; the message says why."""


def put_on(name: str, apply: Callable[[], str]) -> str:
    """Put a layer on; return its name and detail, or "no <name>: <why>"."""
    if not sys.platform.startswith("linux") and name != RLIMITS:
        return f"no {name}: only Linux has it, this is {sys.platform}"
    try:
        detail = apply()
    except (LayerError, OSError, ImportError, AttributeError) as error:
        return f"no {name}: {error}"
    return f"{name} ({detail})" if detail else name


def active(layers: Iterable[str], name: str) -> bool:
    """Whether a layer is on."""
    return any(layer == name or layer.startswith(f"{name} (") for layer in layers)


def missing(layers: tuple[str, ...]) -> tuple[str, ...]:
    """Return what `require` asks for and `layers` have not: the lines that say why."""
    lacking = [names for names in NEEDED if not any(active(layers, name) for name in names)]
    return tuple(
        layer for names in lacking for layer in layers if any(layer.startswith(f"no {name}:") for name in names)
    )
