"""References for the functions that work across features: gated units, CReLU, Maxout, multivariate softplus.

`value` and `slope` (for an upstream gradient of ones) act on an array of shape (n, features) in double precision.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import keras_act
from tests.keras_act import oracle


@dataclass(frozen=True)
class Across:
    """One function of the last axis, with references."""

    name: str
    function: Callable[..., Any]
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    features: int = 2

    def __call__(self, x: Any) -> Any:
        return self.function(x)


def grid(case: Across) -> np.ndarray:
    """All combinations of +-{0, 0.01 ... 12} for two features, 4 000 draws for more."""
    axis = np.concatenate([-np.geomspace(0.01, 12, 60), [0.0], np.geomspace(0.01, 12, 60)])
    if case.features == 2:
        return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return np.random.default_rng(0).choice(axis, size=(4000, case.features))


def _gated(gate, slope):
    def value(x):
        a, b = np.split(x, 2, axis=-1)
        return a * gate(b)

    def derivative(x):
        a, b = np.split(x, 2, axis=-1)
        return np.concatenate([gate(b), a * slope(b)], axis=-1)

    return value, derivative


def _of(name):
    case = next(c for c in oracle.CASES if c.name == name)
    return case.value, case.slope


def _maxout(x):
    return x.reshape(len(x), -1, 3).max(axis=-1)


def _maxout_slope(x):
    groups = x.reshape(len(x), -1, 3)
    wins = groups == groups.max(axis=-1, keepdims=True)
    return (wins / wins.sum(axis=-1, keepdims=True)).reshape(x.shape)


def _softplus(x):
    return np.log1p(np.exp(x).sum(axis=-1))


def _softplus_slope(x):
    e = np.exp(x)
    return e / (1 + e.sum(axis=-1, keepdims=True))


CASES = [
    Across("glu", keras_act.glu, *_gated(oracle.logistic, oracle.logistic_slope)),
    Across("reglu", keras_act.reglu, *_gated(*_of("relu"))),
    Across("geglu", keras_act.geglu, *_gated(*_of("gelu"))),
    Across("swiglu", keras_act.swiglu, *_gated(*_of("silu"))),
    Across(
        "crelu", keras_act.crelu, lambda x: np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis=-1), np.sign, 3
    ),
    Across("maxout", lambda x: keras_act.maxout(x, pieces=3), _maxout, _maxout_slope, 6),
    Across("multivariate_softplus", keras_act.multivariate_softplus, _softplus, _softplus_slope, 4),
]
