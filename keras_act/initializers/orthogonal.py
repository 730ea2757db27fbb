"""Orthogonal and delta-orthogonal kernels, scaled for the activation that feeds them."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_act.functions._registry import Tensor, public
from keras_act.gains.resolve import Activation
from keras_act.initializers.draw import fresh
from keras_act.initializers.he import gain_with_slope, revived
from keras_act.initializers.layout import Layout, check_kind, layout_of


class _Gained(keras.initializers.Initializer):  # type: ignore[misc]  # Keras ships no types
    """An activation or a gain, and a seed."""

    def __init__(
        self, activation: Activation | dict[str, Any], gain: float | None, negative_slope: float | None, seed: Any
    ) -> None:
        activation = revived(activation)
        if gain is not None and (
            isinstance(gain, bool) or not isinstance(gain, int | float) or not 0 < gain < math.inf
        ):
            raise ValueError(
                f"gain must be positive and finite, or None for the activation's own. Received: gain={gain!r}"
            )
        self.activation, self.gain, self.negative_slope = activation, gain, negative_slope
        self.scale = gain_with_slope(activation, negative_slope).forward if gain is None else float(gain)
        self.seed = keras.saving.deserialize_keras_object(seed) if isinstance(seed, dict) else seed

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        named = self.activation is None or isinstance(self.activation, str)
        return {
            "activation": self.activation if named else keras.saving.serialize_keras_object(self.activation),
            "gain": self.gain,
            "negative_slope": self.negative_slope,
            "seed": keras.saving.serialize_keras_object(self.seed),
        }


@public
class Orthogonal(_Gained):
    """A kernel with orthonormal columns (rows, where there are fewer of them), times the gain.

    Orthogonality is between the outputs of one sum: per channel of a depthwise kernel, per gate of an LSTM or GRU,
    over window
    and inputs of a convolution, transposed or not. Keras's own treats the last axis as the outputs whatever the layer.
    Up to fan_in outputs, each column has the norm `gain`, so the second moment of the signal is kept as by `He`; with
    more outputs
    than inputs it is the rows that have, and the signal's second moment falls by fan_in / outputs while its length is
    kept.

    Args:
        activation: The activation that feeds the kernel; its forward gain is used. "linear" (gain 1) by default.
        gain: Instead of the activation's gain.
        negative_slope: As for `He`.
        layer, groups: As for `FanScaling`; "lstm" and "gru" for recurrent or input kernels.
        seed: None (anew at each call), an integer or a SeedGenerator.

    >>> w = Orthogonal("relu")((4, 4))
    >>> [round(float(v), 3) for v in keras.ops.diagonal(keras.ops.transpose(w) @ w)]
    [2.0, 2.0, 2.0, 2.0]

    Raises:
        ValueError: an unknown activation or layer, a gain that is not positive, a shape of fewer than two axes.

    Source: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning, arXiv:1312.6120.
    """

    def __init__(
        self,
        activation: Activation | dict[str, Any] = "linear",
        gain: float | None = None,
        negative_slope: float | None = None,
        layer: str | None = None,
        groups: int = 1,
        seed: Any = None,
    ) -> None:
        check_kind(layer, groups, 1)
        super().__init__(activation, gain, negative_slope, seed)
        self.layer, self.groups = layer, groups

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        """A kernel of that shape."""
        if len(shape) < 2:
            raise ValueError(f"an orthogonal kernel has at least two axes. Received: shape={tuple(shape)}")
        return self.fill(layout_of(shape, self.layer, self.groups), dtype)

    def fill(self, layout: Layout, dtype: Any = None) -> Tensor:
        """A kernel of that layout."""
        count = math.prod(layout.shape) // (layout.rows * layout.columns)
        return assemble(orthonormal(count, layout.rows, layout.columns, fresh(self.seed)) * self.scale, layout, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "layer": self.layer, "groups": self.groups}


@public
class DeltaOrthogonal(_Gained):
    """A convolution kernel that is an orthogonal matrix at its centre and 0 elsewhere, times the gain.

    With padding "same" and stride 1 the layer starts as an exact isometry (times the gain), so gradients neither fade
    nor
    explode in very deep plain convolutional networks.

    Args:
        activation, gain, negative_slope, seed: As for `Orthogonal`.

    >>> DeltaOrthogonal("tanh")((3, 3, 8, 16)).shape[-1]
    16

    Raises:
        ValueError: a shape of fewer than three axes, or fewer outputs than inputs (no isometry exists then).

    Source: Xiao et al., Dynamical isometry and a mean field theory of CNNs, arXiv:1806.05393.
    """

    def __init__(
        self,
        activation: Activation | dict[str, Any] = "linear",
        gain: float | None = None,
        negative_slope: float | None = None,
        seed: Any = None,
    ) -> None:
        super().__init__(activation, gain, negative_slope, seed)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        """A kernel of shape (window..., inputs, outputs)."""
        shape = tuple(shape)
        if len(shape) < 3 or shape[-2] > shape[-1]:
            raise ValueError(
                "a delta-orthogonal kernel has the shape (window..., inputs, outputs) with inputs <= outputs. "
                f"Received: shape={shape}"
            )
        centre = orthonormal(1, shape[-2], shape[-1], fresh(self.seed))[0] * self.scale
        window = math.prod(shape[:-2])
        middle = 0
        for size in shape[:-2]:
            middle = middle * size + (size - 1) // 2
        taps = ops.concatenate(
            [ops.zeros((middle, *shape[-2:])), centre[None], ops.zeros((window - middle - 1, *shape[-2:]))], axis=0
        )
        return ops.cast(ops.reshape(taps, shape), keras.backend.standardize_dtype(dtype))


def orthonormal(count: int, rows: int, columns: int, seed: Any) -> Tensor:
    """Random matrices (count, rows, columns), uniform among those with orthonormal columns, or rows if these are
    fewer.
    """
    tall = (count, max(rows, columns), min(rows, columns))
    q, r = ops.qr(keras.random.normal(tall, dtype="float32", seed=seed))
    signs = ops.sign(ops.diagonal(r, axis1=-2, axis2=-1))
    q = q * ops.expand_dims(ops.where(signs == 0, ops.ones_like(signs), signs), -2)
    return q if rows >= columns else ops.transpose(q, (0, 2, 1))


def assemble(matrices: Tensor, layout: Layout, dtype: Any = None) -> Tensor:
    """A kernel from one matrix (rows, columns) per copy and part: matrices has shape (copies * parts, rows,
    columns).
    """
    shape, copies = layout.shape, layout.copies
    order = (*copies, *layout.field, *layout.inputs, *layout.outputs)
    count = math.prod(shape[axis] for axis in copies)
    split = ops.reshape(matrices, (count, layout.parts, layout.rows, layout.columns))
    joined = ops.reshape(ops.transpose(split, (0, 2, 1, 3)), [shape[axis] for axis in order])
    back = [order.index(axis) for axis in range(len(shape))]
    return ops.cast(ops.transpose(joined, back), keras.backend.standardize_dtype(dtype))
