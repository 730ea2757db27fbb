"""Lists of names as messages say them."""

from __future__ import annotations

from collections.abc import Iterable


def some(names: Iterable[str], most: int = 3) -> str:
    """Return "a, b, c and 4 more"."""
    listed = list(dict.fromkeys(names))
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def times(value: float) -> str:
    """Return a factor as one reads it: 0.5, 12, 160, 3e-07."""
    return f"{value:.0f}" if 10 <= value < 1e4 else f"{value:.2g}" if value < 10 else f"{value:.0e}"
