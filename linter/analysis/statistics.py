"""What a stored tensor amounts to: one pass in bounded pieces, made when first asked for and shared by all rules.

Pieces are reduced in their own precision while they lie in the cache, and added up in double precision across pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf, isfinite, nan, sqrt
from typing import TYPE_CHECKING

from linter.graph import Weight
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

SMALL = 2.0**-100
RUN = 1 << 13
"""Values that one single-precision sum takes: few enough that it keeps six digits."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Moments and range of the finite values of one tensor; NaN where there are none."""

    count: int
    """All values, finite or not."""
    non_finite: int
    mean: float
    second_moment: float
    minimum: float
    maximum: float

    @property
    def variance(self) -> float:
        """Second moment about the mean."""
        return max(self.second_moment - self.mean**2, 0.0)

    @property
    def root_mean_square(self) -> float:
        """Root of the second moment about zero."""
        return sqrt(self.second_moment) if self.second_moment >= 0 else nan

    @property
    def constant(self) -> bool:
        """Whether all values are finite and equal."""
        return self.non_finite == 0 and self.minimum == self.maximum


def of(model: Subject, weight: Weight) -> Statistics:
    """Return the statistics of one of the model's tensors."""
    return model.once(f"statistics of {id(weight)}", lambda: measure(weight))


def measure(weight: Weight) -> Statistics:
    """Read a tensor once."""
    import numpy as np

    count = non_finite = 0
    total = square = 0.0
    low, high = inf, -inf
    with np.errstate(over="ignore", invalid="ignore"):
        for piece in weight.chunks():
            values = working(piece)
            count += values.size
            least, most = float(np.minimum.reduce(values)), float(np.maximum.reduce(values))
            if not (isfinite(least) and isfinite(most)):
                values = values[np.isfinite(values)]
                non_finite += piece.size - values.size
                if not values.size:
                    continue
                least, most = float(values.min()), float(values.max())
            low, high = min(low, least), max(high, most)
            total += _total(values)
            square += _square(values)
    finite = count - non_finite
    if not finite:
        return Statistics(count, non_finite, nan, nan, nan, nan)
    return Statistics(count, non_finite, total / finite, square / finite, low, high)


def working(piece: np.ndarray) -> np.ndarray:
    """Return values in a precision that NumPy reduces fast and without overflow:
    half becomes single, integers double.
    """
    import numpy as np

    if piece.dtype == np.float32 or piece.dtype == np.float64:
        return piece
    return piece.astype(np.float32 if piece.dtype == np.float16 else np.float64)


def _total(values: np.ndarray) -> float:
    import numpy as np

    found = _products(values, _ones(values.dtype.str))
    return found if isfinite(found) else float(np.add.reduce(values, dtype=np.float64))


def _square(values: np.ndarray) -> float:
    import numpy as np

    found = _products(values, None)
    if isfinite(found) and (found > SMALL * values.size or not values.any()):
        return found
    wide = values.astype(np.float64)  # squares past single precision's range, or among its subnormals
    return float(np.dot(wide, wide))


def _products(values: np.ndarray, other: np.ndarray | None) -> float:
    """Return the sum of values x other (None: themselves), by runs: short enough for precision and for one thread."""
    import numpy as np

    whole = values.size - values.size % RUN
    rows, rest = values[:whole].reshape(-1, RUN), values[whole:]
    if hasattr(np, "vecdot"):
        found = np.vecdot(rows, rows if other is None else other)
    else:
        found = np.einsum("ij,ij->i", rows, rows) if other is None else rows.sum(axis=1)
    return float(sum(found.tolist())) + float(np.dot(rest, rest if other is None else other[: rest.size]))


@cache
def _ones(dtype: str) -> np.ndarray:
    """A product with ones is four times as fast as a sum."""
    import numpy as np

    return np.ones(RUN, dtype=dtype)


def whole(weight: Weight) -> np.ndarray:
    """Return all values of a small tensor, flat, in double precision."""
    import numpy as np

    pieces = [piece.astype(np.float64) for piece in weight.chunks()]
    return np.concatenate(pieces) if pieces else np.zeros(0)
