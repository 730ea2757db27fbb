"""Whether two models compute the same: both rebuilt, both run on random inputs and, where there are any, on samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from linter.graph import ModelGraph
from linter.live.construct import CannotRebuildError
from linter.live.random_inputs import random_inputs
from linter.live.rebuild import Rebuilt, rebuild
from linter.live.running import outputs
from linter.live.samples import DataError, Expected, match, open_samples

TOLERANCE = 1e-5
SCALES = (1.0, 10.0)
"""Standard deviations of the random inputs: one batch each."""
SAMPLES = 256
"""Samples of the user's data that are run, from the first on."""
BATCH = 32

Arrays = list[np.ndarray[Any, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Greatest difference of outputs, relative to the greatest output; `sample` is None without data."""

    random: float
    sample: float | None = None

    @property
    def is_tolerable(self) -> bool:
        """Whether the models count as the same; a difference that is no number does not."""
        return self.random <= TOLERANCE and (self.sample is None or self.sample <= TOLERANCE)


class Reference:
    """A model that others are compared with, and what it computes."""

    def __init__(self, graph: ModelGraph, data: str | None = None) -> None:
        """Run the model; raises CannotRebuildError or DataError where that is not possible."""
        rebuilt = whole(graph)
        self.random = [_scaled(random_inputs(rebuilt.model, seed=i), scale) for i, scale in enumerate(SCALES)]
        self.sample = list(_batches(rebuilt, data)) if data is not None else []
        self.outputs = [[outputs(rebuilt.model, batch) for batch in batches] for batches in (self.random, self.sample)]

    def difference(self, graph: ModelGraph) -> Difference:
        """Return how far another model's outputs are from this one's; raises CannotRebuildError."""
        model = whole(graph).model
        found = [
            max((_largest(old, outputs(model, batch)) for old, batch in zip(kept, batches, strict=True)), default=None)
            for kept, batches in zip(self.outputs, (self.random, self.sample), strict=True)
        ]
        return Difference(found[0] or 0.0, found[1])


def whole(graph: ModelGraph) -> Rebuilt:
    """Return the rebuilt model; raises CannotRebuildError where a part of it is missing."""
    rebuilt = rebuild(graph)
    if not rebuilt.complete:
        missing = "; ".join(f"{item.layer} ({item.class_name}): {item.reason}" for item in rebuilt.missing[:3])
        raise CannotRebuildError(f"it cannot be run: {missing or 'its outputs could not be rebuilt'}")
    return rebuilt


def _scaled(inputs: Arrays, scale: float) -> Arrays:
    return [array * np.float32(scale) if array.dtype.kind == "f" else array for array in inputs]


def _batches(rebuilt: Rebuilt, data: str) -> Iterator[Arrays]:
    expected = [
        Expected(name, tuple(tensor.shape), str(tensor.dtype))
        for name, tensor in zip(rebuilt.inputs, rebuilt.model.inputs, strict=True)
    ]
    samples = open_samples(data, expected, generators=True)
    matched = match(samples, expected)
    if matched.mismatches:
        raise DataError(f"{data}: {matched.mismatches[0]}")
    for i, batch in enumerate(samples.batches(BATCH)):
        if i * BATCH >= SAMPLES:
            return
        yield matched.inputs(batch)


def _largest(old: Arrays, new: Arrays) -> float:
    return max(_relative(one, two) for one, two in zip(old, new, strict=True))


def _relative(one: np.ndarray[Any, Any], two: np.ndarray[Any, Any]) -> float:
    """Return the greatest difference over the greatest value; what is not finite has to be so in both."""
    if one.shape != two.shape:
        return float("inf")
    same = (one == two) | (np.isnan(one) & np.isnan(two))
    with np.errstate(invalid="ignore"):
        apart = np.abs(np.where(same, 0.0, one - two)).max(initial=0.0)
    return float(apart / max(np.abs(one[np.isfinite(one)]).max(initial=0.0), 1e-12))
