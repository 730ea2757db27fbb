"""The loss, optimizer and metrics a file was compiled with, made anew from Keras's own.

Nothing but plain values is taken over. What could not be carried over is said.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import keras

from linter.graph import Loss, ModelGraph, Training
from linter.live.compiled_metrics import metrics_of
from linter.read.normalise.training import OPTIMIZERS
from linter.read.normalise.values import snake

SCHEDULES = (
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
)
LOSSES = {snake(name): made for name, made in vars(keras.losses).items() if inspect.isclass(made) and name != "Loss"}
REDUCTIONS = frozenset(("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none"))
NAMES = frozenset(("name", "dtype"))


def compile_like(model: keras.Model, graph: ModelGraph, own: Mapping[str, Any]) -> tuple[str, ...]:
    """Compile `model` as its file was, with the user's functions by name; return what could not be carried over."""
    training = graph.training
    if training is None:
        return ()
    losses = [_loss(loss, own) for loss in training.losses]
    optimizer = _optimizer(training)
    weights = _weights(graph)
    stored = _stored(graph)
    plain, weighted = (
        metrics_of(stored.get(key), graph.output_names, graph.keras_version, own)
        for key in ("metrics", "weighted_metrics")
    )
    lost = [*plain.lost, *weighted.lost]
    if any(loss is not None for loss in losses) and len(losses) == len(model.outputs):
        model.compile(
            optimizer=optimizer or "sgd",
            loss=losses if len(losses) > 1 else losses[0],
            loss_weights=weights or None,
            metrics=_for_outputs(plain.of_outputs),
            weighted_metrics=_for_outputs(weighted.of_outputs),
        )
    return (*_lost(training, losses, optimizer), *_lost_beside(stored, lost, weights))


def _for_outputs(metrics: list[list[Any]]) -> list[Any] | None:
    """Return metrics as `compile` takes them: one list, or a list of lists where there are several outputs."""
    if not any(metrics):
        return None
    return metrics if len(metrics) > 1 else metrics[0]


def _lost(training: Training, losses: list[Any], optimizer: Any) -> Iterator[str]:
    for loss, made in zip(training.losses, losses, strict=True):
        if loss is not None and made is None:
            yield f"the loss {str(loss)!r}, which Keras has not, or not with these settings"
    if training.optimizer and optimizer is None:
        yield f"the optimizer {training.optimizer!r}, which Keras has not, or not with these settings"
    elif training.optimizer:
        yield "the optimizer's state: its moments start anew"
        rate, decay = (training.optimizer_config.get(key) for key in ("learning_rate", "decay"))
        if isinstance(rate, Mapping) and _schedule(rate) is None:
            yield "the schedule of the learning rate, which Keras has not, or not with these settings"
        if isinstance(decay, int | float) and decay:
            yield f"the optimizer's decay of {decay:g}, which today's Keras has as a schedule"


def _lost_beside(stored: Mapping[str, Any], metrics: list[str], weights: list[float]) -> Iterator[str]:
    if metrics:
        yield f"the metrics {', '.join(dict.fromkeys(metrics))}, which Keras has not, or not with these settings"
    if stored.get("loss_weights") and not weights:
        yield "the weights of the losses"


def _stored(graph: ModelGraph) -> Mapping[str, Any]:
    """Return what the file says of compilation."""
    for name, document in graph.documents.items():
        found = document if name == "training_config" else None
        if isinstance(document, Mapping) and found is None:
            found = document.get("compile_config")
        if isinstance(found, Mapping):
            return found
    return {}


def _weights(graph: ModelGraph) -> list[float]:
    """Return the weight of each output's loss, [] where there are none."""
    stored = _stored(graph).get("loss_weights")
    if isinstance(stored, Mapping):
        stored = (
            [stored.get(name, 1.0) for name in graph.output_names] if set(stored) <= set(graph.output_names) else []
        )
    if not isinstance(stored, list) or not all(isinstance(item, int | float) for item in stored):
        return []
    return [float(item) for item in stored] if len(stored) == len(graph.outputs) else []


def _loss(loss: Loss | None, own: Mapping[str, Any]) -> Any:
    if loss is not None and inspect.isfunction(own.get(loss.foreign)):
        return own[loss.foreign]
    function = getattr(keras.losses, loss.name, None) if loss is not None else None
    if loss is None or not inspect.isfunction(function):
        return None
    made = LOSSES.get(loss.name)
    settings = _settings(made, loss.config) if made else {}
    return _made(made, settings) if made and settings else function


def _optimizer(training: Training) -> Any:
    name = OPTIMIZERS.get(training.optimizer.lower(), "")
    made = getattr(keras.optimizers, name, None) if name else None
    if made is None:
        return None
    schedule = _schedule(training.optimizer_config.get("learning_rate"))
    given = _settings(made, training.optimizer_config)
    return _made(made, given if schedule is None else {**given, "learning_rate": schedule})


def _schedule(stored: Any) -> Any:
    """Return a learning rate that changes while training; None where it is a number, or not Keras's own."""
    name = stored.get("class_name") if isinstance(stored, Mapping) else None
    if name not in SCHEDULES or not isinstance(stored.get("config"), Mapping):
        return None
    made = getattr(keras.optimizers.schedules, name)
    return _made(made, _settings(made, stored["config"]))


def _made(made: Any, settings: Mapping[str, Any]) -> Any:
    """Return an object of Keras's; None where it does not take these numbers."""
    try:
        return made(**settings)
    except (TypeError, ValueError):
        return None


def _settings(made: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a constructor takes of a configuration: numbers, lists of them, and how a loss is reduced."""
    wanted = [key for key in inspect.signature(made).parameters if key not in NAMES]
    given = {key: config[key] for key in wanted if key in config}
    return {key: value for key, value in given.items() if _is_numeric(value) or _reduces(key, value)}


def _is_numeric(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, int | float) for item in value)
    return isinstance(value, bool | int | float)


def _reduces(key: str, value: Any) -> bool:
    return key == "reduction" and value in REDUCTIONS
