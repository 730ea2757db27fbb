"""A model's configuration as a tree, in Keras 3 terms, before it is flattened: the meeting point of all dialects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from linter.graph import Activation, Shape


class TensorRef(NamedTuple):
    """Output `tensor` of the `call`-th call of layer `layer`, given as `argument` ("" for the first)."""

    layer: str
    call: int = 0
    tensor: int = 0
    argument: str = ""
    shape: Shape | None = None
    """Where it is stored with the reference (Keras 3)."""


class Call(NamedTuple):
    """One call of a layer: its tensors, and the plain values among its arguments."""

    tensors: tuple[TensorRef, ...]
    constants: Mapping[str, Any] = MappingProxyType({})
    history: bool = False
    """Written by Keras 3 (`keras_history`)."""


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer of one model."""

    name: str
    op: str
    """Canonical Keras 3 class name, "Model" for a nested model, "Unknown" for code that is not Keras's own."""
    class_name: str
    config: Mapping[str, Any]
    """Keras 3 names; activations, initializers and the like already translated."""
    calls: tuple[Call, ...] = ()
    pointer: str = ""
    activation: Activation | None = None
    """For op "Activation", and the fused one of Dense, Conv..., None where there is none or it is linear."""
    activation_layer: LayerSpec | None = None
    """The layer that was given as `activation=`, when it was one."""
    inner: ModelSpec | None = None
    parts: Mapping[str, LayerSpec] = field(default_factory=dict)
    """What a wrapper holds: layer, cell, forward_layer, backward_layer, cells in order as cell0, cell1 ..."""
    build_shape: Shape | None = None
    dtype: str = "float32"
    module: str | None = None
    problem: str = ""
    """Why the configuration makes no layer; then `op` is "Unknown"."""
    repeated: bool = False
    """The same object as a layer of this name and class that was listed before, in another model."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A Sequential or functional model; a subclassed one has no layers and `opaque` says so."""

    name: str
    class_name: str
    layers: tuple[LayerSpec, ...] = ()
    inputs: tuple[TensorRef, ...] = ()
    outputs: tuple[TensorRef, ...] = ()
    output_names: tuple[str, ...] = ()
    """Keys under which a compiled loss finds the outputs: those of a dict, or the names of the layers."""
    sequential: bool = False
    opaque: str = ""
    pointer: str = ""
    build_shape: Shape | None = None
