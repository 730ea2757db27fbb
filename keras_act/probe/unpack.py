"""The vectors that leave a compiled probe, back into statistics. NumPy only."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_act.probe.activity import Activity
from keras_act.probe.moments import Moments
from keras_act.probe.reduce import Layout
from keras_act.probe.statistics import LayerStatistics, Statistics
from keras_act.probe.sums import OF_THE_LAYER


def unpacked(
    counts: Any, moments: Any, layouts: Sequence[Layout], samples: int, which: str, skipped: Mapping[str, str]
) -> Statistics:
    """One batch's statistics.

    Args:
        counts: Integers, shape (n,).
        moments: Floats, shape (m,).
        layouts: What stands in them.
        samples: Rows of the batch.
        which: "firing", "activity" or "full".
        skipped: Site to why it was not observed.
    """
    sizes, held = np.split(counts.astype(np.int64), [2 * len(layouts)])
    held = held.reshape(2, -1)  # over samples, over positions
    layers, at_count, at_moment = {}, 0, 0
    for layout, (layer_samples, positions) in zip(layouts, sizes.reshape(-1, 2).tolist(), strict=True):
        whole: dict[str, Any] = {}
        for name in layout.counts:
            whole[name] = held[:, at_count : at_count + layout.units]
            at_count += layout.units
        parts: dict[str, Any] = {}
        for name in layout.moments:
            size = 1 if name in OF_THE_LAYER else layout.units
            parts[name] = moments[at_moment : at_moment + size].astype(np.float64)
            at_moment += size
        layers[layout.name] = _layer(layout, layer_samples, positions, whole, parts, which)
    return Statistics(samples, layers, skipped)


def _layer(
    layout: Layout, samples: int, positions: int, whole: dict[str, Any], parts: dict[str, Any], which: str
) -> LayerStatistics:
    fired_samples, fired = whole["fired"]
    counts = {name: over_positions for name, (_, over_positions) in whole.items()}
    if layout.fires_saturated and "saturated" in counts:
        counts["gradient_zero"] = positions - fired + counts["saturated"]
    moments = _moments(positions, fired, counts, parts) if which == "full" else None
    activities = _activity(positions, fired, counts, parts) if which == "activity" else None
    return LayerStatistics(samples, positions, fired_samples, fired, moments, activities)


def _activity(positions: int, fired: Any, counts: dict[str, Any], parts: dict[str, Any]) -> Activity:
    n = max(positions, 1)
    return Activity(
        absolute=parts["absolute"] / n,
        power=float(parts["power"][0]) / (n * max(len(fired), 1)),
        saturated=counts.get("saturated", np.zeros_like(fired)),
        largest=float(parts["largest"][0]) if "largest" in parts else None,
    )


def _moments(positions: int, fired: Any, counts: dict[str, Any], parts: dict[str, Any]) -> Moments:
    n = max(positions, 1)
    mean = parts["shift"] + parts["sum"] / n
    return Moments(
        mean=mean,
        squares=np.maximum(parts["squares"] - parts["sum"] ** 2 / n, 0.0),
        absolute=parts["absolute"] / n if "absolute" in parts else mean,
        minimum=parts["minimum"],
        maximum=parts["maximum"],
        saturated=counts.get("saturated", np.zeros_like(fired)),
        gradient_zero=counts.get("gradient_zero", positions - fired),
    )
