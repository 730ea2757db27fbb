"""Sums of what passed through a site: moments per unit, activity per unit and layer. keras.ops only.

Moments are taken of the deviation from a value close to the mean, axis by axis, and over samples in float64 where the
backend has it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_act.probe.passage import Passage

Tensor = Any
Squares = Callable[[Tensor], Tensor]
OF_THE_LAYER = frozenset(("power", "largest"))  # sums of one number instead of one per unit


def moments(passages: Sequence[Passage], nonnegative: bool) -> dict[str, Tensor]:
    """Sums of deviations from `shift` and of their squares, sums of absolute values, and extremes, all per unit."""
    outputs = [_wide(passage.output) for passage in passages]
    shift = _near_the_mean(outputs[0], passages[0].axis)
    parts: dict[str, list[Tensor]] = {"sum": [], "squares": [], "absolute": [], "minimum": [], "maximum": []}
    for y, passage in zip(outputs, passages, strict=True):
        deviation = passage.kept(y - _spread(shift, passage), 0.0)
        axes = (0, *passage.positions)
        parts["sum"].append(_summed(deviation, passage))
        parts["squares"].append(_summed(ops.square(deviation), passage))
        if not nonnegative:
            parts["absolute"].append(_summed(ops.abs(passage.kept(y, 0.0)), passage))
        parts["minimum"].append(ops.min(passage.kept(y, float("inf")), axis=axes))
        parts["maximum"].append(ops.max(passage.kept(y, float("-inf")), axis=axes))
    merged = {"shift": shift}
    for name, found in parts.items():
        combine = {"minimum": ops.minimum, "maximum": ops.maximum}.get(name, ops.add)
        for other in found[1:]:
            found[0] = combine(found[0], other)
        merged |= {name: found[0]} if found else {}
    return {name: ops.cast(value, _widest()) for name, value in merged.items()}


def activity(passages: Sequence[Passage], nonnegative: bool, squares: Squares) -> dict[str, Tensor]:
    """Sums of absolute values per unit and of squares over all units; the greatest absolute value in float16."""
    absolute, power, largest = [], [], []
    for passage in passages:
        y = passage.kept(_wide(passage.output), 0.0)
        size = y if nonnegative else ops.abs(y)
        absolute.append(ops.sum(ops.cast(passage.over_positions(size), _widest()), axis=0))
        power.append(ops.cast(squares(y), _widest()))
        if keras.backend.standardize_dtype(passage.output.dtype) == "float16":
            largest.append(ops.max(size))
    found = {"absolute": sum(absolute[1:], start=absolute[0]), "power": sum(power[1:], start=power[0])}
    if largest:
        found["largest"] = ops.max(ops.stack(largest))
    return {name: ops.reshape(ops.cast(value, _widest()), (-1,)) for name, value in found.items()}


def sum_of_squares(y: Tensor) -> Tensor:
    """On any backend: within a sample as it is, over samples in float64 where there is one."""
    return ops.sum(ops.cast(ops.sum(ops.square(y), axis=tuple(range(1, len(y.shape)))), _widest()))


def _near_the_mean(y: Tensor, axis: int) -> Tensor:
    """The mean over samples at their first position: cheap, and close enough to keep squares small. Shape (units,)."""
    first = y[tuple(slice(None) if at in (0, axis) else 0 for at in range(len(y.shape)))]
    mean = ops.mean(first, axis=0)
    return ops.where(ops.isfinite(mean), mean, ops.zeros_like(mean))


def _spread(per_unit: Tensor, passage: Passage) -> Tensor:
    return ops.reshape(per_unit, [-1 if at == passage.axis else 1 for at in range(len(passage.output.shape))])


def _summed(x: Tensor, passage: Passage) -> Tensor:
    """Sum over samples and positions, axis by axis: rounding grows with the longest axis, not with the product."""
    for axis in reversed(passage.positions):
        x = ops.sum(x, axis=axis)
    return ops.sum(ops.cast(x, _widest()), axis=0)


def _wide(y: Tensor) -> Tensor:
    return y if keras.backend.standardize_dtype(y.dtype) in ("float32", "float64") else ops.cast(y, "float32")


def _widest() -> str:
    """What sums over samples are taken in. JAX has float64 only if told so."""
    if keras.backend.backend() != "jax":
        return "float64"
    return str(keras.backend.standardize_dtype(ops.zeros((), dtype=keras.config.floatx()).dtype))
