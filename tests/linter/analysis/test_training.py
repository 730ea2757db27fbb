"""Learning rates, clipping and losses as every Keras stores them."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from linter.analysis import losses
from linter.analysis.training import is_clipped, learning_rate, optimizer
from linter.graph import Training
from linter.read.normalise.losses import loss

S = keras.optimizers.schedules
SCHEDULES = {
    "ExponentialDecay": (S.ExponentialDecay(0.5, 100, 0.9), 0.5),
    "PiecewiseConstantDecay": (S.PiecewiseConstantDecay([10], [0.3, 0.1]), 0.3),
    "PolynomialDecay": (S.PolynomialDecay(0.2, 100), 0.2),
    "InverseTimeDecay": (S.InverseTimeDecay(0.1, 100, 0.5), 0.1),
    "CosineDecay": (S.CosineDecay(0.4, 100), 0.4),
    "CosineDecay with warm-up": (S.CosineDecay(0.0, 100, warmup_target=0.7, warmup_steps=10), 0.7),
    "CosineDecayRestarts": (S.CosineDecayRestarts(0.6, 100), 0.6),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_count_by_their_start(name: str) -> None:
    schedule, start = SCHEDULES[name]
    stored = keras.saving.serialize_keras_object(keras.optimizers.SGD(schedule))
    assert learning_rate(stored["config"]) == pytest.approx(start)


@pytest.mark.parametrize(
    ("config", "rate"),
    [
        ({"learning_rate": 0.01}, 0.01),
        ({"lr": 0.02}, 0.02),
        ({}, None),
        ({"learning_rate": "fast"}, None),
        ({"learning_rate": True}, None),
        ({"learning_rate": {"class_name": "Mine", "config": {"x": 1}}}, None),
        ({"learning_rate": {"class_name": "Mine", "config": None}}, None),
        ({"learning_rate": {"class_name": "PiecewiseConstantDecay", "config": {"values": []}}}, None),
    ],
)
def test_rates_as_they_are_stored(config: dict[str, Any], rate: float | None) -> None:
    assert learning_rate(config) == rate


def test_loss_scaling_is_taken_off() -> None:
    stored = keras.saving.serialize_keras_object(
        keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.3, clipnorm=1.0))
    )
    name, config = optimizer(Training((), stored["class_name"], stored["config"]))
    assert name == "adam"
    assert learning_rate(config) == pytest.approx(0.3)
    assert is_clipped(config)


@pytest.mark.parametrize("given", [{"clipnorm": 1.0}, {"clipvalue": 0.5}, {"global_clipnorm": 2.0}])
def test_clipping(given: dict[str, float]) -> None:
    assert is_clipped(keras.optimizers.Adam(**given).get_config())
    assert not is_clipped(keras.optimizers.Adam().get_config())


@pytest.mark.parametrize(
    "name",
    sorted(losses.CATEGORICAL | losses.BINARY | losses.SHARES | losses.REGRESSION | losses.MARGIN | losses.RATES),
)
def test_names_are_those_of_keras(name: str) -> None:
    camel = "".join(part.upper() if part == "kl" else part.capitalize() for part in name.split("_"))
    stored = keras.saving.serialize_keras_object(getattr(keras.losses, camel)())
    found = loss(stored)
    assert found is not None
    assert found.name == name
    as_text = loss(name)
    assert as_text is not None
    assert as_text.name == name


def test_logits() -> None:
    for from_logits in (True, False):
        stored = keras.saving.serialize_keras_object(keras.losses.BinaryCrossentropy(from_logits=from_logits))
        found = loss(stored)
        assert found is not None
        assert losses.takes_logits(found) is from_logits
