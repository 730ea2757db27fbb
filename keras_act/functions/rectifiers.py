"""Piecewise-linear rectifiers: zero or a smaller slope below a kink, the identity above it."""

from typing import Any

from keras import ops

from keras_act.functions._check import at_least_zero, between, finite, is_number, ordered, positive
from keras_act.functions._elementwise import elementwise
from keras_act.functions._numerics import indicator
from keras_act.functions._registry import Tensor, public


@public
def relu(x: Tensor) -> Tensor:
    """Rectifier: `max(x, 0)`.

    Derivative: 0 below and at 0, 1 above; NaN at NaN, where Keras gives 0 (TensorFlow, JAX) or 1 (PyTorch).
    Range: [0, inf). Shape: that of `x`, any.

    >>> [float(y) for y in relu([-1.0, 0.0, 2.0])]
    [0.0, 0.0, 2.0]

    Source: Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010.
    """
    return elementwise(ops.relu, [_relu_slope], x, native="relu")


@public
def relu6(x: Tensor) -> Tensor:
    """Rectifier with a ceiling of 6: `min(max(x, 0), 6)`.

    Derivative: 1 inside (0, 6), 0 outside and at both kinks; NaN at NaN.
    Range: [0, 6]. Shape: that of `x`, any.

    >>> [float(y) for y in relu6([-1.0, 3.0, 9.0])]
    [0.0, 3.0, 6.0]

    Source: Krizhevsky, Convolutional deep belief networks on CIFAR-10, 2010.
    """
    return clipped_relu(x, max_value=6.0)


@public
def clipped_relu(x: Tensor, max_value: float = 6.0) -> Tensor:
    """Rectifier with a ceiling: `min(max(x, 0), max_value)`.

    Derivative: 1 inside (0, max_value), 0 outside and at both kinks; NaN at NaN.
    Range: [0, max_value]. Shape: that of `x`, any.

    >>> [float(y) for y in clipped_relu([-1.0, 3.0, 9.0], max_value=4.0)]
    [0.0, 3.0, 4.0]

    Raises:
        ValueError: `max_value` is not a positive finite number.

    Source: Hannun et al., Deep Speech, arXiv:1412.5567.
    """
    positive("max_value", max_value)
    return elementwise(_clipped, [_clipped_slope], x, max_value, native="clipped_relu")


@public
def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Rectifier that leaks: `x` above 0, `negative_slope * x` below.

    Derivative: `negative_slope` below and at 0, 1 above; NaN at NaN. Keras's JAX backend gives 1 at 0.
    Range: the reals. Shape: that of `x`, any.

    The default slope is that of the paper (and PyTorch); Keras has 0.2 in its function and 0.3 in its layer.

    >>> [round(float(y), 4) for y in leaky_relu([-1.0, 0.0, 2.0])]
    [-0.01, 0.0, 2.0]

    Raises:
        ValueError: `negative_slope` lies outside [0, 1].

    Source: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, ICML 2013.
    """
    between("negative_slope", negative_slope, 0.0, 1.0)
    if is_number(negative_slope) and negative_slope == 0:
        return relu(x)
    return elementwise(_leaky, _leaky_slopes, x, negative_slope, native="leaky_relu")


@public
def prelu(x: Tensor, alpha: Any) -> Tensor:
    """Rectifier with a learnt leak: `x` above 0, `alpha * x` below.

    Derivative by `x`: `alpha` below and at 0, 1 above; by `alpha`: `min(x, 0)`, summed in float32. NaN at NaN.
    Range: the reals. Shape: that of `x`; `alpha` is a number or a tensor that broadcasts to it.

    >>> [float(y) for y in prelu([-1.0, 0.0, 2.0], alpha=0.25)]
    [-0.25, 0.0, 2.0]

    Raises:
        ValueError: `alpha` is a number that is not finite.

    Source: He et al., Delving deep into rectifiers, ICCV 2015, arXiv:1502.01852.
    """
    finite("alpha", alpha)
    return elementwise(_leaky, _leaky_slopes, x, alpha, native="leaky_relu")


@public
def rrelu(x: Tensor, lower: float = 1 / 8, upper: float = 1 / 3) -> Tensor:
    """Randomised leaky rectifier as it is at inference: leaky with the mean slope `(lower + upper) / 2`.

    The layer `RReLU` draws a slope per element while it trains. Derivative: the mean slope below and at 0, 1 above;
    NaN at NaN.
    Range: the reals. Shape: that of `x`, any.

    >>> [round(float(y), 4) for y in rrelu([-1.0, 0.0, 2.0])]
    [-0.2292, 0.0, 2.0]

    Raises:
        ValueError: `lower > upper`, or one of them lies outside [0, 1].

    Source: Xu et al., Empirical evaluation of rectified activations in convolutional network, arXiv:1505.00853.
    """
    between("lower", lower, 0.0, 1.0)
    between("upper", upper, 0.0, 1.0)
    ordered("lower", lower, "upper", upper)
    return leaky_relu(x, negative_slope=(lower + upper) / 2)


@public
def shifted_relu(x: Tensor, a: float = 1.0) -> Tensor:
    """Rectifier with its kink at -a: `max(-a, x)`.

    Derivative: 0 below and at -a, 1 above; NaN at NaN.
    Keras's `relu(threshold=...)` is another function: it is 0 below the threshold.
    Range: [-a, inf). Shape: that of `x`, any.

    >>> [float(y) for y in shifted_relu([-3.0, -0.5, 2.0])]
    [-1.0, -0.5, 2.0]

    Raises:
        ValueError: `a` is negative or not finite.

    Source: Clevert, Unterthiner and Hochreiter, ELU (where it is the comparison SReLU), arXiv:1511.07289.
    """
    at_least_zero("a", a)
    return elementwise(_shifted, [_shifted_slope], x, a, native="threshold")


def _relu_slope(x: Tensor) -> Tensor:
    return indicator(x, x > 0)


def _clipped(x: Tensor, top: float) -> Tensor:
    return ops.where(x <= 0, ops.zeros_like(x), ops.where(x >= top, ops.full_like(x, top), x))


def _clipped_slope(x: Tensor, top: float) -> Tensor:
    return indicator(x, (x > 0) & (x < top))


def _leaky(x: Tensor, slope: Any) -> Tensor:
    return ops.where(x > 0, x, slope * x)


def _shifted(x: Tensor, a: float) -> Tensor:
    return ops.where(x <= -a, ops.full_like(x, -a), x)


def _shifted_slope(x: Tensor, a: float) -> Tensor:
    return indicator(x, x > -a)


def _leaky_slope(x: Tensor, slope: Any) -> Tensor:
    above = indicator(x, x > 0)
    return slope * (1 - above) + above


# -0.0: XLA would keep a tensor of zeros in memory, whose 0 it shares with the start of a sum
_leaky_slopes = (
    _leaky_slope,
    lambda x, slope: ops.minimum(x, ops.full_like(x, -0.0)),
)
