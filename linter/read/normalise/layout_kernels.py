"""Variables of layers with kernels, and of embeddings: from configuration and input shape, in the order in which
Keras stores them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from linter.graph import Shape
from linter.read.normalise.names import CELLS
from linter.read.normalise.variable import Variable

Maker = Callable[[Mapping[str, Any], Shape], tuple[Variable, ...]]
GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def _channels(config: Mapping[str, Any], inputs: Shape) -> int | None:
    axis = 1 if config.get("data_format") == "channels_first" else -1
    return inputs[axis] if len(inputs) >= 2 else None


def _bias(config: Mapping[str, Any], width: Any) -> tuple[Variable, ...]:
    return (Variable("bias", shape=(width,)),) if config.get("use_bias", True) else ()


def _dense(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    units = config.get("units")
    return (Variable("kernel", shape=(inputs[-1] if inputs else None, units)), *_bias(config, units))


def _einsum_dense(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return (Variable("kernel"), *((Variable("bias"),) if config.get("bias_axes") else ()))


def _rank(config: Mapping[str, Any]) -> Shape:
    size = config.get("kernel_size")
    return tuple(size) if isinstance(size, list | tuple) else (size,) if isinstance(size, int) else ()


def _conv(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    channels, filters, groups = _channels(config, inputs), config.get("filters"), config.get("groups") or 1
    fed = channels // groups if channels and isinstance(groups, int) else channels
    return (Variable("kernel", shape=(*_rank(config), fed, filters)), *_bias(config, filters))


def _conv_transpose(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    filters = config.get("filters")
    return (Variable("kernel", shape=(*_rank(config), filters, _channels(config, inputs))), *_bias(config, filters))


def _times(left: int | None, right: Any) -> int | None:
    return left * right if isinstance(left, int) and isinstance(right, int) else None


def _depthwise(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    channels, multiplier = _channels(config, inputs), config.get("depth_multiplier", 1)
    return (
        Variable("kernel", shape=(*_rank(config), channels, multiplier)),
        *_bias(config, _times(channels, multiplier)),
    )


def _separable(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    channels, multiplier, filters = _channels(config, inputs), config.get("depth_multiplier", 1), config.get("filters")
    ones = (1,) * len(_rank(config))
    return (
        Variable("depthwise_kernel", shape=(*_rank(config), channels, multiplier)),
        Variable("pointwise_kernel", shape=(*ones, _times(channels, multiplier), filters)),
        *_bias(config, filters),
    )


def _recurrent(op: str) -> Maker:
    gates = GATES[op]

    def make(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
        units = config.get("units")
        width = _times(units if isinstance(units, int) else None, gates)
        bias: Shape = (2, width) if op == "GRU" and config.get("reset_after", True) else (width,)
        if config.get("fused_biases"):  # CuDNNLSTM and CuDNNGRU keep two biases in one row
            bias = (_times(2, width),)
        return (
            Variable("kernel", shape=(inputs[-1] if inputs else None, width)),
            Variable("recurrent_kernel", shape=(units, width)),
            *((Variable("bias", shape=bias),) if config.get("use_bias", True) else ()),
        )

    return make


def _conv_lstm(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    filters = config.get("filters")
    width = _times(filters if isinstance(filters, int) else None, 4)
    axis = 2 if config.get("data_format") == "channels_first" else -1
    channels = inputs[axis] if len(inputs) > 2 else None
    return (
        Variable("kernel", shape=(*_rank(config), channels, width)),
        Variable("recurrent_kernel", shape=(*_rank(config), filters, width)),
        *_bias(config, width),
    )


def _embedding(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return (Variable("embeddings", shape=(config.get("input_dim"), config.get("output_dim"))),)


def _reversible_embedding(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    found = _embedding(config, inputs)
    if config.get("tie_weights", True):
        return found
    shape = (config.get("output_dim"), config.get("input_dim"))
    return (*found, Variable("reverse_embeddings", shape=shape))


def _locally_connected(config: Mapping[str, Any], inputs: Shape) -> tuple[Variable, ...]:
    return (Variable("kernel"), *((Variable("bias"),) if config.get("use_bias", True) else ()))


MAKERS: dict[str, Maker] = {
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    **{f"Conv{n}D": _conv for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": _conv_transpose for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": _depthwise for n in (1, 2)},
    **{f"SeparableConv{n}D": _separable for n in (1, 2)},
    **{f"ConvLSTM{n}D": _conv_lstm for n in (1, 2, 3)},
    **{f"LocallyConnected{n}D": _locally_connected for n in (1, 2)},
    **{op: _recurrent(op) for op in GATES},
    **{cell: _recurrent(op) for cell, op in CELLS.items()},
    "Embedding": _embedding,
    "ReversibleEmbedding": _reversible_embedding,
}
