"""Initializers of every Keras -> one form, by what they draw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from linter.graph import Initializer
from linter.read.normalise import ours
from linter.read.normalise.values import bare_name, snake

GLOROT, HE, LECUN = (1.0, "fan_avg"), (2.0, "fan_in"), (1.0, "fan_in")
SCALED = {
    "glorot_normal": (*GLOROT, "truncated_normal"),
    "glorot_uniform": (*GLOROT, "uniform"),
    "he_normal": (*HE, "truncated_normal"),
    "he_uniform": (*HE, "uniform"),
    "lecun_normal": (*LECUN, "truncated_normal"),
    "lecun_uniform": (*LECUN, "uniform"),
    "xavier_normal": (*GLOROT, "truncated_normal"),
    "xavier_uniform": (*GLOROT, "uniform"),
}
INITIALIZER_KINDS = {
    "random_normal": ("normal", {"mean": 0.0, "stddev": 0.05}),
    "normal": ("normal", {"mean": 0.0, "stddev": 0.05}),
    "truncated_normal": ("truncated_normal", {"mean": 0.0, "stddev": 0.05}),
    "random_uniform": ("uniform", {"minval": -0.05, "maxval": 0.05}),
    "uniform": ("uniform", {"minval": -0.05, "maxval": 0.05}),
    "zeros": ("constant", {"value": 0.0}),
    "zero": ("constant", {"value": 0.0}),
    "ones": ("constant", {"value": 1.0}),
    "one": ("constant", {"value": 1.0}),
    "constant": ("constant", {"value": 0.0}),
    "orthogonal": ("orthogonal", {"gain": 1.0}),
    "identity": ("identity", {"gain": 1.0}),
    "identity_initializer": ("identity", {"gain": 1.0}),
}


def initializer(value: Any) -> Initializer | None:
    """Translate an initializer: name, Keras 1 to 3 object, or a registered one; None for None."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        spelling = bare_name(value.get("class_name"))
        config = value.get("config")
        registered = str(value.get("registered_name") or "")
        if ours.is_ours(value.get("class_name")):  # as legacy files have it
            registered = value["class_name"]
        return _initializer(snake(spelling), config if isinstance(config, Mapping) else {}, registered or spelling)
    name = bare_name(value)
    return _initializer(snake(name), {}, str(value))


def _initializer(name: str, config: Mapping[str, Any], spelling: str) -> Initializer:
    if ours.is_ours(spelling):
        return ours.initializer(bare_name(spelling), config, spelling)
    name = re.sub(r"_v[12]$", "", name)
    if name in SCALED:
        scale, mode, distribution = SCALED[name]
        return Initializer("variance_scaling", {"scale": scale, "mode": mode, "distribution": distribution}, spelling)
    if name == "variance_scaling":
        scale = config.get("scale", 1.0)
        distribution = {"normal": "truncated_normal"}.get(
            str(config.get("distribution")), config.get("distribution", "truncated_normal")
        )
        return Initializer(
            "variance_scaling",
            {"scale": scale, "mode": config.get("mode", "fan_in"), "distribution": distribution},
            spelling,
        )
    if name in INITIALIZER_KINDS:
        kind, defaults = INITIALIZER_KINDS[name]
        given = {key: config[key] for key in defaults if isinstance(config.get(key), int | float | list)}
        return Initializer(kind, {**defaults, **given}, spelling)
    return Initializer("unknown", dict(config), spelling)
