"""Real files, written by Keras, that the attacks start from; and the tools that change one thing in them."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py

Config = dict[str, Any]


@cache
def keras_file() -> bytes:
    """A small functional model as `.keras`."""
    return _saved("model.keras")


@cache
def h5_file() -> bytes:
    """The same as legacy `.h5`."""
    return _saved("model.h5")


def _saved(name: str) -> bytes:
    import keras

    keras.utils.clear_session()
    x = keras.Input((4,), name="features")
    y = keras.layers.Dense(8, activation="relu", kernel_initializer="he_normal", name="hidden")(x)
    z = keras.layers.Dense(2, activation="softmax", name="classes")(y)
    model = keras.Model(x, z, name="small")
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.fit(*_data(), epochs=1, verbose=0)
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        model.save(path)
        return path.read_bytes()


def _data() -> tuple[Any, Any]:
    import numpy as np

    random = np.random.default_rng(0)
    return random.normal(size=(64, 4)), np.eye(2)[random.integers(0, 2, 64)]


def members(data: bytes) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(entries: dict[str, bytes] | list[tuple[Any, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of the given entries; names may be ZipInfo, and come twice."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", compression) as made:
        warnings.simplefilter("ignore")  # of names that come twice
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            made.writestr(name, content)
    return out.getvalue()


def with_config(change: Callable[[Config], None], data: bytes | None = None) -> bytes:
    """The `.keras` file with a changed configuration."""
    found = members(data or keras_file())
    config = json.loads(found["config.json"])
    change(config)
    return archive({**found, "config.json": json.dumps(config).encode()})


def with_config_text(change: Callable[[str], str]) -> bytes:
    """The `.keras` file with changed JSON text."""
    found = members(keras_file())
    return archive({**found, "config.json": change(found["config.json"].decode()).encode()})


def with_weights(change: Callable[[h5py.File], None]) -> bytes:
    """The `.keras` file with changed weights."""
    found = members(keras_file())
    return archive({**found, "model.weights.h5": _changed(found["model.weights.h5"], change)})


def with_h5(change: Callable[[h5py.File], None]) -> bytes:
    """The `.h5` file, changed."""
    return _changed(h5_file(), change)


def with_h5_config(change: Callable[[Config], None]) -> bytes:
    """The `.h5` file with a changed configuration."""

    def edit(file: h5py.File) -> None:
        config = json.loads(file.attrs["model_config"])
        change(config)
        file.attrs["model_config"] = json.dumps(config)

    return with_h5(edit)


def _changed(data: bytes, change: Callable[[h5py.File], None]) -> bytes:
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def layer(config: Config, name: str) -> Config:
    """A layer of a functional configuration by name."""
    return next(item for item in config["config"]["layers"] if item["config"]["name"] == name)


def hidden(change: Callable[[Config], None]) -> Callable[[Config], None]:
    """A change of the hidden layer's configuration."""
    return lambda config: change(layer(config, "hidden")["config"])


def added(stored: Config, into: str = "classes") -> Callable[[Config], None]:
    """A layer put between the hidden layer and the output."""

    def change(config: Config) -> None:
        text = json.dumps(layer(config, into)["inbound_nodes"])
        made = {"registered_name": None, **stored, "inbound_nodes": json.loads(text), "name": stored["config"]["name"]}
        layer(config, into)["inbound_nodes"] = json.loads(
            text.replace('"hidden"', json.dumps(stored["config"]["name"]))
        )
        config["config"]["layers"].insert(-1, made)

    return change
