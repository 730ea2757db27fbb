"""How a model was compiled, in every version's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from linter.graph import Loss, Training
from linter.read.normalise import values
from linter.read.normalise.losses import loss
from linter.read.normalise.spec import ModelSpec

NAMES = "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion Muon Nadam RMSprop SGD"
OPTIMIZERS = {name.lower(): name for name in NAMES.split()}


def training(stored: Any, documents: Mapping[str, Any], spec: ModelSpec, iterations: int | None) -> Training | None:
    """Return what `compile_config` (Keras 3) or `training_config` (Keras 1 and 2) says; None where the model is not
    compiled."""
    found = documents.get("training_config")
    if not isinstance(found, Mapping):
        found = stored.get("compile_config") if isinstance(stored, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    optimizer = found.get("optimizer_config", found.get("optimizer"))
    name, config = _optimizer(optimizer)
    if found.get("loss") is None and not name:
        return None
    return Training(_losses(found.get("loss"), spec), name, config, iterations)


def _optimizer(stored: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(stored, str):
        return OPTIMIZERS.get(stored.lower(), stored), {}
    if not isinstance(stored, Mapping):
        return "", {}
    config = stored.get("config")
    settings = dict(config) if isinstance(config, Mapping) else {}
    if isinstance(settings.get("inner_optimizer"), Mapping):  # LossScaleOptimizer, around any other
        return _optimizer(settings["inner_optimizer"])
    if "lr" in settings and "learning_rate" not in settings:
        settings["learning_rate"] = settings["lr"]
    name = values.bare_name(stored.get("class_name"))
    return OPTIMIZERS.get(name.lower(), name), settings


def _losses(stored: Any, spec: ModelSpec) -> tuple[Loss | None, ...]:
    count = max(1, len(spec.outputs))
    single = isinstance(stored, Mapping) and isinstance(stored.get("class_name"), str)
    if single or not isinstance(stored, list | Mapping):
        return (loss(stored),) * count
    if isinstance(stored, list):
        return _padded([loss(item) for item in stored], count)
    by_name = [loss(stored.get(name)) for name in spec.output_names]
    return _padded(by_name if any(by_name) else [loss(item) for item in stored.values()], count)


def _padded(losses: Sequence[Loss | None], count: int) -> tuple[Loss | None, ...]:
    return (*losses, *(None,) * count)[:count]
