"""Models of the rules' examples as files that Keras itself could have written, and what Keras says of them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from linter import build
from linter.build import Built, fresh, trained
from linter.write import keras_archive

Array = np.ndarray[Any, Any]


def stored(built: Built, folder: Path, suffix: str = ".keras", *, drawn: str = "trained") -> Path:
    """Write a model; what it holds no values for is drawn as if trained, or as a fresh start."""
    path = folder / "model.keras"
    path.write_bytes(keras_archive((fresh if drawn == "fresh" else trained)(built)))
    return path if suffix == ".keras" else as_legacy(path)


def as_legacy(path: Path) -> Path:
    """Let Keras write the same model as HDF5."""
    legacy = path.with_suffix(".h5")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras.saving.load_model(path).save(legacy)
    return legacy


def made(text: str) -> Built:
    """The model of one line."""
    built = eval(text, vars(build))
    assert isinstance(built, Built)
    return built


def loaded(path: Path) -> keras.Model:
    """The model as Keras itself loads it, whatever it says of the optimizer's state."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return keras.saving.load_model(path)


def apart(one: Path, two: Path) -> float:
    """How far two files' outputs are from each other, on inputs of the test's own, as Keras runs them."""
    old, new = loaded(one), loaded(two)
    random = np.random.default_rng(7)
    given = [random.uniform(-2, 2, (16, *(s or 7 for s in t.shape[1:]))).astype("float32") for t in old.inputs]
    first, second = (_outputs(model, given) for model in (old, new))
    return max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-12)) for a, b in zip(first, second, strict=True))


def _outputs(model: keras.Model, given: list[Array]) -> list[Array]:
    found = model.predict_on_batch(given if len(given) > 1 else given[0])
    return [np.asarray(item, dtype=np.float64) for item in (found if isinstance(found, list) else [found])]
