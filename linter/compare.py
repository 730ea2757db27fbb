"""Two models side by side: layers that came, went or changed, and how far the weights have moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from linter.graph import ModelGraph, Node, Weight

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Changed:
    """One layer that both models have: what of its configuration differs, or how far its weights have moved.

    moved: norm of the difference over the norm of the old values, over all weights of equal shape; None where there
    are none.
    """

    layer: str
    settings: tuple[str, ...]
    moved: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]


def compare(old: ModelGraph, new: ModelGraph) -> Comparison:
    """Return what differs between two graphs; layers are the same where their paths are."""
    before, after = _layers(old), _layers(new)
    both = [path for path in before if path in after]
    changed = [Changed(path, _settings(before[path], after[path]), _moved(before[path], after[path])) for path in both]
    return Comparison(
        added=tuple(path for path in after if path not in before),
        removed=tuple(path for path in before if path not in after),
        changed=tuple(item for item in changed if item.settings or item.moved),
    )


def _layers(graph: ModelGraph) -> dict[str, Node]:
    first: dict[str, Node] = {}
    for node in graph.nodes:
        first.setdefault(node.layer, node)
    return first


def _settings(old: Node, new: Node) -> tuple[str, ...]:
    if old.op != new.op:
        return (f"{old.op} is now {new.op}",)
    keys = sorted(
        (set(old.config) & set(new.config)) - {"name"}
    )  # what one version stores and the other not is no change
    told = (f"{key}: {old.config[key]} -> {new.config[key]}" for key in keys if old.config[key] != new.config[key])
    return tuple(text if len(text) <= 160 else f"{text[:157]}..." for text in told)


def _moved(old: Node, new: Node) -> float | None:
    squares = [_squares(old.weights[role], new.weights[role]) for role in old.weights if role in new.weights]
    known = [item for item in squares if item is not None]
    if not known:
        return None
    difference, size = map(sum, zip(*known, strict=True))
    return sqrt(difference / size) if size else sqrt(difference)


def _squares(old: Weight, new: Weight) -> tuple[float, float] | None:
    """Return the sums of squares of the difference and of the old values; None where the shapes differ."""
    import numpy as np

    if old.shape != new.shape:
        return None
    difference = size = 0.0
    for a, b in _pairs(old, new):
        one, two = a.astype(np.float64), b.astype(np.float64)
        difference += float(np.square(two - one).sum())
        size += float(np.square(one).sum())
    return difference, size


def _pairs(old: Weight, new: Weight) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield equal pieces of two tensors of one shape, whatever pieces they come in."""
    import numpy as np

    rest = np.empty(0)
    incoming = iter(new.chunks())
    for piece in old.chunks():
        held = np.array(piece)
        while rest.size < held.size:
            rest = np.concatenate([rest, np.array(next(incoming))])
        yield held, rest[: held.size]
        rest = rest[held.size :]
