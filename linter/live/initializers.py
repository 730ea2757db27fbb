"""An initializer of the graph -> Keras's, under the name that people know it by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from linter.graph import Initializer

SCALED = {
    (1.0, "fan_avg", "truncated_normal"): keras.initializers.GlorotNormal,
    (1.0, "fan_avg", "uniform"): keras.initializers.GlorotUniform,
    (2.0, "fan_in", "truncated_normal"): keras.initializers.HeNormal,
    (2.0, "fan_in", "uniform"): keras.initializers.HeUniform,
    (1.0, "fan_in", "truncated_normal"): keras.initializers.LecunNormal,
    (1.0, "fan_in", "uniform"): keras.initializers.LecunUniform,
}


def made(value: Initializer) -> Any:
    """Return Keras's initializer; the default one where it is foreign, since stored weights replace what it draws."""
    given = value.parameters
    match value.kind:
        case "variance_scaling":
            return _scaled(float(given["scale"]), given["mode"], given["distribution"])
        case "normal":
            return keras.initializers.RandomNormal(given["mean"], given["stddev"])
        case "truncated_normal":
            return keras.initializers.TruncatedNormal(given["mean"], given["stddev"])
        case "uniform":
            return keras.initializers.RandomUniform(given["minval"], given["maxval"])
        case "constant":
            return _constant(given)
        case "orthogonal":
            return keras.initializers.Orthogonal(given["gain"])
        case "identity":
            return keras.initializers.Identity(given["gain"])
        case _:
            return keras.initializers.GlorotUniform()


def _scaled(scale: float, mode: str, distribution: str) -> Any:
    named = SCALED.get((scale, mode, distribution))
    return named() if named else keras.initializers.VarianceScaling(scale, mode, distribution)


def _constant(given: Mapping[str, Any]) -> Any:
    value = given["value"]
    if isinstance(value, int | float) and value in (0, 1):
        return keras.initializers.Ones() if value else keras.initializers.Zeros()
    return keras.initializers.Constant(value)
