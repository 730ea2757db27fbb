"""What a kernel does to the signal:
Dense, convolutions of all kinds with strides and borders, and the moments of their weights.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from linter.analysis import kernels, statistics
from linter.analysis.kernels import SEPARABLE, TRANSPOSED, Kernel, window
from linter.analysis.signal_state import MANY, State, normal
from linter.analysis.starts import second_moment, starts
from linter.graph import Node, Shape, Weight
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

LARGEST = 1024
"""Positions along an axis past which borders are not followed."""


class Draw(NamedTuple):
    """Mean and variance of a tensor's values: as drawn, or as stored."""

    mean: float
    variance: float

    @property
    def second(self) -> float:
        """Mean square."""
        return self.variance + self.mean**2


def draw(model: Subject, kernel: Kernel, fresh: bool) -> Draw | None:
    """Return the moments of a kernel: by its initializer for a fresh model, by its values for a trained one."""
    if fresh:
        drawn = starts(kernel.initializer, kernel.fans[:1])
        if drawn:
            return Draw(drawn[0].mean, drawn[0].std ** 2)
        second = second_moment(kernel.initializer, kernel.shape or (), kernel.fans)
        if second is not None:
            return Draw(0.0, second)
    return _stored(model, kernel.weight)


def _stored(model: Subject, weight: Weight | None) -> Draw | None:
    if weight is None:
        return None
    found = statistics.of(model, weight)
    return Draw(found.mean, found.variance) if found.count > found.non_finite else None


def bias(model: Subject, node: Node, fresh: bool, role: str = "bias", default: float = 0.0) -> Draw:
    """Return the moments of a bias or scale; those of its usual start where nothing is known."""
    if not fresh and role in node.weights:
        return _stored(model, node.weights[role]) or Draw(default, 0.0)
    initializer = kernels.initializer_of(node.op, role, node.config)
    drawn = (
        starts(initializer, ((1.0, 1.0),)) if initializer is not None and initializer.kind != "variance_scaling" else ()
    )
    return Draw(drawn[0].mean, drawn[0].std ** 2) if drawn else Draw(default, 0.0)


def affine(model: Subject, node: Node, before: State, fed: Shape | None, fresh: bool) -> State | None:
    """Return the pre-activation that a layer with a kernel makes of `before`; None where its kernel is not known."""
    state = before.settled()
    for kernel in kernels.at(model, node):
        found = draw(model, kernel, fresh)
        if found is None or not kernel.fan_in:
            return None
        spatial = kernel.role != "pointwise_kernel" and node.op not in ("Dense", "EinsumDense")
        state = _summed(state, node, kernel, found, fed if spatial else None)
        if node.op in SEPARABLE and kernel.role == "depthwise_kernel":
            state = state.settled()
    added = bias(model, node, fresh) if node.config.get("use_bias", True) is not False else Draw(0.0, 0.0)
    if not added.second:
        return state
    mean = state.mean + added.mean
    extra = added.second + 2 * state.mean * added.mean
    made = normal(mean, state.second + extra, state.shared + extra, before, state.width, state.positions)
    return replace(made, profile=state.profile, spread=state.spread)


def _summed(state: State, node: Node, kernel: Kernel, found: Draw, fed: Shape | None) -> State:
    """Return the sum over the kernel's inputs, borders and strides included."""
    fan, profile = float(kernel.fan_in or 1), state.profile
    if fed is not None:
        share, profile = spatial(node, fed, state)
        fan *= share
    mean = fan * found.mean * state.mean
    second = _second(fan, found, state.second, state.mean)
    shared = _second(fan, found, state.shared, state.mean)
    made = normal(mean, second, shared, state, kernel.units, positions_of(node.shape, node))
    return replace(made, profile=profile)


def _second(fan: float, found: Draw, moment: float, mean: float) -> float:
    """Mean square of a sum of `fan` products; inputs are independent but for their common mean."""
    about = max(moment - mean**2, 0.0)
    return fan * found.variance * moment + found.mean**2 * (fan * about + (fan * mean) ** 2)


def spatial(node: Node, fed: Shape, state: State) -> tuple[float, tuple[np.ndarray | None, ...]]:
    """Return the share of the kernel's taps that meet the input, on average, and the new profile."""
    sizes = axes(node, fed)
    taps = window(node.config)
    taps = taps * len(sizes) if len(taps) == 1 else taps
    share = 1.0
    profile: list[np.ndarray | None] = []
    for axis, (size, tap) in enumerate(zip(sizes, taps, strict=False)):
        old = state.profile[axis] if axis < len(state.profile) else None
        if size is None or size > LARGEST or size < 1:
            profile.append(None)
            continue
        reach = meets(node, axis, size, tap, old)
        nominal = tap / _number(node.config.get("strides", 1), axis) if node.op in TRANSPOSED else tap
        average = float(reach.mean()) if reach.size else 0.0
        share *= average / nominal
        profile.append(reach / average if average > 0 else None)
    return share, tuple(profile)


def meets(node: Node, axis: int, size: int, taps: int, profile: np.ndarray | None) -> np.ndarray:
    """Return, for each output position of one axis, the sum of the input's profile over the taps that meet it."""
    import numpy as np

    values = np.ones(size) if profile is None or len(profile) != size else profile
    stride, dilation = _number(node.config.get("strides", 1), axis), _number(node.config.get("dilation_rate", 1), axis)
    padding = str(node.config.get("padding", "valid"))
    reach = dilation * (taps - 1) + 1
    if node.op in TRANSPOSED:
        return _scattered(values, taps, stride, padding)
    if padding == "valid":
        before, count = 0, max((size - reach) // stride + 1, 0)
    else:
        count = -(-size // stride)
        total = max((count - 1) * stride + reach - size, 0)
        before = reach - 1 if padding == "causal" else total // 2
    out = np.zeros(count)
    starts_at = np.arange(count) * stride - before
    for tap in range(taps):
        places = starts_at + tap * dilation
        inside = (places >= 0) & (places < size)
        out[inside] += values[places[inside]]
    return out


def _scattered(values: np.ndarray, taps: int, stride: int, padding: str) -> np.ndarray:
    import numpy as np

    size = len(values)
    full = np.zeros((size - 1) * stride + max(taps, stride))
    for tap in range(taps):
        full[tap : tap + (size - 1) * stride + 1 : stride] += values
    if padding != "same":
        return full
    cut = max(taps - stride, 0) // 2
    return full[cut : cut + size * stride]


def _number(value: object, axis: int) -> int:
    if isinstance(value, list | tuple):
        value = value[axis] if axis < len(value) else 1
    return value if isinstance(value, int) and value > 0 else 1


def axes(node: Node, shape: Shape) -> tuple[int | None, ...]:
    """Return the sizes of the position axes of a shape."""
    sizes = shape[2:] if node.config.get("data_format") == "channels_first" else shape[1:-1]
    return sizes[1:] if "TimeDistributed" in node.wrappers else sizes


def positions_of(shape: Shape | None, node: Node) -> int:
    """Return how many positions an output has; many where a size is not known."""
    if not shape or len(shape) < 3:
        return 1
    sizes = axes(node, shape)
    return MANY if None in sizes else prod(size for size in sizes if size is not None)
