"""Models whose dead units are known, because they were put there; and models that are sparse and alive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
from keras import layers as L

WIDTHS = {"conv": 6, "after": 5, "nested/inner": 7, "shared": 5, "dense": 8}
"""Units of each layer with a rectifier: a convolution, one after BatchNormalization, a nested one, one called twice."""
SHAPE = (6, 6, 2)
NONE: Mapping[str, Iterable[int]] = {}


def build(seed: int) -> Any:
    """Return the model with random weights."""
    keras.utils.set_random_seed(seed)
    given = keras.Input(SHAPE, name="given")
    x = L.Conv2D(WIDTHS["conv"], 3, activation="relu", name="conv")(given)
    x = L.Concatenate(name="around")([x, L.Cropping2D(1)(given)])  # what each layer sees besides, so that no
    x = L.Conv2D(WIDTHS["after"], 2, use_bias=False, name="plain")(x)  # sparse layer starves the next
    x = L.ReLU(name="after")(L.BatchNormalization(name="norm")(x))
    raw = L.Flatten()(given)
    x = L.Concatenate(name="flat")([L.Flatten()(x), raw])
    inner_input = keras.Input((x.shape[-1],), name="inner_input")
    inner = L.Dense(WIDTHS["nested/inner"], activation="relu", name="inner")
    nested = keras.Model(inner_input, inner(inner_input), name="nested")(x)
    shared = L.Dense(WIDTHS["shared"], activation="relu", name="shared")
    seen = L.Concatenate(name="beside")([nested, raw])
    both = [shared(L.Dense(4, name=f"branch_{side}")(seen)) for side in ("left", "right")]
    x = L.Concatenate(name="both")(both)
    x = L.Dense(WIDTHS["dense"], activation="relu", name="dense")(L.Concatenate(name="seen")([x, raw]))
    return keras.Model(given, L.Dense(1, name="head")(x), name="planted")


def owner(model: Any, layer: str) -> Any:
    """Return the layer at a path."""
    for name in layer.split("/"):
        model = model.get_layer(name)
    return model


def threshold(model: Any, layer: str) -> Any:
    """Return the variable that shifts a rectifier's input, one number a unit."""
    return model.get_layer("norm").beta if layer == "after" else owner(model, layer).bias


def plant(model: Any, data: Any, firing: int, dead: Mapping[str, Iterable[int]] = NONE) -> Any:
    """Shift every rectifier, layer by layer, so that each unit fires on `firing` of the samples, and those that are to
    be dead on none: they end so far down that nothing in reach makes them fire. Return the model.
    """
    for layer in WIDTHS:
        variable = threshold(model, layer)
        variable.assign(np.zeros(variable.shape))
        highest = np.max([_highest(before) for before in _inputs_of(model, layer, data)], axis=0)
        kth, next_lower = np.sort(highest, axis=0)[-firing], np.sort(highest, axis=0)[-firing - 1]
        shift = -(kth + next_lower) / 2
        shift[list(dead.get(layer, ()))] = -1e4
        variable.assign(shift)
    return model


def _highest(before: Any) -> Any:
    return before.reshape(len(before), -1, before.shape[-1]).max(axis=1)


def _inputs_of(model: Any, layer: str, data: Any) -> list[Any]:
    """Return what goes into a layer's rectifier, for each of its calls."""
    if layer == "after":
        return [_run(model, model.get_layer("norm").output, data)]
    found = owner(model, layer)
    if layer == "nested/inner":
        return [_run(model, model.get_layer("flat").output, data) @ np.asarray(found.kernel)]
    if layer == "shared":
        sides = [model.get_layer(f"branch_{side}").output for side in ("left", "right")]
        return [_run(model, side, data) @ np.asarray(found.kernel) for side in sides]
    if layer == "dense":
        return [_run(model, model.get_layer("seen").output, data) @ np.asarray(found.kernel)]
    found.activation = keras.activations.linear
    before = _run(model, found.output, data)
    found.activation = keras.activations.relu
    return [before]


def _run(model: Any, tensor: Any, data: Any) -> Any:
    return np.asarray(keras.Model(model.input, tensor)(data))
