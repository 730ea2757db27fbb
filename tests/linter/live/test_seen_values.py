"""What a run sees equals plain NumPy over all activations, and does not depend on the data's order or batches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from linter.commands.lint import audit
from linter.finding import Report, Tool
from linter.observation import Observation
from linter.options import Options
from linter.reporters import REPORTERS
from tests.linter.live.seeing import Seeing
from tests.linter.read.quiet import quiet

FUNCTIONS = {"first": "relu", "second": "tanh", "third": "relu", "fourth": "sigmoid", "fifth": "gelu"}
SAMPLES = 101


@pytest.fixture(scope="module")
def data() -> Any:
    """Normal images."""
    return np.random.default_rng(0).normal(size=(SAMPLES, 6, 5, 2)).astype("float32")


@pytest.fixture(scope="module")
def model() -> Any:
    """A model that is wide enough to have units of all kinds."""
    keras.utils.set_random_seed(5)
    x = given = keras.Input((6, 5, 2), name="given")
    x = L.Conv2D(5, 3, padding="same", activation="relu", name="first")(x)
    x = L.Conv2D(4, 2, strides=2, activation="tanh", name="second")(x)
    x = L.Dense(8, activation="relu", bias_initializer=keras.initializers.Constant(-1.0), name="third")(L.Flatten()(x))
    x = L.Dense(
        6, activation="sigmoid", kernel_initializer=keras.initializers.RandomNormal(stddev=20.0), name="fourth"
    )(x)
    x = L.Dense(5, activation="gelu", name="fifth")(x)
    return keras.Model(given, L.Dense(1, name="head")(x))


@pytest.fixture(scope="module")
def seeing(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Seeing:
    """The model saved, read and rebuilt."""
    path = tmp_path_factory.mktemp("seen") / "model.keras"
    with quiet():
        model.save(path)
    return Seeing(path)


@pytest.fixture(scope="module")
def before(model: Any, data: Any) -> dict[str, Any]:
    """All pre-activations of the saved model, from Keras, in float64."""
    found = {}
    for name in FUNCTIONS:
        layer = model.get_layer(name)
        function, layer.activation = layer.activation, keras.activations.linear
        found[name] = np.asarray(keras.Model(model.input, layer(layer.input))(data), dtype=np.float64)
        layer.activation = function
    return found


@pytest.mark.parametrize("batch", [1, 16, 256])
def test_equals_numpy_over_all_activations(batch: int, seeing: Seeing, data: Any, before: dict[str, Any]) -> None:
    seen = seeing.on(data, batch)
    assert seen.samples == SAMPLES
    units = {found.layer: found for found in seen.units.values()}
    signal = {found.layer: found for found in seen.signal.values()}
    assert list(units) == list(FUNCTIONS)
    for name, z in before.items():
        flat, found = z.reshape(SAMPLES, -1, z.shape[-1]), units[name]
        assert (found.samples, found.positions) == (SAMPLES, flat[..., 0].size)
        y = after(FUNCTIONS[name], flat)
        if FUNCTIONS[name] == "relu":
            fires = flat > 0
            assert found.fired == tuple(fires.any(axis=1).sum(axis=0))
            assert found.fired_positions == tuple(fires.sum(axis=(0, 1)))
        if FUNCTIONS[name] in ("tanh", "sigmoid"):
            slope = 1 - y**2 if FUNCTIONS[name] == "tanh" else y * (1 - y)
            assert found.saturated == tuple((slope <= 1e-3).sum(axis=(0, 1)))
        scale = np.maximum(abs(y).mean(axis=(0, 1)), y.std(axis=(0, 1)))
        assert np.all(abs(np.array(found.absolute) - abs(y).mean(axis=(0, 1))) <= 1e-6 * scale)
        assert signal[name].second_moment == pytest.approx(np.mean(y**2), rel=1e-6)
    assert sum(units["fourth"].saturated) > 0


def after(function: str, z: Any) -> Any:
    """Return what the activation makes of z."""
    from math import erf

    if function == "gelu":
        return z * (1 + np.vectorize(erf)(z / np.sqrt(2))) / 2
    return {"relu": np.maximum(z, 0), "tanh": np.tanh(z), "sigmoid": 1 / (1 + np.exp(-z))}[function]


def report_of(seeing: Seeing, seen: Observation) -> str:
    """Return the report for people."""
    judged = audit(seeing.graph, Options(), "model.keras", replace(seen, seconds=0.0))
    return REPORTERS["text"](Report(Tool(version=""), (judged,)))


def test_order_and_batches_do_not_matter(seeing: Seeing, data: Any) -> None:
    whole, labels = seeing.on(data, 256), np.arange(SAMPLES) % 2
    wanted = report_of(seeing, whole)
    assert "run on 101 samples" in wanted
    for seed, batch in ((1, 256), (2, 8), (3, 33)):
        order = np.random.default_rng(seed).permutation(SAMPLES)
        seen = seeing.on(data[order], batch)
        assert report_of(seeing, seen) == wanted
        assert close(seen, whole)
    order = np.random.default_rng(4).permutation(SAMPLES)
    one, other = (seeing.on({"given": data[at], "y": labels[at]}, 16) for at in (np.arange(SAMPLES), order))
    assert one.gradients == pytest.approx(other.gradients, rel=1e-5)


def close(one: Observation, other: Observation) -> bool:
    """Whether two runs saw the same: counts exactly, sums to rounding."""
    counts = [
        {name: (item.fired, item.fired_positions, item.saturated) for name, item in seen.units.items()}
        for seen in (one, other)
    ]
    assert counts[0] == counts[1]
    assert one.gradients == pytest.approx(other.gradients, rel=1e-5)
    for name, item in one.units.items():
        assert item.absolute == pytest.approx(other.units[name].absolute, rel=1e-6)
        assert one.signal[name].second_moment == pytest.approx(other.signal[name].second_moment, rel=1e-6)
    assert {name: (item.minimum, item.maximum) for name, item in one.inputs.items()} == {
        name: (item.minimum, item.maximum) for name, item in other.inputs.items()
    }
    return True
