"""Layers that are one object in several models of a file: stored once, or as often as they occur; bound to the first
place."""

from __future__ import annotations

from collections.abc import Iterator

from linter.read.bound import Bound
from linter.read.normalise.spec import LayerSpec, ModelSpec


def share(spec: ModelSpec, bound: Bound) -> None:
    """Give every repeated layer the weights of its first occurrence."""
    first: dict[tuple[str, str], str] = {}
    for layer, path in _layers(spec, ""):
        origin = first.setdefault((layer.name, layer.class_name), path)
        if not layer.repeated or origin == path:
            continue
        for place in [p for p in bound.weights if p == origin or p.startswith((f"{origin}/", f"{origin}."))]:
            bound.weights[path + place[len(origin) :]] = dict(bound.weights[place])


def _layers(spec: ModelSpec, prefix: str) -> Iterator[tuple[LayerSpec, str]]:
    for layer in spec.layers:
        yield layer, f"{prefix}{layer.name}"
        if layer.inner is not None:
            yield from _layers(layer.inner, f"{prefix}{layer.name}/")
