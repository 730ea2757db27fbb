"""Gated linear units: along an axis, the first half of the features times an activation of the second half."""

from keras import ops

from keras_act.functions._check import divisible
from keras_act.functions._elementwise import Formula, as_float, widen, with_gradient
from keras_act.functions._numerics import logistic, logistic_slope
from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import _relu_slope
from keras_act.functions.self_gated import _gelu, _gelu_slope, _swish, _swish_slope


@public
def glu(x: Tensor, axis: int = -1) -> Tensor:
    """Gated linear unit: `a * sigmoid(b)`, `a` and `b` the two halves of `x` along `axis`.

    Derivative: `sigmoid(b)` by a, `a sigmoid'(b)` by b. Range: the reals.
    Shape: that of `x` with `axis` halved.

    >>> [round(float(y), 4) for y in glu([1.0, 2.0, 0.0, 1.0])]
    [0.5, 1.4621]

    Raises:
        ValueError: `x` has no such axis, or its size there is odd.

    Source: Dauphin et al., Language modeling with gated convolutional networks, arXiv:1612.08083.
    """
    return _gated(x, axis, logistic, logistic_slope)


@public
def reglu(x: Tensor, axis: int = -1) -> Tensor:
    """Gated unit with a rectifier: `a * max(b, 0)`, `a` and `b` the two halves of `x` along `axis`.

    Derivative: `max(b, 0)` by a, `a` where b > 0 by b, 0 at b = 0. Range: the reals.
    Shape: that of `x` with `axis` halved.

    >>> [float(y) for y in reglu([1.0, 2.0, -1.0, 3.0])]
    [0.0, 6.0]

    Raises:
        ValueError: `x` has no such axis, or its size there is odd.

    Source: Shazeer, GLU variants improve transformer, arXiv:2002.05202.
    """
    return _gated(x, axis, ops.relu, _relu_slope)


@public
def geglu(x: Tensor, axis: int = -1) -> Tensor:
    """Gated unit with an exact GELU: `a * gelu(b)`, `a` and `b` the two halves of `x` along `axis`.

    Derivative: `gelu(b)` by a, `a gelu'(b)` by b. Range: the reals.
    Shape: that of `x` with `axis` halved.

    >>> [round(float(y), 4) for y in geglu([1.0, 2.0, -1.0, 3.0])]
    [-0.1587, 5.9919]

    Raises:
        ValueError: `x` has no such axis, or its size there is odd.

    Source: Shazeer, GLU variants improve transformer, arXiv:2002.05202.
    """
    return _gated(x, axis, _gelu, _gelu_slope)


@public
def swiglu(x: Tensor, axis: int = -1) -> Tensor:
    """Gated unit with a SiLU: `a * silu(b)`, `a` and `b` the two halves of `x` along `axis`.

    Derivative: `silu(b)` by a, `a silu'(b)` by b. Range: the reals.
    Shape: that of `x` with `axis` halved.

    >>> [round(float(y), 4) for y in swiglu([1.0, 2.0, -1.0, 3.0])]
    [-0.2689, 5.7154]

    Raises:
        ValueError: `x` has no such axis, or its size there is odd.

    Source: Shazeer, GLU variants improve transformer, arXiv:2002.05202.
    """
    return _gated(x, axis, lambda b: _swish(b, 1.0), lambda b: _swish_slope(b, 1.0))


def _gated(x: Tensor, axis: int, gate: Formula, slope: Formula) -> Tensor:
    x = as_float(x)
    divisible("x", x.shape, axis, 2)

    def forward(x: Tensor) -> Tensor:
        a, b = ops.split(widen(x), 2, axis=axis)
        return ops.cast(a * gate(b), x.dtype)

    def backward(upstream: Tensor, x: Tensor) -> Tensor:
        (a, b), flow = ops.split(widen(x), 2, axis=axis), widen(upstream)
        return ops.cast(ops.concatenate([flow * gate(b), flow * (a * slope(b))], axis=axis), x.dtype)

    return with_gradient(forward, backward, x)
