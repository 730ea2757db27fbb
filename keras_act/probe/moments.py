"""Mean, spread, extremes and flat parts per unit, in a form that merges. NumPy only.

Deviations are merged as by Chan, Golub and LeVeque (1979), so that no large sums of squares cancel.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What `statistics="full"` adds, per unit, over all valid positions of all samples. Arrays have shape (units,).

    Attributes:
        mean: Mean of the activation's output.
        squares: Sum of squared deviations from `mean`.
        absolute: Mean of the output's absolute value, the activity that dormancy is judged by.
        minimum: Smallest output.
        maximum: Largest output.
        saturated: At how many positions the unit is in a flat part that is not its resting state at zero.
        gradient_zero: At how many positions the activation passes (nearly) no gradient.
    """

    mean: Floats
    squares: Floats
    absolute: Floats
    minimum: Floats
    maximum: Floats
    saturated: Counts
    gradient_zero: Counts

    def merge(self, positions: int, other: "Moments", other_positions: int) -> "Moments":
        """The moments of both together; the numbers are over how many positions each was taken."""
        total = positions + other_positions
        if not total:
            return self
        share = other_positions / total
        step = other.mean - self.mean
        return Moments(
            mean=self.mean + step * share,
            squares=self.squares + other.squares + step * step * (positions * share),
            absolute=self.absolute + (other.absolute - self.absolute) * share,
            minimum=np.minimum(self.minimum, other.minimum),
            maximum=np.maximum(self.maximum, other.maximum),
            saturated=self.saturated + other.saturated,
            gradient_zero=self.gradient_zero + other.gradient_zero,
        )
