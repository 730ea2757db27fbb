"""How a model is trained: the optimizer's name, the learning rate at its start, clipping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linter.graph import Training

STARTS = ("initial_learning_rate", "learning_rate", "base_learning_rate", "init_lr")
CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def optimizer(training: Training) -> tuple[str, Mapping[str, Any]]:
    """Return the optimizer's lower-case name and its configuration, loss scaling taken off."""
    name, config = training.optimizer, training.optimizer_config
    inner = config.get("inner_optimizer")
    if isinstance(inner, Mapping) and isinstance(inner.get("class_name"), str):
        held = inner.get("config")
        name, config = inner["class_name"].rpartition(">")[2], held if isinstance(held, Mapping) else {}
    return name.lower().removeprefix("legacy"), config


def learning_rate(config: Mapping[str, Any]) -> float | None:
    """Return the learning rate with which training starts, of a schedule after its warm-up.

    None where it is not stored.
    """
    value = config.get("learning_rate", config.get("lr"))
    if isinstance(value, Mapping):
        return _scheduled(value.get("config"))
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _scheduled(config: Any) -> float | None:
    if not isinstance(config, Mapping):
        return None
    warm = config.get("warmup_target")
    if isinstance(warm, int | float) and not isinstance(warm, bool):
        return float(warm)
    values = config.get("values")
    if isinstance(values, list) and values and isinstance(values[0], int | float):
        return float(values[0])
    start = next((config[key] for key in STARTS if isinstance(config.get(key), int | float)), None)
    return None if start is None else float(start)


def is_clipped(config: Mapping[str, Any]) -> bool:
    """Whether gradients are clipped."""
    return any(config.get(key) for key in CLIPPING)
