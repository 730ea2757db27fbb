"""Turns a curve into tests on tensors: does a unit fire here, is it saturated, does no gradient pass."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from keras_act.probe.curve import Curve, curve, nonzero, sampled
from keras_act.probe.passage import Passage

Tensor = Any


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """The tests for one function that is the same for all units. Each gives 0 and 1, or booleans, in y's shape."""

    curve: Curve

    @property
    def nonnegative(self) -> bool:
        """Whether the output is its own absolute value."""
        return self.curve.nonnegative

    @property
    def squashes(self) -> bool:
        """Whether both ends of the function are flat and neither is rest, as of sigmoid and tanh."""
        return bool(self.curve.lower_saturates.all() and self.curve.upper_saturates.all())

    def fires(self, passage: Passage) -> Tensor:
        """Where a unit fires."""
        if bool(self.curve.exact[0]):
            if len(passage.output.shape) == 2:
                return _nonzero(passage.output)
            sign = ops.sign(passage.output)  # one pass over memory where a comparison and a cast take two
            return sign if self.curve.nonnegative else ops.abs(sign)
        z, (lower, upper) = _judged_value(passage), self._tails()
        above = z > lower if np.isfinite(lower) else ops.equal(z, z)  # NaN fires nowhere
        return ops.logical_and(above, z < upper) if np.isfinite(upper) else above

    def saturated(self, passage: Passage) -> Tensor | None:
        """Where a unit is in a flat part other than rest; None: nowhere."""
        tails = self._tails(lower=bool(self.curve.lower_saturates[0]), upper=bool(self.curve.upper_saturates[0]))
        return self._outside(passage, tails) if np.isfinite(tails).any() else None

    @property
    def fires_saturated(self) -> bool:
        """Whether a unit fires wherever it is saturated: as of ReLU6, not of sigmoid or of the hard sigmoid."""
        curve = self.curve
        at_rest = curve.lower_saturates & (curve.lower_value == 0) | curve.upper_saturates & (curve.upper_value == 0)
        return bool(curve.exact[0]) and not at_rest.any()

    def gradient_zero(self, passage: Passage) -> Tensor | None:
        """Where no gradient passes; None: where the unit does not fire, and where it fires saturated."""
        if not bool(self.curve.exact[0]) or self.fires_saturated:
            return None
        return ops.logical_or(self.saturated(passage), passage.output == 0)

    def _tails(self, lower: bool = True, upper: bool = True) -> tuple[float, float]:
        return float(self.curve.lower[0]) if lower else -np.inf, float(self.curve.upper[0]) if upper else np.inf

    @staticmethod
    def _outside(passage: Passage, tails: tuple[float, float]) -> Tensor:
        z, (lower, upper) = _judged_value(passage), tails
        if not np.isfinite(upper):
            return z <= lower
        return ops.logical_or(z <= lower, z >= upper) if np.isfinite(lower) else z >= upper


@dataclass(frozen=True, slots=True, eq=False)
class LearntJudge:
    """The tests for a function with learnt parameters: its curve is data, brought up to date before each run.

    Attributes:
        table: Weight of shape (5, units) or (5, 1): see `row`.
        present: The curve with today's parameters.
    """

    table: Any
    present: Callable[[], Curve]
    nonnegative: bool = False
    fires_saturated: bool = False  # asked only where `gradient_zero` is None
    squashes: bool = True  # not known before it is learnt

    @staticmethod
    def rows(present: Curve) -> Any:
        """The table's values."""
        parts = (present.exact, present.lower, present.upper, present.lower_saturates, present.upper_saturates)
        return np.stack([np.asarray(part, dtype="float32") for part in parts])

    def update(self) -> None:
        """Reads the parameters."""
        self.table.assign(self.rows(self.present()))

    def fires(self, passage: Passage) -> Tensor:
        """Where a unit fires."""
        exact, lower, upper, _, _ = self._broadcast(passage)
        z = passage.input
        inside = ops.logical_and(z > lower, z < upper)
        return ops.where(exact > 0, passage.output != 0, inside)

    def saturated(self, passage: Passage) -> Tensor:
        """Where a unit is in a flat part other than rest."""
        _, lower, upper, below, above = self._broadcast(passage)
        z = passage.input
        return ops.logical_or(ops.logical_and(z <= lower, below > 0), ops.logical_and(z >= upper, above > 0))

    def gradient_zero(self, passage: Passage) -> Tensor:
        """Where no gradient passes."""
        return ops.logical_or(ops.logical_not(self.fires(passage)), self.saturated(passage))

    def _broadcast(self, passage: Passage) -> list[Tensor]:
        shape = [1] * len(passage.output.shape)
        shape[passage.axis] = self.table.shape[1]
        table = ops.cast(self.table, passage.output.dtype)
        return [ops.reshape(table[row], shape) for row in range(5)]


def judged(function: Callable[[Any], Any], threshold: float, by_output: bool = False) -> Curve:
    """The curve of a function without learnt parameters. Raises ValueError if it cannot be judged unit by unit."""
    values = _values(function, (1,))
    found = nonzero() if values is None else curve(values, threshold)
    by_zeros_alone = bool(found.exact.all()) and not np.isfinite(found.upper).any()
    return found.of_output() if by_output and not by_zeros_alone else found


def judged_by_parameters(layer: Any, function: Callable[[Any], Any], threshold: float) -> Curve | None:
    """The curve with today's parameters; None if they differ along more than the last axis."""
    shape = max((tuple(weight.shape) for weight in layer.weights), key=np.prod)
    if any(size > 1 for size in shape[:-1]):
        return None
    values = _values(function, shape or (1,))
    return None if values is None else curve(values, threshold)


def _values(function: Callable[[Any], Any], shape: tuple[int, ...]) -> Any:
    try:
        return sampled(function, shape)
    except ValueError as error:
        if "mixes units" in str(error):
            raise
        return None
    except Exception:  # a callable of the user's, on any backend: what cannot be sampled is judged by its output
        return None


def _judged_value(passage: Passage) -> Tensor:
    return passage.output if passage.input is None else passage.input


def _nonzero(y: Tensor) -> Tensor:
    return ops.logical_and(y != 0, ops.equal(y, y))  # NaN fires nowhere
