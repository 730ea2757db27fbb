"""Activations across features: CReLU doubles them, Maxout takes the largest, multivariate softplus adds them up."""

from functools import reduce
from typing import Any

from keras import ops

from keras_act.functions._check import divisible, has_axis, whole
from keras_act.functions._elementwise import as_float, widen, with_gradient
from keras_act.functions._numerics import indicator
from keras_act.functions._registry import Tensor, public


@public
def crelu(x: Tensor, axis: int = -1) -> Tensor:
    """Concatenated rectifier: `max(x, 0)` and `max(-x, 0)` side by side along `axis`.

    Derivative: 1 where x > 0 in the first half, -1 where x < 0 in the second, 0 elsewhere and at 0; NaN at NaN.
    Range: [0, inf). Shape: that of `x` with `axis` doubled.

    >>> [float(y) for y in crelu([-1.0, 0.5, 2.0])]
    [0.0, 0.5, 2.0, 1.0, 0.0, 0.0]

    Raises:
        ValueError: `x` has no such axis.

    Source: Shang et al., Understanding and improving CNNs via concatenated rectified linear units, arXiv:1603.05201.
    """
    x = as_float(x)
    has_axis("x", x.shape, axis)

    def forward(x: Tensor) -> Tensor:
        return ops.concatenate([ops.relu(x), ops.relu(-x)], axis=axis)

    def backward(upstream: Tensor, x: Tensor) -> Tensor:
        rising, falling = ops.split(upstream, 2, axis=axis)
        return rising * indicator(x, x > 0) - falling * indicator(x, x < 0)

    return with_gradient(forward, backward, x)


@public
def maxout(x: Tensor, pieces: int = 2, axis: int = -1) -> Tensor:
    """Maxout: the largest of each `pieces` neighbours along `axis`.

    Derivative: 1 for the largest, 0 for the others; pieces that tie for the largest share it equally; NaN at NaN.
    Range: the reals. Shape: that of `x` with `axis` divided by `pieces`.

    >>> [float(y) for y in maxout([-1.0, 3.0, 0.0, -2.0])]
    [3.0, 0.0]

    Raises:
        ValueError: `pieces` is no positive integer, `x` has no such axis, or its size there is no multiple of `pieces`.

    Source: Goodfellow et al., Maxout networks, ICML 2013, arXiv:1302.4389.
    """
    x = as_float(x)
    whole("pieces", pieces, 1)
    divisible("x", x.shape, axis, pieces)
    at = axis % len(x.shape)

    def grouped(x: Tensor) -> Tensor:
        sizes = [size if static is None else static for size, static in zip(ops.shape(x), x.shape, strict=True)]
        return ops.reshape(x, [*sizes[:at], sizes[at] // pieces, pieces, *sizes[at + 1 :]])

    def forward(x: Tensor) -> Tensor:
        groups = grouped(x)
        return reduce(_larger, [ops.take(groups, i, axis=at + 1) for i in range(pieces)])  # keeps NaN, unlike max

    def backward(upstream: Tensor, x: Tensor) -> Tensor:
        groups, largest = grouped(x), ops.expand_dims(forward(x), at + 1)
        wins = ops.cast(groups == largest, x.dtype)
        shares = ops.where(largest == largest, wins / ops.sum(wins, axis=at + 1, keepdims=True), largest)
        return ops.reshape(ops.expand_dims(upstream, at + 1) * shares, ops.shape(x))

    return with_gradient(forward, backward, x)


@public
def multivariate_softplus(x: Tensor, axis: int = -1, keepdims: bool = False) -> Tensor:
    """Log-sum-exp with a zero added, LSE0+: `log(1 + sum exp(x))` along `axis`.

    Derivative: `exp(x_i) / (1 + sum exp(x))`, the softmax with a zero added; several infinities share it equally.
    Range: (0, inf). Shape: that of `x` without `axis`, or with size 1 there if `keepdims`.

    >>> [round(float(y), 4) for y in multivariate_softplus([[0.0, 0.0], [-1.0, 2.0]])]
    [1.0986, 2.1698]

    Raises:
        ValueError: `x` has no such axis.

    Source: Nielsen and Hadjeres, Monte Carlo information geometry: the dually flat case, arXiv:1803.07225.
    """
    x = as_float(x)
    has_axis("x", x.shape, axis)

    def forward(x: Tensor) -> Tensor:
        top, parts, rest = _parts(widen(x), axis)
        excess = ops.where(top > 0, rest - 1, ops.zeros_like(rest))  # the largest part is 1: x itself or the added zero
        total = top + ops.log1p(ops.sum(parts, axis=axis, keepdims=True) + excess)
        return ops.cast(total if keepdims else ops.squeeze(total, axis=axis), x.dtype)

    def backward(upstream: Tensor, x: Tensor) -> Tensor:
        flow = widen(upstream if keepdims else ops.expand_dims(upstream, axis))
        _, parts, rest = _parts(widen(x), axis)
        return ops.cast(flow * (parts / (rest + ops.sum(parts, axis=axis, keepdims=True))), x.dtype)

    return with_gradient(forward, backward, x)


def _parts(x: Tensor, axis: int) -> tuple[Any, Any, Any]:
    """(m, exp(x - m), exp(-m)) with m = max(0, x); the largest counts exp(0) even if it is infinite."""
    top = ops.stop_gradient(ops.relu(ops.max(x, axis=axis, keepdims=True)))
    return top, ops.exp(ops.where(x == top, ops.zeros_like(x), x - top)), ops.exp(-top)


def _larger(a: Tensor, b: Tensor) -> Tensor:
    """The larger of two tensors, NaN where either is (maximum on PyTorch would make float32 of float64)."""
    return ops.where(a >= b, a, ops.where(a < b, b, a + b))
