"""What one input of the data looked like, feature by feature, batch after batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from linter.observation import InputSeen

Array = np.ndarray[Any, Any]
MAX_LISTED = 1000


def _extremes(array: Array) -> tuple[Array, Array]:
    """Return the least and the greatest value of each feature: over samples first, since long rows are quick."""
    features = array.shape[-1] if array.ndim > 1 else 1
    rows = array.reshape(len(array), -1)
    low, high = rows.min(axis=0), rows.max(axis=0)
    return low.reshape(-1, features).min(axis=0), high.reshape(-1, features).max(axis=0)


def _power(row: Array) -> float:
    """Return the sum of squares of one sample: in its own precision if that is wide enough, else in float64."""
    row = row if row.dtype == np.float32 else row.astype(np.float64)
    return float(np.dot(row, row))


class InputTally:
    """Collects an input's range, second moment, non-finite values and constant features (last axis)."""

    def __init__(self, name: str) -> None:
        """Start with nothing seen."""
        self.name = name
        self.count = self.non_finite = 0
        self.squares = 0.0
        self.low: Array | None = None
        self.high: Array | None = None

    def add(self, array: Array) -> Array:
        """Take in a batch; return it with zeros for what is not finite."""
        low, high = _extremes(array)  # a NaN comes through
        bad = 0
        if array.dtype.kind == "f" and not (np.isfinite(low).all() and np.isfinite(high).all()):
            finite = np.isfinite(array)
            bad = array.size - int(np.count_nonzero(finite))
            array = np.where(finite, array, array.dtype.type(0))
            low, high = _extremes(array)
        self.non_finite += bad
        self.count += array.size - bad
        self.squares += sum(_power(row) for row in array.reshape(len(array), -1))
        self.low = low if self.low is None else np.minimum(self.low, low)
        self.high = high if self.high is None else np.maximum(self.high, high)
        return array

    def seen(self) -> InputSeen:
        """Return what was seen."""
        if self.low is None or self.high is None:
            return InputSeen(self.name, 0.0, 0.0, 0.0)
        constant = np.flatnonzero(self.low == self.high)[:MAX_LISTED] if len(self.low) > 1 else np.empty(0, int)
        return InputSeen(
            self.name,
            float(self.low.min()),
            float(self.high.max()),
            self.squares / max(self.count, 1),
            self.non_finite,
            tuple(int(i) for i in constant),
        )
