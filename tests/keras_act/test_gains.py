"""Gains against mpmath, a million samples, and what is known on paper."""

import contextlib
import doctest
import functools
import importlib
import math
import re

import keras
import mpmath as mp
import numpy as np
import pytest

import keras_act
from keras_act import gains
from keras_act.gains import catalogue
from keras_act.gains.catalogue import SHAPES, by_quadrature, closed_form, parameters_of

# PyTorch's arrays under NumPy 2, inside Keras's convert_to_numpy
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SELU = mp.mpf("1.0507009873554804934193349852946")


def split(below, above, at=0):
    return lambda x: below(x) if x < at else above(x)


def phi(x):
    return mp.ncdf(x)


def logistic(x):
    return 1 / (1 + mp.exp(-x))


# formula with the defaults of the function of that name, and where it has to be split
ORACLES = {
    "linear": (lambda x: x, []),
    "relu": (lambda x: max(x, 0), [0]),
    "relu6": (lambda x: min(max(x, 0), 6), [0, 6]),
    "clipped_relu": (lambda x: min(max(x, 0), 6), [0, 6]),
    "leaky_relu": (split(lambda x: x / 5, lambda x: x), [0]),
    "prelu": (split(lambda x: x / 4, lambda x: x), [0]),
    "rrelu": (split(lambda x: x * (mp.mpf(1) / 8 + mp.mpf(1) / 3) / 2, lambda x: x), [0]),
    "shifted_relu": (lambda x: max(x, -1), [-1]),
    "relu_squared": (lambda x: max(x, 0) ** 2, [0]),
    "star_relu": (lambda x: 2 / mp.sqrt(5) * max(x, 0) ** 2 - 1 / mp.sqrt(5), [0]),
    "xielu": (split(lambda x: 0.8 * (mp.expm1(x) - x) + x / 2, lambda x: 0.8 * x**2 + x / 2), [0]),
    "threshold": (lambda x: max(x, 0), [0]),
    "elu": (split(mp.expm1, lambda x: x), [0]),
    "celu": (split(mp.expm1, lambda x: x), [0]),
    "selu": (
        split(lambda x: SELU * mp.mpf("1.6732632423543772848170429916717") * mp.expm1(x), lambda x: SELU * x),
        [0],
    ),
    "gelu": (lambda x: x * phi(x), [0]),
    "swish": (lambda x: x * logistic(x), [0]),
    "silu": (lambda x: x * logistic(x), [0]),
    "hard_silu": (lambda x: x * min(max(x / 6 + mp.mpf(1) / 2, 0), 1), [-3, 3]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), [0]),
    "log_sigmoid": (lambda x: -mp.log1p(mp.exp(-x)), [0]),
    "sparse_plus": (lambda x: 0 if x < -1 else x if x > 1 else (x + 1) ** 2 / 4, [-1, 1]),
    "mish": (lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), [0]),
    "telu": (lambda x: x * mp.tanh(mp.exp(min(x, 6))), [0]),
    "squareplus": (lambda x: (x + mp.sqrt(x * x + 4)) / 2, [0]),
    "lisht": (lambda x: x * mp.tanh(x), [0]),
    "snake": (lambda x: x + mp.sin(x) ** 2, [0]),
    "acon_c": (lambda x: x * logistic(x), [0]),
    "smu": (lambda x: (1.25 * x + 0.75 * x * mp.erf(0.75 * x)) / 2, [0]),
    "sigmoid": (logistic, [0]),
    "tanh": (mp.tanh, [0]),
    "dyt": (lambda x: mp.tanh(x / 2), [0]),
    "softsign": (lambda x: x / (1 + abs(x)), [0]),
    "hard_sigmoid": (lambda x: min(max(x / 6 + mp.mpf(1) / 2, 0), 1), [-3, 3]),
    "sparse_sigmoid": (lambda x: min(max((x + 1) / 2, 0), 1), [-1, 1]),
    "hard_tanh": (lambda x: min(max(x, -1), 1), [-1, 1]),
    "hard_shrink": (lambda x: 0 if abs(x) <= 0.5 else x, [-0.5, 0.5]),
    "soft_shrink": (lambda x: mp.sign(x) * max(abs(x) - 0.5, 0), [-0.5, 0.5]),
    "tanh_shrink": (lambda x: x - mp.tanh(x), [0]),
}


def by_mpmath(function, kinks, q):
    """(E f, E f^2, E f'^2, d log E f^2 / d log q) with 25 digits; the slope by differentiating with 60 digits on x's
    side of the kinks.
    """
    with mp.workdps(25):
        sigma = mp.sqrt(q)
        cuts = sorted({-14 * sigma, *(sigma * k for k in (-6, -3, -1, 0, 1, 3, 6)), 14 * sigma, *map(mp.mpf, kinks)})

        def expect(g):
            return mp.quad(lambda x: g(x) * mp.npdf(x, 0, sigma), cuts)

        def slope(x):
            with mp.workdps(60):
                below = any(0 < kink - x < 1e-9 for kink in map(mp.mpf, kinks))  # step away from the kink, never across
                h = (-1 if below else 1) * mp.mpf(10) ** -25
                return (function(x + h) - function(x)) / h

        mean, power = expect(function), expect(lambda x: function(x) ** 2)
        growth = expect(lambda x: function(x) ** 2 * (x * x / q - 1)) / 2
        return [float(v) for v in (mean, power, expect(lambda x: slope(x) ** 2), growth / power)]


def x64():
    """JAX computes in float64 only when told to."""
    if keras.backend.backend() != "jax":
        return contextlib.nullcontext()
    import jax

    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64()


def assert_matches(found, expected, tolerance=1e-12):
    mean, power, slope_power, length = expected
    assert found.mean == pytest.approx(mean, rel=0, abs=tolerance * math.sqrt(power))
    assert found.power == pytest.approx(power, rel=tolerance)
    assert found.slope_power == pytest.approx(slope_power, rel=tolerance)
    assert found.length_slope == pytest.approx(length, rel=0, abs=tolerance * max(1, length))
    assert found.accuracy <= tolerance


def test_every_elementwise_name_has_an_oracle():
    assert set(ORACLES) == set(SHAPES)


@pytest.mark.parametrize("name", ORACLES)
def test_unit_variance_against_mpmath(name):
    assert_matches(gains.gain(name), by_mpmath(*ORACLES[name], mp.mpf(1)))


CUBE = mp.mpf(0.044715)


def bent(x):
    return (x - 0.5) * mp.mpf(0.1) if x < 0.5 else min(x, 2)


PARAMETERS = [
    ("leaky_relu", {"negative_slope": 0.01}, 3.0, split(lambda x: mp.mpf(0.01) * x, lambda x: x), [0]),
    ("elu", {"alpha": 0.5}, 0.3, split(lambda x: mp.expm1(x) / 2, lambda x: x), [0]),
    ("celu", {"alpha": 0.5}, 2.0, split(lambda x: mp.expm1(2 * x) / 2, lambda x: x), [0]),
    ("gelu", {}, 2.5, lambda x: x * phi(x), [0]),
    ("gelu", {"approximate": True}, 1.0, lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + CUBE * x**3))), [0]),
    ("swish", {"beta": 10.0}, 1.0, lambda x: x * logistic(10 * x), [-1, -0.3, 0, 0.3, 1]),
    ("softplus", {"sharpness": 5.0}, 1.0, lambda x: mp.log1p(mp.exp(5 * x)) / 5, [-1, 0, 1]),
    ("squareplus", {"b": 0.25}, 1.0, lambda x: (x + mp.sqrt(x * x + 0.25)) / 2, [-0.5, 0, 0.5]),
    ("snake", {"frequency": 2.0}, 1.7, lambda x: x + mp.sin(2 * x) ** 2 / 2, [-2, 0, 2]),
    ("relu", {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5}, 1.0, bent, [0.5, 2]),
    ("shifted_relu", {"a": 0.25}, 4.0, lambda x: max(x, -0.25), [-0.25]),
    ("hard_tanh", {"min_value": -2.0, "max_value": 0.5}, 2.0, lambda x: min(max(x, -2), 0.5), [-2, 0.5]),
    ("soft_shrink", {"lower": -0.25, "upper": 1.0}, 1.0, lambda x: max(x - 1, 0) + min(x + 0.25, 0), [-0.25, 1]),
    ("tanh", {}, 1e-3, mp.tanh, []),
    ("elu", {}, 1e-4, split(mp.expm1, lambda x: x), [0]),
    ("mish", {}, 100.0, lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), [-5, -1, 1, 5]),
    (
        "acon_c",
        {"p1": 1.2, "p2": -0.3, "beta": 2.0},
        1.0,
        lambda x: mp.mpf(1.5) * x * logistic(3 * x) - mp.mpf(0.3) * x,
        [-1, 1],
    ),
    ("star_relu", {"scale": 2.0, "bias": 0.5}, 0.5, lambda x: 2 * max(x, 0) ** 2 + 0.5, [0]),
]


@pytest.mark.parametrize(("name", "parameters", "q", "function", "kinks"), PARAMETERS)
def test_parameters_and_variances_against_mpmath(name, parameters, q, function, kinks):
    assert_matches(gains.gain(name, q, **parameters), by_mpmath(function, kinks, mp.mpf(q)))


@pytest.mark.parametrize("name", [n for n, make in SHAPES.items() if make().pieces or make().closed])
@pytest.mark.parametrize("q", [0.2, 1.0, 5.0])
def test_closed_form_equals_quadrature(name, q):
    shape = SHAPES[name]()
    exact, _ = closed_form(shape, q)
    numeric, _ = by_quadrature(shape, q)
    assert numeric == pytest.approx(exact, rel=1e-12, abs=1e-13)


def test_textbook_values():
    assert gains.gain("relu").forward == pytest.approx(math.sqrt(2), rel=1e-15)
    for a in (0.0, 0.01, 0.2, 0.5, 1.0):
        assert gains.gain("leaky_relu", negative_slope=a).forward == pytest.approx(
            math.sqrt(2 / (1 + a * a)), rel=1e-14
        )
    assert gains.gain("gelu").power == pytest.approx(1 / 3 + 1 / (2 * math.sqrt(3) * math.pi), rel=1e-14)
    assert gains.gain("squareplus").power == pytest.approx(1.5, rel=1e-14)
    assert gains.gain("selu").power == pytest.approx(1.0, rel=1e-13)
    assert gains.gain("tanh").forward == pytest.approx(1.592537419722831, rel=1e-14)
    assert gains.gain("linear").forward == gains.gain(None).backward == pytest.approx(1.0, rel=1e-14)
    assert gains.gain("maxout", pieces=3).power == pytest.approx(1 + math.sqrt(3) / (2 * math.pi), rel=1e-13)
    assert gains.gain("maxout").mean == pytest.approx(1 / math.sqrt(math.pi), rel=1e-13)
    assert gains.gain("multivariate_softplus").power == pytest.approx(gains.gain("softplus").power, rel=1e-12)
    assert gains.gain("multivariate_softplus").length_slope == pytest.approx(
        gains.gain("softplus").length_slope, rel=1e-12
    )


def test_unstable_fixed_points():
    assert all(gains.gain(name).unstable for name in ("gelu", "silu", "mish", "hard_silu", "lisht"))
    assert not any(
        gains.gain(name).unstable for name in ("relu", "elu", "selu", "tanh", "telu", "leaky_relu", "maxout")
    )
    assert "UNSTABLE" in gains.gain("gelu").explain()
    assert "stable" in gains.gain("elu").explain()


def test_length_slope_is_the_slope_of_the_length_map():
    for name in ("gelu", "tanh", "hard_shrink", "maxout", "swiglu"):
        middle, step = gains.gain(name), 1e-5
        up, down = gains.gain(name, 1 + step).power, gains.gain(name, 1 - step).power
        assert middle.length_slope == pytest.approx((up - down) / (2 * step) / middle.power, rel=1e-8)


def draws(shape):
    return np.random.default_rng(0).standard_normal(shape)


def within(samples, value):
    samples = samples.astype(float)
    assert abs(samples.mean() - value) < 5 * samples.std() / math.sqrt(samples.shape[0]) + 1e-15


def test_several_inputs_against_a_million_samples():
    x = draws((1_000_000, 4)) * math.sqrt(1.5)
    a, b, *_ = x.T
    gate = b / (1 + np.exp(-b))
    s = 1 / (1 + np.exp(-b))
    swiglu = gains.gain("swiglu", 1.5)
    within((a * gate) ** 2, swiglu.power)
    within((gate**2 + (a * (s + b * s * (1 - s))) ** 2) / 2, swiglu.slope_power)
    maxout = gains.gain("maxout", 1.5, pieces=4)
    within(x.max(axis=1), maxout.mean)
    within(x.max(axis=1) ** 2, maxout.power)
    assert maxout.slope_power == 0.25
    lse = gains.gain("multivariate_softplus", 1.5, units=4)
    total = np.exp(x).sum(axis=1)
    within(np.log1p(total), lse.mean)
    within(np.log1p(total) ** 2, lse.power)
    within(((np.exp(x) / (1 + total)[:, None]) ** 2).mean(axis=1), lse.slope_power)
    crelu = gains.gain("crelu", 1.5)
    within(np.maximum(a, 0) ** 2, crelu.power)
    assert crelu.slope_power == 1.0


FUNCTIONS = [name for name in gains.NAMES if hasattr(keras_act, name)]


def test_nearly_every_name_is_a_function_here():
    kerass = {"linear", "threshold", "hard_silu", "log_sigmoid", "softsign", "sparse_sigmoid"}
    assert set(gains.NAMES) - set(FUNCTIONS) <= kerass


@functools.cache
def million(columns):
    return draws((1_000_000 // columns, columns))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_against_a_million_samples(name):
    function = getattr(keras_act, name)
    columns = {"maxout": 2, "multivariate_softplus": 1}.get(name, 2 if name in catalogue.GATES else 1)
    x = million(columns)
    given = {"alpha": 0.25} if name == "prelu" else {}
    with x64():
        y = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(x), **given))
    assert y.dtype == np.float64
    expected = gains.gain(functools.partial(function, **given))
    assert expected.source != "adaptive quadrature"
    y = y.reshape(len(x), -1)
    within(y.mean(axis=1), expected.mean)
    within((y**2).mean(axis=1), expected.power)


LAYERS = {
    keras_act.LeakyReLU(0.1): ("leaky_relu", {"negative_slope": 0.1}),
    keras_act.ELU(alpha=0.5): ("elu", {"alpha": 0.5}),
    keras_act.Squareplus(b=1.0): ("squareplus", {"b": 1.0}),
    keras_act.Swish(beta=2.0, learnable=True): ("swish", {"beta": 2.0}),
    keras_act.GELU(approximate=True): ("gelu", {"approximate": True}),
    keras_act.HardTanh(-2.0, 2.0): ("hard_tanh", {"min_value": -2.0, "max_value": 2.0}),
    keras_act.Maxout(pieces=3): ("maxout", {"pieces": 3}),
    keras_act.PReLU(): ("prelu", {}),
    keras_act.ReLUSquared(): ("relu_squared", {}),
    keras_act.SwiGLU(): ("swiglu", {}),
    keras_act.CReLU(): ("crelu", {}),
    keras.layers.PReLU(): ("prelu", {"alpha": 0.0}),
}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_configured_layers(layer):
    name, parameters = LAYERS[layer]
    assert gains.gain(layer) == gains.gain(name, **parameters)


def test_callables_with_unknown_kinks_reach_the_accuracy_they_report():
    def odd(x):
        return keras.ops.where(x > 0.3, x, 0.1 * x) + keras.ops.abs(x + 1.2345)

    found = gains.gain(odd)
    left = split(lambda x: mp.mpf(0.1) * x, lambda x: x, mp.mpf(0.3))
    expected = by_mpmath(lambda x: left(x) + abs(x + mp.mpf(1.2345)), [0.3, -1.2345], mp.mpf(1))
    assert found.source == "adaptive quadrature"
    assert found.accuracy < 1e-11
    assert_matches(found, expected, max(4 * found.accuracy, 1e-14))


def test_callables_of_numpy_with_their_derivative():
    found = gains.gain(np.sin, derivative=np.cos)
    assert found.power == pytest.approx((1 - math.exp(-2)) / 2, rel=1e-12)
    assert found.slope_power == pytest.approx((1 + math.exp(-2)) / 2, rel=1e-12)


def test_callables_that_compute_in_single_precision_say_so():
    rough = gains.gain(lambda x: keras.ops.cast(keras.ops.tanh(keras.ops.cast(x, "float32")), "float64"))
    assert 1e-12 < rough.accuracy < 1e-4
    assert rough.power == pytest.approx(0.394294490397841, rel=1e-6)


def test_known_spellings():
    assert gains.gain(keras.activations.leaky_relu).power == pytest.approx(0.52)  # the function's slope is 0.2
    assert gains.gain(keras.layers.LeakyReLU()).power == pytest.approx((1 + 0.3**2) / 2)
    assert gains.gain(keras.layers.LeakyReLU(0.1)).power == pytest.approx(0.505)
    assert gains.gain(keras.layers.ReLU(max_value=6.0)) == gains.gain("relu", max_value=6.0)
    assert gains.gain(keras.layers.ELU(0.5)) == gains.gain("elu", alpha=0.5)
    assert gains.gain(keras.layers.Activation("mish")) == gains.gain("mish")
    assert gains.gain(keras.activations.hard_shrink).source == "closed form"
    assert gains.gain(functools.partial(keras.activations.squareplus, b=1)) == gains.gain("squareplus", b=1)
    assert gains.gain("hard_swish") == gains.gain("hard_silu")


def test_a_users_function_is_not_mistaken_for_one_of_that_name():
    def relu(x):
        return 2 * keras.ops.relu(x)

    assert gains.gain(relu).power == pytest.approx(2.0, rel=1e-11)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gains.gain("rulu"), "Received: 'rulu'"),
        (lambda: gains.gain(3), "Received: 3"),
        (lambda: gains.gain("relu", 0.0), "variance=0.0"),
        (lambda: gains.gain("relu", math.nan), "variance=nan"),
        (lambda: gains.gain("relu", math.inf), "variance=inf"),
        (lambda: gains.gain("relu", tolerance=-1.0), "tolerance=-1.0"),
        (lambda: gains.gain("tanh", slope=1.0), "Received: {'slope': 1.0}"),
        (lambda: gains.gain("elu", alpha=math.inf), "alpha=inf"),
        (lambda: gains.gain("elu", alpha="big"), "alpha='big'"),
        (lambda: gains.gain("softplus", sharpness=0), "sharpness=0"),
        (lambda: gains.gain("squareplus", b=-1.0), "b=-1.0"),
        (lambda: gains.gain("hard_tanh", min_value=2.0), "min_value=2.0, max_value=1.0"),
        (lambda: gains.gain("rrelu", lower=0.5), "lower=0.5"),
        (lambda: gains.gain("maxout", pieces=0), "pieces=0"),
        (lambda: gains.gain(keras.ops.sum), "elementwise"),
        (lambda: gains.gain(lambda x: x / keras.ops.sum(x)), "elementwise"),
        (lambda: gains.gain(lambda x: keras.ops.log(x)), "not finite"),
        (lambda: gains.gain("relu", derivative=np.sign), "derivative="),
    ],
)
def test_bad_input_is_refused_with_what_was_received(call, message):
    with pytest.raises(ValueError, match=re.escape(message)), np.errstate(all="ignore"):
        call()


def test_parameters_are_named():
    assert parameters_of("relu") == {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}
    assert parameters_of("maxout") == {"pieces": 2}


def test_examples_in_the_docs():
    for module in (gains, importlib.import_module("keras_act.gains.measure")):
        found = doctest.testmod(module)
        assert found.attempted > 0
        assert found.failed == 0
