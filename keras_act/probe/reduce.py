"""Reduces what passed through a site to a handful of numbers per unit, inside the compiled function. keras.ops only.

Counts leave as one integer vector, moments as one float vector, so that a batch costs two small transfers. Indicators
are added in float32 per sample (exact below 2^24 positions) and as integers over samples.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keras import ops

from keras_act.probe.judge import Judge, LearntJudge
from keras_act.probe.passage import Passage
from keras_act.probe.sums import Squares, activity, moments

Tensor = Any
Test = Callable[[Passage], Tensor | None]
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
    passages = [passage.with_fitting_mask() for passage in passages]
    sizes, counts = _sizes(passages), _firing(passages, judge)
    values: dict[str, Tensor] = {}
    if which == "full":
        counts |= _flat(passages, {"saturated": judge.saturated, "gradient_zero": judge.gradient_zero})
        if judge.fires_saturated and "saturated" in counts:
            fired = counts.get("fired_positions", counts["fired_samples"])
            counts["gradient_zero"] = sizes[1] - fired + counts["saturated"]
        values = moments(passages, judge.nonnegative)
    elif which == "activity":
        counts |= _flat(passages, {"saturated": judge.saturated}) if judge.squashes else {}
        values = activity(passages, judge.nonnegative, squares)
    layout = Layout(name, units.pop(), tuple(counts), tuple(values))
    return Reduced(layout, sizes, list(counts.values()), list(values.values()))


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
        hits.append(passage.over_positions(indicator))
    return sum(hits[1:], start=hits[0])


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
            sizes = [1 if at == passage.axis else n for at, n in enumerate(ops.shape(passage.output))]
            whole = ops.cast(ops.broadcast_to(passage.mask, sizes), "int32")
            valid.append(ops.sum(ops.reshape(whole, (rows, -1)), axis=1))
    total = sum(valid[1:], start=valid[0])
    return ops.stack([ops.sum(ops.cast(total > 0, "int32")), ops.sum(total)])


def _positions_per_sample(passage: Passage) -> Any:
    """Their number, a tensor where it is not fixed."""
    sizes = ops.shape(passage.output)
    return math.prod(sizes[axis] for axis in passage.positions)
