"""A converted model's initializers bear the names that its author gave them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

from linter.live.initializers import made
from linter.options import Limits
from linter.read import read
from tests.linter.read.quiet import quiet

K = keras.initializers
GIVEN = [
    K.GlorotNormal(),
    K.GlorotUniform(),
    K.HeNormal(),
    K.HeUniform(),
    K.LecunNormal(),
    K.LecunUniform(),
    K.VarianceScaling(3.0, "fan_out", "untruncated_normal"),
    K.RandomNormal(0.5, 0.25),
    K.TruncatedNormal(0.0, 0.125),
    K.RandomUniform(-0.25, 0.5),
    K.Orthogonal(2.0),
    K.Identity(0.5),
    K.Zeros(),
    K.Ones(),
    K.Constant(0.25),
]


def without_seed(value: Any) -> dict[str, Any]:
    return {key: item for key, item in value.get_config().items() if key != "seed"}


@pytest.mark.parametrize("given", GIVEN, ids=lambda item: type(item).__name__)
def test_it_is_the_one_that_was_stored(given: Any, tmp_path: Path) -> None:
    with quiet():
        layer = keras.layers.Dense(3, kernel_initializer=given)
        keras.Sequential([keras.Input((3,)), layer]).save(tmp_path / "model.keras")
    (stored,) = [
        node.config["kernel_initializer"]
        for node in read(tmp_path / "model.keras", Limits()).nodes
        if node.op == "Dense"
    ]
    found = made(stored)
    assert type(found) is type(given)
    assert without_seed(found) == without_seed(given)
