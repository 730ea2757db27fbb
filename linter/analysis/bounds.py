"""What each unit can put out for any input in the known range: interval propagation, sound under float32 rounding.

Stored weights only. A layer of which nothing is known puts out anything; kernels are read no further than is needed
to know that nothing is bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import NamedTuple

from linter.activations import facts
from linter.analysis import bounds_affine, bounds_kernel, interval, topology
from linter.analysis.interval import Interval
from linter.analysis.kernels import DEPTHWISE
from linter.graph import Activation, Node
from linter.rule import Subject

SUMS = frozenset(("Dense", "Conv1D", "Conv2D", "Conv3D"))
SAME = (
    topology.DROPOUTS
    | frozenset(
        f"{kind}{n}D" for kind in ("Cropping", "UpSampling", "MaxPooling", "GlobalMaxPooling") for n in (1, 2, 3)
    )
    | {"Identity", "ActivityRegularization", "RepeatVector"}
)
AVERAGES = frozenset(f"{kind}Pooling{n}D" for kind in ("Average", "GlobalAverage") for n in (1, 2, 3))

MAX_UNITS = 1 << 20
"""Past this the intervals of one layer alone would fill the memory."""


class Bounds(NamedTuple):
    """Intervals by node name."""

    of_node: Mapping[str, Interval]


def of(model: Subject) -> Bounds:
    """Return the bounds of the model's nodes."""
    return model.once("bounds", lambda: Bounds(_propagated(model)))


def dead(model: Subject) -> dict[str, tuple[tuple[int, ...], int]]:
    """Return, by layer, the units that no input in the range can fire, and the number of units."""
    import numpy as np

    found = of(model).of_node
    out: dict[str, tuple[tuple[int, ...], int]] = {}
    for node in model.graph.nodes:
        known = facts(node.activation) if node.op == "Activation" and node.activation else None
        if known is None or known.silent_below is None or not node.inputs:
            continue
        before = found.get(node.inputs[0].source)
        if before is None:
            continue
        silent = before.high <= 0 if known.silent_below == 0 else before.high < known.silent_below
        places = tuple(int(place) for place in np.flatnonzero(silent))
        if places:
            out[node.layer] = (places, len(before.high))
    return out


def _propagated(model: Subject) -> dict[str, Interval]:
    top = topology.of(model)
    out: dict[str, Interval] = {}
    for node in model.graph.nodes:
        sources = top.sources(node)
        known = [out.get(source.name) for source in sources]
        units = _units(node)
        made = None
        if node.op == "InputLayer":
            low, high = model.options.input_range or (-inf, inf)
            made = interval.constant(low, high, units) if units else None
        elif all(item is not None for item in known):
            made = _made(node, [item for item in known if item is not None], sources, units)
        made = made if made is not None and len(made.low) == (units or len(made.low)) else None
        if made is None and units:
            made = interval.anything(units)
        if made is not None:
            out[node.name] = made
    return out


def _units(node: Node) -> int | None:
    """Return how many units the last axis has, where they are on the last axis and not more than can be followed."""
    if not node.shape or len(node.shape) < 2 or node.config.get("data_format") == "channels_first":
        return None
    units = node.shape[-1]
    return units if units is not None and 0 < units <= MAX_UNITS else None


def _made(node: Node, given: list[Interval], sources: tuple[Node, ...], units: int | None) -> Interval | None:
    """Return the bounds of one node; None where nothing can be said."""
    if not given:
        return None
    first, u = given[0], interval.rounding(node.dtype)
    if node.op == "Activation":
        activation = node.activation or Activation("linear")
        return interval.activated(first, activation.name, facts(activation), u)
    if len(given) > 1 or node.op == "BidirectionalMerge":
        return _merged(node, given, u)
    if node.op in SAME:
        return first
    if node.op in AVERAGES:
        largest = abs(first.low) + abs(first.high)
        return interval.widened(first, 1e4 * u * largest) if (largest < inf).all() else first
    if node.op.startswith("ZeroPadding"):
        return first.with_zero()
    if node.op in SUMS or node.op in DEPTHWISE:
        return bounds_kernel.kernel(node, first, u)
    if node.op in ("Flatten", "Reshape"):
        return _flat(node, first, sources[0], units)
    if node.op in topology.RECURRENT:
        return _recurrent(node, units)
    return bounds_affine.affine(node, first, units, u)


def _flat(node: Node, given: Interval, source: Node, units: int | None) -> Interval | None:
    if not units or not source.shape:
        return None
    if node.op == "Flatten" and source.config.get("data_format") != "channels_first" and units % len(given.low) == 0:
        return given.tiled(units // len(given.low))
    return interval.constant(float(given.low.min()), float(given.high.max()), units)


def _recurrent(node: Node, units: int | None) -> Interval | None:
    """A state that gates in [0, 1] and a bounded activation make stays within the activation's range."""
    inner, gate = node.config.get("activation"), node.config.get("recurrent_activation")
    known = facts(inner) if isinstance(inner, Activation) else None
    opens = facts(gate) if isinstance(gate, Activation) else None
    gated = node.op == "SimpleRNN" or (opens is not None and opens.in_unit_interval)
    if known is None or not known.bounded or not gated or not units:
        return None
    return interval.constant(min(known.low, 0.0) * 1.001, max(known.high, 0.0) * 1.001, units)


def _merged(node: Node, given: list[Interval], u: float) -> Interval | None:
    import numpy as np

    sides = node.op == "BidirectionalMerge" and node.config.get("merge_mode", "concat") == "concat"
    if sides or (node.op == "Concatenate" and node.config.get("axis", -1) in (-1, len(node.shape or ()) - 1)):
        return Interval(np.concatenate([item.low for item in given]), np.concatenate([item.high for item in given]))
    if len({len(item.low) for item in given}) > 1:
        return None
    if node.op == "Concatenate" or node.op in ("Maximum", "Minimum"):
        return interval.union(given)
    if node.op in ("Add", "Average"):
        return interval.added(given, [1.0 if node.op == "Add" else 1 / len(given)] * len(given), u)
    if node.op == "Subtract" and len(given) == 2:
        return interval.added(given, [1.0, -1.0], u)
    if node.op == "Multiply":
        made = given[0]
        for item in given[1:]:
            made = interval.multiplied(made, item, u)
        return made
    return None
