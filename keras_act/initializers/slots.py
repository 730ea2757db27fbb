"""Slots: the kernels that a built Keras layer has, how each is laid out, what feeds it, and the bias that goes with
it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from keras_act.initializers.layout import Layout, layout_of


@dataclass(frozen=True, slots=True)
class Slot:
    """One kernel.

    Fields:
        owner: the layer that applies it (inside a wrapper or an attention layer, the inner one).
        kernel, bias: its variables; bias is None where there is none.
        layout: which axes do what.
        inner: fed from within the layer by a linear map, not by what feeds the layer.
    """

    owner: Any
    kernel: Any
    bias: Any
    layout: Layout
    inner: bool = False


def slots_of(layer: Any) -> list[Slot]:
    """The kernels of one layer; empty for layers without, and for recurrent ones, which have rules of their own.

    Raises:
        ValueError: the layer has not been built, so it has no weights.
    """
    if not layer.built:
        raise ValueError(f"a layer must be built before its weights can be set. Received: {layer.name!r}, not built")
    return list(_slots(layer))


def _slots(layer: Any) -> Iterator[Slot]:
    if isinstance(layer, layers.TimeDistributed):
        yield from _slots(layer.layer)
    elif isinstance(layer, layers.MultiHeadAttention | layers.GroupQueryAttention):
        yield from _attention(layer)
    elif isinstance(layer, layers.EinsumDense):
        inputs, outputs = einsum_axes(layer.equation)
        kernel = layer.kernel
        yield Slot(layer, kernel, layer.bias, layout_of(kernel.shape, input_axes=inputs, output_axes=outputs))
    elif isinstance(layer, layers.Embedding):
        yield Slot(layer, layer.embeddings, None, layout_of(layer.embeddings.shape, "embedding"))
    elif isinstance(layer, layers.Dense):
        yield Slot(layer, layer.kernel, layer.bias, layout_of(layer.kernel.shape, "dense"))
    else:
        yield from _convolution(layer)


def _attention(layer: Any) -> Iterator[Slot]:
    """Queries, keys and values see the layer's inputs; the output projection sees an average of values, which are
    linear.
    """
    for name in ("query_dense", "key_dense", "value_dense", "output_dense"):
        inner = getattr(layer, name, None) or getattr(layer, f"_{name}", None)
        if inner is not None:
            for slot in _slots(inner):
                yield Slot(slot.owner, slot.kernel, slot.bias, slot.layout, inner=name == "output_dense")


def _convolution(layer: Any) -> Iterator[Slot]:
    stride = getattr(layer, "strides", 1)
    if isinstance(layer, layers.SeparableConv1D | layers.SeparableConv2D):
        yield Slot(
            layer, layer.depthwise_kernel, None, layout_of(layer.depthwise_kernel.shape, "depthwise_conv", 1, stride)
        )
        yield Slot(
            layer, layer.pointwise_kernel, layer.bias, layout_of(layer.pointwise_kernel.shape, "conv"), inner=True
        )
    elif isinstance(layer, layers.DepthwiseConv1D | layers.DepthwiseConv2D):
        yield Slot(layer, layer.kernel, layer.bias, layout_of(layer.kernel.shape, "depthwise_conv", 1, stride))
    elif isinstance(layer, layers.Conv1DTranspose | layers.Conv2DTranspose | layers.Conv3DTranspose):
        yield Slot(layer, layer.kernel, layer.bias, layout_of(layer.kernel.shape, "conv_transpose", 1, stride))
    elif isinstance(layer, layers.Conv1D | layers.Conv2D | layers.Conv3D):
        yield Slot(layer, layer.kernel, layer.bias, layout_of(layer.kernel.shape, "conv", layer.groups, stride))


def einsum_axes(equation: str) -> tuple[list[int], list[int]]:
    """The axes of an einsum kernel that are summed over, and those that are the output's alone.

    Letters that input, kernel and output share are neither: there the kernel holds independent copies.
    """
    found = re.fullmatch(r"(.+),(.+)->(.+)", equation.replace(" ", "").replace("...", ""))
    if found is None:
        raise ValueError(f"an einsum equation reads input,kernel->output. Received: {equation!r}")
    data, kernel, output = found.groups()
    inputs = [axis for axis, letter in enumerate(kernel) if letter in data and letter not in output]
    return inputs, [axis for axis, letter in enumerate(kernel) if letter in output and letter not in data]


def numpy_of(variable: Any) -> Any:
    """A variable's value."""
    return keras.ops.convert_to_numpy(variable)
