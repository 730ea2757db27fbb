"""Which call of a layer a reference means, and an order in which every call comes after those that feed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from linter.read.errors import UnreadableError
from linter.read.normalise.spec import Call, LayerSpec, ModelSpec, TensorRef

Key = tuple[str, int]


class Shifts(NamedTuple):
    """By how much references to a layer's calls are shifted.

    A functional model makes one call of its own while it is built, and that one is not stored. Keras 2 counts it in
    every reference,
    Keras 3 only in `output_layers`.
    """

    edges: Mapping[str, int]
    ends: Mapping[str, int]

    def source(self, ref: TensorRef) -> Key:
        """Return the call that an edge means."""
        return ref.layer, ref.call - self.edges.get(ref.layer, 0)

    def end(self, ref: TensorRef) -> Key:
        """Return the call that one of the model's outputs means."""
        return ref.layer, ref.call - self.ends.get(ref.layer, 0)


def shifts(spec: ModelSpec) -> Shifts:
    """Return the shifts that make the references of `spec` fit its calls."""
    counts = {layer.name: max(1, len(layer.calls)) for layer in spec.layers}
    edges = [ref for layer in spec.layers for call in layer.calls for ref in call.tensors]
    if not any(call.history for layer in spec.layers for call in layer.calls):
        shared = _beyond((*edges, *spec.outputs), counts)
        return Shifts(shared, shared)
    ends = _beyond(spec.outputs, counts)
    functional = {layer.name for layer in spec.layers if layer.inner is not None and not layer.inner.sequential}
    for name in functional & ends.keys():
        first = min(ref.call for ref in spec.outputs if ref.layer == name)
        ends[name] = max(ends[name], 1 if first else 0)
    return Shifts(_beyond(edges, counts), ends)


def _beyond(refs: Iterable[TensorRef], counts: Mapping[str, int]) -> dict[str, int]:
    """By how much the largest reference to each layer is past its last stored call."""
    out: dict[str, int] = {}
    for ref in refs:
        out[ref.layer] = max(out.get(ref.layer, 0), ref.call + 1 - counts.get(ref.layer, ref.call + 1))
    return out


def ordered(spec: ModelSpec, shift: Shifts) -> list[tuple[LayerSpec, int, Call]]:
    """Return every call of every layer, each after those that feed it; raises UnreadableError on a cycle or a
    missing source."""
    known = {layer.name for layer in spec.layers}
    waiting: dict[Key, set[Key]] = {}
    feeds: dict[Key, list[Key]] = {}
    found: dict[Key, tuple[LayerSpec, int, Call]] = {}
    for layer in spec.layers:
        for index, call in enumerate(layer.calls or (Call(()),)):
            for ref in call.tensors:
                if ref.layer not in known:
                    raise UnreadableError(
                        f"layer {layer.name!r} is fed by {ref.layer!r}, which the model does not have"
                    )
            key = (layer.name, index)
            found[key] = (layer, index, call)
            waiting[key] = {shift.source(ref) for ref in call.tensors}
            for source in waiting[key]:
                feeds.setdefault(source, []).append(key)
    order = _by_sources(waiting, feeds)
    if len(order) < len(found):
        stuck = sorted({name for (name, _), sources in waiting.items() if sources})[:3]
        raise UnreadableError(f"the graph has a cycle or a call that is never made, at {', '.join(map(repr, stuck))}")
    return [found[key] for key in order]


def _by_sources(waiting: dict[Key, set[Key]], feeds: Mapping[Key, list[Key]]) -> list[Key]:
    ready = [key for key, sources in waiting.items() if not sources]
    for key in ready:  # grows while it is walked
        for target in feeds.get(key, ()):
            waiting[target].discard(key)
            if not waiting[target]:
                ready.append(target)
    return ready
