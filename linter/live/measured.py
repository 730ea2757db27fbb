"""Statistics of the probe -> what an Observation holds: units, and how large each activation was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras_act.probe import LayerStatistics, Statistics
from linter.graph import Node
from linter.observation import Magnitude, Units


def measured(
    total: Statistics | None, nodes: Mapping[str, Node] | None = None
) -> tuple[dict[str, Units], dict[str, Magnitude]]:
    """Return what was seen of the units, and how large each activation was, by name.

    nodes: say which is which layer's.
    """
    units, signal = {}, {}
    for name, found in (total or {}).items():
        node = (nodes or {}).get(name)
        layer = node.layer if node else name
        if node is None or node.activation is not None:
            units[name] = _units(layer, node.activation.name if node and node.activation else "", found)
        signal[name] = _magnitude(layer, found)
    return units, signal


def _units(layer: str, activation: str, found: LayerStatistics) -> Units:
    seen = found.activities
    assert seen is not None
    return Units(
        layer=layer,
        activation=activation,
        samples=found.samples,
        positions=found.positions,
        fired=_ints(found.fired_samples),
        fired_positions=_ints(found.fired_positions),
        saturated=_ints(seen.saturated),
        absolute=_floats(seen.absolute),
    )


def _magnitude(layer: str, found: LayerStatistics) -> Magnitude:
    assert found.activities is not None
    return Magnitude(layer, found.activities.power, found.activities.largest)


def _ints(values: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
