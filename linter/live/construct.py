"""A node -> a Keras layer, from an allow-list of built-in classes.

Only plain values of the configuration are passed on.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import keras

from linter.graph import Activation, Initializer, Node
from linter.live.initializers import made
from linter.live.penalties import is_penalty, penalty
from linter.read.normalise.layout import quantisation
from linter.read.normalise.names import AUGMENTING, CONVOLUTIONS, MERGES, RECURRENT

REBUILT = (
    CONVOLUTIONS
    | RECURRENT
    | MERGES
    | frozenset(
        [
            "Dense",
            "EinsumDense",
            "Embedding",
            "ReversibleEmbedding",
            "Flatten",
            "Reshape",
            "Permute",
            "RepeatVector",
            "Dropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "SpatialDropout3D",
            "AlphaDropout",
            "GaussianDropout",
            "GaussianNoise",
            "ActivityRegularization",
            "Masking",
            "BatchNormalization",
            "LayerNormalization",
            "GroupNormalization",
            "RMSNormalization",
            "UnitNormalization",
            "Normalization",
            "Rescaling",
            "Identity",
            "MultiHeadAttention",
            "GroupQueryAttention",
            "Attention",
            "AdditiveAttention",
            "Resizing",
            "CenterCrop",
            "CategoryEncoding",
            "Discretization",
            "RandomCrop",
        ]
    )
    | AUGMENTING
    | frozenset(
        f"{kind}Pooling{n}D"
        for kind in ("Max", "Average", "GlobalMax", "GlobalAverage", "AdaptiveMax", "AdaptiveAverage")
        for n in (1, 2, 3)
    )
    | frozenset(f"{kind}{n}D" for kind in ("ZeroPadding", "Cropping", "UpSampling") for n in (1, 2, 3))
)
POLICIES = frozenset(["float16", "float32", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16"])
FROM_ELSEWHERE = frozenset(
    [
        "lora_rank",
        "lora_alpha",
        "quantization_config",
        "stateful",
        "name",
        "dtype",
        "activation",
        "recurrent_activation",
        "cell",
        "layer",
        "batch_shape",
    ]
)


NOTHING: Mapping[str, Any] = MappingProxyType({})


class CannotRebuildError(Exception):
    """A layer that is not in the allow-list, or whose configuration makes no layer; the message says which and why."""


def layer_of(node: Node, name: str, activation: Any = None, own: Mapping[str, Any] = NOTHING) -> keras.Layer:
    """Return a new layer for a node that is no activation, `activation` written into it; raises CannotRebuildError.

    own: The user's functions by name.
    """
    if node.op not in REBUILT or not hasattr(keras.layers, node.op):
        raise CannotRebuildError(f"{node.class_name or node.op} is not among the layers that are rebuilt")
    made = getattr(keras.layers, node.op)
    wanted = inspect.signature(made).parameters
    config = {
        key: _plain(key, value, own)
        for key, value in node.config.items()
        if key in wanted and key not in FROM_ELSEWHERE and value is not None
    }
    config |= {
        key: value
        for key, value in node.config.items()
        if value is None and key in wanted and wanted[key].default is None
    }
    if activation is not None:
        config["activation"] = activation
    if node.op in RECURRENT:
        config["activation"] = function_of(node.config.get("activation"), own)
        if node.op != "SimpleRNN":
            config["recurrent_activation"] = function_of(node.config.get("recurrent_activation"), own)
    try:
        return made(**config, name=name, dtype=policy_of(node))
    except (TypeError, ValueError) as error:
        raise CannotRebuildError(f"{node.class_name} {node.layer!r} cannot be made: {_first_line(error)}") from None


def policy_of(node: Node) -> str:
    """Return the dtype policy's name; raises CannotRebuildError for a quantised layer."""
    stored: Any = node.config.get("dtype", node.dtype)
    if quantisation(stored):
        raise CannotRebuildError(f"{node.layer!r} is quantised")
    if isinstance(stored, Mapping):
        inner = stored.get("config")
        stored = inner.get("name") if isinstance(inner, Mapping) else None
    if stored is None or stored == "uint8" or str(stored).startswith("int"):
        return "float32"
    if stored not in POLICIES:
        raise CannotRebuildError(f"{node.layer!r} has the dtype {str(stored)[:60]!r}, which is not supported")
    return str(stored)


def _plain(key: str, value: Any, own: Mapping[str, Any]) -> Any:
    """Return an argument as Keras takes it; objects are made here from their parameters."""
    if isinstance(value, Initializer):
        return made(value)
    if is_penalty(key):
        return penalty(key, value)
    if isinstance(value, Activation):
        return function_of(value, own)
    return value if is_plain(value) else None


def is_plain(value: Any) -> bool:
    """Whether a stored value is a number, a word, or made of such: no object to be made of it."""
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and isinstance(item, int | float) for key, item in value.items())
    return isinstance(value, str | int | float | bool) or value is None


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def activation_layer(node: Node, name: str, own: Mapping[str, Any] = NOTHING) -> keras.Layer:
    """Return the layer of an activation node; raises CannotRebuildError for foreign code."""
    activation = node.activation
    assert activation is not None
    given, dtype = activation.parameters, policy_of(node)
    layers = keras.layers
    if activation.name == "relu" and given:
        return layers.ReLU(
            given.get("max_value"),
            given.get("negative_slope", 0.0),
            given.get("threshold", 0.0),
            name=name,
            dtype=dtype,
        )
    if activation.name == "leaky_relu" and given:
        return layers.LeakyReLU(given["negative_slope"], name=name, dtype=dtype)
    if activation.name == "thresholded_relu":
        return layers.ReLU(threshold=given["theta"], name=name, dtype=dtype)
    if activation.name == "elu" and given:
        return layers.ELU(given["alpha"], name=name, dtype=dtype)
    if activation.name == "prelu":
        return layers.PReLU(shared_axes=given.get("shared_axes"), name=name, dtype=dtype)
    if activation.name == "softmax" and given:
        return layers.Softmax(axis=given.get("axis", -1), name=name, dtype=dtype)
    function = function_of(activation, own)
    if isinstance(function, keras.Layer):  # of ours
        return type(function).from_config({**function.get_config(), "name": name, "dtype": dtype})
    return layers.Activation(function, name=name, dtype=dtype)


def function_of(activation: Activation | None, own: Mapping[str, Any] = NOTHING) -> Any:
    """Return the function of an activation; raises CannotRebuildError for foreign code."""
    if activation is None:
        return None
    if activation.spelling.startswith("keras_act>"):
        return _ours(activation)
    if activation.name == "hard_sigmoid" and "slope" in activation.parameters:  # of Keras 1 and 2
        import keras_act

        return keras_act.HardSigmoid(slope=activation.parameters["slope"])
    supplied = own.get(activation.spelling.rpartition(">")[2]) if activation.name == "unknown" else None
    if inspect.isfunction(supplied):
        return supplied
    if activation.name == "unknown" or not hasattr(keras.activations, activation.name):
        raise CannotRebuildError(f"activation {str(activation)[:60]!r} is not among those that are rebuilt")
    return getattr(keras.activations, activation.name)


def _ours(activation: Activation) -> Any:
    import keras_act

    spelled = activation.spelling.rpartition(">")[2]
    if not spelled.isidentifier() or spelled.startswith("_") or not hasattr(keras_act, spelled):
        raise CannotRebuildError(f"keras_act has no {spelled[:60]!r}")
    found = getattr(keras_act, spelled)
    if isinstance(found, type) and issubclass(found, keras.Layer):
        constructors = (getattr(cls, "__init__") for cls in found.__mro__)  # noqa: B009 - of classes, not of instances
        wanted = {name for made in constructors for name in inspect.signature(made).parameters}
        return found(**{key: value for key, value in activation.parameters.items() if key in wanted})
    return found
