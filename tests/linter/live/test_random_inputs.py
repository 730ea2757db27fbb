"""Random inputs are such that every layer has something to compute, and no larger than needed."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest

from linter.live.random_inputs import random_inputs

ANY: dict[str, tuple[tuple[int | None, ...], Callable[[], list[keras.Layer]], int]] = {
    "nothing shrinks": ((None, 4), lambda: [keras.layers.Conv1D(2, 5, padding="same")], 16),
    "cropped": ((None, 4), lambda: [keras.layers.Cropping1D(400)], 1024),
    "a long kernel": ((None, 4), lambda: [keras.layers.Conv1D(2, 60, padding="valid")], 128),
    "images": ((None, None, 3), lambda: [keras.layers.Conv2D(2, 3, strides=2) for _ in range(5)], 128),
    "a known size": ((None, 40), lambda: [keras.layers.Cropping1D(400)], 1024),
}


@pytest.mark.parametrize("name", ANY)
def test_any_size_is_the_first_that_fits(name: str) -> None:
    shape, layers, size = ANY[name]
    model = keras.Sequential([keras.Input(shape), *layers()])
    (given,) = random_inputs(model, samples=2)
    assert given.shape == (2, *(size if known is None else known for known in shape))
    found = np.asarray(model(given))
    assert found.size
    assert np.isfinite(found).all()


def test_all_inputs_have_the_same() -> None:
    one, two = keras.Input((None, 3)), keras.Input((None, 3), dtype="int32")
    joined = keras.layers.Add()([one, keras.layers.Rescaling(1.0)(two)])
    model = keras.Model([one, two], keras.layers.Cropping1D(20)(joined))
    assert [array.shape for array in random_inputs(model)] == [(8, 128, 3)] * 2


def test_a_model_that_takes_no_size_gets_the_smallest() -> None:
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.Cropping1D(10_000)])
    (given,) = random_inputs(model)
    assert given.shape == (8, 16, 3)
