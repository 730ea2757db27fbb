"""Stored weights -> a layer of the user's own, of whose variables no roles are known.

A `.keras` file keeps them by the attributes that hold them ("ffn/layers/dense_1/0"), as it was walked when it was
saved; an `.h5` file keeps them in order, those that are trained first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import keras

from linter.graph import Weight
from linter.live.assign import array_of
from linter.read.normalise.values import snake

UNFIT = "the stored ones do not fit the class"


def fill(layer: keras.Layer, weights: Mapping[str, Weight]) -> list[str]:
    """Put stored values into a built layer, or an RNN's cell, all into all variables; return what is wrong."""
    if type(layer) is keras.layers.RNN:
        layer = layer.cell
    variables = [
        variable
        for variable in (*layer.trainable_weights, *layer.non_trainable_weights)
        if "seed_generator" not in variable.path
    ]
    if len(weights) != len(variables):
        return [UNFIT]
    try:
        if all(name.rpartition("/")[2].isdecimal() for name in weights):
            _by_parts(layer, weights)
        else:
            _in_order(variables, weights)
    except (AttributeError, LookupError, TypeError, ValueError):  # as of a part that is not there, or of another shape
        return [UNFIT]
    return []


def _by_parts(layer: keras.Layer, weights: Mapping[str, Weight]) -> None:
    """Let each part take what is stored under its place, in the part's own way."""
    stores: dict[str, dict[str, Any]] = {}
    for name, weight in weights.items():
        place, _, number = name.rpartition("/")
        stores.setdefault(place, {})[number] = array_of(weight)
    for place, store in stores.items():
        _part(layer, place).load_own_variables(store)


def _in_order(variables: Iterable[Any], weights: Mapping[str, Weight]) -> None:
    for variable, weight in zip(variables, weights.values(), strict=True):
        if tuple(variable.shape) != tuple(weight.shape):
            raise ValueError(f"{variable.path} has shape {variable.shape}, what is stored {weight.shape}")
        variable.assign(array_of(weight))


def _part(layer: keras.Layer, place: str) -> Any:
    """Return what stands at a place below a layer; raises AttributeError or LookupError where there is nothing."""
    part: Any = layer
    for step in filter(None, place.split("/")):
        part = _listed(part)[step] if isinstance(part, list | tuple | dict) else getattr(part, step)
    return part


def _listed(container: Any) -> dict[str, Any]:
    """Return what a container holds by the names that Keras gives when it saves: "dense", "dense_1"."""
    found: dict[str, Any] = {}
    counts: Counter[str] = Counter()
    for item in container.values() if isinstance(container, dict) else container:
        name = "container" if isinstance(item, list | tuple | dict) else snake(type(item).__name__)
        found[f"{name}_{counts[name]}" if counts[name] else name] = item
        counts[name] += 1
    return found
