"""Bounds against searches for counter-examples:
no input in the range may fire a unit that is called dead, however it is added up.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.activations import facts
from linter.analysis import bounds, interval_sums
from linter.build import Built, batch_normalization, chain, conv, dense, flatten, input, max_pooling, relu
from linter.graph import Activation
from linter.options import Options
from linter.rule import Subject

SINGLE = np.float32


def outputs(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return the pre-activations in single precision, terms added one by one in the given order."""
    total = np.zeros(kernel.shape[1], dtype=SINGLE)
    for place in order:
        total = SINGLE(1) * (total + x[place] * kernel[place])
    return total + bias


@st.composite
def layers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Return a kernel and bias that bring the largest output near zero, where rounding decides."""
    seed, rows, units = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 40)), draw(st.integers(1, 6))
    low = draw(st.sampled_from([-1.0, 0.0, -0.1, -255.0]))
    high = draw(st.sampled_from([1.0, 0.0, 255.0]))
    random = np.random.default_rng(seed)
    kernel = (random.normal(size=(rows, units)) * 10.0 ** draw(st.integers(-4, 4))).astype(SINGLE)
    wide = kernel.astype(np.float64)
    greatest = (np.maximum(wide, 0) * high + np.minimum(wide, 0) * low).sum(axis=0)
    nudge = draw(st.sampled_from([0.0, 1e-7, -1e-7, 1e-6, -1e-6, 1e-4, -1e-4]))
    bias = (-greatest * (1 + nudge)).astype(SINGLE)
    return kernel, bias, (low, high)


@given(layers(), st.integers(0, 2**32 - 1))
@settings(max_examples=300, deadline=None)
def test_no_input_fires_a_unit_that_is_proven_dead(
    layer: tuple[np.ndarray, np.ndarray, tuple[float, float]], seed: int
) -> None:
    kernel, bias, span = layer
    rows, units = kernel.shape
    model = chain(
        input(rows),
        dense(units, "relu", kernel=kernel, bias=bias),
        dense(1, kernel=np.ones((units, 1)), bias=np.zeros(1)),
    )
    found = bounds.dead(Subject(model.graph(), Options(input_range=span))).get("dense", ((), 0))[0]
    random = np.random.default_rng(seed)
    for unit in found:
        worst = np.where(kernel[:, unit] > 0, span[1], span[0]).astype(SINGLE)
        tries = [worst, *random.uniform(*span, size=(3, rows)).astype(SINGLE)]
        orders = [np.arange(rows), np.argsort(worst * kernel[:, unit]), random.permutation(rows)]
        for x in tries:
            for order in orders:
                assert outputs(x, kernel, bias, order)[unit] <= 0
            assert (x @ kernel + bias)[unit] <= 0


@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["relu", "tanh", "sigmoid", "gelu", "elu", "hard_silu", "leaky_relu"])
)
@settings(max_examples=60, deadline=None)
def test_every_output_lies_within_its_bounds(seed: int, name: str) -> None:
    random = np.random.default_rng(seed)
    kernel, bias = random.normal(size=(5, 4)).astype(SINGLE), random.normal(size=4).astype(SINGLE)
    gamma, beta, mean = random.normal(size=(3, 4)).astype(SINGLE)
    variance = random.uniform(0.01, 2, 4).astype(SINGLE)
    norm = batch_normalization(gamma=gamma, beta=beta, moving_mean=mean, moving_variance=variance)
    model = chain(input(5), dense(4, name, kernel=kernel, bias=bias), norm)
    found = bounds.of(Subject(model.graph(), Options(input_range=(-1, 2)))).of_node
    known = facts(Activation(name))
    assert known is not None
    x = random.uniform(-1, 2, size=(200, 5)).astype(SINGLE)
    pre = x @ kernel + bias
    act = known.formula(np, pre.astype(np.float64), {}).astype(SINGLE)
    after = (act - mean) / np.sqrt(variance + SINGLE(1e-3)) * gamma + beta
    for node, values in (("dense", pre), ("dense.activation", act), ("batch_normalization", after)):
        assert (values >= found[node].low).all()
        assert (values <= found[node].high).all()


def test_convolutions_against_keras() -> None:
    import keras

    random = np.random.default_rng(0)
    one, two = random.normal(size=(3, 3, 2, 4)).astype(SINGLE), random.normal(size=(4 * 4 * 4, 3)).astype(SINGLE)
    model = chain(
        input(8, 8, 2),
        conv(4, 3, kernel=one, bias=np.full(4, -1.0)),
        relu(),
        max_pooling(2),
        flatten(),
        dense(3, kernel=two, bias=np.zeros(3)),
    )
    found = bounds.of(Subject(model.graph(), Options(input_range=(0, 1)))).of_node
    x = random.integers(0, 2, size=(300, 8, 8, 2)).astype(SINGLE)
    y = np.maximum(np.asarray(keras.ops.conv(x, one, padding="same")) - 1, 0)
    z = np.asarray(keras.ops.max_pool(y, 2, 2)).reshape(300, -1) @ two
    assert (y.reshape(-1, 4).max(axis=0) <= found["re_lu"].high).all()
    assert (z <= found["dense"].high).all()
    assert (z >= found["dense"].low).all()
    # the bound of the first layer is the sum of positive weights, and is tight: such an input exists
    assert found["conv2d"].high == pytest.approx(np.maximum(one, 0).sum(axis=(0, 1, 2)) - 1, rel=1e-4)


def test_signs_alone_prove_it_without_a_range() -> None:
    kernel = np.array([[-1, 1], [-2, 1]], dtype=SINGLE)
    built: Built = chain(
        input(2), relu(), dense(2, "relu", kernel=kernel, bias=np.zeros(2)), dense(1, kernel=np.ones((2, 1)))
    )
    assert bounds.dead(Subject(built.graph())) == {"dense": ((0,), 2)}


def test_a_sum_that_is_nothing_but_unbounded_is_read_no_further() -> None:
    def rows() -> object:
        yield np.array([[1.0, -1.0]]), np.array([-np.inf]), np.array([np.inf])
        raise AssertionError("read on")

    found = interval_sums.summed(rows(), None, 2, 2.0**-24)  # type: ignore[arg-type]
    assert np.isneginf(found.low).all()
    assert np.isposinf(found.high).all()
