"""Stored weights -> the variables of a rebuilt layer, by role and checked for shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import keras
import numpy as np

from linter.graph import Weight

PARTS = {"query": "query_", "key": "key_", "value": "value_", "attention_output": "output_"}
"""Inner layers of attention, whose variables have roles of their own."""


def assign(layer: keras.Layer, weights: Mapping[str, Weight]) -> list[str]:
    """Put stored values into a built layer; return what is wrong: variables without a stored value.

    Or with one of another shape.
    """
    wrong = []
    for role, variable in _variables(layer):
        weight = weights.get(role)
        if weight is None:
            wrong.append(f"{role} is not in the file")
        elif prod(weight.shape) != prod(variable.shape):
            wrong.append(f"{role} is {tuple(weight.shape)}, expected {tuple(variable.shape)}")
        else:
            variable.assign(array_of(weight).reshape(variable.shape))
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()
    return wrong


def array_of(weight: Weight) -> np.ndarray[Any, Any]:
    """Return a weight whole, in its stored precision."""
    pieces = [np.array(piece) for piece in weight.chunks()]
    return np.concatenate(pieces).reshape(weight.shape) if pieces else np.zeros(weight.shape, np.float32)


def _variables(layer: keras.Layer) -> Iterator[tuple[str, Any]]:
    for variable in layer.weights:
        parts = variable.path.split("/")
        if "seed_generator" in variable.path:
            continue
        prefix = PARTS.get(parts[-2], "") if len(parts) > 2 else ""
        yield prefix + variable.name, variable
