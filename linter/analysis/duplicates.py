"""Units and kernels that are there twice, or not connected:
found from the first values on, read further only where they agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.analysis import kernels, statistics, topology
from linter.analysis.kernels import Kernel
from linter.graph import Node
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

LEAST = 16
"""Kernels of so few values may agree by chance or by design."""
DENSE = frozenset(("Dense", "Conv1D", "Conv2D", "Conv3D"))


def clones(model: Subject) -> tuple[tuple[str, ...], ...]:
    """Return groups of layers that hold equal kernels."""
    groups: dict[object, list[Kernel]] = {}
    for kernel in kernels.of(model):
        if kernel.weight is None or kernel.size <= LEAST:
            continue
        found = statistics.of(model, kernel.weight)
        if found.non_finite or found.constant:
            continue
        key = (kernel.shape, found.mean, found.second_moment, found.minimum, found.maximum)
        groups.setdefault(key, []).append(kernel)
    return tuple(group for items in groups.values() if len(items) > 1 for group in _equal(items))


def _equal(items: list[Kernel]) -> Iterator[tuple[str, ...]]:
    first, *others = items
    same = [other for other in others if _agree(first, other)]
    if same:
        yield (first.node.layer, *(kernel.node.layer for kernel in same))


def _agree(one: Kernel, two: Kernel) -> bool:
    import numpy as np

    assert one.weight is not None
    assert two.weight is not None
    if one.weight is two.weight:
        return False
    return all(np.array_equal(a, b) for a, b in zip(one.weight.chunks(), two.weight.chunks(), strict=True))


def twins(model: Subject) -> dict[str, tuple[tuple[int, ...], int]]:
    """Return, by layer, the units whose incoming weights and bias equal an earlier unit's, and the number of units."""
    return model.once("twins", lambda: _twins(model))


def _twins(model: Subject) -> dict[str, tuple[tuple[int, ...], int]]:
    out = {}
    for kernel in _plain(model):
        assert kernel.weight is not None
        groups = _groups(kernel, kernel.weight.shape[-1])
        copies = sorted(place for group in groups for place in group[1:])
        if copies:
            out[kernel.node.layer] = (tuple(copies), kernel.weight.shape[-1])
    return out


def _plain(model: Subject) -> Iterator[Kernel]:
    for kernel in kernels.of(model):
        if (
            kernel.weight is not None
            and kernel.role == "kernel"
            and kernel.node.op in DENSE
            and len(kernel.weight.shape) > 1
        ):
            yield kernel


def _groups(kernel: Kernel, columns: int) -> list[list[int]]:
    """Return groups of units with equal weights and bias, those without any weight left out."""
    import numpy as np

    assert kernel.weight is not None
    groups, live = [list(range(columns))], np.zeros(columns, dtype=bool)
    for piece in kernel.weight.chunks(columns):
        block = piece.reshape(-1, columns)
        for part in (block[:1], block[1:8], block[8:]):
            groups = _split(groups, part)
            if not groups:
                return []
            live |= (part != 0).any(axis=0)
    bias = kernel.node.weights.get("bias")
    if bias is not None and bias.shape == (columns,):
        groups = _split(groups, statistics.whole(bias)[None])
    return [group for group in groups if live[group[0]]]


def _split(groups: list[list[int]], rows: np.ndarray) -> list[list[int]]:
    """Return the groups parted where these rows differ; single units are dropped."""
    import numpy as np

    out: list[list[int]] = []
    for group in groups:
        if len(rows) == 1:  # one row sorts fast, and random values part here already
            values = rows[0, group]
            order = np.argsort(values, kind="stable")
            ordered = values[order]
            ends = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(group)]))
            runs = np.flatnonzero(np.diff(ends) > 1)
            out += [[group[i] for i in order[ends[run] : ends[run + 1]]] for run in runs]
            continue
        found: dict[bytes, list[int]] = {}
        for place in group:
            found.setdefault((rows[:, place] + 0.0).tobytes(), []).append(place)
        out += [places for places in found.values() if len(places) > 1]
    return out


def unconnected(model: Subject) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return, by layer, units without a weight that comes in,
    and units of which no weight of the next layer takes anything.
    """
    return model.once("unconnected", lambda: _unconnected(model))


def _unconnected(model: Subject) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    silent: dict[str, tuple[int, ...]] = {}
    unheard: dict[str, tuple[int, ...]] = {}
    for kernel in _plain(model):
        assert kernel.weight is not None
        columns = kernel.weight.shape[-1]
        empty = _empty_columns(kernel, columns)
        if 0 < len(empty) < columns:
            silent[kernel.node.layer] = empty
        source = _only_source(model, kernel.node)
        if source is not None:
            rows = _empty_rows(kernel)
            if 0 < len(rows) < kernel.weight.shape[-2]:
                unheard[source.layer] = rows
    return {layer: (silent.get(layer, ()), unheard.get(layer, ())) for layer in {**silent, **unheard}}


def _only_source(model: Subject, node: Node) -> Node | None:
    """Return the layer whose units are the rows of this kernel, where nothing else takes them."""
    top = topology.of(model)
    source = top.source(node)
    through = topology.DROPOUTS | topology.POOLING | {"Activation"}
    while source is not None and source.op in through and len(top.targets(source)) == 1:
        source = top.source(source)
    alone = source is not None and source.op in DENSE and len(top.targets(source)) == 1
    return source if alone and source is not None and node.config.get("groups", 1) == 1 else None


def _empty_columns(kernel: Kernel, columns: int) -> tuple[int, ...]:
    import numpy as np

    assert kernel.weight is not None
    empty = np.ones(columns, dtype=bool)
    for piece in kernel.weight.chunks(columns):
        block = piece.reshape(-1, columns)
        for part in (block[:8], block[8:]):
            empty[empty] = ~(part[:, empty] != 0).any(axis=0)
            if not empty.any():
                return ()
    return tuple(map(int, np.flatnonzero(empty)))


def _empty_rows(kernel: Kernel) -> tuple[int, ...]:
    """Return inputs of which every weight is zero, at every tap;
    looks at whole rows only where their first value is zero.
    """
    import numpy as np

    assert kernel.weight is not None
    rows, columns = kernel.weight.shape[-2:]
    empty, at = np.ones(rows, dtype=bool), 0
    for piece in kernel.weight.chunks(columns):
        block = piece.reshape(-1, columns)
        places = np.arange(at, at + len(block)) % rows
        at += len(block)
        first = np.flatnonzero(block[:, 0] == 0)
        filled = np.ones(len(block), dtype=bool)
        filled[first] = (block[first] != 0).any(axis=1)
        empty[places[filled]] = False
        if not empty.any():
            return ()
    return tuple(map(int, np.flatnonzero(empty)))
