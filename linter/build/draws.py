"""Weights drawn for a model: as its initializers say, or as after some training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod, sqrt
from typing import TYPE_CHECKING, Any

from linter.build.built import Built
from linter.graph import Initializer, Shape
from linter.options import Limits
from linter.read.normalise.flatten import Flattener
from linter.read.normalise.layout import variables
from linter.read.normalise.parse import parse

if TYPE_CHECKING:
    import numpy as np


def fresh(built: Built, seed: int = 0) -> Built:
    """Return the model with weights drawn as its initializers say."""
    return _drawn(built, seed, trained=False)


def trained(built: Built, seed: int = 0) -> Built:
    """Return the model with weights as after some training: kernels of He's size with other tails.

    Biases off their start.
    """
    return _drawn(built, seed, trained=True)


def _drawn(built: Built, seed: int, *, trained: bool) -> Built:
    import numpy as np

    random = np.random.default_rng(seed)
    flat = Flattener({}, Limits())
    flat.model(parse(built.config, Limits()), "", None)
    out = {path: dict(found) for path, found in built.values.items()}
    for path, (spec, inputs) in flat.built.items():
        for variable in variables(spec, inputs) or ():
            if variable.shape is None or None in variable.shape or variable.role in out.get(path, {}):
                continue
            shape = tuple(size for size in variable.shape if size is not None)
            array = _draw(_initializer(spec.config, variable.role), variable.role, shape, random)
            if spec.op == "LSTM" and variable.role == "bias" and spec.config.get("unit_forget_bias", True):
                array[shape[-1] // 4 : shape[-1] // 2] = 1
            if trained:
                array = _moved(array, variable.role, shape, random)
            out.setdefault(path, {})[variable.role] = array.astype(np.float32)
    return replace(built, values=out)


def _initializer(config: Mapping[str, Any], role: str) -> Any:
    """Return how a variable starts: depthwise, pointwise and recurrent kernels have an argument of their own.

    Attention shares one.
    """
    part, _, kind = role.rpartition("_")
    for key in (
        f"{role}_initializer",
        f"{part}_initializer",
        f"{kind}_initializer",
        "depthwise_initializer" if role == "kernel" else "",
    ):
        if key in config:
            return config[key]
    return None


def _draw(initializer: Any, role: str, shape: Shape, random: np.random.Generator) -> np.ndarray:
    import numpy as np

    sizes = tuple(size or 1 for size in shape)
    if not isinstance(initializer, Initializer):
        return np.ones(sizes) if role in ("gamma", "moving_variance", "variance") else np.zeros(sizes)
    if initializer.kind == "constant":
        return np.full(sizes, initializer.parameters["value"])
    if initializer.kind == "identity":
        return np.eye(sizes[0], sizes[-1]) * float(initializer.parameters["gain"])
    if initializer.kind == "orthogonal":
        q, _ = np.linalg.qr(random.normal(size=(max(sizes), max(sizes))))
        return (
            q.reshape(max(sizes), max(sizes))[: sizes[0], : sizes[-1]].reshape(sizes)
            if len(sizes) == 2
            else random.normal(0, 0.1, sizes)
        )
    if initializer.kind == "variance_scaling":
        std = sqrt(float(initializer.parameters["scale"]) / _fan(str(initializer.parameters["mode"]), sizes))
        if initializer.parameters["distribution"] == "uniform":
            return random.uniform(-std * sqrt(3), std * sqrt(3), sizes)
        return _truncated(random, sizes) * std
    if initializer.kind == "uniform":
        return random.uniform(initializer.parameters["minval"], initializer.parameters["maxval"], sizes)
    return random.normal(initializer.parameters.get("mean", 0), initializer.parameters.get("stddev", 0.05), sizes)


def _truncated(random: np.random.Generator, sizes: tuple[int, ...]) -> np.ndarray:
    import numpy as np

    draw = random.normal(size=sizes)
    while (beyond := np.abs(draw) > 2).any():
        draw[beyond] = random.normal(size=int(beyond.sum()))
    return draw / 0.87962566103423978


def _fan(mode: str, sizes: tuple[int, ...]) -> float:
    """Return the fan as Keras counts it: the last axis is out, the one before is in."""
    if len(sizes) < 2:
        return float(sizes[0]) if sizes else 1.0
    field_size = prod(sizes[:-2])
    fan_in, fan_out = sizes[-2] * field_size, sizes[-1] * field_size
    return float({"fan_in": fan_in, "fan_out": fan_out}.get(mode, (fan_in + fan_out) / 2))


def _moved(array: np.ndarray, role: str, shape: Shape, random: np.random.Generator) -> np.ndarray:
    import numpy as np

    if role in ("moving_variance", "variance", "gamma"):
        return np.asarray(np.abs(array + random.normal(0, 0.2, array.shape)) + 0.1)
    scale = 0.7 * float(array.std()) or 0.05
    return np.asarray(array + scale * random.standard_t(5, array.shape))
