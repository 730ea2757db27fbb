"""The user's own classes, admitted by --import: made from their stored configuration, filled in stored order."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from linter.graph import ModelGraph, Node
from linter.live.assign import array_of
from linter.live.construct import CannotRebuildError


def admitted(modules: Sequence[str]) -> dict[str, type[keras.Layer]]:
    """Import modules of the user's and return their layer classes by name.

    Raises ValueError where one cannot be imported.
    """
    found: dict[str, type[keras.Layer]] = {}
    for name in modules:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            raise ValueError(f"--import {name}: {error}") from None
        found |= {
            key: value
            for key, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, keras.Layer)
        }
    return found


def made(cls: type[keras.Layer], node: Node, graph: ModelGraph) -> keras.Layer:
    """Return the layer from its stored configuration."""
    stored = stored_config(node, graph)
    return cls.from_config(dict(stored))


def stored_config(node: Node, graph: ModelGraph) -> Mapping[str, Any]:
    """Return a node's configuration as it stands in the file; raises CannotRebuildError where it does not."""
    for name in ("config.json", "model_config"):
        item: Any = graph.documents.get(name)
        for step in node.pointer.strip("/").split("/"):
            item = (
                item[int(step)]
                if isinstance(item, list) and step.isdecimal()
                else item.get(step)
                if isinstance(item, Mapping)
                else None
            )
        if isinstance(item, Mapping) and isinstance(item.get("config"), Mapping):
            return dict(item["config"])
    raise CannotRebuildError(f"the configuration of {node.layer!r} is not stored")


def filled(layer: keras.Layer, node: Node) -> list[str]:
    """Put stored values into the layer's variables, in the order in which they are stored; return what is wrong."""
    values = [array_of(weight) for weight in node.weights.values()]
    variables = [variable for variable in layer.weights if "seed_generator" not in variable.path]
    if [tuple(value.shape) for value in values] != [tuple(variable.shape) for variable in variables]:
        return ["the stored ones do not fit the class"]
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return []
