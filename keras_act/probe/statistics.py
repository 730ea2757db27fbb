"""What a run on data saw of each unit: counts and moments that can be merged. NumPy only; it knows no model.

Merging is associative, and merging any split of the data equals one pass over it: counts exactly, moments up to
rounding in float64.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keras_act.probe.activity import Activity
from keras_act.probe.moments import Counts, Floats, Moments


@dataclass(frozen=True, slots=True, eq=False)
class LayerStatistics:
    """What was seen of the units of one activation. A unit is a channel.

    Attributes:
        samples: Samples with at least one valid position.
        positions: Valid (unmasked) positions over all samples; equal to `samples` where a sample has one position.
        fired_samples: Per unit, at how many samples it fired at one position or more, shape (units,).
        fired_positions: Per unit, at how many positions it fired, shape (units,).
        moments: None unless asked for by `statistics="full"`.
        activities: None unless asked for by `statistics="activity"`.
    """

    samples: int
    positions: int
    fired_samples: Counts
    fired_positions: Counts
    moments: Moments | None = None
    activities: Activity | None = None

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.fired_samples)

    @property
    def rate(self) -> Floats:
        """Share of the positions at which each unit fires, in [0, 1], shape (units,)."""
        return self.fired_positions / max(self.positions, 1)

    @property
    def sample_rate(self) -> Floats:
        """Share of the samples on which each unit fires at least once, in [0, 1], shape (units,)."""
        return self.fired_samples / max(self.samples, 1)

    @property
    def silent(self) -> Counts:
        """Indices of the units that fired on no sample."""
        return np.flatnonzero(self.fired_samples == 0)

    @property
    def bound(self) -> float:
        """Upper 95 % bound on the firing rate of a unit that never fired: 1 - 0.05^(1/samples), about 3/samples."""
        return float(1.0 - 0.05 ** (1.0 / self.samples)) if self.samples else 1.0

    @property
    def mean(self) -> Floats:
        """Mean output per unit, shape (units,)."""
        return self._full().mean

    @property
    def variance(self) -> Floats:
        """Variance of the output per unit (divided by n), shape (units,)."""
        return self._full().squares / max(self.positions, 1)

    @property
    def minimum(self) -> Floats:
        """Smallest output per unit, shape (units,)."""
        return self._full().minimum

    @property
    def maximum(self) -> Floats:
        """Largest output per unit, shape (units,)."""
        return self._full().maximum

    @property
    def saturation(self) -> Floats:
        """Share of positions in a flat part other than rest at zero, in [0, 1], shape (units,)."""
        return self._full().saturated / max(self.positions, 1)

    @property
    def gradient_zero(self) -> Floats:
        """Share of positions at which (nearly) no gradient passes, in [0, 1], shape (units,)."""
        return self._full().gradient_zero / max(self.positions, 1)

    @property
    def activity(self) -> Floats:
        """Mean absolute output over the layer's mean of it (Sokar et al. 2023), shape (units,); 0 in a silent layer."""
        absolute = self._full().absolute if self.activities is None else self.activities.absolute
        return absolute / (absolute.mean() or 1.0)

    def merge(self, other: "LayerStatistics") -> "LayerStatistics":
        """Both together. Raises ValueError if they are not of the same units and statistics."""
        if self.units != other.units:
            raise ValueError(f"statistics of one layer must have equal units. Received: {self.units} and {other.units}")
        kinds = [(item.moments is None, item.activities is None) for item in (self, other)]
        if kinds[0] != kinds[1]:
            raise ValueError("cannot merge full statistics with firing statistics: take both with equal `statistics=`")
        moments = None
        if self.moments is not None and other.moments is not None:
            moments = self.moments.merge(self.positions, other.moments, other.positions)
        activities = None
        if self.activities is not None and other.activities is not None:
            activities = self.activities.merge(self.positions, other.activities, other.positions)
        return LayerStatistics(
            self.samples + other.samples,
            self.positions + other.positions,
            self.fired_samples + other.fired_samples,
            self.fired_positions + other.fired_positions,
            moments,
            activities,
        )

    def _full(self) -> Moments:
        if self.moments is None:
            raise ValueError('moments were not taken: observe with statistics="full"')
        return self.moments


@dataclass(frozen=True, slots=True, eq=False)
class Statistics(Mapping[str, LayerStatistics]):
    """What was seen of a model: a mapping from the path of an activation (`encoder/dense_1`) to its `LayerStatistics`.

    Attributes:
        samples: Rows of the data.
        layers: The mapping itself, in the model's order.
        skipped: Path to reason for activations that were not observed.
    """

    samples: int
    layers: Mapping[str, LayerStatistics]
    skipped: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> LayerStatistics:
        if name not in self.layers:
            raise KeyError(f"{name!r} was not observed. Observed: {', '.join(self.layers) or 'nothing'}")
        return self.layers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    @property
    def silent(self) -> dict[str, list[int]]:
        """Layer to the units that fired on no sample, for layers that have such units."""
        return {name: layer.silent.tolist() for name, layer in self.items() if len(layer.silent)}

    @property
    def silent_share(self) -> float:
        """Share of all units that fired on no sample, in [0, 1]; 0 where nothing was observed."""
        units = sum(layer.units for layer in self.values())
        return sum(len(layer.silent) for layer in self.values()) / units if units else 0.0

    def merge(self, other: "Statistics") -> "Statistics":
        """Both together.

        Raises:
            ValueError: they are not of the same layers, units and statistics.
        """
        if list(self) != list(other):
            raise ValueError(f"statistics must be of the same layers. Received: {list(self)} and {list(other)}")
        layers = {name: layer.merge(other[name]) for name, layer in self.items()}
        return Statistics(self.samples + other.samples, layers, {**self.skipped, **other.skipped})

    def summary(self) -> str:
        """A readable table: per layer its units, how many never fired, the bound on their rate, and the median rate."""
        rows = [("layer", "units", "never fired", "fires on at most", "median rate")]
        for name, layer in self.items():
            share = f"{len(layer.silent)} ({len(layer.silent) / layer.units:.1%})" if layer.units else "0"
            rows.append((name, str(layer.units), share, f"{layer.bound:.2%}", f"{_median(layer.rate):.1%}"))
        notes = [f"not observed: {name}: {why}" for name, why in self.skipped.items()]
        return "\n".join([f"{self.samples} samples", *_aligned(rows), *notes])

    def __str__(self) -> str:
        return self.summary()


def _median(rates: Floats) -> float:
    return float(np.median(rates)) if len(rates) else 0.0


def _aligned(rows: list[tuple[Any, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
