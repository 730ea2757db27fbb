"""What each elementwise function should be: NumPy in double precision for sweeps, mpmath with 60 digits to check both.

Written from the definitions in the papers, on their own; nothing here looks at the package's formulas.
"""

# ruff: noqa: E501  # one case is one row of a table
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import numpy as np

import keras_act

INF = math.inf
PI = math.pi
erfc = np.vectorize(math.erfc, otypes=[float])


@dataclass(frozen=True)
class Case:
    """One function with its hyper-parameters, its references and its stated facts."""

    name: str
    function: Callable[..., Any]
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    exact: Callable[[Any], Any]
    limits: tuple[float, float]  # at -inf and +inf
    at_zero: tuple[float, float]  # value and derivative
    kinks: tuple[float, ...] = ()
    arguments: dict[str, Any] = field(default_factory=dict)
    terms: Callable[[np.ndarray], np.ndarray] | None = None  # size of the terms whose sum it is, where they cancel

    def __call__(self, x: Any) -> Any:
        return self.function(x, **self.arguments)


def logistic(x):
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def logistic_slope(x):
    small = np.exp(-np.abs(x))
    return small / (1 + small) ** 2


def sech2(x):
    small = np.exp(-2 * np.abs(x))
    return 4 * small / (1 + small) ** 2


def swish(x, beta=1.0):
    return np.maximum(x, -1e300) * logistic(beta * x)


def swish_slope(x, beta=1.0):
    return logistic(beta * x) + beta * x * logistic_slope(beta * x)


def gelu_tanh_slope(x):
    c = math.sqrt(2 / PI)
    y = np.clip(x, -30, 30)
    u = 2 * c * (y + 0.044715 * y**3)
    return logistic(u) + y * 2 * c * (1 + 3 * 0.044715 * y**2) * logistic_slope(u)


def mish_slope(x):
    return np.tanh(np.logaddexp(0, x)) + x * sech2(np.logaddexp(0, x)) * logistic(x)


def mish(x):
    return x * np.tanh(np.logaddexp(0, x))


def squareplus(x, b):
    r = np.hypot(x, math.sqrt(b))
    return np.where(x > 0, (x + r) / 2, b / 2 / (r + np.abs(x)))


def squareplus_slope(x, b):
    r = np.hypot(x, math.sqrt(b))
    tail = b / 2 / r / (r + np.abs(x))
    return np.where(x > 0, 1 - tail, tail)


def telu_slope(x):
    e = np.exp(np.minimum(x, 30))
    return np.tanh(e) + x * e * sech2(e)


def tanh_shrink(x):
    y = np.where(np.abs(x) < 0.3, x, 0)
    near = sum(c * y**n for n, c in TANH_SERIES)
    return np.where(np.abs(x) < 0.3, near, x - np.tanh(x))


TANH_SERIES = [(3, 1 / 3), (5, -2 / 15), (7, 17 / 315), (9, -62 / 2835), (11, 1382 / 155925), (13, -21844 / 6081075)]
TANH_SERIES += [(15, 929569 / 638512875), (17, -6404582 / 10854718875)]


def smu(x, alpha=0.25, mu=1.0):
    return alpha * x + (1 - alpha) * np.maximum(x, -1e300) * erfc(-mu * (1 - alpha) * x) / 2


def smu_slope(x, alpha=0.25, mu=1.0):
    z = mu * (1 - alpha) * np.clip(x, -1e3, 1e3)
    return alpha + (1 - alpha) * (erfc(-z) / 2 + z * np.exp(-z * z) / math.sqrt(PI))


def mp_logistic(x):
    return 1 / (1 + mp.exp(-x))


def mp_elu(alpha=1, width=1, scale=1):
    return lambda x: scale * (x if x > 0 else alpha * mp.expm1(x / width))


LAMBDA, ALPHA = 1.0507009873554804934, 1.6732632423543772848
ka = keras_act


def _step(low, high, at):
    return lambda x: np.where(x > at, high, low) + 0.0 * np.where(np.isfinite(x), x, 0)


CASES = [
    Case("relu", ka.relu, lambda x: np.maximum(x, 0), _step(0, 1, 0), lambda x: max(x, mp.mpf(0)), (0, INF), (0, 0), (0,)),
    Case("relu6", ka.relu6, lambda x: np.clip(x, 0, 6), lambda x: ((x > 0) & (x < 6)) * 1.0,
         lambda x: min(max(x, mp.mpf(0)), mp.mpf(6)), (0, 6), (0, 0), (0, 6)),
    Case("clipped_relu", ka.clipped_relu, lambda x: np.clip(x, 0, 2.5), lambda x: ((x > 0) & (x < 2.5)) * 1.0,
         lambda x: min(max(x, mp.mpf(0)), mp.mpf(2.5)), (0, 2.5), (0, 0), (0, 2.5), {"max_value": 2.5}),
    Case("leaky_relu", ka.leaky_relu, lambda x: np.where(x > 0, x, 0.01 * x), _step(0.01, 1, 0),
         lambda x: x if x > 0 else mp.mpf(0.01) * x, (-INF, INF), (0, 0.01), (0,)),
    Case("prelu", ka.prelu, lambda x: np.where(x > 0, x, 0.25 * x), _step(0.25, 1, 0),
         lambda x: x if x > 0 else x / 4, (-INF, INF), (0, 0.25), (0,), {"alpha": 0.25}),
    Case("rrelu", ka.rrelu, lambda x: np.where(x > 0, x, 11 / 48 * x), _step(11 / 48, 1, 0),
         lambda x: x if x > 0 else mp.mpf(11) / 48 * x, (-INF, INF), (0, 11 / 48), (0,)),
    Case("shifted_relu", ka.shifted_relu, lambda x: np.maximum(x, -1.5), _step(0, 1, -1.5),
         lambda x: max(x, mp.mpf(-1.5)), (-1.5, INF), (0, 1), (-1.5,), {"a": 1.5}),
    Case("relu_squared", ka.relu_squared, lambda x: np.maximum(x, 0) ** 2, lambda x: 2 * np.maximum(x, 0),
         lambda x: max(x, mp.mpf(0)) ** 2, (0, INF), (0, 0), (0,)),
    Case("star_relu", ka.star_relu, lambda x: 0.5 * np.maximum(x, 0) ** 2 - 0.25, lambda x: np.maximum(x, 0),
         lambda x: max(x, mp.mpf(0)) ** 2 / 2 - mp.mpf(1) / 4, (-0.25, INF), (-0.25, 0), (0,), {"scale": 0.5, "bias": -0.25}),
    Case("xielu", ka.xielu, lambda x: np.where(x > 0, 0.8 * x * x, 0.8 * (np.expm1(np.minimum(x, 0)) - x)) + 0.5 * x,
         lambda x: np.where(x > 0, 1.6 * x, 0.8 * np.expm1(np.minimum(x, 0))) + 0.5,
         lambda x: (mp.mpf(0.8) * x * x if x > 0 else mp.mpf(0.8) * (mp.expm1(x) - x)) + x / 2, (INF, INF), (0, 0.5), (0,), {},
         lambda x: np.abs(0.8 * (np.expm1(np.minimum(x, 0)) - x)) + np.abs(0.5 * x)),
    Case("elu", ka.elu, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), lambda x: np.exp(np.minimum(x, 0)),
         mp_elu(), (-1, INF), (0, 1), (0,)),
    Case("elu_half", ka.elu, lambda x: np.where(x > 0, x, 0.5 * np.expm1(np.minimum(x, 0))),
         lambda x: np.where(x > 0, 1, 0.5 * np.exp(np.minimum(x, 0))), mp_elu(mp.mpf(1) / 2), (-0.5, INF), (0, 0.5), (0,),
         {"alpha": 0.5}),
    Case("celu", ka.celu, lambda x: np.where(x > 0, x, 0.5 * np.expm1(2 * np.minimum(x, 0))),
         lambda x: np.exp(2 * np.minimum(x, 0)), mp_elu(mp.mpf(1) / 2, mp.mpf(1) / 2), (-0.5, INF), (0, 1), (0,), {"alpha": 0.5}),
    Case("selu", ka.selu, lambda x: LAMBDA * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0))),
         lambda x: LAMBDA * np.where(x > 0, 1, ALPHA * np.exp(np.minimum(x, 0))), mp_elu(mp.mpf(ALPHA), 1, mp.mpf(LAMBDA)),
         (-LAMBDA * ALPHA, INF), (0, LAMBDA * ALPHA), (0,)),
    Case("softplus", ka.softplus, lambda x: np.logaddexp(0, x), logistic, lambda x: mp.log1p(mp.exp(x)),
         (0, INF), (math.log(2), 0.5)),
    Case("softplus_5", ka.softplus, lambda x: np.logaddexp(0, 5 * x) / 5, lambda x: logistic(5 * x),
         lambda x: mp.log1p(mp.exp(5 * x)) / 5, (0, INF), (math.log(2) / 5, 0.5), (), {"sharpness": 5.0}),
    Case("squareplus", ka.squareplus, lambda x: squareplus(x, 4), lambda x: squareplus_slope(x, 4),
         lambda x: (x + mp.sqrt(x * x + 4)) / 2, (0, INF), (1, 0.5)),
    Case("squareplus_quarter", ka.squareplus, lambda x: squareplus(x, 0.25), lambda x: squareplus_slope(x, 0.25),
         lambda x: (x + mp.sqrt(x * x + mp.mpf(1) / 4)) / 2, (0, INF), (0.25, 0.5), (), {"b": 0.25}),
    Case("sparse_plus", ka.sparse_plus, lambda x: np.where(x < 1, (np.clip(x, -1, 1) + 1) ** 2 / 4, x),
         lambda x: (np.clip(x, -1, 1) + 1) / 2, lambda x: mp.mpf(0) if x < -1 else x if x > 1 else (x + 1) ** 2 / 4,
         (0, INF), (0.25, 0.5), (-1, 1)),
    Case("gelu", ka.gelu, lambda x: np.maximum(x, -1e300) * erfc(-x / math.sqrt(2)) / 2,
         lambda x: erfc(-x / math.sqrt(2)) / 2 + x * np.exp(-np.minimum(x * x, 1e4) / 2) / math.sqrt(2 * PI),
         lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, (0, INF), (0, 0.5)),
    Case("gelu_tanh", ka.gelu, lambda x: x * logistic(2 * math.sqrt(2 / PI) * (x + 0.044715 * np.clip(x, -1e90, 1e90) ** 3)),
         gelu_tanh_slope, lambda x: x * mp_logistic(2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf(0.044715) * x**3)), (0, INF), (0, 0.5),
         (), {"approximate": True}),
    Case("silu", ka.silu, swish, swish_slope, lambda x: x * mp_logistic(x), (0, INF), (0, 0.5)),
    Case("swish_2", ka.swish, lambda x: swish(x, 2), lambda x: swish_slope(x, 2), lambda x: x * mp_logistic(2 * x),
         (0, INF), (0, 0.5), (), {"beta": 2.0}),
    Case("mish", ka.mish, mish, mish_slope,
         lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), (0, INF), (0, 0.6)),
    Case("telu", ka.telu, lambda x: x * np.tanh(np.exp(np.minimum(x, 30))), telu_slope,
         lambda x: x * mp.tanh(mp.exp(min(x, mp.mpf(30)))), (0, INF), (0, math.tanh(1))),
    Case("lisht", ka.lisht, lambda x: x * np.tanh(x), lambda x: np.tanh(x) + x * sech2(x), lambda x: x * mp.tanh(x),
         (INF, INF), (0, 0)),
    Case("sigmoid", ka.sigmoid, logistic, logistic_slope, mp_logistic, (0, 1), (0.5, 0.25)),
    Case("tanh", ka.tanh, np.tanh, sech2, mp.tanh, (-1, 1), (0, 1)),
    Case("hard_sigmoid", ka.hard_sigmoid, lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: (np.abs(x) < 3) / 6,
         lambda x: min(max(x / 6 + mp.mpf(1) / 2, mp.mpf(0)), mp.mpf(1)), (0, 1), (0.5, 1 / 6), (-3, 3)),
    Case("hard_tanh", ka.hard_tanh, lambda x: np.clip(x, -1, 2), lambda x: ((x > -1) & (x < 2)) * 1.0,
         lambda x: min(max(x, mp.mpf(-1)), mp.mpf(2)), (-1, 2), (0, 1), (-1, 2), {"max_value": 2.0}),
    Case("dyt", ka.dyt, lambda x: np.tanh(x / 2), lambda x: sech2(x / 2) / 2, lambda x: mp.tanh(x / 2), (-1, 1), (0, 0.5)),
    Case("hard_shrink", ka.hard_shrink, lambda x: np.where(np.abs(x) <= 0.5, 0, x), lambda x: (np.abs(x) > 0.5) * 1.0,
         lambda x: x if abs(x) > 0.5 else mp.mpf(0), (-INF, INF), (0, 0), (-0.5, 0.5)),
    Case("soft_shrink", ka.soft_shrink, lambda x: np.where(x > 1, x - 1, np.where(x < -0.5, x + 0.5, 0)),
         lambda x: ((x > 1) | (x < -0.5)) * 1.0, lambda x: x - 1 if x > 1 else x + mp.mpf(1) / 2 if x < -0.5 else mp.mpf(0),
         (-INF, INF), (0, 0), (-0.5, 1), {"upper": 1.0}),
    Case("tanh_shrink", ka.tanh_shrink, tanh_shrink, lambda x: np.tanh(x) ** 2, lambda x: x - mp.tanh(x), (-INF, INF), (0, 0)),
    Case("snake", ka.snake, lambda x: x + np.sin(x) ** 2, lambda x: (np.sin(x) + np.cos(x)) ** 2,
         lambda x: x + mp.sin(x) ** 2, (-INF, INF), (0, 1)),
    Case("snake_2", ka.snake, lambda x: x + np.sin(2 * x) ** 2 / 2, lambda x: (np.sin(2 * x) + np.cos(2 * x)) ** 2,
         lambda x: x + mp.sin(2 * x) ** 2 / 2, (-INF, INF), (0, 1), (), {"frequency": 2.0}),
    Case("acon_c", ka.acon_c, lambda x: 1.5 * np.maximum(x, -1e300) * logistic(3 * x) - 0.5 * x,
         lambda x: 1.5 * swish_slope(x, 3) - 0.5, lambda x: mp.mpf(3) / 2 * x * mp_logistic(3 * x) - x / 2,
         (INF, INF), (0, 0.25), (), {"p1": 1.0, "p2": -0.5, "beta": 2.0},
         lambda x: np.abs(1.5 * x * logistic(3 * x)) + np.abs(0.5 * x)),
    Case("smu", ka.smu, smu, smu_slope, lambda x: x / 4 + mp.mpf(3) / 8 * x * mp.erfc(-mp.mpf(3) / 4 * x), (-INF, INF), (0, 0.625)),
]  # fmt: skip
