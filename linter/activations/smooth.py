"""Self-gated and exponential units: smooth, with a shallow negative side."""

from __future__ import annotations

from math import inf, log, sqrt

from linter.activations import curves
from linter.activations.facts import Facts, Maker, Parameters, number

GELU_LOW, GELU_TANH_LOW, SWISH_LOW = -0.16997120747990369, -0.17004075057125412, -0.27846454276107379


def xielu(p: Parameters) -> Facts:
    upper, lower = number(p, "alpha_positive", 0.8), number(p, "alpha_negative", 0.8)
    beta = number(p, "beta", 0.5)
    low = -inf
    if lower >= beta > 0 and upper >= 0:
        low = -beta + (beta - lower) * log(1 - beta / lower) if lower > beta else -lower
    return Facts(lambda np, x, _: curves.xielu(np, x, upper, lower, beta), low)


def exponential_unit(kind: str) -> Maker:
    def make(p: Parameters) -> Facts:
        alpha = number(p, "alpha", 1.0)
        above, depth, width = 1.0, alpha, alpha if kind == "celu" else 1.0
        if kind == "selu":
            above, depth = curves.SELU_SCALE, curves.SELU_SCALE * curves.SELU_ALPHA
        return Facts(lambda np, x, _: curves.elu(np, x, above, depth, width), low=min(-depth, 0.0), kinks=(0.0,))

    return make


def gelu(p: Parameters) -> Facts:
    if p.get("approximate"):
        return Facts(lambda np, x, _: curves.gelu_tanh(np, x), low=GELU_TANH_LOW)
    return Facts(lambda np, x, _: curves.gelu(np, x), low=GELU_LOW)


def swish(p: Parameters) -> Facts:
    beta = number(p, "beta", 1.0)
    low, high = (SWISH_LOW / beta if beta > 0 else -inf), (SWISH_LOW / beta if beta < 0 else inf)
    return Facts(lambda np, x, _: curves.swish(np, x, beta), low, high)


def acon(p: Parameters) -> Facts:
    p1, p2, beta = number(p, "p1", 1.0), number(p, "p2", 0.0), number(p, "beta", 1.0)
    low = SWISH_LOW / beta if min(p1, p2) == 0 < max(p1, p2) and beta > 0 else -inf
    return Facts(lambda np, x, _: curves.acon_c(np, x, p1, p2, beta), low)


def smu(p: Parameters) -> Facts:
    alpha, mu = number(p, "alpha", 0.25), number(p, "mu", 1.0)
    low = GELU_LOW / (mu * sqrt(2)) if alpha == 0 and mu > 0 else -inf
    return Facts(lambda np, x, _: curves.smu(np, x, alpha, mu), low)


def snake(p: Parameters) -> Facts:
    frequency = number(p, "frequency", 1.0)
    return Facts(lambda np, x, _: curves.snake(np, x, frequency))
