"""The activation table against Keras, keras_act and mpmath: values, ranges, kinks, silent sides."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import mpmath
import numpy as np
import pytest

import keras_act
from linter.activations import TABLE, Facts, facts
from linter.graph import Activation

POINTS = np.array([-40.0, -9.0, -3.5, -2.0, -1.25, -0.9, -0.3, -1e-3, 0.0, 1e-3, 0.3, 0.75, 1.25, 2.0, 3.5, 9.0, 40.0])
KERAS_FUNCTIONS = sorted(set(dir(keras.activations)) - {"get", "serialize", "deserialize"})
KERAS_FUNCTIONS = [name for name in KERAS_FUNCTIONS if not name.startswith("_")]
KERAS_ALIASES = {"swish": "silu", "hard_swish": "hard_silu", "leakyrelu": "leaky_relu"}
ACROSS = {
    "softmax",
    "log_softmax",
    "sparsemax",
    "glu",
    "reglu",
    "geglu",
    "swiglu",
    "maxout",
    "crelu",
    "multivariate_softplus",
}

PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "relu": [{}, {"negative_slope": 0.1}, {"max_value": 2.0}, {"threshold": 1.0}, {"threshold": 1.0, "max_value": 3.0}],
    "leaky_relu": [{}, {"negative_slope": 0.3}],
    "prelu": [{"negative_slope": 0.25}],
    "elu": [{}, {"alpha": 0.5}, {"alpha": 2.0}],
    "celu": [{}, {"alpha": 0.5}, {"alpha": 2.0}],
    "gelu": [{}, {"approximate": True}],
    "hard_shrink": [{}, {"threshold": 1.5}],
    "soft_shrink": [{}, {"threshold": 1.5}],
    "squareplus": [{}, {"b": 0.25}],
    "threshold": [{"threshold": 1.0, "default_value": 0.0}, {"threshold": -1.0, "default_value": 5.0}],
}
OURS: dict[str, list[dict[str, Any]]] = {
    "leaky_relu": [{"negative_slope": 0.01}, {"negative_slope": 0.3}],
    "clipped_relu": [{}, {"max_value": 2.0}],
    "rrelu": [{}, {"lower": 0.1, "upper": 0.2}],
    "shifted_relu": [{}, {"a": 0.5}],
    "star_relu": [{}, {"scale": -2.0, "bias": 1.0}],
    "xielu": [{}, {"alpha_positive": 0.3, "alpha_negative": 2.0, "beta": 0.4}, {"alpha_negative": 0.2}],
    "gelu": [{}, {"approximate": True}],
    "swish": [{}, {"beta": 2.0}, {"beta": -0.5}, {"beta": 0.0}],
    "acon_c": [{}, {"p1": 1.2, "p2": 0.2, "beta": 2.0}, {"p1": 0.0, "p2": 0.7}],
    "smu": [{}, {"alpha": 0.0, "mu": 2.0}],
    "snake": [{}, {"frequency": 2.5}],
    "elu": [{}, {"alpha": 0.5}],
    "celu": [{}, {"alpha": 2.0}],
    "softplus": [{}, {"sharpness": 5.0}],
    "squareplus": [{}, {"b": 0.25}],
    "hard_sigmoid": [{}, {"slope": 0.2, "offset": 0.4}],
    "hard_tanh": [{}, {"min_value": -2.0, "max_value": 0.5}],
    "dyt": [{}, {"alpha": 2.0, "gamma": -0.5, "beta": 1.0}],
    "hard_shrink": [{}, {"lower": -1.0, "upper": 0.2}],
    "soft_shrink": [{}, {"lower": -1.0, "upper": 0.2}],
}
"""Parameters to try of keras_act's functions; {} where nothing stands here. Its `prelu` needs an alpha."""
OUR_FUNCTIONS = sorted(
    name
    for name in dir(keras_act)
    if name.islower() and callable(getattr(keras_act, name)) and not name.startswith("_") and name in TABLE
)

ORACLE: dict[str, Callable[..., Any]] = {
    "gelu": lambda x: x * mpmath.ncdf(x),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "mish": lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))),
    "telu": lambda x: x * mpmath.tanh(mpmath.exp(x)),
    "tanh_shrink": lambda x: x - mpmath.tanh(x),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "log_sigmoid": lambda x: -mpmath.log1p(mpmath.exp(-x)),
    "squareplus": lambda x: (x + mpmath.sqrt(x * x + 4)) / 2,
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "lisht": lambda x: x * mpmath.tanh(x),
    "snake": lambda x: x + mpmath.sin(x) ** 2,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
}


def known(name: str, **parameters: Any) -> Facts:
    """The facts of an activation that must be in the table."""
    found = facts(Activation(name, parameters))
    assert found is not None, name
    return found


def values(found: Facts, x: np.ndarray) -> np.ndarray:
    """The formula's values."""
    return np.asarray(found.formula(np, x, {}))


def cases(names: list[str], parameters: dict[str, list[dict[str, Any]]]) -> list[Any]:
    """One case a name and set of parameters, those that mix features left out."""
    return [pytest.param(n, p, id=f"{n}{p or ''}") for n in names if n not in ACROSS for p in parameters.get(n, [{}])]


EVERY = cases(sorted(TABLE), {**PARAMETERS, **{k: [*PARAMETERS.get(k, []), *v] for k, v in OURS.items()}})


def test_every_function_of_keras_has_its_row() -> None:
    assert {KERAS_ALIASES.get(name, name) for name in KERAS_FUNCTIONS} <= set(TABLE)


def test_every_function_of_keras_act_has_its_row() -> None:
    registered = {
        name.removeprefix("keras_act>")
        for name, thing in keras.saving.get_custom_objects().items()
        if name.startswith("keras_act>") and not isinstance(thing, type)
    }
    assert len(registered) > 30
    assert registered <= set(TABLE)


@pytest.mark.parametrize(
    ("name", "parameters"), cases([n for n in KERAS_FUNCTIONS if n not in KERAS_ALIASES], PARAMETERS)
)
def test_values_are_those_of_keras(name: str, parameters: dict[str, Any]) -> None:
    theirs = keras.ops.convert_to_numpy(
        getattr(keras.activations, name)(keras.ops.convert_to_tensor(POINTS), **parameters)
    )
    np.testing.assert_allclose(values(known(name, **parameters), POINTS), theirs, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize(("name", "parameters"), cases([n for n in OUR_FUNCTIONS if n != "prelu"], OURS))
def test_values_are_those_of_keras_act(name: str, parameters: dict[str, Any]) -> None:
    theirs = keras.ops.convert_to_numpy(getattr(keras_act, name)(keras.ops.convert_to_tensor(POINTS), **parameters))
    np.testing.assert_allclose(values(known(name, **parameters), POINTS), theirs, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("name", ORACLE)
def test_values_to_full_precision(name: str) -> None:
    with mpmath.workdps(60):
        truth = [float(ORACLE[name](mpmath.mpf(float(x)))) for x in POINTS]
    np.testing.assert_allclose(values(known(name), POINTS), truth, rtol=4e-14, atol=0)


@pytest.mark.parametrize(("name", "parameters"), EVERY)
def test_range_holds_and_is_tight(name: str, parameters: dict[str, Any]) -> None:
    found = known(name, **parameters)
    near, far = np.linspace(-12, 12, 240_001), np.array([-700.0, -100.0, -30.0, 30.0, 100.0, 700.0])
    y = np.concatenate([values(found, near), values(found, far)])
    slack = 1e-9
    assert y.min() >= found.low - slack
    assert y.max() <= found.high + slack
    assert y.min() < -5 if found.low == -math.inf else y.min() <= found.low + 5e-3
    assert y.max() > 5 if found.high == math.inf else y.max() >= found.high - 5e-3


@pytest.mark.parametrize(("name", "parameters"), EVERY)
def test_kinks_are_where_the_derivative_jumps(name: str, parameters: dict[str, Any]) -> None:
    found, step = known(name, **parameters), 1e-3
    edges = np.arange(-8_000, 8_001) * step
    slopes = np.diff(values(found, edges)) / step
    turns = np.abs(np.diff(slopes))
    jumps = edges[1:-1][turns > 0.05 * np.maximum(1, np.abs(slopes[1:]))]
    for place in found.kinks:
        if abs(place) < 8:
            assert np.abs(jumps - place).min(initial=math.inf) <= 2 * step or is_smooth(found, place), place
    for place in jumps:
        assert min((abs(place - kink) for kink in found.kinks), default=math.inf) <= 2 * step, place


def is_smooth(found: Facts, place: float) -> bool:
    """Whether what jumps at `place` is the second derivative, or less than is seen above."""
    h = 1e-4
    before, at, after = values(found, np.array([place - h, place, place + h]))
    third = values(found, np.array([place - 2 * h, place + 2 * h]))
    left, right = (third[0] - 2 * before + at) / h**2, (at - 2 * after + third[1]) / h**2
    return abs(left - right) > 1e-3 or found.kinks == (0.0,)


@pytest.mark.parametrize(("name", "parameters"), EVERY)
def test_silent_side(name: str, parameters: dict[str, Any]) -> None:
    found = known(name, **parameters)
    if found.silent_below is None:
        assert values(found, np.array([-600.0, -500.0])).any() or known(name, **parameters).low > -1, name
        return
    below = found.silent_below - np.array([0.0, 1e-12, 1e-3, 1.0, 100.0])
    assert not values(found, below).any()
    assert values(found, np.array([found.silent_below + 1e-3]))[0] != 0


@pytest.mark.parametrize(("name", "parameters"), EVERY)
def test_idempotent_and_flat_sides(name: str, parameters: dict[str, Any]) -> None:
    found, x = known(name, **parameters), np.linspace(-6, 6, 1201)
    twice = values(found, values(found, x))
    assert np.allclose(twice, values(found, x), atol=1e-9) == found.idempotent
    flat = [np.ptp(values(found, np.array([side * 200.0, side * 400.0]))) for side in (-1.0, 1.0)]
    assert (max(flat) < 0.01 and not found.rectifier) == found.saturates


def test_parameters_that_make_no_sense_do_no_harm() -> None:
    for name in TABLE:
        for junk in ("x", None, [1], {"a": 1}, True):
            keys = ("negative_slope", "alpha", "beta", "slope", "max_value", "threshold", "sharpness", "b", "p1", "mu")
            found = facts(Activation(name, dict.fromkeys(keys, junk)))
            assert found is not None
            assert found.low <= found.high


def test_foreign_code_is_not_known() -> None:
    assert facts(Activation("unknown")) is None
