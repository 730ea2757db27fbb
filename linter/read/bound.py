"""Which stored tensor is which layer's: the result that every format's binder hands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from linter.graph import Weight
from linter.read.normalise.layout import variables
from linter.read.normalise.spec import LayerSpec


@dataclass(slots=True)
class Bound:
    """Weights by layer path and role, and those that nobody claimed."""

    weights: dict[str, dict[str, Weight]] = field(default_factory=dict)
    surplus: list[Weight] = field(default_factory=list)
    iterations: int | None = None

    def put(self, path: str, found: Mapping[str, Weight]) -> None:
        """Add variables of the layer at `path`."""
        if found:
            self.weights.setdefault(path, {}).update(found)


def with_roles(layer: LayerSpec, found: Iterable[Weight]) -> dict[str, Weight]:
    """Name variables that come in Keras's order; those past what the layer should have keep their number."""
    expected = variables(layer) or ()
    roles = [variable.role for variable in expected]
    return {(roles[i] if i < len(roles) else str(i)): weight for i, weight in enumerate(found)}
