"""Reduces what passed through a site to a handful of numbers per unit, inside the compiled function. keras.ops only.

Counts leave as one integer vector, moments as one float vector, so that a batch costs two small transfers. Indicators
are added in float32 per sample (exact below 2^24 positions) and as integers over samples.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
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
        counts: Names of what is counted, over samples and over positions.
        moments: Names of float fields.
        fires_saturated: Whether a unit fires wherever it is saturated.
    """

    name: str
    units: int
    counts: tuple[str, ...]
    moments: tuple[str, ...]
    fires_saturated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """One site's numbers as tensors."""

    layout: Layout
    sizes: tuple[int, int] | Tensor  # samples, positions; of shape (2,) where they are not known before
    hits: Sequence[Tensor]  # how often each of `layout.counts` holds in each sample: (samples, units)
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
    tests: dict[str, Test] = {"fired": judge.fires}
    values: dict[str, Tensor] = {}
    if which == "full":
        tests |= {"saturated": judge.saturated, "gradient_zero": judge.gradient_zero}
        values = moments(passages, judge.nonnegative)
    elif which == "activity":
        tests |= {"saturated": judge.saturated} if judge.squashes else {}
        values = activity(passages, judge.nonnegative, squares)
    found = {field: [test(passage) for passage in passages] for field, test in tests.items()}
    hits = {field: _per_sample(seen, passages) for field, seen in found.items() if seen[0] is not None}
    layout = Layout(name, units.pop(), tuple(hits), tuple(values), judge.fires_saturated)
    return Reduced(layout, _sizes(passages), list(hits.values()), list(values.values()))


def counted(found: Sequence[Reduced]) -> Tensor:
    """The integers of all sites: two sizes each; then each count over samples; then each count over positions."""
    columns = _side_by_side([hits for site in found for hits in site.hits])
    some = [hits > 0 for hits in columns]  # not where a NaN is
    samples = [ops.sum(ops.cast(held, "int32"), axis=0) for held in some]
    positions = [
        ops.sum(ops.cast(ops.where(held, hits, 0.0), "int32"), axis=0) for held, hits in zip(some, columns, strict=True)
    ]
    return ops.concatenate([_all_sizes(found), *samples, *positions])


def _side_by_side(hits: list[Tensor]) -> list[Tensor]:
    """One tensor where all are known to have as many rows: where nothing compiles, each operation costs time."""
    rows = {one.shape[0] for one in hits}
    return hits if None in rows or len(rows) > 1 else [ops.concatenate(hits, axis=1)]


def _all_sizes(found: Sequence[Reduced]) -> Tensor:
    """Samples and positions of each site, shape (2 * sites,)."""
    if all(isinstance(site.sizes, tuple) for site in found):
        return ops.convert_to_tensor(np.array([site.sizes for site in found], dtype="int32").reshape(-1))
    return ops.concatenate([ops.convert_to_tensor(site.sizes, dtype="int32") for site in found])


def _per_sample(indicators: Sequence[Tensor], passages: Sequence[Passage]) -> Tensor:
    """How often an indicator holds in each sample, shape (samples, units)."""
    hits = []
    for indicator, passage in zip(indicators, passages, strict=True):
        indicator = ops.cast(indicator, "float32")
        if passage.mask is not None:
            indicator = indicator * ops.cast(passage.mask, "float32")
        hits.append(passage.over_positions(indicator))
    return sum(hits[1:], start=hits[0])


def _sizes(passages: Sequence[Passage]) -> tuple[int, int] | Tensor:
    """Samples with a valid position, and valid positions."""
    rows = ops.shape(passages[0].output)[0]
    each = [_positions_per_sample(passage) for passage in passages]
    if all(isinstance(size, int) for size in (rows, *each)) and all(passage.mask is None for passage in passages):
        return rows if sum(each) else 0, rows * sum(each)
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
