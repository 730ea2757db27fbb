"""Values, first and second derivatives against mpmath; limits, NaN, and what the docstrings state about 0."""

import mpmath as mp
import numpy as np
import pytest

from tests.keras_act import across
from tests.keras_act.backend import BACKEND, gradients, second_derivative
from tests.keras_act.oracle import CASES

mp.mp.dps = 60
X = np.concatenate([-np.geomspace(1e-4, 25, 27), np.geomspace(1.1e-4, 24, 25), [-11.0, -9.5, 9.5]])
NAMES = {"ids": lambda c: c.name}


def points(case):
    """The grid without the neighbourhood of kinks, where one-sided differences would meet."""
    return X[np.all([np.abs(X - k) > 1e-5 for k in case.kinks], axis=0)] if case.kinks else X


def derivative(case, x, order):
    """The derivative of the definition in 60 digits."""
    return float(mp.diff(case.exact, mp.mpf(float(x)), order, h=mp.mpf(10) ** -20))


@pytest.mark.parametrize("case", CASES, **NAMES)
def test_value_and_derivative_in_double_precision(case):
    x = points(case)
    y, (slope,) = gradients(case, x)
    assert y.dtype == slope.dtype == np.float64
    np.testing.assert_allclose(y, [float(case.exact(mp.mpf(float(v)))) for v in x], rtol=5e-13, atol=1e-300)
    np.testing.assert_allclose(slope, [derivative(case, v, 1) for v in x], rtol=5e-12, atol=1e-14)


@pytest.mark.parametrize("case", CASES, **NAMES)
def test_second_derivative_by_differentiating_twice(case):
    x = points(case)
    wanted = [derivative(case, v, 2) for v in x]
    np.testing.assert_allclose(second_derivative(case, x), wanted, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("case", [c for c in CASES if not c.kinks], **NAMES)
def test_second_derivative_at_zero(case):
    np.testing.assert_allclose(second_derivative(case, np.zeros(1)), [derivative(case, 0.0, 2)], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("case", CASES, **NAMES)
def test_the_references_agree_with_the_definition(case):
    x = points(case)
    np.testing.assert_allclose(case.value(x), [float(case.exact(mp.mpf(float(v)))) for v in x], rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(case.slope(x), [derivative(case, v, 1) for v in x], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("case", CASES, **NAMES)
def test_limits_and_nan_and_zero(case, dtype):
    x = np.array([-np.inf, np.inf, np.nan, 0.0, -0.0], dtype)
    y, (slope,) = gradients(case, x)
    np.testing.assert_allclose(y[:2], np.array(case.limits, dtype), rtol=1e-3 if dtype == "float16" else 1e-6, atol=0)
    assert np.isnan(y[2])
    assert np.isnan(slope[2])
    precision = {"float16": 1e-3, "float32": 1e-6, "float64": 1e-14}[dtype]
    np.testing.assert_allclose([*y[3:], *slope[3:]], np.repeat(case.at_zero, 2), rtol=precision, atol=0)


@pytest.mark.parametrize("case", CASES, **NAMES)
def test_compiled_is_the_same(case):
    if BACKEND == "torch":
        pytest.skip("PyTorch runs eagerly only")
    if BACKEND == "tensorflow" and case.kinks:
        pytest.skip("piecewise-linear functions compile to the comparisons they are; this saves half the time")
    x = X.astype(np.float32)
    eager, compiled = (gradients(case, x, compiled=c) for c in (False, True))
    np.testing.assert_allclose(eager[0], compiled[0], rtol=3e-6, atol=1e-37)
    np.testing.assert_allclose(eager[1][0], compiled[1][0], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", across.CASES, **NAMES)
def test_functions_across_features_in_double_precision(case):
    x = across.grid(case)
    y, (slope,) = gradients(case, x)
    np.testing.assert_allclose(y, case.value(x), rtol=1e-12, atol=0)
    np.testing.assert_allclose(slope, case.slope(x), rtol=1e-12, atol=0)


@pytest.mark.parametrize("case", across.CASES, **NAMES)
def test_functions_across_features_hand_on_nan(case):
    x = np.full((2, case.features), 0.5)
    x[1] = np.nan
    y, (slope,) = gradients(case, x)
    assert np.isfinite(y[0]).all()
    assert np.isnan(y[1]).all()
    assert np.isnan(slope[1]).all()


def test_multivariate_softplus_at_infinity():
    case = next(c for c in across.CASES if c.name == "multivariate_softplus")
    y, (slope,) = gradients(case, np.array([[np.inf, 1.0], [np.inf, np.inf], [-np.inf, -np.inf], [-np.inf, 0.0]]))
    np.testing.assert_allclose(y, [np.inf, np.inf, 0, np.log(2)])
    np.testing.assert_allclose(slope, [[1, 0], [0.5, 0.5], [0, 0], [0, 0.5]])
