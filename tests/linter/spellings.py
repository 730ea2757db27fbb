"""The same model as Keras 1 and 2 wrote it, fused and not, nested and wrapped: transformers over a configuration.

Each takes a model of `linter.build` and returns it in another spelling, or None where it has none in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from linter import build
from linter.build import Built

Stored = dict[str, Any]
FUSED = ("Dense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D")
RECURRENT = ("LSTM", "GRU", "SimpleRNN")
UNWRAPPED = (*RECURRENT, "Bidirectional", "TimeDistributed", "RNN", "Embedding", "ConvLSTM", "Functional", "Sequential")
SCALED = {
    f"{name}_{kind}": {"scale": scale, "mode": mode, "distribution": kind}
    for name, scale, mode in (("glorot", 1.0, "fan_avg"), ("he", 2.0, "fan_in"), ("lecun", 1.0, "fan_in"))
    for kind in ("uniform", "normal")
}


def layers(stored: Stored) -> list[Stored]:
    """The layers of a model."""
    found = stored["config"]["layers"]
    assert isinstance(found, list)
    return found


def every(stored: Any) -> Iterator[Stored]:
    """Every stored object at any depth that has a class and a configuration."""
    if isinstance(stored, dict):
        if isinstance(stored.get("class_name"), str) and isinstance(stored.get("config"), dict):
            yield stored
        stored = list(stored.values())
    if isinstance(stored, list):
        for item in stored:
            yield from every(item)


def is_sequential(stored: Stored) -> bool:
    """Whether the model is a chain."""
    return bool(stored["class_name"] == "Sequential")


def separate(model: Built) -> Built | None:
    """Every fused activation as a layer of its own."""
    if model.observation is not None:
        return None  # it names the nodes as they were
    stored = deepcopy(dict(model.config))
    out: list[Stored] = []
    renamed = {}
    for layer in layers(stored):
        out.append(layer)
        config = layer["config"]
        activation = config.get("activation")
        if layer["class_name"] in FUSED and isinstance(activation, str) and activation != "linear":
            name = f"{config['name']}_activation"
            renamed[config["name"]] = name
            config["activation"] = "linear"
            calls = [
                {"args": [_tensor(config["name"], i)], "kwargs": {}} for i in range(len(layer.get("inbound_nodes", [])))
            ]
            made = {
                "module": "keras.layers",
                "class_name": "Activation",
                "config": {"name": name, "activation": activation},
            }
            out.append(made if is_sequential(stored) else {**made, "name": name, "inbound_nodes": calls})
    if not renamed:
        return None
    stored["config"]["layers"] = out
    for layer in out:
        if layer["config"]["name"] not in renamed.values():
            _point_elsewhere(layer.get("inbound_nodes", []), renamed)
    _point_elsewhere(stored["config"].get("output_layers", []), renamed)
    return replace(model, config=stored)


def _tensor(name: str, call: int) -> Stored:
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": None, "dtype": "float32", "keras_history": [name, call, 0]},
    }


def _point_elsewhere(stored: Any, renamed: dict[str, str]) -> None:
    if isinstance(stored, list):
        if len(stored) == 3 and isinstance(stored[0], str):
            stored[0] = renamed.get(stored[0], stored[0])
        for item in stored:
            _point_elsewhere(item, renamed)
    elif isinstance(stored, dict):
        for item in stored.values():
            _point_elsewhere(item, renamed)


def fused(model: Built) -> Built | None:
    """Activation layers moved into the Dense or convolution before them."""
    stored = deepcopy(dict(model.config))
    if not is_sequential(stored):
        return None
    out: list[Stored] = []
    for layer in layers(stored):
        before = out[-1] if out else None
        name = _plain_activation(layer)
        if before and name and before["class_name"] in FUSED and before["config"]["activation"] == "linear":
            before["config"]["activation"] = name
        else:
            out.append(layer)
    if len(out) == len(layers(stored)):
        return None
    stored["config"]["layers"] = out
    return replace(model, config=stored)


def _plain_activation(layer: Stored) -> str:
    config = layer["config"]
    if layer["class_name"] == "Activation" and isinstance(config["activation"], str):
        return str(config["activation"])
    plain = (
        layer["class_name"] == "ReLU"
        and not any(config.get(key) for key in ("negative_slope", "threshold"))
        and config.get("max_value") is None
    )
    return "relu" if plain else ""


def nested(model: Built) -> Built | None:
    """The whole model as a layer of another."""
    inputs = [layer for layer in layers(dict(model.config)) if layer["class_name"] == "InputLayer"]
    outputs = model.config["config"].get("output_layers", [None])
    if not inputs or len(outputs) != 1 or model.observation is not None:
        return None
    pieces = [build.input(*piece["config"]["batch_shape"][1:], dtype=piece["config"]["dtype"]) for piece in inputs]
    outer = build.model(pieces, build.nested(replace(model, compiled=None))(*pieces))
    return replace(outer, compiled=model.compiled)


def wrapped(model: Built) -> Built | None:
    """Every layer of a chain in TimeDistributed."""
    stored = deepcopy(dict(model.config))
    if not is_sequential(stored) or model.observation is not None:
        return None
    out, moved = [], {}
    for layer in layers(stored):
        name = layer["config"]["name"] if "name" in layer["config"] else layer["class_name"].lower()
        if layer["class_name"] == "InputLayer":
            batch, *rest = layer["config"]["batch_shape"]
            layer["config"]["batch_shape"] = [batch, 5, *rest]
            out.append(layer)
            continue
        if layer["class_name"].startswith(UNWRAPPED):
            return None
        moved[name] = f"distributed_{name}/{name}"
        out.append(
            {
                "module": "keras.layers",
                "class_name": "TimeDistributed",
                "config": {"name": f"distributed_{name}", "layer": layer},
            }
        )
    stored["config"]["layers"] = out
    values = {moved.get(path, path): found for path, found in model.values.items()}
    return replace(model, config=stored, values=values)


def keras_2(model: Built) -> Built | None:
    """As Keras 2 wrote it: no modules, edges as lists, initializers as VarianceScaling, alpha for a leaky slope."""
    stored = deepcopy(dict(model.config))
    foreign = [item for item in every(stored) if str(item.get("registered_name") or "").partition(">")[2]]
    if foreign:
        return None
    for item in every(stored):
        _as_keras_2(item)
        if "inbound_nodes" in item:
            item["inbound_nodes"] = [_edges(call) for call in item["inbound_nodes"]]
    if not is_sequential(stored):
        stored["class_name"] = "Model"
    return replace(model, config=stored)


def _as_keras_2(item: Stored) -> None:
    item.pop("module", None)
    item.pop("registered_name", None)
    config = item["config"]
    if "batch_shape" in config:
        config["batch_input_shape"] = config.pop("batch_shape")
    if item["class_name"] == "LeakyReLU" and "negative_slope" in config:
        config["alpha"] = config.pop("negative_slope")
    for key, value in config.items():
        if key.endswith("_initializer") and isinstance(value, str):
            camel = "".join(part.capitalize() for part in value.split("_"))
            scaled = SCALED.get(value)
            config[key] = (
                {"class_name": "VarianceScaling", "config": {**scaled, "seed": None}}
                if scaled
                else {"class_name": camel, "config": {}}
            )


def _edges(call: Stored) -> list[Any]:
    def reference(tensor: Any) -> list[Any]:
        return [*tensor["config"]["keras_history"]]

    args = call["args"][0] if call["args"] and isinstance(call["args"][0], list) else call["args"]
    named = {key: reference(tensor) for key, tensor in call["kwargs"].items()}
    return [[*reference(tensor), named if i == 0 else {}] for i, tensor in enumerate(args)]


ARGUMENTS = {
    "Dense": {
        "units": "output_dim",
        "kernel_initializer": "init",
        "use_bias": "bias",
        "kernel_regularizer": "W_regularizer",
    },
    "Conv2D": {
        "filters": "nb_filter",
        "padding": "border_mode",
        "strides": "subsample",
        "kernel_initializer": "init",
        "use_bias": "bias",
    },
    "Dropout": {"rate": "p"},
    "Flatten": {},
    "Activation": {},
    "LeakyReLU": {"negative_slope": "alpha"},
    "ELU": {},
    "BatchNormalization": {},
    **{
        name: {
            "units": "output_dim",
            "kernel_initializer": "init",
            "recurrent_initializer": "inner_init",
            "recurrent_activation": "inner_activation",
        }
        for name in RECURRENT
    },
}
NEW = (
    "data_format",
    "unit_forget_bias",
    "reset_after",
    "use_bias",
    "bias_initializer",
    "recurrent_dropout",
    "dropout",
    "unroll",
)


def keras_1(model: Built) -> Built | None:
    """As Keras 1 wrote it: a list of layers, other names of classes and arguments, no input layer."""
    stored = deepcopy(dict(model.config))
    if not is_sequential(stored) or not layers(stored) or layers(stored)[0]["class_name"] != "InputLayer":
        return None
    first, *rest = layers(stored)
    if any(layer["class_name"] not in ARGUMENTS or not _is_known(layer) for layer in rest) or not rest:
        return None
    listed = [_as_keras_1(layer) for layer in rest]
    listed[0]["config"]["batch_input_shape"] = first["config"]["batch_shape"]
    return replace(model, config={"class_name": "Sequential", "config": listed})


def _is_known(layer: Stored) -> bool:
    """Whether Keras 1 could say this: initializers by name, biases from zero, nothing that came later."""
    config = layer["config"]
    usual = {
        "bias_initializer": "zeros",
        "unit_forget_bias": True,
        "reset_after": True,
        "recurrent_dropout": None,
        "dropout": None,
        "use_bias": True,
    }
    if layer["class_name"] in RECURRENT and config.get("recurrent_initializer") not in ("orthogonal", "identity"):
        return False
    if any(key in config and config[key] != value for key, value in usual.items()):
        return False
    return all(isinstance(value, str) for key, value in config.items() if key.endswith("_initializer"))


def _as_keras_1(layer: Stored) -> Stored:
    name, config = layer["class_name"], layer["config"]
    table = ARGUMENTS[name]
    out = {table.get(key, key): value for key, value in config.items() if key not in NEW or key in table}
    if name == "Conv2D":
        out["nb_row"], out["nb_col"] = out.pop("kernel_size")
        out["dim_ordering"] = "tf"
    return {"class_name": "Convolution2D" if name == "Conv2D" else name, "config": out}


SPELLINGS: dict[str, Callable[[Built], Built | None]] = {
    "separate": separate,
    "fused": fused,
    "nested": nested,
    "wrapped": wrapped,
    "keras 2": keras_2,
    "keras 1": keras_1,
}
