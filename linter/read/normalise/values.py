"""One form for what Keras spells in many ways: activations, initializers, dtypes, losses, schedules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from linter.graph import Activation
from linter.read.normalise import ours
from linter.read.normalise.names import words

UNKNOWN_ACTIVATION = "unknown"

ALIASES = {
    "swish": "silu",
    "hard_swish": "hard_silu",
    "leakyrelu": "leaky_relu",
    "log_soft_max": "log_softmax",
    "exp": "exponential",
    "hardsigmoid": "hard_sigmoid",
    "hard_sigmoid_v2": "hard_sigmoid",
}
KERAS_FUNCTIONS = words(
    """
    relu leaky_relu relu6 softmax celu elu selu softplus softsign squareplus soft_shrink sparse_plus silu gelu glu
    tanh tanh_shrink sigmoid exponential hard_sigmoid hard_silu hard_tanh hard_shrink linear mish log_softmax
    log_sigmoid sparsemax sparse_sigmoid threshold
    """
)


def snake(name: str) -> str:
    """Return CamelCase as Keras writes it in snake_case: ReLU -> re_lu, Conv2D -> conv2d, GlorotUniform ->
    glorot_uniform."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def bare_name(value: Any) -> str:
    """Return the plain name in a serialised reference: "keras_act>mish" -> "mish", "Custom>Adam" -> "Adam"."""
    return value.rpartition(">")[2] if isinstance(value, str) else ""


def is_layer(value: Any) -> bool:
    """Whether `value` is a serialised object with a configuration of its own."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("class_name"), str)
        and isinstance(value.get("config"), Mapping)
    )


def activation(value: Any) -> Activation | None:
    """Translate `activation=`; None for no activation (None, "linear")."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return _activation_object(value)
    if ours.is_ours(value):
        return ours.function(value) or Activation(UNKNOWN_ACTIVATION, {}, spelling=value)
    if isinstance(value, str) and ">" in value and not value.lower().startswith("keras>"):
        return Activation(UNKNOWN_ACTIVATION, {}, spelling=value)
    name = bare_name(value)
    canonical = ALIASES.get(name.lower(), name.lower() if name.lower() in KERAS_FUNCTIONS else snake(name))
    if canonical == "linear":
        return None
    return Activation(canonical if canonical in KERAS_FUNCTIONS else UNKNOWN_ACTIVATION, {}, spelling=str(value))


def _activation_object(value: Mapping[str, Any]) -> Activation | None:
    if value.get("class_name") == "function" or isinstance(value.get("config"), str):
        stored = value.get("config")
        registered = value.get("registered_name")
        return activation(registered if isinstance(registered, str) and ">" in registered else stored)
    if is_layer(value):
        return activation_layer(
            bare_name(value["class_name"]),
            value["config"],
            registered=str(value.get("registered_name") or value["class_name"]),
        )
    return Activation(UNKNOWN_ACTIVATION, {}, spelling=str(value.get("class_name"))[:80])


def activation_layer(class_name: str, config: Mapping[str, Any], registered: str = "") -> Activation | None:
    """Translate a layer that is nothing but an activation; None where it is linear."""
    if ours.is_ours(registered):
        return ours.layer(class_name, config, registered) or Activation(UNKNOWN_ACTIVATION, {}, spelling=registered)
    number = _numbers(config)
    if class_name == "Activation":
        return activation(config.get("activation"))
    if class_name == "ReLU":
        return _relu(number)
    if class_name == "LeakyReLU":
        return Activation(
            "leaky_relu", {"negative_slope": number.get("negative_slope", number.get("alpha", 0.3))}, "LeakyReLU"
        )
    if class_name == "ThresholdedReLU":
        return Activation("thresholded_relu", {"theta": number.get("theta", 1.0)}, "ThresholdedReLU")
    if class_name == "ELU":
        return Activation("elu", {"alpha": number.get("alpha", 1.0)}, "ELU")
    if class_name == "PReLU":
        slopes = {"shared_axes": config.get("shared_axes"), "negative_slope": ours.start(config)}
        return Activation("prelu", slopes, "PReLU")
    if class_name in ("Softmax", "LogSoftmax"):
        return Activation(
            snake(class_name).replace("soft_max", "softmax"), {"axis": config.get("axis", -1)}, class_name
        )
    return Activation(UNKNOWN_ACTIVATION, {}, spelling=class_name)


def _relu(number: Mapping[str, float]) -> Activation:
    slope = number.get("negative_slope", number.get("alpha", 0.0))
    ceiling, threshold = number.get("max_value"), number.get("threshold", number.get("theta", 0.0))
    if ceiling is None and threshold == 0 and slope:
        return Activation("leaky_relu", {"negative_slope": slope}, "ReLU")
    if ceiling == 6 and threshold == 0 and slope == 0:
        return Activation("relu6", {}, "ReLU")
    extra = {"max_value": ceiling, "threshold": threshold, "negative_slope": slope}
    return Activation("relu", {k: v for k, v in extra.items() if v or (k == "max_value" and v is not None)}, "ReLU")


def _numbers(config: Mapping[str, Any]) -> dict[str, float]:
    out = {}
    for key, value in config.items():
        inner = value.get("config", value) if isinstance(value, Mapping) else value
        inner = (
            inner.get("value") if isinstance(inner, Mapping) else inner
        )  # Keras 2.15 stores numbers of layers as NumPy scalars
        if isinstance(inner, int | float) and not isinstance(inner, bool):
            out[key] = float(inner)
    return out


def compute_dtype(value: Any) -> str:
    """Return the dtype that a policy computes in."""
    if isinstance(value, Mapping):
        config = value.get("config")
        settings = config if isinstance(config, Mapping) else {}
        value = settings.get("source_name") or settings.get(
            "name", "float32"
        )  # a quantised policy names what it was made from
    if not isinstance(value, str):
        return "float32"
    name = value.rpartition("_from_")[2] if "_from_" in value else value
    return name.removeprefix("mixed_") or "float32"
