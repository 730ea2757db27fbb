"""Which activations a model has, by path, and how each is to be tapped. It looks at the model only; it runs nothing.

A site is one activation: fused into a layer (`Dense(activation="relu")`), a layer of its own (`ReLU`, `PReLU`, those of
keras_act), an operation of a functional model (`keras.ops.relu(x)`), or a simple recurrent layer's state.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeGuard

import keras

from keras_act.layers._base import ActivationLayer

STANDALONE = (
    keras.layers.Activation,
    keras.layers.ELU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ReLU,
    ActivationLayer,
)
OPERATIONS = frozenset(  # names of keras.ops without underscores, which are their classes' in lower case
    name.replace("_", "")
    for name in (
        *("celu", "elu", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "log_sigmoid"),
        *("relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softplus", "softsign", "sparse_plus"),
        *("sparse_sigmoid", "squareplus", "tanh", "tanh_shrink", "threshold"),
    )
)
NORMALISERS = (keras.activations.softmax, keras.activations.log_softmax, keras.activations.sparsemax)
SHARED = "its units share one sum: none can fall silent alone"


class Kind(Enum):
    """How a site is tapped."""

    FUSED = "input and output of the owner's `activation`"
    CALL = "input and output of the owner's call"
    DISTRIBUTED = "a TimeDistributed layer with `activation` in it, run linearly and activated afterwards"
    STATE = "output of the owner's call: the activation runs inside a loop"


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One activation of a model.

    Attributes:
        name: Path in the model, as `encoder/dense_1`.
        owner: The layer or operation.
        kind: How it is tapped.
        function: What the site computes from its input.
        axis: The unit axis, or None: the last, or per `data_format` of the model's convolutions of equal rank.
    """

    name: str
    owner: Any
    kind: Kind
    function: Callable[[Any], Any]
    axis: int | None = None


@dataclass(slots=True)
class Sites:
    """All sites of a model, what was left out and why, loops that hold sites, and the data format per tensor rank."""

    found: list[Site] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    loops: list[Any] = field(default_factory=list)
    channels_first: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)

    def key(self) -> tuple[Any, ...]:
        """Changes when the model's activations do."""
        return tuple((site.name, id(site.owner), id(getattr(site.owner, "activation", None))) for site in self.found)


def sites(model: Any) -> Sites:
    """All activations of a Keras model, each once however often it is called, in the model's order."""
    result = Sites()
    for name, operation in _walk(model, "", result.seen):
        _visit(name, operation, result)
    return result


def _walk(owner: Any, prefix: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Path and operation of everything below `owner`, parents first; below recurrent layers nothing."""
    seen.add(id(owner))
    for child in children(owner):
        if id(child) in seen:
            continue
        seen.add(id(child))
        name = f"{prefix}{child.name}"
        yield name, child
        if isinstance(child, keras.layers.Layer) and not isinstance(child, keras.layers.RNN):
            if callable(hosted := getattr(child, "activation", None)):
                seen.add(id(hosted))
            yield from _walk(child, f"{name}/", seen)


def children(owner: Any) -> list[Any]:
    """Direct sublayers, for a functional model also its operations that are no layers."""
    functional = getattr(owner, "_functional", None) or owner
    if hasattr(functional, "operations"):
        return list(functional.operations)
    return list(owner._flatten_layers(include_self=False, recursive=False))


def _visit(name: str, owner: Any, result: Sites) -> None:
    if getattr(owner, "data_format", None) == "channels_first" and hasattr(owner, "rank"):
        result.channels_first.add(owner.rank + 2)
    if isinstance(owner, keras.layers.TimeDistributed):
        _visit_loop(name, owner, result)
    elif isinstance(owner, keras.layers.RNN):
        _visit_recurrent(name, owner, result)
    elif isinstance(owner, keras.layers.Softmax) or getattr(owner, "activation", None) in NORMALISERS:
        result.skipped[name] = SHARED
    elif isinstance(owner, STANDALONE):
        _visit_standalone(name, owner, result)
    elif isinstance(owner, keras.layers.Layer):
        if _is_active(hosted := getattr(owner, "activation", None)):
            axis = 1 if getattr(owner, "data_format", None) == "channels_first" else -1
            result.found.append(Site(name, owner, Kind.FUSED, hosted, axis))
    elif type(owner).__name__.lower() in OPERATIONS:
        result.found.append(Site(name, owner, Kind.CALL, owner.call))


def _visit_standalone(name: str, layer: Any, result: Sites) -> None:
    if _is_active(getattr(layer, "activation", layer)):
        axis = getattr(layer, "axis", None)
        result.found.append(Site(name, layer, Kind.CALL, layer.call, axis))


def _visit_loop(name: str, layer: Any, result: Sites) -> None:
    """A single layer inside TimeDistributed is tapped outside its loop; a whole model needs a fixed length."""
    inner, hosted = layer.layer, getattr(layer.layer, "activation", None)
    if isinstance(inner, keras.layers.RNN) or [child for child in children(inner) if child is not hosted]:
        result.loops.append(layer)
        return
    result.seen.add(id(inner))
    if isinstance(inner, STANDALONE):
        if _is_active(getattr(inner, "activation", inner)):
            result.found.append(Site(name, layer, Kind.CALL, inner.call))
    elif hosted in NORMALISERS:
        result.skipped[name] = SHARED
    elif _is_active(hosted):
        result.found.append(Site(name, layer, Kind.DISTRIBUTED, hosted))


def _visit_recurrent(name: str, layer: Any, result: Sites) -> None:
    if isinstance(layer, keras.layers.SimpleRNN):
        if _is_active(layer.activation):
            result.found.append(Site(name, layer, Kind.STATE, layer.activation, -1))
    else:
        result.skipped[name] = "its activations run inside a recurrent loop"


def _is_active(function: Any) -> TypeGuard[Callable[[Any], Any]]:
    return callable(function) and function is not keras.activations.linear
