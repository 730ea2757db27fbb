"""One variable of a layer, as its configuration announces it."""

from __future__ import annotations

from dataclasses import dataclass

from linter.graph import Shape


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its role, whether it is trained, and its shape as far as configuration and input tell it."""

    role: str
    trained: bool = True
    shape: Shape | None = None
