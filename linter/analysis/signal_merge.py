"""What merges do to the signal: sums, products, and inputs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linter.analysis.signal_state import State, normal
from linter.graph import Edge, Node, Shape

if TYPE_CHECKING:
    import numpy as np


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
    made = normal(mean, second, shared, loudest, min(s.width for s, _ in parts), max(s.positions for s, _ in parts))
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
