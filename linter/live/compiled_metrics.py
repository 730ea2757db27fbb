"""The metrics a file was compiled with, made anew from Keras's own: of a file come names, numbers and words alone."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import keras

from linter.analysis.keras_names import plain
from linter.live.construct import is_plain

METRICS = {
    plain(name): made
    for name, made in vars(keras.metrics).items()
    if inspect.isclass(made) and issubclass(made, keras.Metric) and made is not keras.Metric
}
CHOSEN_BY_LOSS = frozenset(("accuracy", "acc", "crossentropy", "ce"))
"""Names of which Keras makes one metric or another, as the loss is."""
AMBIGUOUS = frozenset(("cosinesimilarity",))
"""Functions of one name and two meanings: the loss is the negative of the metric."""


class Metrics(NamedTuple):
    """For each output its metrics, and the names of those that could not be made."""

    of_outputs: list[list[Any]]
    lost: list[str]


def metrics_of(stored: Any, outputs: Sequence[str], keras_version: str, own: Mapping[str, Any]) -> Metrics:
    """Return what `metrics` or `weighted_metrics` of a compiled model stand for.

    outputs: the outputs' names. own: the user's functions, by name.
    """
    found: list[list[Any]] = []
    lost: list[str] = []
    for output, items in zip(outputs, _by_output(stored, outputs, keras_version), strict=False):
        prefix = f"{output}_" if len(outputs) > 1 and not keras_version.startswith("3") else ""
        made = [(item, _own(item, own) or _made(item, prefix)) for item in items]
        found.append([metric for _, metric in made if metric is not None])
        lost += [name for item, metric in made if metric is None for name in _names(item)]
    return Metrics(found, lost) if found else Metrics([], list(_names(stored)))


def _by_output(stored: Any, outputs: Sequence[str], keras_version: str) -> list[list[Any]]:
    """Return one list an output, [] where it cannot be told which metric is whose."""
    if stored is None or isinstance(stored, str) or _is_object(stored):
        stored = [] if stored is None else [stored]
    if isinstance(stored, Mapping):
        return [_listed(stored.get(name)) for name in outputs] if set(stored) <= set(outputs) else []
    if not isinstance(stored, list):
        return []
    if len(outputs) == 1:
        return [[item for entry in stored for item in _listed(entry)]]
    if len(stored) == len(outputs) and (keras_version.startswith("3") or all(isinstance(i, list) for i in stored)):
        return [_listed(entry) for entry in stored]
    if any(isinstance(entry, list) for entry in stored):
        return []
    return [list(stored) for _ in outputs]  # Keras 2: all of them for each


def _listed(entry: Any) -> list[Any]:
    return [] if entry is None else list(entry) if isinstance(entry, list) else [entry]


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and "class_name" in value


def _own(stored: Any, own: Mapping[str, Any]) -> Any:
    """Return the user's function that an item names; None where it names none."""
    name = stored.get("config") if isinstance(stored, Mapping) else stored
    found = own.get(name) if isinstance(name, str) else None
    return found if inspect.isfunction(found) else None


def _made(stored: Any, prefix: str) -> Any:
    """Return a metric, or the name that Keras makes one of; None where it is none of Keras's.

    prefix: what Keras 2 put before the names of an output's metrics, and today's does when it reports.
    """
    if isinstance(stored, str):
        return stored if stored in CHOSEN_BY_LOSS else _class_of(stored) and stored
    config = stored.get("config") if isinstance(stored, Mapping) else None
    if isinstance(config, str):  # a function
        return _function(config)
    if not isinstance(config, Mapping):
        return None
    function = config.get("fn")
    if isinstance(function, Mapping):
        function = function.get("config")
    made = _class_of(stored.get("class_name") if function is None else _function(function))
    if made is None:
        return None
    wanted = inspect.signature(made).parameters
    kept = ("name",) if function is not None else [key for key in wanted if key != "dtype"]
    settings = {key: config[key] for key in kept if key in config and is_plain(config[key])}
    if isinstance(settings.get("name"), str):
        settings["name"] = settings["name"].removeprefix(prefix)
    try:
        return made(**settings)
    except (TypeError, ValueError):
        return None


def _function(name: Any) -> str | None:
    """Return the name of a function that is what the metric of its name is; None for others."""
    return name if isinstance(name, str) and plain(name) not in AMBIGUOUS and _class_of(name) else None


def _class_of(name: Any) -> type[keras.Metric] | None:
    """Return Keras's class of a name in any spelling, "mae" and "mean_absolute_error" among them."""
    if not isinstance(name, str):
        return None
    if found := METRICS.get(plain(name)):
        return found
    try:
        known = keras.metrics.get(name)
    except ValueError:
        return None
    return type(known) if isinstance(known, keras.Metric) else None


def _names(stored: Any) -> Iterator[str]:
    """Yield the names of metrics, however they are stored: by name, as objects, in lists, by output."""
    if isinstance(stored, str):
        yield stored
    elif _is_object(stored):
        config = stored.get("config")
        yield str((config.get("name") if isinstance(config, Mapping) else config) or stored["class_name"])
    elif isinstance(stored, list | Mapping):
        for item in stored.values() if isinstance(stored, Mapping) else stored:
            yield from _names(item)
