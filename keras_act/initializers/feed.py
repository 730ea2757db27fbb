"""Feed: which activation feeds each layer of a functional model, found by walking its graph backwards.

The only file here that knows how Keras keeps a graph.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from keras_act.gains.catalogue import NAMES
from keras_act.gains.measure import gain
from keras_act.gains.resolve import Known, resolve

THROUGH = (
    *(layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.SpatialDropout3D, layers.AlphaDropout),
    *(layers.GaussianDropout, layers.GaussianNoise, layers.ActivityRegularization, layers.Identity, layers.Masking),
    *(layers.Flatten, layers.Reshape, layers.Permute, layers.RepeatVector),
    *(layers.Cropping1D, layers.Cropping2D, layers.Cropping3D),
    *(layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D),
    *(layers.UpSampling1D, layers.UpSampling2D, layers.UpSampling3D),
    *(layers.MaxPooling1D, layers.MaxPooling2D, layers.MaxPooling3D),
    *(layers.AveragePooling1D, layers.AveragePooling2D, layers.AveragePooling3D),
    *(layers.GlobalMaxPooling1D, layers.GlobalMaxPooling2D, layers.GlobalMaxPooling3D),
    *(layers.GlobalAveragePooling1D, layers.GlobalAveragePooling2D, layers.GlobalAveragePooling3D),
)
UNIT = (layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization, layers.RMSNormalization)
RECURRENT = (layers.RNN, layers.Bidirectional, layers.ConvLSTM1D, layers.ConvLSTM2D, layers.ConvLSTM3D)
MERGING = (layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum, layers.Dot)
OPS_THROUGH = {"Reshape", "Transpose", "Squeeze", "ExpandDims", "Cast", "Ravel", "Identity", "StopGradient"}


@dataclass(frozen=True, slots=True)
class Feed:
    """What arrives at a kernel.

    Fields:
        name: the activation that feeds it; "linear" for data, normalised values and sums.
        power: E f^2 for a pre-activation of N(0, 1); a concatenation has the mean of its parts.
        slope_power: E f'^2 likewise.
        note: why, where the activation alone does not say it.
    """

    name: str
    power: float = 1.0
    slope_power: float = 1.0
    note: str = ""


LINEAR = Feed("linear")


def calls(model: Any, given: dict[int, Feed] | None = None) -> Generator[tuple[Any, list[Feed]], None, list[Feed]]:
    """Each call of a layer in a built functional or sequential model, in order, nested models opened, with what feeds
    it.

    The generator's return value is what leaves the model's outputs.

    Raises:
        ValueError: the model is subclassed or not built: it has no graph to walk.
    """
    graph = model._functional if isinstance(model, keras.Sequential) else model
    if not isinstance(graph, keras.Model) or not hasattr(graph, "_nodes_by_depth"):
        raise ValueError(
            "only the graph of a built functional or sequential model can be walked; build it, or use lsuv_ for a "
            f"subclassed one. Received: {type(model).__name__} {getattr(model, 'name', '')!r}"
        )
    known = {**(given or {})}
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            operation, arrived = node.operation, [known.get(id(t), LINEAR) for t in node.arguments.keras_tensors]
            if is_graph(operation):
                known.update((yield from _nested(operation, node, arrived)))
                continue
            if isinstance(operation, layers.Layer):
                yield operation, arrived
            if not node.is_input:
                left = after(operation, arrived, node.arguments.keras_tensors)
                known.update({id(tensor): left for tensor in node.output_tensors})
    return [known.get(id(tensor), LINEAR) for tensor in graph.outputs]


def is_graph(operation: Any) -> bool:
    """Whether it is a nested model with a graph of its own."""
    return isinstance(operation, keras.Sequential) or hasattr(operation, "_nodes_by_depth")


def _nested(model: Any, node: Any, arrived: list[Feed]) -> Generator[tuple[Any, list[Feed]], None, dict[int, Feed]]:
    graph = model._functional if isinstance(model, keras.Sequential) else model
    inside = {id(tensor): feed for tensor, feed in zip(graph.inputs, arrived, strict=False)}
    left = yield from calls(model, inside)
    return {id(tensor): feed for tensor, feed in zip(node.output_tensors, left, strict=False)}


def after(operation: Any, arrived: list[Feed], tensors: list[Any]) -> Feed:
    """What leaves a layer or an operation, given what arrived."""
    first = arrived[0] if arrived else LINEAR
    if isinstance(operation, THROUGH) or type(operation).__name__ in OPS_THROUGH:
        return first
    if isinstance(operation, UNIT):
        return Feed("linear", note="normalised")
    if isinstance(operation, layers.Concatenate):
        return _mixed(arrived, [tensor.shape[operation.axis] for tensor in tensors])
    if isinstance(operation, layers.TimeDistributed):
        return after(operation.layer, arrived, tensors)
    if not isinstance(operation, layers.Layer):
        plain = type(operation).__name__.lower()
        name = next((name for name in NAMES if name.replace("_", "") == plain), "")
        return _of(name) if name else Feed("linear", note=f"{type(operation).__name__} is taken for linear")
    return _of_layer(operation, first)


def _of_layer(layer: Any, first: Feed) -> Feed:
    pieces = getattr(layer, "pieces", None)
    if hasattr(layer, "kernel") and isinstance(pieces, int):
        measured = gain("maxout", pieces=pieces)
        return Feed(measured.activation, measured.power, measured.slope_power)
    if isinstance(layer, RECURRENT + MERGING):
        return Feed("linear", note=f"{type(layer).__name__} is taken for linear")
    if isinstance(layer, layers.Activation):
        return first if layer.activation is keras.activations.linear else _of(layer.activation)
    if isinstance(resolve(layer), Known):
        return _of(layer)
    if hasattr(layer, "activation"):
        return _of(layer.activation)
    return LINEAR if layer.weights else _of(layer)


def _of(activation: Any) -> Feed:
    """What an activation leaves of N(0, 1)."""
    try:
        measured = gain(activation)
    except (ValueError, TypeError):
        name = getattr(activation, "__name__", None) or type(activation).__name__
        return Feed("linear", note=f"{name} is taken for linear")
    return Feed(measured.activation, measured.power, measured.slope_power)


def _mixed(feeds: list[Feed], sizes: list[int | None]) -> Feed:
    """A concatenation: the powers' mean, weighted by the sizes along the axis."""
    if len({feed.name for feed in feeds}) == 1:
        return feeds[0]
    weights = [size or 1 for size in sizes]
    power = sum(w * f.power for w, f in zip(weights, feeds, strict=True)) / sum(weights)
    slope = sum(w * f.slope_power for w, f in zip(weights, feeds, strict=True)) / sum(weights)
    return Feed(" + ".join(dict.fromkeys(feed.name for feed in feeds)), power, slope, "concatenated")
