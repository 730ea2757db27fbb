"""How a layer is called on its tensors: which go by place, which by name, and what wraps it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import keras

from linter.graph import Edge, Node
from linter.live.construct import CannotRebuildError, is_plain
from linter.read.normalise.names import MERGES

TensorOf = Callable[[Edge], Any]
FLAGS = frozenset(["use_causal_mask", "return_attention_scores", "reverse"])
"""Arguments of a call that are no tensors and change what is computed."""
OWN = frozenset(["Unknown", "Lambda"])
PLACE_DIGITS = 3
"""A number as long as this is no place among a call's arguments."""
ONE_LIST = MERGES | {"Attention", "AdditiveAttention"}
"""Layers that take their tensors as one list."""


def call(node: Node, layer: keras.Layer, tensor_of: TensorOf) -> Any:
    """Call a layer on its tensors, each under the argument it was given as."""
    if node.op in OWN:
        return _as_stored(node, layer, tensor_of)
    plain, named = arguments(node, layer, tensor_of)
    constants = node.config.get("call", {})
    flags = {key: value for key, value in constants.items() if key in FLAGS and isinstance(value, bool)}
    if node.op in ONE_LIST:
        return layer(plain, **named, **flags)
    if node.op in ("LSTM", "GRU", "SimpleRNN") and len(plain) > 1:  # Keras 2 gives the states beside the input
        return layer(plain[0], initial_state=plain[1:], **named)
    return layer(*plain, **named, **flags)


def _as_stored(node: Node, layer: keras.Layer, tensor_of: TensorOf) -> Any:
    """Call code of the user's with all that the file has: tensors under one argument are a list, the rest constants.

    Raises CannotRebuildError for a constant that is no plain value.
    """
    tensors: dict[str, list[Any]] = {}
    for edge in node.inputs:
        tensors.setdefault(edge.argument or "0", []).append(tensor_of(edge))
    given: dict[str, Any] = {key: found if len(found) > 1 else found[0] for key, found in tensors.items()}
    for key, value in node.config.get("call", {}).items():
        if not is_plain(value):
            raise CannotRebuildError(f"argument {key!r} of its call is no plain value")
        given.setdefault(key, value)
    places = [int(key) for key in given if key.isdecimal() and len(key) < PLACE_DIGITS]
    plain = [given.pop(str(place), None) for place in range(1 + max(places, default=-1))]
    return layer(*plain, **given)


def arguments(node: Node, layer: keras.Layer, tensor_of: TensorOf) -> tuple[list[Any], dict[str, Any]]:
    """Return the tensors in their order, and those that go by name: a list where the argument is one."""
    plain: list[Any] = []
    named: dict[str, list[Any]] = {}
    for edge in node.inputs:
        if edge.argument and not edge.argument.isdecimal():
            named.setdefault(edge.argument, []).append(tensor_of(edge))
        else:
            plain.append(tensor_of(edge))
    known = inspect.signature(layer.call).parameters
    return plain, {key: _one_or_all(key, found) for key, found in named.items() if key in known}


def _one_or_all(argument: str, found: list[Any]) -> Any:
    return found if argument == "initial_state" or len(found) > 1 else found[0]


def each(layer: keras.Layer, names: Sequence[str]) -> keras.Layer:
    """Return the layer as it is applied to each step of a sequence, once for every such wrapper: their names."""
    for name in names:
        layer = keras.layers.TimeDistributed(layer, name=name)
    return layer


def inner(layer: keras.Layer) -> keras.Layer:
    """Return the layer that holds the weights."""
    while isinstance(layer, keras.layers.TimeDistributed):
        layer = layer.layer
    return layer
