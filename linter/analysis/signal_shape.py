"""What layers without kernels do to the signal: normalisation, pooling, padding and resizing, merges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from linter.activations import TABLE
from linter.analysis import quadrature
from linter.analysis.kernels import window
from linter.analysis.signal_affine import LARGEST, axes, bias, meets, positions_of
from linter.analysis.signal_state import State, normal
from linter.graph import Edge, Node, Shape
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

PER_SAMPLE = frozenset(("LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"))


def normalised(model: Subject, node: Node, before: State | None, fresh: bool) -> tuple[State, float | None]:
    """Return what a normalisation puts out, whatever comes in, and its backward factor where the input is known."""
    scale = bias(model, node, fresh, "scale" if node.op == "RMSNormalization" else "gamma", 1.0)
    shift = bias(model, node, fresh, "beta", 0.0)
    centered = node.op not in ("RMSNormalization", "UnitNormalization") and not node.config.get("rms_scaling")
    kept, ratio, variance = 1.0, 0.0, None
    if before is not None:
        common = before.shared if node.op == "BatchNormalization" else before.mean**2 if centered else 0.0
        variance = max(before.second - common, 0.0)
        epsilon = _epsilon(node)
        kept = variance / (variance + epsilon) if variance > 0 else 0.0
        if node.op in PER_SAMPLE and before.second > common:
            ratio = max(before.shared - common, 0.0) / (before.second - common)
    gain = scale.second
    if node.op == "UnitNormalization":
        width = node.shape[-1] if node.shape else None
        gain = 1 / width if width else 1.0
    second = gain * kept + shift.second
    shared = gain * kept * ratio + shift.second
    covariance = max(shared - shift.mean**2, 0.0)
    law = (None, shift.mean, second - shift.mean**2, covariance)
    width = node.shape[-1] if node.shape else None
    positions = positions_of(node.shape, node)
    profile = before.profile if before is not None and node.op in ("BatchNormalization", "GroupNormalization") else ()
    made = State(second, shift.mean, shared, width=width or 1, positions=positions, law=law, profile=profile, held=True)
    backward = gain / (variance + _epsilon(node)) if variance is not None else None
    return made, backward


def _epsilon(node: Node) -> float:
    value = node.config.get("epsilon", 1e-3)
    return float(value) if isinstance(value, int | float) else 1e-3


def pooled(node: Node, before: State, fed: Shape | None) -> State:
    """Return the state after pooling of any kind."""
    sizes = axes(node, fed) if fed and len(fed) > 2 else ()
    if node.op.startswith(("Global", "Adaptive")):
        windows = tuple(size or 0 for size in sizes)
        count = prod(windows) if windows and 0 not in windows else None
        profile: tuple[object, ...] = ()
    else:
        windows = window(node.config, "pool_size")
        windows = windows * len(sizes) if len(windows) == 1 else windows
        count = prod(windows)
        profile = _coarser(node, before, sizes, windows)
    after = _largest(before, count) if "Max" in node.op else _average(before, count)
    changes = {"profile": profile, "positions": positions_of(node.shape, node), "held": False}
    return replace(after, **changes)  # type: ignore[arg-type]


def _average(before: State, count: int | None) -> State:
    """The mean over `count` positions (None: many) keeps what they share."""
    share = 1 / count if count else 0.0
    second = before.shared + (before.second - before.shared) * share
    about = max(second - before.mean**2, 0.0)
    ratio = second**2 or 1.0
    excess = (3 * about**2 + 6 * about * before.mean**2 + before.mean**4) / ratio - 1
    return replace(
        before, second=second, excess=excess, law=(None, before.mean, about, max(before.shared - before.mean**2, 0.0))
    )


def _largest(before: State, count: int | None) -> State:
    """The greatest of `count` values of a growing function of a normal."""
    linear = TABLE["linear"]({})
    known, mean, variance, covariance = before.law or (
        None,
        before.mean,
        before.variance,
        before.shared - before.mean**2,
    )
    first, second, fourth, shared = quadrature.largest(
        known or linear, mean, variance, covariance, min(count or 1024, 4096)
    )
    square = second**2 or 1.0
    return replace(
        before,
        second=second,
        mean=first,
        shared=shared,
        excess=fourth / square - 1,
        paired=shared**2 / square,
        law=None,
    )


def _coarser(node: Node, before: State, sizes: Sequence[int | None], windows: Sequence[int]) -> tuple[object, ...]:
    out: list[object] = []
    for axis, (size, tap) in enumerate(zip(sizes, windows, strict=False)):
        old = before.profile[axis] if axis < len(before.profile) else None
        if old is None or size is None or size > LARGEST:
            out.append(None)
            continue
        strides = node.config.get("strides") or list(windows)
        moved = replace(node, config={**node.config, "strides": strides})
        counts = meets(moved, axis, size, tap, None)
        reach = meets(moved, axis, size, tap, old) / counts.clip(1)
        out.append(reach / reach.mean() if reach.size and reach.mean() > 0 else None)
    return tuple(out)


def padded(node: Node, before: State, fed: Shape | None) -> State:
    """Return the state after zero padding, cropping or upsampling: zeros thin the signal out, the rest keeps it."""
    import numpy as np

    if not fed or not node.shape or None in fed[1:] or None in node.shape[1:]:
        return replace(before, profile=())
    share = 1.0
    out: list[np.ndarray | None] = []
    for axis, (old, new) in enumerate(zip(axes(node, fed), axes(node, node.shape), strict=True)):
        assert old is not None
        assert new is not None
        values = before.profile[axis] if axis < len(before.profile) else None
        values = np.ones(old) if values is None or len(values) != old else values
        if max(old, new) > LARGEST:
            out.append(None)
        elif "Padding" in node.op:
            front = _front(node, axis, new - old)
            grown = np.zeros(new)
            grown[front : front + old] = values
            out.append(grown / grown.mean())
        else:
            places = np.minimum(np.arange(new) * old // max(new, 1), old - 1)
            out.append(values[places] / values[places].mean())
        share *= old / new if "Padding" in node.op else 1.0
    return replace(
        before.scaled(share), profile=tuple(out), mean=before.mean * share, shared=before.shared * share, law=None
    )


def _front(node: Node, axis: int, total: int) -> int:
    given = node.config.get("padding", 0)
    item = given[axis] if isinstance(given, list | tuple) and axis < len(given) else given
    first = item[0] if isinstance(item, list | tuple) and item else item
    return min(max(first, 0), total) if isinstance(first, int) else total // 2


def merged(node: Node, states: Sequence[State], edges: Sequence[Edge], shapes: Sequence[Shape | None]) -> State | None:
    """Return the state after Add, Subtract, Average, Multiply or Concatenate; None for other merges."""
    if node.op == "Concatenate" or (
        node.op == "BidirectionalMerge" and node.config.get("merge_mode", "concat") == "concat"
    ):
        return _side_by_side(node, states, shapes)
    mode = {"sum": "Add", "ave": "Average", "mul": "Multiply"}.get(str(node.config.get("merge_mode")), "")
    op = mode if node.op == "BidirectionalMerge" else node.op
    if op == "Multiply":
        return _multiplied(states)
    if op not in ("Add", "Subtract", "Average"):
        return None
    factor = 1 / len(states) if op == "Average" else 1.0
    signs = [1.0] + [-1.0 if op == "Subtract" else 1.0] * (len(states) - 1)
    once: dict[tuple[str, int], tuple[State, float]] = {}
    for state, edge, sign in zip(states, edges, signs, strict=True):
        key = (edge.source, edge.tensor)
        once[key] = (state, sign * factor + once.get(key, (state, 0.0))[1])
    return _sum([item for item in once.values() if item[1]] or [(states[0], 0.0)])


def _sum(parts: Sequence[tuple[State, float]]) -> State:
    """Sum of independent states with factors; what they owe to common layers strays together."""
    mean = sum(c * s.mean for s, c in parts)
    crossed = mean**2 - sum((c * s.mean) ** 2 for s, c in parts)
    second = sum(c * c * s.second for s, c in parts) + crossed
    shared = sum(c * c * s.shared for s, c in parts) + crossed
    total = sum(c * c * s.second for s, c in parts) or 1.0
    stray = sum(c * c * s.second / total * s.spread**0.5 for s, c in parts)
    loudest = max((s for s, _ in parts), key=lambda s: s.second)
    made = normal(mean, second, shared, loudest, min(s.width for s, _ in parts), loudest.positions)
    start = all(s.start for s, _ in parts)
    profile = _mixed([(c * c * s.second / total, s.profile) for s, c in parts])
    return replace(made, spread=stray**2, profile=profile, start=start)


def _mixed(parts: Sequence[tuple[float, tuple[np.ndarray | None, ...]]]) -> tuple[np.ndarray | None, ...]:
    """Return the mean profile, each weighted by its share; a part without one is even."""
    longest = max((profile for _, profile in parts), key=len)
    out: list[np.ndarray | None] = []
    for axis in range(len(longest)):
        values = [(share, p[axis] if axis < len(p) else None) for share, p in parts]
        sizes = {len(v) for _, v in values if v is not None}
        out.append(sum(share * (1.0 if v is None else v) for share, v in values) if len(sizes) == 1 else None)  # type: ignore[arg-type]
    return tuple(out)


def _multiplied(states: Sequence[State]) -> State:
    out = states[0]
    for state in states[1:]:
        squares = (out.excess + 1) * (state.excess + 1) - 1
        both = (out.paired + 1) * (state.paired + 1) - 1
        spread = (out.spread**0.5 + state.spread**0.5) ** 2
        profile = out.profile if out.positions >= state.positions else state.profile
        out = State(
            out.second * state.second,
            out.mean * state.mean,
            out.shared * state.shared,
            spread,
            squares,
            both,
            max(out.width, state.width),
            max(out.positions, state.positions),
            profile,
        )
    return out


def _side_by_side(node: Node, states: Sequence[State], shapes: Sequence[Shape | None]) -> State:
    axis = node.config.get("axis", -1)
    sizes = [
        shape[axis] if shape and isinstance(axis, int) and -len(shape) <= axis < len(shape) else None
        for shape in shapes
    ]
    weights = [float(size) if size else 1.0 for size in (sizes if None not in sizes else [1] * len(states))]
    total = sum(weights)
    shares = [weight / total for weight in weights]

    def mixed(values: Sequence[float]) -> float:
        return sum(share * value for share, value in zip(shares, values, strict=True))

    second = mixed([s.second for s in states]) or 1e-150  # squared below
    fourth = mixed([(s.excess + 1) * s.second**2 for s in states])
    both = mixed([(s.paired + 1) * s.second**2 for s in states])
    stray = mixed([s.second / second * s.spread**0.5 for s in states])
    return State(
        second,
        mixed([s.mean for s in states]),
        mixed([s.shared for s in states]),
        stray**2,
        max(fourth / second**2 - 1, 0.0),
        max(both / second**2 - 1, 0.0),
        sum(s.width for s in states),
        max(s.positions for s in states),
        max((s.profile for s in states), key=len),
        start=all(s.start for s in states),
    )
