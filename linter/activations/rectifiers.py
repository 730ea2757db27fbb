"""Rectifiers, hard and smooth ones: zero or nearly so on one side, the identity or its square on the other."""

from __future__ import annotations

from math import inf, sqrt

from linter.activations import curves
from linter.activations.facts import Facts, Maker, Parameters, number


def relu(p: Parameters) -> Facts:
    ceiling = number(p, "max_value", inf)
    threshold, slope = number(p, "threshold", 0.0), number(p, "negative_slope", 0.0)
    kinks = (threshold, *((ceiling,) if ceiling < inf else ()))
    return Facts(
        lambda np, x, _: curves.relu(np, x, slope, ceiling, threshold),
        low=-inf if slope > 0 else min(0.0, threshold),
        high=inf if slope < 0 else max(ceiling, 0.0),
        kinks=kinks,
        silent_below=threshold if slope == 0 else None,
        rectifier=True,
        idempotent=slope == 0 and threshold >= 0,
    )


def leaky(default: float) -> Maker:
    def make(p: Parameters) -> Facts:
        slope = number(p, "negative_slope", default)
        return Facts(lambda np, x, _: np.where(x >= 0, x, slope * x), kinks=(0.0,), rectifier=True)

    return make


def rrelu(p: Parameters) -> Facts:
    return leaky((number(p, "lower", 1 / 8) + number(p, "upper", 1 / 3)) / 2)({})


def shifted(p: Parameters) -> Facts:
    a = number(p, "a", 1.0)
    return Facts(lambda np, x, _: np.maximum(x, -a), low=-a, kinks=(-a,), idempotent=True)


def square(p: Parameters) -> Facts:
    return Facts(lambda np, x, _: np.maximum(x, 0) ** 2, low=0.0, silent_below=0.0)


def star(p: Parameters) -> Facts:
    scale, bias = number(p, "scale", 2 / sqrt(5)), number(p, "bias", -1 / sqrt(5))
    low, high = (-inf if scale < 0 else bias), (inf if scale > 0 else bias)
    return Facts(lambda np, x, _: scale * np.maximum(x, 0) ** 2 + bias, low, high)


def clipped_relu(p: Parameters) -> Facts:
    return relu({"max_value": number(p, "max_value", 6.0)})


def threshold(p: Parameters) -> Facts:
    edge, value = number(p, "threshold", 0.0), number(p, "default_value", 0.0)
    silent = edge if value == 0 else None
    return Facts(
        lambda np, x, _: np.where(x > edge, x, value),
        min(edge, value),
        kinks=(edge,),
        silent_below=silent,
        idempotent=True,
    )


def softplus(p: Parameters) -> Facts:
    sharpness = number(p, "sharpness", 1.0) or 1.0
    return Facts(lambda np, x, _: curves.softplus(np, x, sharpness), low=0.0)


def squareplus(p: Parameters) -> Facts:
    b = max(number(p, "b", 4.0), 0.0)
    return Facts(lambda np, x, _: curves.squareplus(np, x, b), low=0.0, kinks=() if b else (0.0,))
