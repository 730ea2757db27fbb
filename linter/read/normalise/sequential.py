"""Sequential models: the edges and the input that their configuration only implies, and shapes as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from linter.graph import Shape
from linter.read.normalise.spec import Call, LayerSpec, ModelSpec, TensorRef


def chained(spec: ModelSpec) -> ModelSpec:
    """Give the layers of a Sequential model their edges, and an input where it is only implied."""
    layers = list(spec.layers)
    if layers and layers[0].op != "InputLayer":
        shape = stated_shape(layers[0].config.get("batch_shape")) or _inner_shape(layers[0]) or spec.build_shape
        config = {"batch_shape": list(shape) if shape else None, "dtype": layers[0].config.get("dtype")}
        layers.insert(0, LayerSpec(f"{layers[0].name}_input", "InputLayer", "", config, (Call(()),), spec.pointer))
    linked = [replace(layer, calls=(Call((TensorRef(before.name),)),)) for before, layer in pairwise(layers)]
    if not linked:
        return replace(spec, layers=tuple(layers))
    ends = (TensorRef(layers[0].name),), (TensorRef(layers[-1].name),)
    every = (replace(layers[0], calls=(Call(()),)), *linked)
    return replace(spec, layers=every, inputs=ends[0], outputs=ends[1], output_names=(layers[-1].name,))


def _inner_shape(layer: LayerSpec) -> Shape | None:
    """The input shape that the first layer of a nested model declares."""
    if layer.inner is None or not layer.inner.layers:
        return None
    return stated_shape(layer.inner.layers[0].config.get("batch_shape"))


def build_shape(stored: Mapping[str, Any]) -> Shape | None:
    """Return the shape that a layer was built on, where Keras 3 stored it."""
    build = stored.get("build_config")
    return stated_shape(build.get("input_shape")) if isinstance(build, Mapping) else None


def stated_shape(value: Any) -> Shape | None:
    """Return a shape whose every entry is a size or None."""
    if isinstance(value, Mapping):
        value = value.get("items", value.get("config"))
    if not isinstance(value, list | tuple) or not value:
        return None
    if not all(size is None or (isinstance(size, int) and not isinstance(size, bool)) for size in value):
        return None
    return tuple(value)
