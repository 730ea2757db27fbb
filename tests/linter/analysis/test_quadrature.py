"""Quadrature against mpmath, closed forms and random numbers."""

from __future__ import annotations

from math import sqrt

import mpmath
import numpy as np
import pytest

from linter.activations import facts
from linter.analysis import quadrature
from linter.graph import Activation

mp = mpmath.mp

EXACT = {
    "relu": (lambda x: max(x, 0), [0], {}),
    "leaky_relu": (lambda x: x if x > 0 else x * mp.mpf(3) / 10, [0], {"negative_slope": 0.3}),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), [0], {}),
    "gelu": (lambda x: x * mp.ncdf(x), [], {}),
    "silu": (lambda x: x / (1 + mp.exp(-x)), [], {}),
    "tanh": (mp.tanh, [], {}),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), [], {}),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), [], {}),
    "hard_sigmoid": (lambda x: min(max(x / 6 + mp.mpf(1) / 2, 0), 1), [-3, 3], {}),
}


def known(name: str, parameters: dict[str, float] | None = None) -> quadrature.Facts:
    found = facts(Activation(name, parameters or {}))
    assert found is not None
    return found


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (0.5, 0.01), (-2.0, 30.0)])
def test_moments_against_mpmath(name: str, mean: float, variance: float) -> None:
    formula, kinks, parameters = EXACT[name]
    found = quadrature.moments(known(name, parameters), mean, variance)
    sigma = sqrt(variance)
    ends = sorted(
        {-13.0, 13.0, 0.0, *((kink - mean) / sigma for kink in [*kinks, 0, -4, 4] if abs(kink - mean) < 13 * sigma)}
    )
    weight = lambda z: mp.npdf(z)  # noqa: E731
    with mp.workdps(20):
        f = lambda z: formula(mp.mpf(mean) + sigma * z)  # noqa: E731
        slope = lambda z: mp.diff(formula, mp.mpf(mean) + sigma * z)  # noqa: E731
        first = float(mp.quad(lambda z: f(z) * weight(z), ends))
        second = float(mp.quad(lambda z: f(z) ** 2 * weight(z), ends))
        derivative = float(mp.quad(lambda z: slope(z) ** 2 * weight(z), ends, maxdegree=4))
    assert found.mean == pytest.approx(first, rel=1e-10, abs=1e-12)
    assert found.second == pytest.approx(second, rel=1e-10)
    assert found.derivative == pytest.approx(derivative, rel=1e-5)


def test_derivative_and_slope_at_unit_input() -> None:
    # closed forms: E gelu'^2 = 1/3 + 2 / (3 sqrt 3 pi), E elu'^2 = 1/2 + e^2 Phi(-2)
    assert quadrature.moments(known("gelu")).derivative == pytest.approx(1 / 3 + 2 / (3 * sqrt(3) * np.pi), rel=1e-12)
    phi = float(mpmath.ncdf(-2))
    assert quadrature.moments(known("elu")).derivative == pytest.approx(0.5 + np.exp(2) * phi, rel=1e-12)
    for name in ("relu", "tanh", "silu", "selu"):
        h = 1e-4
        up, down = (quadrature.moments(known(name), 0.3, 1 + d).second for d in (h, -h))
        expected = (np.log(up) - np.log(down)) / (np.log(1 + h) - np.log(1 - h))
        assert quadrature.moments(known(name), 0.3, 1.0).slope == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("slope", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("shared", [0.0, 0.3, 0.9, 1.0])
def test_pairs_in_closed_form_against_quadrature(slope: float, shared: float) -> None:
    exact = quadrature.rectified_pair(slope, 1.7, 1.7 * shared)
    found = quadrature.pair(known("leaky_relu", {"negative_slope": slope}), 0.0, 1.7, 1.7 * shared)
    assert found.product == pytest.approx(exact.product, rel=2e-3, abs=1e-9)
    assert found.squares == pytest.approx(exact.squares, rel=2e-3)


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_rectifiers_in_closed_form(slope: float) -> None:
    exact, found = (
        quadrature.rectified(slope, 1.7),
        quadrature.moments(known("leaky_relu", {"negative_slope": slope}), 0.0, 1.7),
    )
    for field in ("mean", "second", "fourth", "derivative", "slope"):
        assert getattr(exact, field) == pytest.approx(getattr(found, field), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", ["gelu", "tanh", "elu"])
def test_pairs_against_random_numbers(name: str) -> None:
    random = np.random.default_rng(0)
    common, one, two = random.normal(size=(3, 2_000_000))
    f = known(name)
    x, y = (f.formula(np, 0.2 + sqrt(0.6) * common + sqrt(0.9) * other, {}) for other in (one, two))
    found = quadrature.pair(f, 0.2, 1.5, 0.6)
    assert found.product == pytest.approx((x * y).mean(), rel=5e-3)
    assert found.squares == pytest.approx((x * x * y * y).mean(), rel=2e-2)


def test_the_largest_of_four_against_random_numbers() -> None:
    random = np.random.default_rng(0)
    common, others = random.normal(size=(500_000, 1)), random.normal(size=(2, 500_000, 4))
    x, y = (np.maximum(sqrt(0.5) * common + sqrt(1.5) * other, 0).max(axis=1) for other in others)
    first, second, fourth, shared = quadrature.largest(known("relu"), 0.0, 2.0, 0.5, 4)
    assert first == pytest.approx(x.mean(), rel=5e-3)
    assert second == pytest.approx((x * x).mean(), rel=1e-2)
    assert fourth == pytest.approx((x**4).mean(), rel=3e-2)
    assert shared == pytest.approx((x * y).mean(), rel=1e-2)


def test_the_rule_integrates_and_differentiates_polynomials() -> None:
    nodes, weights, matrix = quadrature.rule()
    assert weights @ nodes**62 == pytest.approx(2 / 63, rel=1e-12)
    assert np.allclose(matrix @ nodes**9, 9 * nodes**8, atol=1e-10)
