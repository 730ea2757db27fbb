"""What a file names beside its layers and does not hold: activations, initializers, losses, metrics, optimizers.

Keras stores a function of the user's as its bare name ("my_relu", or "<lambda>"), an object of the user's as the name
of its class. Layers are told by their modules (`modules`), code that is in the file by its own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from linter.analysis import documents
from linter.analysis.documents import Stored
from linter.analysis.keras_names import is_keras
from linter.rule import Subject

TRAINING = "training_config"
ROLES = ("activation", "initializer", "regularizer", "constraint")
COMPILED = {"loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}
OPTIMIZER = ("optimizer", "optimizer_config")


class Needed(NamedTuple):
    """A name without code; `layer` is the name of the layer that uses it, "" where the training does."""

    name: str
    role: str
    layer: str
    pointer: str


def needed(model: Subject) -> tuple[Needed, ...]:
    """Return every name found, in the order of the file."""
    found: list[Needed] = []
    for item in documents.of(model):
        if item.document == TRAINING:
            found += _of_training(item.value, item.place) if not item.pointer else ()
            continue
        if item.bare_name != "Lambda":
            found += _of_layer(item)
        if isinstance(item.value.get("compile_config"), Mapping):
            found += _of_training(item.value["compile_config"], f"{item.place}/compile_config")
    return tuple(found)


def _of_layer(item: Stored) -> Iterator[Needed]:
    for key, value in item.config.items():
        role = next((role for role in ROLES if key == role or key.endswith(f"_{role}")), "")
        name = _name(value) if role else ""
        if role == "activation" and isinstance(value, Mapping) and value.get("class_name") != "function":
            continue  # a layer
        if name and not is_keras(name):
            yield Needed(name, role, str(item.config.get("name", "")), f"{item.place}/config/{key}")


def _of_training(stored: Mapping[str, Any], place: str) -> Iterator[Needed]:
    for key, role in COMPILED.items():
        for name in _names(stored.get(key)):
            if not is_keras(name):
                yield Needed(name, role, "", f"{place}/{key}")
    for key in OPTIMIZER:
        name = _name(stored.get(key))
        if name and not is_keras(name):
            yield Needed(name, "optimizer", "", f"{place}/{key}")


def _names(value: Any) -> Iterator[str]:
    """Yield the names in what `compile` was given for its losses or metrics: one, a list, by output, nested."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Mapping) and "class_name" not in item:
            pending += reversed(list(item.values()))
        elif isinstance(item, list):
            pending += reversed(item)
        elif name := _name(item):
            yield name


def _name(value: Any) -> str:
    """Return what a function or an object is called whose code is elsewhere, "" for None, code and Keras's own."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return ""
    name, config, module = value.get("class_name"), value.get("config"), value.get("module")
    wrapped = config.get("fn") if isinstance(config, Mapping) else None
    if wrapped is not None:  # a loss or a metric made of a function
        return _name(wrapped)
    if not isinstance(name, str) or name.startswith("__") or module not in (None, "builtins"):
        return ""
    if name != "function":
        return name
    registered = value.get("registered_name")
    spelled = registered if isinstance(registered, str) and ">" in registered else config
    return spelled if isinstance(spelled, str) else ""
