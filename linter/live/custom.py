"""The user's own classes and functions, admitted by --import. Layers are made from their stored configuration."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from linter.graph import ModelGraph, Node
from linter.live.construct import CannotRebuildError, policy_of

HINT = " (--import MODULE admits your own classes and functions)"
KINDS = (keras.Layer, keras.Initializer, keras.Regularizer, keras.constraints.Constraint)
OF_AN_RNN = frozenset(
    ("name", "return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")
)
LIBRARIES = frozenset(("jax", "keras", "numpy", "tensorflow", "torch"))
"""Where functions come from that a module of the user's only imports: under their names files mean Keras's."""


def admitted(modules: Sequence[str]) -> dict[str, Any]:
    """Import modules of the user's and return by name what a model can need of them: classes and functions.

    Raises ValueError where one cannot be imported.
    """
    found: dict[str, Any] = {}
    for name in modules:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            raise ValueError(f"--import {name}: {error}") from None
        found |= {key: value for key, value in vars(module).items() if _is_wanted(value)}
    return found


def _is_wanted(value: Any) -> bool:
    if isinstance(value, type):
        return issubclass(value, KINDS)
    return inspect.isfunction(value) and value.__module__.partition(".")[0] not in LIBRARIES


def layer_class(name: str, own: Mapping[str, Any]) -> type[keras.Layer] | None:
    """Return the user's layer class of a stored class name, or None."""
    found = own.get(name.rpartition(">")[2])
    return found if isinstance(found, type) and issubclass(found, keras.Layer) else None


def named_lambda(node: Node, graph: ModelGraph, own: Mapping[str, Any], name: str) -> keras.Layer:
    """Return a Lambda of which the file has the function's name alone; raises CannotRebuildError for all others."""
    stored = stored_config(node, graph)
    function = stored.get("function")
    if isinstance(function, Mapping) and function.get("class_name") == "function":
        function = function.get("config")
    found = own.get(function) if isinstance(function, str) else None
    if not inspect.isfunction(found):
        raise CannotRebuildError("what it computes is not in the configuration")
    arguments = stored.get("arguments")
    given = dict(arguments) if isinstance(arguments, Mapping) else {}
    return keras.layers.Lambda(found, arguments=given, name=name, dtype=policy_of(node))


def made(cls: type[keras.Layer], node: Node, graph: ModelGraph) -> keras.Layer:
    """Return the layer from its stored configuration; for a cell, the RNN around it."""
    layer = cls.from_config(dict(stored_config(node, graph)))
    if node.wrappers != ("RNN", node.class_name):
        return layer
    around = _stored(node.layer, node.pointer.removesuffix("/config/cell"), graph)
    return keras.layers.RNN(layer, **{key: value for key, value in around.items() if key in OF_AN_RNN})


def stored_config(node: Node, graph: ModelGraph) -> Mapping[str, Any]:
    """Return a node's configuration as it stands in the file; raises CannotRebuildError where it does not."""
    return _stored(node.layer, node.pointer, graph)


def _stored(layer: str, pointer: str, graph: ModelGraph) -> Mapping[str, Any]:
    for name in ("config.json", "model_config"):
        item: Any = graph.documents.get(name)
        for step in pointer.strip("/").split("/"):
            item = (
                item[int(step)]
                if isinstance(item, list) and step.isdecimal()
                else item.get(step)
                if isinstance(item, Mapping)
                else None
            )
        if isinstance(item, Mapping) and isinstance(item.get("config"), Mapping):
            return dict(item["config"])
    raise CannotRebuildError(f"the configuration of {layer!r} is not stored")
