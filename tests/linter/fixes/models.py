"""Models of one line as files that Keras itself writes, and what Keras says of the files that fix writes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from linter import build
from linter.build import Built, fresh, trained
from linter.live.rebuild import rebuild

Array = np.ndarray[Any, Any]


def made(text: str) -> Built:
    """The model of one line."""
    built = eval(text, vars(build))
    assert isinstance(built, Built)
    return built


def stored(built: Built, folder: Path, suffix: str = ".keras", *, drawn: str = "trained") -> Path:
    """Let Keras write a model; what it holds no values for is drawn as if trained, or as a fresh start."""
    full = (fresh if drawn == "fresh" else trained)(built)
    model = _model(full)
    if full.compiled:
        model.compile(loss=_loss(full.compiled["loss"]), optimizer="adam")
    path = folder / f"model{suffix}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # HDF5 is a legacy format
        model.save(path)
    return path


def _model(full: Built) -> keras.Model:
    """A chain as Keras reads it; a graph, in which `linter.build` states no shapes, layer by layer."""
    if full.config["class_name"] != "Sequential":
        return rebuild(full.graph(), fused=True).model
    model = keras.saving.deserialize_keras_object(dict(full.config))
    for path, values in full.values.items():
        _fill(_layer(model, path.split("/")), values)
    return model


def _loss(given: Any) -> Any:
    return keras.losses.get(given) if isinstance(given, Mapping) else given


def _layer(model: Any, path: list[str]) -> Any:
    for name in path:
        found = next((layer for layer in getattr(model, "layers", ()) if layer.name == name), None)
        model = found or getattr(model, name if name.endswith("_layer") else "layer")
    return model


def _fill(layer: Any, values: Mapping[str, Array]) -> None:
    for variable in layer.weights:
        if variable.name in values:
            variable.assign(values[variable.name])


def loaded(path: Path) -> keras.Model:
    """The model as Keras itself loads it, whatever it says of the optimizer's state."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return keras.saving.load_model(path, compile=path.suffix == ".keras")  # HDF5 knows no loss called mse


def apart(one: Path, two: Path) -> float:
    """How far two files' outputs are from each other, on inputs of the test's own, as Keras runs them."""
    old, new = loaded(one), loaded(two)
    random = np.random.default_rng(7)
    given = [random.uniform(-2, 2, (16, *(s or 7 for s in t.shape[1:]))).astype("float32") for t in old.inputs]
    first, second = (_outputs(model, given) for model in (old, new))
    return max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-12)) for a, b in zip(first, second, strict=True))


def _outputs(model: keras.Model, given: list[Array]) -> list[Array]:
    found = model(given if len(given) > 1 else given[0], training=False)
    return [np.asarray(item, dtype=np.float64) for item in (found if isinstance(found, list) else [found])]
