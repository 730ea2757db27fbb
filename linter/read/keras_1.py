"""Tensors as Keras 1 stored them -> as Keras 2 and 3 store them: gates joined, kernels turned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING

from linter.graph import Weight
from linter.read.normalise.spec import LayerSpec
from linter.read.weights import LoadedWeight

if TYPE_CHECKING:
    import numpy as np

Named = tuple[str, Weight]
GATE_ORDER = {"LSTM": (0, 2, 1, 3), "ConvLSTM2D": (0, 2, 1, 3), "GRU": (0, 1, 2)}
"""Keras 1 stores the gates of an LSTM as input, cell, forget, output; later ones as input, forget, cell, output. A
GRU's order has stayed."""
ROLES = ("kernel", "recurrent_kernel", "bias")
TURNED: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "Conv1D": ((0, 1, 2, 3), (2, 3, 1, 0)),
    "Conv2D": ((0, 1, 2, 3), (2, 3, 1, 0)),
    "Conv2DTranspose": ((0, 1, 3, 2), (2, 3, 0, 1)),
    "Conv3D": ((0, 1, 2, 3, 4), (2, 3, 4, 1, 0)),
}
"""Axes of today's kernel in Keras 1's: with TensorFlow's order of dimensions, and with Theano's."""


def modern(layer: LayerSpec, stored: Sequence[Named], version: str) -> list[Named]:
    """Return the tensors of a layer (or of the layers of a Bidirectional or TimeDistributed) as Keras 2 and 3 have
    them."""
    found = list(stored)
    if version and version.split(".")[0] != "1":
        return found
    if layer.op == "TimeDistributed" and "layer" in layer.parts:
        return modern(layer.parts["layer"], found, version)
    if layer.op == "Bidirectional" and "layer" in layer.parts:
        half = len(found) // 2
        return [
            *modern(layer.parts["layer"], found[:half], version),
            *modern(layer.parts["layer"], found[half:], version),
        ]
    if layer.op in GATE_ORDER and len(found) == 3 * len(GATE_ORDER[layer.op]):
        return _joined(layer, found)
    if layer.op in TURNED and found:
        return [(found[0][0], _turned(layer, found[0][1])), *found[1:]]
    return found


def _joined(layer: LayerSpec, stored: Sequence[Named]) -> list[Named]:
    """Join W_i, U_i, b_i, W_c ... along their last axis."""
    out = []
    theano = layer.op == "ConvLSTM2D" and layer.config.get("data_format") == "channels_first"
    for i, role in enumerate(ROLES):
        parts = [stored[3 * gate + i][1] for gate in GATE_ORDER[layer.op]]
        axes = (2, 3, 1, 0) if theano and role != "bias" else None
        out.append((f"{layer.name}/{role}", _concatenated(parts, axes)))
    return out


def _concatenated(parts: Sequence[Weight], axes: tuple[int, ...] | None) -> Weight:
    import numpy as np

    shapes = [_moved(part.shape, axes) for part in parts]
    if len({(len(shape), *shape[:-1]) for shape in shapes}) > 1 or not shapes[0]:
        return parts[0]  # they do not fit: the first stands for them, and its shape will be reported
    shape = (*shapes[0][:-1], sum(shape[-1] for shape in shapes))

    def load() -> np.ndarray:
        values = [whole(part) for part in parts]
        return np.concatenate([v.transpose(axes) if axes else v for v in values], axis=-1)

    return LoadedWeight(parts[0].name, shape, parts[0].dtype, load)


def _turned(layer: LayerSpec, kernel: Weight) -> Weight:
    plain, theano = TURNED[layer.op]
    if len(kernel.shape) != len(plain):
        return kernel
    axes = theano if layer.config.get("data_format") == "channels_first" else plain
    if layer.op == "Conv1D":
        filters = layer.config.get("filters")
        axes = plain if kernel.shape[1] == 1 and kernel.shape[3] == filters else theano
        turned = LoadedWeight(kernel.name, _moved(kernel.shape, axes), kernel.dtype, _load(kernel, axes))
        shape = (turned.shape[0], *turned.shape[2:])
        return (
            LoadedWeight(kernel.name, shape, kernel.dtype, lambda: turned.load().reshape(shape))
            if turned.shape[1] == 1
            else kernel
        )
    if axes == tuple(range(len(axes))):
        return kernel
    return LoadedWeight(kernel.name, _moved(kernel.shape, axes), kernel.dtype, _load(kernel, axes))


def _load(weight: Weight, axes: tuple[int, ...]) -> Callable[[], np.ndarray]:
    return lambda: whole(weight).transpose(axes)


def _moved(shape: tuple[int, ...], axes: tuple[int, ...] | None) -> tuple[int, ...]:
    return tuple(shape[axis] for axis in axes) if axes and len(axes) == len(shape) else shape


def whole(weight: Weight) -> np.ndarray:
    """Return all values of a weight in its shape."""
    import numpy as np

    out = np.empty(prod(weight.shape), dtype="<f4" if weight.dtype == "bfloat16" else weight.dtype)
    start = 0
    for piece in weight.chunks():
        out[start : start + piece.size] = piece
        start += piece.size
    return out.reshape(weight.shape)
