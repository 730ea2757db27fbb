"""Reduces what passed through a site to a handful of numbers per unit, inside the compiled function. keras.ops only.

Counts leave as one integer vector, moments as one float vector, so that a batch costs two small transfers. Indicators
are added in float32 per sample (exact below 2^24 positions) and as integers over samples. Moments are taken of the
deviation from a value close to the mean, axis by axis, and over samples in float64 where the backend has it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from keras_act.probe.judge import Judge, LearntJudge
from keras_act.probe.taps import Passage

Tensor = Any
Test = Callable[[Passage], Tensor | None]
Squares = Callable[[Tensor], Tensor]
OF_THE_LAYER = frozenset(("power", "largest"))  # fields of one number instead of one per unit
AnyJudge = Judge | LearntJudge


@dataclass(frozen=True, slots=True)
class Layout:
    """Which numbers a site puts into the vectors, in this order; each stands for `units` numbers.

    Attributes:
        name: The site.
        units: How many units it has.
        counts: Names of integer fields, after the two numbers of samples and positions.
        moments: Names of float fields.
    """

    name: str
    units: int
    counts: tuple[str, ...]
    moments: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """One site's numbers as tensors."""

    layout: Layout
    sizes: Tensor  # (2,): samples, positions
    counts: Sequence[Tensor]
    moments: Sequence[Tensor]


def reduced(name: str, passages: Sequence[Passage], judge: AnyJudge, which: str, squares: Squares) -> Reduced:
    """All numbers of one site for one batch.

    Args:
        name: The site's.
        passages: Its passes in one call of the model (several for a shared layer): together, positions of one sample.
        judge: Its tests.
        which: "firing", "activity" or "full".
        squares: Sums the squares of a float tensor, for "activity".

    Raises:
        ValueError: the passes differ in units.
    """
    units = {passage.output.shape[passage.axis] for passage in passages}
    if len(units) != 1 or None in units:
        raise ValueError(f"the passes through {name!r} must have one known number of units. Received: {units}")
    passages = [_with_mask(passage) for passage in passages]
    counts = _firing(passages, judge)
    moments: dict[str, Tensor] = {}
    if which == "full":
        counts |= _flat(passages, {"saturated": judge.saturated, "gradient_zero": judge.gradient_zero})
        moments = _moments(passages, judge.nonnegative)
    elif which == "activity":
        counts |= _flat(passages, {"saturated": judge.saturated}) if judge.squashes else {}
        moments = _activity(passages, judge.nonnegative, squares)
    layout = Layout(name, units.pop(), tuple(counts), tuple(moments))
    return Reduced(layout, _sizes(passages), list(counts.values()), list(moments.values()))


def _firing(passages: Sequence[Passage], judge: AnyJudge) -> dict[str, Tensor]:
    hits = _per_sample([judge.fires(passage) for passage in passages], passages)
    fired = hits > 0
    samples = ops.sum(ops.cast(fired, "int32"), axis=0)
    if len(passages) == 1 and len(passages[0].output.shape) == 2:
        return {"fired_samples": samples}
    return {"fired_samples": samples, "fired_positions": _total(hits, fired)}


def _flat(passages: Sequence[Passage], tests: Mapping[str, Test]) -> dict[str, Tensor]:
    found = {name: [test(passage) for passage in passages] for name, test in tests.items()}
    hits = {name: _per_sample(seen, passages) for name, seen in found.items() if seen[0] is not None}
    return {name: _total(per_sample, per_sample > 0) for name, per_sample in hits.items()}


def _per_sample(indicators: Sequence[Tensor], passages: Sequence[Passage]) -> Tensor:
    """How often an indicator holds in each sample, shape (samples, units)."""
    hits = []
    for indicator, passage in zip(indicators, passages, strict=True):
        indicator = ops.cast(indicator, "float32")
        if passage.mask is not None:
            indicator = indicator * ops.cast(passage.mask, "float32")
        hits.append(_over_positions(indicator, passage))
    return sum(hits[1:], start=hits[0])


def _over_positions(x: Tensor, passage: Passage) -> Tensor:
    """Sums over all positions of a sample, shape (samples, units)."""
    return x if len(x.shape) == 2 else ops.sum(x, axis=_positions(passage))


def _total(hits: Tensor, some: Tensor) -> Tensor:
    """Sums over samples where there are `some`: not where a NaN is."""
    return ops.sum(ops.cast(ops.where(some, hits, 0.0), "int32"), axis=0)


def _sizes(passages: Sequence[Passage]) -> Tensor:
    """Samples with a valid position, and valid positions."""
    rows = ops.shape(passages[0].output)[0]
    each = [_positions_per_sample(passage) for passage in passages]
    if all(isinstance(size, int) for size in (rows, *each)) and all(passage.mask is None for passage in passages):
        return ops.convert_to_tensor([rows if sum(each) else 0, rows * sum(each)], dtype="int32")
    valid = []
    for passage, positions in zip(passages, each, strict=True):
        if passage.mask is None:
            valid.append(ops.zeros((rows,), dtype="int32") + ops.cast(positions, "int32"))
        else:
            whole = ops.broadcast_to(passage.mask, _without_units(ops.shape(passage.output), passage.axis))
            valid.append(ops.sum(ops.reshape(ops.cast(whole, "int32"), (rows, -1)), axis=1))
    total = sum(valid[1:], start=valid[0])
    return ops.stack([ops.sum(ops.cast(total > 0, "int32")), ops.sum(total)])


def _moments(passages: Sequence[Passage], nonnegative: bool) -> dict[str, Tensor]:
    outputs = [_wide(passage.output) for passage in passages]
    shift = _near_the_mean(outputs[0], passages[0].axis)
    parts: dict[str, list[Tensor]] = {"sum": [], "squares": [], "absolute": [], "minimum": [], "maximum": []}
    for y, passage in zip(outputs, passages, strict=True):
        deviation = _kept(y - _spread(shift, passage), passage, 0.0)
        axes = (0, *_positions(passage))
        parts["sum"].append(_summed(deviation, passage))
        parts["squares"].append(_summed(ops.square(deviation), passage))
        if not nonnegative:
            parts["absolute"].append(_summed(ops.abs(_kept(y, passage, 0.0)), passage))
        parts["minimum"].append(ops.min(_kept(y, passage, float("inf")), axis=axes))
        parts["maximum"].append(ops.max(_kept(y, passage, float("-inf")), axis=axes))
    merged = {"shift": shift}
    for name, found in parts.items():
        combine = {"minimum": ops.minimum, "maximum": ops.maximum}.get(name, ops.add)
        for other in found[1:]:
            found[0] = combine(found[0], other)
        merged |= {name: found[0]} if found else {}
    return {name: ops.cast(value, _widest()) for name, value in merged.items()}


def _activity(passages: Sequence[Passage], nonnegative: bool, squares: Squares) -> dict[str, Tensor]:
    """Sums of absolute values per unit and of squares over all units; the greatest absolute value in float16."""
    absolute, power, largest = [], [], []
    for passage in passages:
        y = _kept(_wide(passage.output), passage, 0.0)
        size = y if nonnegative else ops.abs(y)
        absolute.append(ops.sum(ops.cast(_over_positions(size, passage), _widest()), axis=0))
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


def _summed(x: Tensor, passage: Passage) -> Tensor:
    """Sum over samples and positions, axis by axis: rounding grows with the longest axis, not with the product."""
    for axis in reversed(_positions(passage)):
        x = ops.sum(x, axis=axis)
    return ops.sum(ops.cast(x, _widest()), axis=0)


def _with_mask(passage: Passage) -> Passage:
    """The same with a mask that broadcasts to the output, of size 1 along the units; without one that does not fit."""
    mask, output, axis = passage.mask, passage.output, passage.axis
    if mask is None:
        return passage
    sizes = [size for at, size in enumerate(output.shape) if at != axis]
    fits = len(mask.shape) <= len(sizes) and all(
        one is None or other is None or one == other for one, other in zip(mask.shape, sizes, strict=False)
    )
    if not fits:
        return Passage(passage.input, output, None, axis)
    for _ in range(len(sizes) - len(mask.shape)):
        mask = ops.expand_dims(mask, -1)
    return Passage(passage.input, output, ops.expand_dims(ops.cast(mask, "bool"), axis), axis)


def _kept(x: Tensor, passage: Passage, otherwise: float) -> Tensor:
    return x if passage.mask is None else ops.where(passage.mask, x, ops.cast(otherwise, x.dtype))


def _spread(per_unit: Tensor, passage: Passage) -> Tensor:
    return ops.reshape(per_unit, [-1 if at == passage.axis else 1 for at in range(len(passage.output.shape))])


def _positions(passage: Passage) -> tuple[int, ...]:
    return tuple(axis for axis in range(1, len(passage.output.shape)) if axis != passage.axis)


def _positions_per_sample(passage: Passage) -> Any:
    """Their number, a tensor where it is not fixed."""
    sizes = ops.shape(passage.output)
    return math.prod(sizes[axis] for axis in _positions(passage))


def _without_units(sizes: Sequence[Any], axis: int) -> list[Any]:
    return [1 if at == axis else size for at, size in enumerate(sizes)]


def _wide(y: Tensor) -> Tensor:
    return y if keras.backend.standardize_dtype(y.dtype) in ("float32", "float64") else ops.cast(y, "float32")


def _widest() -> str:
    """What sums over samples are taken in. JAX has float64 only if told so."""
    if keras.backend.backend() != "jax":
        return "float64"
    return str(keras.backend.standardize_dtype(ops.zeros((), dtype=keras.config.floatx()).dtype))
