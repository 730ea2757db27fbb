"""Objects of a configuration as Keras stores them, and the ways to put one into a real file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.hostile import base
from tests.hostile.base import Config
from tests.hostile.payloads import LAMBDA


def function(name: str, module: str, registered: str | None = None) -> Config:
    return {"class_name": "function", "module": module, "config": name, "registered_name": registered or name}


def built(class_name: str, module: str = "keras.layers", **config: Any) -> Config:
    return {"module": module, "class_name": class_name, "config": {"name": "extra", **config}}


def setting(key: str, value: Any) -> Callable[[], bytes]:
    return lambda: base.with_config(base.hidden(lambda config: config.update({key: value})))


def adding(stored: Config) -> Callable[[], bytes]:
    return lambda: base.with_config(base.added(stored))


def compiled(key: str, value: Any) -> Callable[[], bytes]:
    return lambda: base.with_config(lambda config: config["compile_config"].update({key: value}))


def text(change: Callable[[str], str]) -> Callable[[], bytes]:
    return lambda: base.with_config_text(change)


RESCALING = built("Rescaling", scale=1.0, offset=0.0)
INNER = {
    "module": "keras",
    "class_name": "Sequential",
    "registered_name": "Sequential",
    "config": {"name": "extra", "layers": [built("Lambda", function=LAMBDA)]},
}


def building(value: Any) -> Callable[[], bytes]:
    """The hidden layer's build_config."""
    return lambda: base.with_config(lambda config: base.layer(config, "hidden").update(build_config=value))


def named(name: str) -> Callable[[], bytes]:
    """A further layer of that name."""
    return adding({**RESCALING, "config": {**RESCALING["config"], "name": name}})


def encoded(encoding: str) -> Callable[[], bytes]:
    """The configuration in another encoding."""

    def make() -> bytes:
        found = base.members(base.keras_file())
        return base.archive({**found, "config.json": found["config.json"].decode().encode(encoding)})

    return make


def with_seed(number: str) -> Callable[[str], str]:
    """A change of JSON text: a number, spelled as given."""
    return lambda json_text: json_text.replace('"activation": "relu"', f'"activation": "relu", "seed_": {number}', 1)


def training(key: str, value: Any) -> Callable[[], bytes]:
    """The training configuration of the `.h5` file."""

    def edit(file: Any) -> None:
        stored = json.loads(file.attrs["training_config"])
        file.attrs["training_config"] = json.dumps({**stored, key: value})

    return lambda: base.with_h5(edit)
