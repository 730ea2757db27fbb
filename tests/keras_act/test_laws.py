"""Identities between the functions: each is stated in a paper or follows from the definition."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keras_act as ka
from tests.keras_act import backend

gradients = partial(backend.gradients, compiled=False)
X = np.concatenate([np.linspace(-6, 6, 241), [-80.0, 80.0]])


def same(one, other, x=X, **tolerance):
    """Both functions agree in value and derivative."""
    (y1, (d1,)), (y2, (d2,)) = gradients(one, x), gradients(other, x)
    np.testing.assert_allclose(y1, y2, **{"rtol": 1e-12, "atol": 1e-15, **tolerance})
    np.testing.assert_allclose(d1, d2, **{"rtol": 1e-12, "atol": 1e-15, **tolerance})


LAWS = {
    "leaky(0) is relu": (lambda x: ka.leaky_relu(x, 0.0), ka.relu),
    "prelu(constant) is leaky": (lambda x: ka.prelu(x, np.full(1, 0.3)), lambda x: ka.leaky_relu(x, 0.3)),
    "rrelu(a, a) is leaky(a)": (lambda x: ka.rrelu(x, 0.2, 0.2), lambda x: ka.leaky_relu(x, 0.2)),
    "shifted(0) is relu": (lambda x: ka.shifted_relu(x, 0.0), ka.relu),
    "shifted(a) is relu moved": (lambda x: ka.shifted_relu(x, 1.5), lambda x: ka.relu(x + 1.5) - 1.5),
    "clipped(6) is relu6": (lambda x: ka.clipped_relu(x, 6.0), ka.relu6),
    "squareplus(0) is relu": (lambda x: ka.squareplus(x, 0.0), ka.relu),
    "swish(1) is silu": (lambda x: ka.swish(x, 1.0), ka.silu),
    "swish(0) is x / 2": (lambda x: ka.swish(x, 0.0), lambda x: x / 2),
    "acon_c(1, 0, b) is swish(b)": (lambda x: ka.acon_c(x, 1.0, 0.0, 2.0), lambda x: ka.swish(x, 2.0)),
    "smu(0, sqrt(1/2)) is gelu": (lambda x: ka.smu(x, 0.0, 0.5**0.5), ka.gelu),
    "elu(1) is celu(1)": (ka.elu, ka.celu),
    "star(1, 0) is relu squared": (lambda x: ka.star_relu(x, 1.0, 0.0), ka.relu_squared),
    "relu squared is the square": (ka.relu_squared, lambda x: ka.relu(x) * ka.relu(x)),
    "hard sigmoid is a moved hard tanh": (ka.hard_sigmoid, lambda x: ka.hard_tanh(x / 3) / 2 + 0.5),
    "tanh is a stretched sigmoid": (ka.tanh, lambda x: 2 * ka.sigmoid(2 * x) - 1),
    "tanh shrink is the rest of tanh": (ka.tanh_shrink, lambda x: x - ka.tanh(x)),
    "lisht is x tanh": (ka.lisht, lambda x: x * ka.tanh(x)),
    "mish is x tanh softplus": (ka.mish, lambda x: x * ka.tanh(ka.softplus(x))),
    "softplus(k) is softplus scaled": (lambda x: ka.softplus(x, 3.0), lambda x: ka.softplus(3 * x) / 3),
    "dyt(1) is tanh": (lambda x: ka.dyt(x, 1.0), ka.tanh),
    "soft shrink is two relus": (ka.soft_shrink, lambda x: ka.relu(x - 0.5) - ka.relu(-x - 0.5)),
}


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_law(law):
    one, other = LAWS[law]
    kinks = np.isclose(np.abs(X), 0) | np.isclose(np.abs(X), 3)  # there the composition may choose another derivative
    same(one, other, X[~kinks], atol=1e-13 if "tanh" in law else 1e-15)


@pytest.mark.parametrize("beta", [1e2, 1e4, 1e30])
def test_swish_tends_to_relu(beta):
    y, _ = gradients(lambda x: ka.swish(x, beta), X)
    assert np.abs(y - np.maximum(X, 0)).max() <= 0.2785 / beta


@pytest.mark.parametrize("k", [10.0, 1e3])
def test_softplus_tends_to_relu(k):
    y, _ = gradients(lambda x: ka.softplus(x, k), X)
    assert np.abs(y - np.maximum(X, 0)).max() <= np.log(2) / k * (1 + 1e-12)


def test_maxout_of_x_and_ax_is_leaky():
    x = X[X != 0]
    y, (slope,) = gradients(lambda p: ka.maxout(p, pieces=2), np.stack([x, 0.3 * x], axis=-1))
    leaky, (d,) = gradients(lambda x: ka.leaky_relu(x, 0.3), x)
    np.testing.assert_allclose(y[:, 0], leaky, rtol=1e-14)
    np.testing.assert_allclose(slope[:, 0] + 0.3 * slope[:, 1], d, rtol=1e-14)


def test_the_derivative_of_softplus_is_sigmoid():
    _, (slope,) = gradients(ka.softplus, X)
    np.testing.assert_allclose(slope, gradients(ka.sigmoid, X)[0], rtol=1e-13)


def test_multivariate_softplus_of_one_is_softplus():
    y, (slope,) = gradients(ka.multivariate_softplus, X[:, None])
    wanted, (d,) = gradients(ka.softplus, X)
    np.testing.assert_allclose(y, wanted, rtol=1e-12)
    np.testing.assert_allclose(slope[:, 0], d, rtol=1e-12)


def test_crelu_holds_the_rectifier_of_both_signs():
    y, _ = gradients(ka.crelu, X[None])
    np.testing.assert_array_equal(y[0, : len(X)] - y[0, len(X) :], X)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_learnt_slopes_are_exact_at_the_ends_and_at_zero(dtype):
    x = np.array([[-np.inf, -3.0, -0.0, 0.0, 3.0, np.inf, np.nan]] * 2, dtype)
    slope = np.array([[0.1], [-2.0]], dtype)
    y, (by_x, _) = gradients(ka.prelu, x, slope)
    np.testing.assert_array_equal(y, np.where(x > 0, x, (slope * x).astype(dtype)))
    np.testing.assert_array_equal(by_x, np.where(np.isnan(x), x, np.where(x > 0, 1, slope)))
    _, (_, by_slope) = gradients(ka.prelu, x[:, 1:5], slope)
    np.testing.assert_array_equal(by_slope, [[-3], [-3]])


@pytest.mark.parametrize(
    "function", [ka.relu, ka.leaky_relu, lambda x: ka.prelu(x, 0.25), ka.rrelu], ids=["relu", "leaky", "prelu", "rrelu"]
)
@given(scale=st.floats(1e-3, 1e3))
@settings(max_examples=20, deadline=None)
def test_positive_homogeneity(function, scale):
    y, (slope,) = gradients(function, X)
    scaled, (d,) = gradients(function, scale * X)
    np.testing.assert_allclose(scaled, scale * y, rtol=1e-14)
    np.testing.assert_array_equal(d, slope)


@pytest.mark.parametrize("gate", ["glu", "reglu", "geglu", "swiglu"])
def test_gated_units_are_linear_in_their_first_half(gate):
    a, b = X[:120, None], X[120:240, None]
    function = getattr(ka, gate)
    one = gradients(function, np.concatenate([a, b], axis=-1))[0]
    np.testing.assert_allclose(gradients(function, np.concatenate([3 * a, b], axis=-1))[0], 3 * one, rtol=1e-13)


PARAMETERS = {
    "prelu": (lambda x, a: ka.prelu(x, a), [0.25]),
    "squareplus": (lambda x, b: ka.squareplus(x, b), [1.5]),
    "swish": (lambda x, b: ka.swish(x, b), [1.2]),
    "star_relu": (lambda x, s, b: ka.star_relu(x, s, b), [0.9, -0.4]),
    "snake": (lambda x, a: ka.snake(x, a), [0.7]),
    "acon_c": (lambda x, p, q, b: ka.acon_c(x, p, q, b), [1.1, -0.3, 0.8]),
    "smu": (lambda x, m: ka.smu(x, 0.25, m), [1.3]),
    "xielu": (lambda x, p, n: ka.xielu(x, p, n), [0.8, 0.9]),
    "dyt": (lambda x, a, g, b: ka.dyt(x, a, g, b), [0.5, 1.5, 0.2]),
}


@pytest.mark.parametrize("shape", [(), (1,), (3,)], ids=str)
@pytest.mark.parametrize("name", PARAMETERS)
def test_gradients_of_parameters_are_difference_quotients(name, shape):
    function, values = PARAMETERS[name]
    x = np.random.default_rng(0).normal(size=(50, 3)) * 2
    upstream = np.random.default_rng(1).normal(size=x.shape)
    parameters = [np.full(shape, v) for v in values]
    _, slopes = gradients(function, x, *parameters, upstream=upstream)
    for i in range(len(parameters)):
        assert slopes[i + 1].shape == shape
        for index in np.ndindex(shape):
            step = np.zeros(shape)
            step[index] = 1e-6
            up, down = (
                gradients(function, x, *[p + s * step if j == i else p for j, p in enumerate(parameters)])[0]
                for s in (1, -1)
            )
            quotient = ((up - down) * upstream).sum() / 2e-6
            np.testing.assert_allclose(slopes[i + 1][index], quotient, rtol=1e-6, atol=1e-7)
