"""Two models side by side: layers that came, went or changed, and how far the weights have moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any

from linter.graph import Activation, Initializer, ModelGraph, Node, Weight

if TYPE_CHECKING:
    import numpy as np


POLICIES = frozenset(("DTypePolicy", "Policy"))


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
    """Return the first node of each layer; an activation that was split off from it is among its settings again."""
    first: dict[str, Node] = {}
    for node in graph.nodes:
        layer = first.setdefault(node.layer, node)
        if layer is not node and node.activation is not None and "activation" in layer.config:
            first[node.layer] = replace(layer, config={**layer.config, "activation": node.activation})
    return first


def _settings(old: Node, new: Node) -> tuple[str, ...]:
    if old.op != new.op:
        return (f"{old.op} is now {new.op}",)
    keys = sorted((set(old.config) & set(new.config)) - {"name"})  # what one version alone stores is no change
    pairs = ((key, old.config[key], new.config[key]) for key in keys)
    told = (f"{key}: {_told(a)} -> {_told(b)}" for key, a, b in pairs if _meaning(a) != _meaning(b))
    return tuple(text if len(text) <= 160 else f"{text[:157]}..." for text in told)


def _meaning(setting: Any) -> Any:
    """Return what a setting says, without what versions of Keras write in different ways."""
    if isinstance(setting, Initializer | Activation):
        kind = setting.kind if isinstance(setting, Initializer) else setting.name
        return setting.spelling if kind == "unknown" else kind, dict(setting.parameters)
    if isinstance(setting, Mapping) and isinstance(setting.get("class_name"), str):
        config = setting.get("config")
        return _policy(setting) or (setting["class_name"].rpartition(">")[2], _meaning(config))
    if isinstance(setting, Mapping):
        return {key: _meaning(value) for key, value in setting.items()}
    return [_meaning(value) for value in setting] if isinstance(setting, list | tuple) else setting


def _told(setting: Any) -> str:
    """Return a setting as a reader would write it: an object as a call of its class."""
    if not isinstance(setting, Mapping) or not isinstance(setting.get("class_name"), str):
        return str(setting)
    config = setting.get("config")
    arguments = config.items() if isinstance(config, Mapping) else ()
    called = f"{setting['class_name']}({', '.join(f'{key}={_told(value)}' for key, value in arguments)})"
    return _policy(setting) or called


def _policy(setting: Mapping[str, Any]) -> str:
    """Return the name of a dtype policy that is stored as an object, "" for what is none or has no name."""
    config = setting.get("config")
    name = config.get("name") if isinstance(config, Mapping) and setting.get("class_name") in POLICIES else None
    return name if isinstance(name, str) else ""


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
