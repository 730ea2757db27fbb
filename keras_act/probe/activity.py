"""How active units are and how strong their layer's signal is, in a form that merges. NumPy only."""

from dataclasses import dataclass

import numpy as np

from keras_act.probe.moments import Counts, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """What `statistics="activity"` adds: the cheapest numbers that tell dormant and saturated units and a lost signal.

    Attributes:
        absolute: Mean of the output's absolute value over valid positions, per unit, shape (units,).
        power: Mean of the output's square over units and valid positions.
        saturated: At how many positions the unit is in a flat part that is not its resting state, shape (units,).
        largest: Greatest absolute output; None unless the output is in float16.
    """

    absolute: Floats
    power: float
    saturated: Counts
    largest: float | None

    def merge(self, positions: int, other: "Activity", other_positions: int) -> "Activity":
        """Both together; the numbers are over how many positions each was taken."""
        share = other_positions / max(positions + other_positions, 1)
        sizes = [size for size in (self.largest, other.largest) if size is not None]
        return Activity(
            absolute=self.absolute + (other.absolute - self.absolute) * share,
            power=self.power + (other.power - self.power) * share,
            saturated=self.saturated + other.saturated,
            largest=float(np.max(sizes)) if sizes else None,
        )
