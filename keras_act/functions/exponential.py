"""Rectifiers with an exponential lower half: ELU, CELU, SELU. exp(x) - 1 is always expm1 of a clamped argument."""

from keras import ops

from keras_act.functions._check import positive
from keras_act.functions._elementwise import elementwise
from keras_act.functions._registry import Tensor, public

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@public
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """Exponential linear unit: `x` above 0, `alpha (exp(x) - 1)` below.

    Derivative: 1 above 0, `alpha exp(x)` below, alpha at 0; NaN at NaN.
    Range: (-alpha, inf). Shape: that of `x`, any.
    Unlike Keras on TensorFlow, it keeps its value for small |x|, where exp(x) - 1 cancels.

    >>> [round(float(y), 4) for y in elu([-1.0, 0.0, 2.0])]
    [-0.6321, 0.0, 2.0]

    Raises:
        ValueError: `alpha` is not a positive finite number.

    Source: Clevert, Unterthiner and Hochreiter, arXiv:1511.07289.
    """
    positive("alpha", alpha)
    return elementwise(_curve, [_slope], x, 1.0, alpha, 1.0, native="elu")


@public
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """Continuously differentiable exponential linear unit: `x` above 0, `alpha (exp(x / alpha) - 1)` below.

    Derivative: 1 above 0, `exp(x / alpha)` below, 1 at 0 (Keras on TensorFlow gives 2 there); NaN at NaN.
    Range: (-alpha, inf). Shape: that of `x`, any.

    >>> [round(float(y), 4) for y in celu([-1.0, 0.0, 2.0], alpha=0.5)]
    [-0.4323, 0.0, 2.0]

    Raises:
        ValueError: `alpha` is not a positive finite number.

    Source: Barron, Continuously differentiable exponential linear units, arXiv:1704.07483.
    """
    positive("alpha", alpha)
    return elementwise(_curve, [_slope], x, 1.0, alpha, alpha, native="elu")


@public
def selu(x: Tensor) -> Tensor:
    """Scaled exponential linear unit: `1.0507 x` above 0, `1.7581 (exp(x) - 1)` below.

    Derivative: 1.0507 above 0, `1.7581 exp(x)` below, 1.7581 at 0 (Keras on TensorFlow gives 1.0507 there); NaN at NaN.
    Range: (-1.7581, inf). Shape: that of `x`, any. With LeCun normal kernels it keeps mean 0 and variance 1.

    >>> [round(float(y), 4) for y in selu([-1.0, 0.0, 2.0])]
    [-1.1113, 0.0, 2.1014]

    Source: Klambauer et al., Self-normalizing neural networks, NeurIPS 2017, arXiv:1706.02515.
    """
    return elementwise(_curve, [_slope], x, SELU_SCALE, SELU_SCALE * SELU_ALPHA, 1.0, native="elu")


def _scaled_down(x: Tensor, width: float) -> Tensor:
    low = ops.where(x > 0, ops.zeros_like(x), x)
    return low if width == 1 else low / width


def _curve(x: Tensor, above: float, depth: float, width: float) -> Tensor:
    return ops.where(x > 0, above * x, depth * ops.expm1(_scaled_down(x, width)))


def _slope(x: Tensor, above: float, depth: float, width: float) -> Tensor:
    return ops.where(x > 0, ops.full_like(x, above), _decay(x, depth / width, width))


def _decay(x: Tensor, factor: float, width: float) -> Tensor:
    """factor exp(x / width); by halves, so that only the product can underflow."""
    root = ops.exp(0.5 * _scaled_down(x, width))
    return factor * root * root
