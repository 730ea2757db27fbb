"""Initializers whose variance follows from the kernel's fans: the base class, Glorot, LeCun and the uniform
1/sqrt(fan).

keras.initializers.VarianceScaling
`-- FanScaling        layout, distribution, seed; `variance` is for the subclasses
    |-- He            gain of the activation that feeds the kernel (he.py)
    |-- Glorot        2 / (fan_in + fan_out)
    |-- LeCun         1 / fan_in
    `-- FanInUniform  uniform on +-1 / sqrt(fan_in)
"""

from collections.abc import Sequence
from typing import Any

import keras

from keras_act.functions._registry import Tensor, public
from keras_act.initializers.draw import distribution_name, draw
from keras_act.initializers.layout import Layout, check_kind, layout_of


class FanScaling(keras.initializers.VarianceScaling):  # type: ignore[misc]  # Keras ships no types
    """What fan-scaled initializers share. It is a VarianceScaling, so that EinsumDense and attention tell it their
    axes.

    Args:
        distribution: "truncated_normal" (cut at 2 standard deviations, its variance corrected), "untruncated_normal" or
            "uniform".
        layer: What the kernel is for, since a shape alone does not say: "dense", "conv" (grouped: with `groups`),
            "conv_transpose", "depthwise_conv", "embedding", "lstm" or "gru" (fans per gate). None: two axes are
            dense, more
            are conv. A SeparableConv takes "depthwise_conv" for its depthwise kernel and "conv" for the pointwise one.
        groups: Of a grouped convolution.
        strides: Of a convolution (counts for fan_out) or a transposed one (counts for fan_in).
        input_axes, output_axes: For EinsumDense and MultiHeadAttention: axes of the kernel that are summed over and
        axes of the
            output. Keras >= 3.15 fills them in by itself.
        seed: None (different numbers at each call), an integer (the same at each call) or a keras.random.SeedGenerator.

    Raises:
        ValueError: an unknown distribution or layer; groups or strides that are no positive integers; a shape that
        does not fit.
    """

    def __init__(
        self,
        distribution: str = "truncated_normal",
        layer: str | None = None,
        groups: int = 1,
        strides: int | Sequence[int] = 1,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
        seed: Any = None,
    ) -> None:
        check_kind(layer, groups, strides)
        super().__init__(distribution=distribution_name(distribution), seed=seed)
        self.layer, self.groups, self.strides = layer, groups, strides
        self.input_axes, self.output_axes = input_axes, output_axes
        if seed is None:
            self.seed = None

    def variance(self, layout: Layout) -> float:
        """The variance of a kernel of this layout."""
        raise NotImplementedError(f"{type(self).__name__} must say its variance")

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        """A kernel of that shape."""
        axes = (self.input_axes, self.output_axes)
        return self.fill(layout_of(shape, self.layer, self.groups, self.strides, *axes), dtype)

    def fill(self, layout: Layout, dtype: Any = None) -> Tensor:
        """A kernel of that layout, whatever `layer` and the axes say."""
        return draw(layout.shape, self.distribution, self.variance(layout), self.seed, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        names = ("distribution", "layer", "groups", "strides", "input_axes", "output_axes")
        return {"seed": super().get_config()["seed"], **{name: getattr(self, name) for name in names}}


@public
class Glorot(FanScaling):
    """Variance 2 / (fan_in + fan_out), with the fans of the layer that it is for.

    A compromise between signal and gradient for activations that are the identity near 0 (tanh); it knows no gain,
    and a ReLU
    halves the signal at each layer.

    >>> keras.layers.DepthwiseConv2D(3, depthwise_initializer=Glorot(layer="depthwise_conv"))  # doctest: +ELLIPSIS
    <DepthwiseConv2D ...>

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """

    def __init__(self, distribution: str = "uniform", **kwargs: Any) -> None:
        super().__init__(distribution=distribution, **kwargs)

    def variance(self, layout: Layout) -> float:
        """2 / (fan_in + fan_out)."""
        return 2.0 / max(1.0, layout.fan_in + layout.fan_out)


@public
class LeCun(FanScaling):
    """Variance 1 / fan_in, with the fan of the layer that it is for: right for linear maps and for SELU.

    Source: LeCun et al., Efficient backprop, 1998; Klambauer et al., Self-normalizing neural networks,
    arXiv:1706.02515.
    """

    def variance(self, layout: Layout) -> float:
        """1 / fan_in."""
        return 1.0 / layout.fan_in


@public
class FanInUniform(FanScaling):
    """Uniform on +-1 / sqrt(fan_in), so of variance 1 / (3 fan_in): the old rule of thumb, PyTorch's default to this
    day.

    Source: LeCun et al., Efficient backprop, 1998 (there with variance 1 / fan_in).
    """

    def __init__(self, **kwargs: Any) -> None:
        if kwargs.pop("distribution", "uniform") != "uniform":
            raise ValueError("FanInUniform is uniform. Received another distribution; use LeCun or He for a normal one")
        super().__init__(distribution="uniform", **kwargs)

    def variance(self, layout: Layout) -> float:
        """1 / (3 fan_in)."""
        return 1.0 / (3.0 * layout.fan_in)
