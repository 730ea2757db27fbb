"""One variable of a layer, as its configuration announces it."""

from __future__ import annotations

from typing import NamedTuple

from linter.graph import Shape


class Variable(NamedTuple):
    """One variable: its role, whether it is trained, and its shape as far as configuration and input tell it."""

    role: str
    trained: bool = True
    shape: Shape | None = None
