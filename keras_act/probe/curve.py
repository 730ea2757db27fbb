"""Where an activation is flat, found from its values alone: what "fires", "saturated" and "no gradient" mean for it.

It must not know any activation by name: the function of a saved file, of Keras, of keras_act or of the user is sampled
on a grid and its slope taken by central differences.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

STEP = 1.0 / 32.0
ROUNDING = 1e-6
GRID = np.arange(-2048, 2049) * STEP  # exact in float32, and so are the differences


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The flat parts of an activation, per parameter set: arrays of shape (1,), or (units,) if units differ.

    A flat tail is an outermost interval of the input on which |f'| stays at or below the threshold.

    Attributes:
        exact: The function is exactly zero on an interval (ReLU, hard swish, soft shrink): then a unit fires where its
            output is not zero. Else it fires outside the flat tails (GELU, SiLU, ELU, sigmoid, tanh).
        lower, upper: The tails are z <= lower and z >= upper; -inf and inf where there is none.
        lower_saturates, upper_saturates: Whether that tail is saturation rather than rest at zero. The lower tails of
            ReLU and GELU are rest; both of tanh and of sigmoid saturate, the upper of ReLU6 and the lower of ELU too.
        lower_value, upper_value: The function's values where the tails begin.
        nonnegative: The output is never negative.
        monotone: The function never falls.
    """

    exact: Flags
    lower: Array
    upper: Array
    lower_saturates: Flags
    upper_saturates: Flags
    lower_value: Array
    upper_value: Array
    nonnegative: bool
    monotone: bool

    def of_output(self) -> "Curve":
        """The same judgement from the output alone, for a monotone function whose input is not to be had."""
        if not self.monotone:
            raise ValueError("only a monotone function can be judged by its output")
        lower = np.where(np.isfinite(self.lower), self.lower_value, -np.inf)
        upper = np.where(np.isfinite(self.upper), self.upper_value, np.inf)
        flags = (self.lower_saturates, self.upper_saturates, self.lower_value, self.upper_value)
        return Curve(self.exact, lower, upper, *flags, self.nonnegative, True)


def nonzero() -> Curve:
    """For what cannot be sampled: fires where the output is not zero."""
    off, none = np.array([False]), np.array([np.inf])
    return Curve(np.array([True]), -none, none, off, off, -none, none, False, False)


def sampled(function: Callable[[Any], Any], shape: tuple[int, ...] = (1,)) -> Array | None:
    """Values of `function` on the grid, shape (4097, units); None if it changes the shape of its input.

    Args:
        function: Takes a float32 tensor of shape (n, *shape).
        shape: Shape of one sample: (1,) for a function that is the same for all units, else (1, .., units).

    Raises:
        ValueError: the function mixes units.
    """
    wide = shape if shape[-1] > 1 else (*shape[:-1], 2)
    here = np.broadcast_to(GRID.reshape(-1, *(1 for _ in wide)), (len(GRID), *wide)).astype("float32")
    value = _numpy(function(here))
    if value.shape != here.shape:
        return None
    elsewhere = here.copy()
    elsewhere[..., 1:] *= -0.5
    if not np.array_equal(value[..., 0], _numpy(function(elsewhere))[..., 0], equal_nan=True):
        raise ValueError(f"the activation mixes units, so none can be judged alone. Received: {function!r}")
    return value.reshape(len(GRID), -1)[:, : shape[-1]]


def curve(values: Array, threshold: float) -> Curve:
    """The flat parts of a function from its values on the grid, shape (4097, units)."""
    slope = np.full_like(values, np.nan)
    slope[1:-1] = (values[2:] - values[:-2]) / (2 * STEP)
    slope[0], slope[-1] = slope[1], slope[-2]
    flat = np.abs(slope) <= threshold
    below = np.logical_and.accumulate(flat, axis=0).sum(axis=0)
    above = np.logical_and.accumulate(flat[::-1], axis=0).sum(axis=0)
    lower, at_lower = _edge(values, slope, below, threshold)
    upper, at_upper = _edge(values[::-1], -slope[::-1], above, threshold)
    centre = values[len(GRID) // 2]
    squashes = (below > 0) & (above > 0) & (np.abs(centre) > threshold)
    return Curve(
        exact=_exact(values, below, above),
        lower=lower,
        upper=-upper,
        lower_saturates=(below > 0) & (squashes | _levels_off(values[0], slope[0], threshold)),
        upper_saturates=(above > 0) & (squashes | _levels_off(values[-1], slope[-1], threshold)),
        lower_value=at_lower,
        upper_value=at_upper,
        nonnegative=bool(np.all(values >= 0)),
        monotone=bool(np.all(np.diff(values, axis=0) >= -ROUNDING)),
    )


def _levels_off(value: Array, slope: Array, threshold: float) -> Flags:
    """Whether the function tends to something other than zero: squareplus, still falling as 1/z, does not."""
    return np.asarray((np.abs(value) > threshold) & (np.abs(value) > 4 * np.abs(GRID[0] * slope)))


def _edge(values: Array, slope: Array, count: NDArray[np.int_], threshold: float) -> tuple[Array, Array]:
    """Where the tail of `count` grid points from the start ends, as if the grid ran upwards, and the value there."""
    edge = np.full(values.shape[1], -np.inf)
    value = np.zeros(values.shape[1])
    for unit in np.flatnonzero(count):
        last = int(count[unit]) - 1
        column, steep = values[:, unit], np.abs(slope[:, unit])
        if last + 1 >= len(column):
            edge[unit], value[unit] = np.inf, column[-1]
        elif np.all(column[: last + 1] == column[0]):  # a constant piece: it ends where two straight lines meet
            ahead = steep[min(last + 3, len(steep) - 1)]
            rise = abs(column[last + 2] - column[0]) if last + 2 < len(column) else 0.0
            edge[unit] = GRID[last] + max(0.0, 2 * STEP - rise / ahead) if ahead else GRID[last]
            value[unit] = column[0]
        else:
            part = (threshold - steep[last]) / (steep[last + 1] - steep[last])
            edge[unit] = GRID[last] + STEP * part
            value[unit] = column[last] + (column[last + 1] - column[last]) * part
    return edge, value


def _exact(values: Array, below: NDArray[np.int_], above: NDArray[np.int_]) -> Flags:
    """Zero on a whole tail (up to one unit of its edge), or on five neighbouring points between the tails."""
    margin = round(1 / STEP)
    zero = values == 0
    result = np.zeros(values.shape[1], dtype=bool)
    for unit in range(values.shape[1]):
        column, low, high = zero[:, unit], int(below[unit]), int(above[unit])
        middle = column[low : len(column) - high].astype(int)
        tails = (column[: max(low - margin, 0)], column[::-1][: max(high - margin, 0)])
        inside = len(middle) >= 5 and np.convolve(middle, np.ones(5, dtype=int), "valid").max() == 5
        result[unit] = inside or any(len(tail) > 0 and bool(tail.all()) for tail in tails)
    return result


def _numpy(tensor: Any) -> Array:
    return np.asarray(keras.ops.convert_to_numpy(tensor), dtype=np.float64)
