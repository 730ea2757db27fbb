"""Kernels: shapes and fans against Keras's own layers and its way of counting."""

from __future__ import annotations

import numpy as np
import pytest

from linter import build
from linter.analysis import kernels
from linter.build import Piece, chain, input
from linter.rule import Subject

PIECES: dict[str, tuple[tuple[int, ...], Piece, float, int]] = {
    "dense": ((5,), build.dense(7), 5, 7),
    "conv": ((8, 8, 3), build.conv(4, 3), 27, 4),
    "depthwise": ((8, 8, 3), build.depthwise(3), 9, 3),
    "transposed": ((8, 8, 3), build.conv(4, 4, kind="Conv{}DTranspose", strides=[2, 2]), 3 * 4, 4),
    "separable": ((8, 8, 3), build.conv(4, 3, kind="SeparableConv{}D", depth_multiplier=2), 6, 4),
}


@pytest.mark.parametrize("name", PIECES)
def test_fans_and_units(name: str) -> None:
    shape, piece, fan, units = PIECES[name]
    model = Subject(chain(input(*shape), piece).graph())
    kernel = kernels.of(model)[-1]
    assert (kernel.fan_in, kernel.units) == (fan, units)


@pytest.mark.parametrize("shape", [(7,), (5, 3), (3, 3, 4, 8), (2, 3, 3, 4, 8)])
def test_fans_as_keras_counts_them(shape: tuple[int, ...]) -> None:
    import keras

    drawn = np.asarray(keras.initializers.VarianceScaling(1.0, "fan_in", "uniform", seed=0)(shape))
    limit = np.sqrt(3 / kernels.counted(shape)[0][0])
    assert np.abs(drawn).max() <= limit * 1.00001
    assert np.abs(drawn).max() > limit * (1 - 20 / drawn.size)


def test_configuration_and_stored_weights_give_the_same_kernels() -> None:
    model = chain(input(9, 6), build.lstm(4), build.dense(3))
    plain, stored = (kernels.of(Subject(item.graph())) for item in (model, build.fresh(model)))
    assert [(k.role, k.shape, k.fan_in, k.units) for k in plain] == [
        (k.role, k.shape, k.fan_in, k.units) for k in stored
    ]


def test_attention_and_einsum() -> None:
    x = input(6, 16)
    attention = build.layer(
        "MultiHeadAttention", num_heads=2, key_dim=4, use_bias=True, kernel_initializer="glorot_uniform"
    )
    model = Subject(build.model(x, attention(x, x)).graph())
    assert {k.role: (k.fan_in, k.units) for k in kernels.of(model)} == {
        "query_kernel": (16, 8),
        "key_kernel": (16, 8),
        "value_kernel": (16, 8),
        "output_kernel": (8, 16),
    }
    y = build.layer(
        "EinsumDense",
        equation="abc,cde->abde",
        output_shape=[None, 2, 5],
        bias_axes="de",
        kernel_initializer="he_normal",
    )
    (kernel,) = kernels.of(Subject(chain(input(6, 16), y).graph()))
    assert (kernel.shape, kernel.fan_in, kernel.units) == ((16, 2, 5), 16, 10)
