"""Fresh draws are told from trained weights: Keras's own initializers, and small changes to what they drew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linter import build
from linter.analysis import freshness
from linter.build import Built, chain, dense, input
from linter.options import Limits
from linter.read import read
from linter.rule import Subject

MODELS = Path(__file__).parents[4] / "shared" / "models"
NAMES = [
    "glorot_uniform",
    "glorot_normal",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "orthogonal",
]


def built(kernel: np.ndarray, initializer: object, bias: float = 0.0) -> Subject:
    model = chain(
        input(len(kernel)),
        dense(kernel.shape[1], kernel=kernel, bias=np.full(kernel.shape[1], bias), kernel_initializer=initializer),
    )
    return Subject(model.graph())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(64, 32), (32, 64), (300, 200)])
def test_draws_of_keras_are_fresh(name: str, shape: tuple[int, int]) -> None:
    import keras

    for seed in range(5):
        initializer = keras.initializers.get(
            {"class_name": "".join(map(str.title, name.split("_"))), "config": {"seed": seed}}
        )
        kernel = np.asarray(initializer(shape))
        assert freshness.of(built(kernel, name)).untrained
        assert not freshness.of(built(kernel, name, bias=1e-6)).untrained


@pytest.mark.parametrize("name", NAMES)
def test_other_distributions_and_sizes_are_not(name: str) -> None:
    import keras

    keras.utils.set_random_seed(0)
    kernel = np.asarray(keras.initializers.get(name)((300, 200)))
    heavy = np.random.default_rng(0).standard_t(4, kernel.shape)
    for other in (kernel * 1.05, kernel + kernel.std() * 0.1, heavy / heavy.std() * kernel.std()):
        assert not freshness.of(built(other, name)).untrained


def test_another_initializer_than_declared_is_no_fresh_draw() -> None:
    import keras

    kernel = np.asarray(keras.initializers.HeNormal(seed=0)((300, 200)))
    assert not freshness.of(built(kernel, "glorot_uniform")).untrained


def test_a_forget_gate_starts_at_one() -> None:
    model = build.fresh(chain(input(9, 16), build.lstm(16), dense(1)))
    assert freshness.of(Subject(model.graph())).untrained
    zeroed = build.fresh(chain(input(9, 16), build.lstm(16, bias=np.zeros(64)), dense(1)))
    assert not freshness.of(Subject(zeroed.graph())).untrained


def test_one_layer_that_never_trained() -> None:
    trained: Built = build.trained(chain(input(32), dense(32, "relu"), dense(32, "relu"), dense(4)))
    start = build.fresh(chain(input(32), dense(32, "relu"), dense(32, "relu"), dense(4)))
    mixed = Built(trained.config, {**trained.values, "dense_1": start.values["dense_1"]})
    found = freshness.of(Subject(mixed.graph()))
    assert not found.untrained
    assert found.layers == ("dense_1",)


def test_no_published_model_is_called_fresh() -> None:
    files = [path for path in MODELS.rglob("*") if path.suffix in (".h5", ".hdf5", ".keras")]
    if not files:
        pytest.skip("the published models are not beside this checkout")
    for path in files:
        found = freshness.of(Subject(read(path, Limits())))
        assert not found.untrained, path.name
        assert not found.layers, path.name
