"""Layers, each as Keras 3 would store it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from linter.build.built import Built, Piece, layer


def input(*shape: int | None, name: str | None = None, dtype: str = "float32") -> Piece:
    """Return an input of `shape`, without the batch axis."""
    return layer("InputLayer", batch_shape=[None, *shape], dtype=dtype, **({"name": name} if name else {}))


def dense(units: int, activation: Any = None, **config: Any) -> Piece:
    """Return a Dense layer."""
    defaults = {"use_bias": True, "kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}
    return layer("Dense", **{"units": units, "activation": activation or "linear", **defaults, **config})


def conv(
    filters: int, kernel_size: int = 3, activation: Any = None, *, rank: int = 2, kind: str = "Conv{}D", **config: Any
) -> Piece:
    """Return a convolution; `kind` names another: "Conv{}DTranspose", "SeparableConv{}D"."""
    initial = {"bias_initializer": "zeros", "kernel_initializer": "glorot_uniform"}
    if kind.startswith("Separable"):
        initial = {
            "bias_initializer": "zeros",
            "depthwise_initializer": "glorot_uniform",
            "pointwise_initializer": "glorot_uniform",
        }
    size = {
        "filters": filters,
        "kernel_size": [kernel_size] * rank,
        "strides": [1] * rank,
        "padding": "same",
        "data_format": "channels_last",
    }
    return layer(
        kind.format(rank), **{**size, "activation": activation or "linear", "use_bias": True, **initial, **config}
    )


def depthwise(kernel_size: int = 3, activation: Any = None, **config: Any) -> Piece:
    """Return a DepthwiseConv2D layer."""
    size = {
        "kernel_size": [kernel_size] * 2,
        "strides": [1, 1],
        "padding": "same",
        "depth_multiplier": 1,
        "data_format": "channels_last",
    }
    initial = {"depthwise_initializer": "glorot_uniform", "bias_initializer": "zeros"}
    return layer(
        "DepthwiseConv2D", **{**size, "activation": activation or "linear", "use_bias": True, **initial, **config}
    )


def _recurrent(class_name: str, units: int, config: dict[str, Any]) -> Piece:
    defaults = {
        "activation": "tanh",
        "use_bias": True,
        "kernel_initializer": "glorot_uniform",
        "recurrent_initializer": "orthogonal",
    }
    rest = {
        "bias_initializer": "zeros",
        "return_sequences": False,
        "return_state": False,
        "go_backwards": False,
        "stateful": False,
        "unroll": False,
    }
    return layer(class_name, **{"units": units, **defaults, **rest, **config})


def lstm(units: int, **config: Any) -> Piece:
    """Return an LSTM layer."""
    return _recurrent("LSTM", units, {"recurrent_activation": "sigmoid", "unit_forget_bias": True, **config})


def gru(units: int, **config: Any) -> Piece:
    """Return a GRU layer."""
    return _recurrent("GRU", units, {"recurrent_activation": "sigmoid", "reset_after": True, **config})


def simple_rnn(units: int, **config: Any) -> Piece:
    """Return a SimpleRNN layer."""
    return _recurrent("SimpleRNN", units, config)


def bidirectional(piece: Piece, **config: Any) -> Piece:
    """Return `piece` in both directions."""
    return replace(layer("Bidirectional", layer=piece, **{"merge_mode": "concat", **config}), values=dict(piece.values))


def time_distributed(piece: Piece, **config: Any) -> Piece:
    """Return `piece` applied at every time step."""
    return replace(layer("TimeDistributed", layer=piece, **config), values=dict(piece.values))


def activation(name: str, **config: Any) -> Piece:
    """Return an Activation layer."""
    return layer("Activation", activation=name, **config)


def relu(**config: Any) -> Piece:
    """Return a ReLU layer."""
    return layer("ReLU", **{"max_value": None, "negative_slope": 0.0, "threshold": 0.0, **config})


def leaky_relu(negative_slope: float = 0.3) -> Piece:
    """Return a LeakyReLU layer."""
    return layer("LeakyReLU", negative_slope=negative_slope)


def batch_normalization(**config: Any) -> Piece:
    """Return a BatchNormalization layer."""
    initial = {
        "beta_initializer": "zeros",
        "gamma_initializer": "ones",
        "moving_mean_initializer": "zeros",
        "moving_variance_initializer": "ones",
    }
    return layer(
        "BatchNormalization",
        **{"axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True, **initial, **config},
    )


def layer_normalization(**config: Any) -> Piece:
    """Return a LayerNormalization layer."""
    initial = {"beta_initializer": "zeros", "gamma_initializer": "ones"}
    return layer(
        "LayerNormalization", **{"axis": -1, "epsilon": 0.001, "center": True, "scale": True, **initial, **config}
    )


def embedding(input_dim: int, output_dim: int, **config: Any) -> Piece:
    """Return an Embedding layer."""
    return layer(
        "Embedding",
        **{
            "input_dim": input_dim,
            "output_dim": output_dim,
            "embeddings_initializer": "uniform",
            "mask_zero": False,
            **config,
        },
    )


def dropout(rate: float = 0.5) -> Piece:
    """Return a Dropout layer."""
    return layer("Dropout", rate=rate)


def flatten() -> Piece:
    """Return a Flatten layer."""
    return layer("Flatten", data_format="channels_last")


def max_pooling(size: int = 2) -> Piece:
    """Return a MaxPooling2D layer."""
    return layer("MaxPooling2D", pool_size=[size] * 2, strides=[size] * 2, padding="valid", data_format="channels_last")


def global_average_pooling() -> Piece:
    """Return a GlobalAveragePooling2D layer."""
    return layer("GlobalAveragePooling2D", data_format="channels_last", keepdims=False)


def add() -> Piece:
    """Return an Add layer."""
    return layer("Add")


def multiply() -> Piece:
    """Return a Multiply layer."""
    return layer("Multiply")


def concatenate(axis: int = -1) -> Piece:
    """Return a Concatenate layer."""
    return layer("Concatenate", axis=axis)


def custom(class_name: str, module: str | None, registered_name: str | None = None, **config: Any) -> Piece:
    """Return a layer of somebody's module."""
    return replace(
        layer(class_name, **config), extra={"module": module, "registered_name": registered_name or class_name}
    )


def function(name: str, module: str, registered_name: str | None = None) -> dict[str, Any]:
    """Return what Keras 3 stores for a function."""
    return {"class_name": "function", "module": module, "config": name, "registered_name": registered_name or name}


def stored(class_name: str, module: str, **config: Any) -> dict[str, Any]:
    """Return what Keras 3 stores for any object."""
    return {"class_name": class_name, "module": module, "config": config, "registered_name": None}


def without_module(piece: Piece) -> Piece:
    """Return `piece` as an old or a doctored file stores it."""
    return replace(piece, extra={"module": None})


def nested(built: Built, name: str = "inner") -> Piece:
    """Return a model as a layer of another."""
    return Piece("Functional", {"name": name}, inner=built)
