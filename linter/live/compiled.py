"""The loss and optimizer a file was compiled with, made anew from an allow-list of Keras's own."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import keras

from linter.graph import Loss, Training

OPTIMIZERS = {
    name.lower(): name
    for name in [
        "SGD",
        "Adam",
        "AdamW",
        "Nadam",
        "Adamax",
        "RMSprop",
        "Adagrad",
        "Adadelta",
        "Ftrl",
        "Lion",
        "Adafactor",
    ]
}
PLAIN_SETTINGS = frozenset(
    [
        "learning_rate",
        "momentum",
        "nesterov",
        "beta_1",
        "beta_2",
        "epsilon",
        "rho",
        "amsgrad",
        "centered",
        "weight_decay",
        "clipnorm",
        "clipvalue",
    ]
)
LOSS_SETTINGS = frozenset(["from_logits", "label_smoothing", "delta", "axis"])


def compile_like(model: keras.Model, training: Training | None) -> tuple[str, ...]:
    """Compile `model` as its file was; return what could not be carried over."""
    if training is None:
        return ()
    lost = list(_lost(training))
    losses = [_loss(loss) for loss in training.losses]
    optimizer = _optimizer(training)
    if any(loss is not None for loss in losses) and len(losses) == len(model.outputs):
        model.compile(optimizer=optimizer or "sgd", loss=losses if len(losses) > 1 else losses[0])
    return tuple(lost)


def _lost(training: Training) -> Iterator[str]:
    for loss in training.losses:
        if loss is not None and _loss(loss) is None:
            yield f"the loss {loss.name!r}, which is not Keras's own"
    if training.optimizer and training.optimizer.lower() not in OPTIMIZERS:
        yield f"the optimizer {training.optimizer!r}, which is not Keras's own"
    elif training.optimizer:
        yield "the optimizer's state: its moments start anew"


def _loss(loss: Loss | None) -> Any:
    function = getattr(keras.losses, loss.name, None) if loss is not None else None
    if loss is None or not inspect.isfunction(function):
        return None
    made = "".join(part.capitalize() for part in loss.name.split("_"))
    made = {"Huber": "Huber", "KlDivergence": "KLDivergence", "Poisson": "Poisson"}.get(made, made)
    settings = {
        key: value
        for key, value in loss.config.items()
        if key in LOSS_SETTINGS and isinstance(value, bool | int | float)
    }
    cls = getattr(keras.losses, made, None)
    return cls(**settings) if isinstance(cls, type) and settings else function


def _optimizer(training: Training) -> Any:
    name = OPTIMIZERS.get(training.optimizer.lower())
    if name is None:
        return None
    cls = getattr(keras.optimizers, name)
    wanted = inspect.signature(cls).parameters
    config = training.optimizer_config
    return cls(
        **{
            key: config[key]
            for key in PLAIN_SETTINGS
            if key in wanted and isinstance(config.get(key), bool | int | float)
        }
    )
