"""What pooling, padding and resizing do to the signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from linter.activations import TABLE
from linter.analysis import quadrature
from linter.analysis.kernels import window
from linter.analysis.signal_affine import LARGEST, axes, meets, positions_of
from linter.analysis.signal_state import State
from linter.graph import Node, Shape

if TYPE_CHECKING:
    import numpy as np


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
