"""Sigmoids and tanhs of every kind, and the shrinking functions."""

from __future__ import annotations

from linter.activations import curves
from linter.activations.facts import Facts, Maker, Parameters, number


def hard_sigmoid(p: Parameters) -> Facts:
    slope, offset = number(p, "slope", 1 / 6), number(p, "offset", 0.5)
    kinks: tuple[float, ...] = (-offset / slope, (1 - offset) / slope) if slope else ()
    silent = -offset / slope if slope > 0 else None
    return Facts(
        lambda np, x, _: np.clip(slope * x + offset, 0, 1), 0.0, 1.0, kinks, silent_below=silent, saturates=True
    )


def clip(low: float, high: float) -> Maker:
    def make(p: Parameters) -> Facts:
        a, b = number(p, "min_value", low), number(p, "max_value", high)
        return Facts(lambda np, x, _: np.clip(x, a, b), a, b, (a, b), saturates=True, idempotent=True)

    return make


def dyt(p: Parameters) -> Facts:
    alpha, gamma, beta = number(p, "alpha", 0.5), number(p, "gamma", 1.0), number(p, "beta", 0.0)
    reach = abs(gamma)
    return Facts(
        lambda np, x, _: gamma * np.tanh(alpha * x) + beta, beta - reach, beta + reach, saturates=bool(gamma and alpha)
    )


def shrink(kind: str) -> Maker:
    def make(p: Parameters) -> Facts:
        width = number(p, "threshold", 0.5)
        lower, upper = number(p, "lower", -width), number(p, "upper", width)
        curve = curves.hard_shrink if kind == "hard" else curves.soft_shrink
        return Facts(lambda np, x, _: curve(np, x, lower, upper), kinks=(lower, upper), idempotent=kind == "hard")

    return make
