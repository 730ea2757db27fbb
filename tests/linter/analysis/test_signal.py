"""The predicted signal against real initialisations:
Keras's own layers and initializers, and NumPy for the planted cases.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from linter import build
from linter.analysis import journey, signal
from linter.build import Built, chain, dense, fresh, input
from linter.rule import Subject
from tests.bench.bench_signal import Case, interval, predicted, truth

DEPTHS = (2, 10)


@pytest.mark.parametrize("block", ["plain", "residual", "batch", "layer"])
@pytest.mark.parametrize(
    ("activation", "initializer"),
    [("relu", "he_normal"), ("gelu", "he_normal"), ("tanh", "glorot_uniform"), ("selu", "lecun_normal")],
)
def test_dense_networks(block: str, activation: str, initializer: str) -> None:
    close(Case("mlp", block, activation, initializer, width=256, depth=10), draws=15)


@pytest.mark.parametrize("block", ["plain", "residual"])
@pytest.mark.parametrize(("activation", "initializer"), [("relu", "he_normal"), ("tanh", "glorot_uniform")])
def test_convolutions_with_borders(block: str, activation: str, initializer: str) -> None:
    close(Case("cnn", block, activation, initializer, width=64, depth=10, side=6), draws=25)


def close(case: Case, draws: int) -> None:
    """The prediction lies within 10 % of the centre, or within the 99 % interval where that is wider."""
    real, guess = truth(case, DEPTHS, draws), predicted(case, DEPTHS)
    for depth in DEPTHS:
        center, half = interval(real[depth])
        value, doubt, claimed = guess[depth]
        assert claimed
        assert abs(value - center) <= max(half, 0.1), (depth, value, center, half)
        if case.block == "plain":
            assert doubt == pytest.approx(np.std(real[depth]), rel=0.6)


def forward(model: Built, draws: int) -> list[float]:
    """Return log second moments of the last hidden layer over the first's, by NumPy: Dense and ReLU only."""
    out = []
    for seed in range(draws):
        x = np.random.default_rng(1000 + seed).normal(size=784)
        first = 0.0
        kernels = [found["kernel"] for found in fresh(model, seed).values.values() if "kernel" in found]
        for kernel in kernels[:-1]:
            x = np.maximum(x @ kernel.astype(np.float64), 0)
            first = first or float(np.log(np.mean(x**2)))
        out.append(float(np.log(np.mean(x**2))) - first)
    return out


def test_the_34_layer_network_is_predicted_within_a_factor_of_three() -> None:
    model = chain(input(784), *[dense(128, "relu") for _ in range(34)], dense(10))
    (found,) = journey.of(Subject(model.graph()))
    real = np.mean(forward(model, 50))
    assert abs(np.log(found.gain) - real) < np.log(3)


def last(model: Built) -> float:
    subject = Subject(model.graph())
    found = signal.of(subject)
    state = found.forward[subject.graph.outputs[0].source]
    return state.second


def test_a_linear_layer_multiplies_by_fan_in_times_variance() -> None:
    assert last(chain(input(50), dense(30, kernel_initializer="lecun_normal"))) == pytest.approx(1.0)
    assert last(chain(input(50), dense(30, kernel_initializer="he_normal"))) == pytest.approx(2.0)
    assert last(chain(input(50), dense(30))) == pytest.approx(50 / 40)
    assert last(chain(input(50), dense(30, kernel_initializer="orthogonal"))) == pytest.approx(1.0)
    assert last(chain(input(30), dense(50, kernel_initializer="orthogonal"))) == pytest.approx(30 / 50)


def test_padding_takes_the_border_away() -> None:
    # three taps on four positions meet 2 + 3 + 3 + 2 of 12; in two axes the square of it
    grown = last(chain(input(4, 4, 8), build.conv(8, 3, kernel_initializer="lecun_normal")))
    assert grown == pytest.approx((10 / 12) ** 2)
    valid = last(chain(input(4, 4, 8), build.conv(8, 3, kernel_initializer="lecun_normal", padding="valid")))
    assert valid == pytest.approx(1.0)


def test_merges() -> None:
    x = input(8)
    twice = build.add()(x, x)
    assert last(build.model(x, twice)) == pytest.approx(4.0)
    y = input(8)
    assert last(build.model(y, build.add()(y, dense(8, kernel_initializer="lecun_normal")(y)))) == pytest.approx(2.0)
    z = input(8)
    gate = build.multiply()(dense(8, kernel_initializer="lecun_normal")(z), dense(8, kernel_initializer="he_normal")(z))
    assert last(build.model(z, gate)) == pytest.approx(2.0, rel=0.3)
    u = input(8)
    assert last(build.model(u, build.concatenate()(u, dense(8, kernel_initializer="he_normal")(u)))) == pytest.approx(
        1.5
    )


def test_pooling_against_random_numbers() -> None:
    random = np.random.default_rng(0)
    u = random.normal(size=(100_000, 4)) * np.sqrt(2)
    pre = build.conv(16, 1, kernel_initializer="he_normal")
    top = last(chain(input(8, 8, 16), pre, build.relu(), build.max_pooling(2)))
    assert top == pytest.approx((np.maximum(u, 0).max(axis=1) ** 2).mean(), rel=0.1)
    mean = last(
        chain(
            input(2, 2, 16),
            build.conv(16, 1, kernel_initializer="he_normal"),
            build.relu(),
            build.global_average_pooling(),
        )
    )
    assert mean == pytest.approx((np.maximum(u, 0).mean(axis=1) ** 2).mean(), rel=0.1)


@pytest.mark.parametrize("make", [build.lstm, build.gru, build.simple_rnn])
def test_recurrent_layers_against_keras(make: object) -> None:
    import keras

    layer = {build.lstm: keras.layers.LSTM, build.gru: keras.layers.GRU, build.simple_rnn: keras.layers.SimpleRNN}[make]  # type: ignore[index]
    found = []
    for seed in range(12):
        keras.utils.set_random_seed(seed)
        x = np.random.default_rng(seed).normal(size=(16, 20, 32)).astype("float32")
        found.append(float(np.log(np.mean(np.asarray(layer(64)(x)) ** 2))))
    expected = last(chain(input(20, 32), make(64)))  # type: ignore[operator]
    assert np.log(expected) == pytest.approx(np.mean(found), abs=0.35)


def test_the_gradient_back_through_dense_layers_against_jax() -> None:
    jax = pytest.importorskip("jax", reason="JAX is the oracle here; make test-backends installs it")

    def real(seed: int) -> float:
        random = np.random.default_rng(seed)
        kernels = [random.normal(size=(200, 200)) * np.sqrt(2 / 200) for _ in range(4)]

        def run(x: Any) -> Any:
            for kernel in kernels:
                x = jax.numpy.tanh(x @ kernel)
            return x

        _, pull = jax.vjp(run, random.normal(size=200))
        return float(np.log(np.mean(np.asarray(pull(jax.numpy.array(random.normal(size=200)))[0]) ** 2)))

    model = chain(input(200), *[dense(200, "tanh", kernel_initializer="he_normal") for _ in range(4)])
    subject = Subject(model.graph())
    backward = signal.of(subject).backward[subject.graph.inputs[0]]
    assert np.log(backward) == pytest.approx(np.mean([real(seed) for seed in range(10)]), abs=0.15)


def test_foreign_code_ends_the_prediction_and_normalisation_takes_it_up() -> None:
    model = chain(input(8), dense(8), build.layer("Strange"), dense(8), build.layer_normalization(), dense(8), dense(1))
    subject = Subject(model.graph())
    found = signal.of(subject)
    assert "dense_1" not in found.forward
    assert found.forward["layer_normalization"].second == pytest.approx(1.0)
    assert found.lost[0] == "strange"  # and the shapes behind it are not known either


@pytest.mark.parametrize(
    "pieces",
    [
        [input(8, 0, 3), build.conv(4), build.flatten(), dense(2)],
        [input(0), dense(4), dense(2)],
        [input(4), dense(4), build.batch_normalization(epsilon=-1.0), dense(2)],
        [input(4), dense(4, kernel_initializer="zeros"), build.batch_normalization(epsilon=0.0), dense(2)],
    ],
    ids=["no positions", "no features", "negative epsilon", "nothing to normalise"],
)
def test_degenerate_models_are_no_trouble(pieces: list[Any]) -> None:
    found = signal.of(Subject(chain(*pieces).graph()))
    assert all(np.isfinite(state.second) for state in found.forward.values())
    assert all(np.isfinite(value) for value in found.backward.values())
