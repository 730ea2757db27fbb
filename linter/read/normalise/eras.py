"""Names that meant something else in the Keras that wrote the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from linter.graph import Activation, Node

OLD_HARD_SIGMOID = {"slope": 0.2, "offset": 0.5}
"""Of Keras 1 and 2; Keras 3 has slope 1/6."""


def as_written(node: Node, version: str) -> Node:
    """Return `node` with activations as the Keras of `version` computed them."""
    if not version.startswith(("1.", "2.")):
        return node
    config = {key: _activation(value) for key, value in node.config.items()}
    return replace(node, config=config, activation=_activation(node.activation))


def _activation(value: Any) -> Any:
    if isinstance(value, Activation) and value.name == "hard_sigmoid" and not value.parameters:
        return replace(value, parameters=OLD_HARD_SIGMOID)
    return value
