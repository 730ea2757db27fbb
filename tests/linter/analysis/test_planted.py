"""What the analyses that only rules use find in models with a planted fault, and in their healthy twins."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from linter.analysis import batchnorm, gains, journey, saturation, scales
from linter.build import Built, activation, batch_normalization, chain, conv, dense, input, relu, residual, trained
from linter.graph import Activation
from linter.rule import Subject


def subject(model: Built) -> Subject:
    return Subject(model.graph())


def test_plain_blocks_double_and_normalised_ones_do_not() -> None:
    he = {"kernel_initializer": "he_normal"}
    (plain,) = journey.of(subject(residual(12, lambda: [dense(64, "relu", **he), dense(64, **he)])))
    steps = log(plain.gain) / 12
    # the second kernel's branch is twice the trunk: three times a block, from the first hidden layer on
    assert steps == pytest.approx(log(3), rel=0.1)
    (calm,) = journey.of(subject(residual(12, lambda: [batch_normalization(), dense(64, "relu", **he)])))
    assert calm.gain < 100


def test_a_journey_needs_two_hidden_layers() -> None:
    assert journey.of(subject(chain(input(8), dense(8, "relu"), dense(1)))) == ()


def test_scales_multiply_along_a_path_and_cancel() -> None:
    def fixed(std: float) -> dict[str, object]:
        return {
            "kernel_initializer": {
                "module": "keras.initializers",
                "class_name": "RandomNormal",
                "config": {"stddev": std},
            }
        }

    right = sqrt(2 / 64)
    layers, off = scales.worst_path(
        subject(chain(input(64), *[dense(64, "relu", **fixed(right / 3)) for _ in range(3)], dense(1)))
    )
    assert len(layers) == 3
    assert off == pytest.approx(3 * log(1 / 3))
    _, off = scales.worst_path(
        subject(chain(input(64), dense(64, "relu", **fixed(right / 3)), batch_normalization(), dense(1)))
    )
    assert off == pytest.approx(log(1 / 3))
    layers, _ = scales.worst_path(
        subject(chain(input(64), dense(64, **fixed(right / 3)), batch_normalization(), relu(), dense(1)))
    )
    assert layers == ()


@pytest.mark.parametrize(
    ("name", "gain"), [("relu", sqrt(2)), ("gelu", 1.5335304), ("silu", 1.6765325), ("tanh", 1.5925374), ("selu", 1.0)]
)
def test_the_right_gain(name: str, gain: float) -> None:
    assert gains.right(Activation(name)) == pytest.approx(gain, rel=1e-6)


def test_a_run_ends_at_a_normalisation() -> None:
    pieces = [dense(8, "tanh"), dense(8, "tanh"), batch_normalization(), dense(8, "tanh")]
    found = saturation.runs(subject(chain(input(8), *pieces, dense(1))))
    assert sorted(len(run.layers) for run in found) == [1, 2]


def test_the_gain_of_a_run_is_the_energy_that_comes_back() -> None:
    random = np.random.default_rng(0)
    ratios = []
    for _ in range(40):
        one, two = (random.normal(size=(100, 100)) * 0.1 for _ in range(2))
        x, back = random.normal(size=100), random.normal(size=100)
        a = np.tanh(x @ one)
        b = np.tanh(a @ two)
        inner = ((back * (1 - b**2)) @ two.T * (1 - a**2)) @ one.T
        ratios.append(log((inner**2).sum() / (back**2).sum()))
    (run,) = saturation.runs(subject(chain(input(100), dense(100, "tanh"), dense(100, "tanh"), dense(1))))
    assert run.gain is not None
    assert log(run.gain) == pytest.approx(np.mean(ratios), abs=0.15)


def test_channels_emptied_by_a_penalty_are_told_from_dead_ones() -> None:
    kernel = np.random.default_rng(0).normal(size=(1, 1, 3, 4)).astype(np.float32)
    kernel[..., 1] = 1e-34
    norm = batch_normalization(moving_variance=np.array([1, 1e-36, 0, 1]))
    model = subject(trained(chain(input(4, 4, 3), conv(4, 1, kernel=kernel, use_bias=False), norm, activation("relu"))))
    (found,) = batchnorm.collapsed(model)
    assert (found.still, found.pruned, found.unscaled, found.negative) == ((1, 2), (1,), (), ())
