"""What is known of one activation, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

Formula = Callable[[Any, "np.ndarray", Mapping[str, Any]], "np.ndarray"]
Parameters = Mapping[str, Any]


class Facts(NamedTuple):
    """What is known of one activation.

    low, high: infimum and supremum of its values.
    kinks: where it or its derivative jumps.
    silent_below: inputs at or below this give exactly the value 0 with derivative 0 (units can die); None where there
        is no such side.
    saturates: flat towards both sides, as sigmoid and tanh are; rectifiers with a ceiling do not count.
    rectifier: ReLU, ReLU6, leaky and parametric ReLU: the family that He's initialization was made for.
    idempotent: f(f(x)) = f(x).
    elementwise: False for softmax, gated units, maxout: the formula is no function of one number then.
    """

    formula: Formula
    low: float = -inf
    high: float = inf
    kinks: tuple[float, ...] = ()
    silent_below: float | None = None
    saturates: bool = False
    rectifier: bool = False
    idempotent: bool = False
    elementwise: bool = True

    @property
    def bounded(self) -> bool:
        """Whether all values lie in a finite interval."""
        return self.low > -inf and self.high < inf

    @property
    def in_unit_interval(self) -> bool:
        """Whether all values lie in [0, 1], as a gate needs."""
        return self.low >= 0 and self.high <= 1


Maker = Callable[[Parameters], Facts]


def number(p: Parameters, key: str, default: float) -> float:
    """Return a numeric parameter, `default` where it is missing or no number."""
    value = p.get(key, default)
    return float(value) if isinstance(value, int | float) else default


def fixed(formula: Formula, **known: Any) -> Maker:
    """Return a maker that needs no parameters."""
    made = Facts(formula, **known)
    return lambda _: made


def across(low: float = -inf, high: float = inf) -> Maker:
    """An activation that mixes features: the formula is not one of single numbers and stands for itself only."""
    return fixed(lambda np, x, p: x, low=low, high=high, elementwise=False)
