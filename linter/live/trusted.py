"""--trust: Keras loads the user's own file itself, Lambdas and all. Still inside the sandbox; never over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_act.probe import Probe, Statistics
from keras_act.probe.sites import SHARED
from linter.live.custom import HINT, admitted
from linter.live.inputs import InputTally
from linter.live.measured import measured
from linter.live.running import running, said
from linter.live.samples import Expected, match, open_samples
from linter.observation import Observation
from linter.options import Limits
from linter.read import read

BATCH = 32


def observe_trusted(request: Mapping[str, Any], limits: Limits, advance: Callable[[int], None]) -> Observation:
    """Return what the model that Keras loads does on the samples; raises ValueError where Keras does not load it."""
    model = _loaded(request, limits)
    expected, arranged = _inputs(model)
    samples = open_samples(request["data"], expected, generators=bool(request.get("generators")))
    matched = match(samples, expected)
    if matched.mismatches:
        return Observation(samples=0, mismatches=matched.mismatches)
    started = time.monotonic()
    probe = Probe(model, "activity")
    tallies = {item.name: InputTally(item.name) for item in expected}
    total: Statistics | None = None
    done, cut = 0, None
    for batch in samples.batches(BATCH):
        arrays = [array[: limits.max_samples - done] for array in matched.inputs(batch)]
        if not len(arrays[0]):
            cut = "max_samples"
            break
        arrays = [tally.add(array) for tally, array in zip(tallies.values(), arrays, strict=True)]
        with running():
            seen = probe.batch(arranged(arrays))
        total = seen if total is None else total.merge(seen)
        done += len(arrays[0])
        advance(done)
        if time.monotonic() - started > limits.max_seconds:
            cut = "max_seconds"
            break
    units, signal = measured(total)
    return Observation(
        samples=done,
        cut_by=cut,
        seconds=round(time.monotonic() - started, 3),
        inputs={name: tally.seen() for name, tally in tallies.items()},
        units=units,
        signal=signal,
        missing={name: why for name, why in probe.skipped.items() if why != SHARED},
        backend=keras.backend.backend(),
    )


def _loaded(request: Mapping[str, Any], limits: Limits) -> Any:
    own = admitted(tuple(request.get("modules", ())))
    try:
        model = keras.saving.load_model(request["model"], custom_objects=own, compile=False, safe_mode=False)
    except Exception as error:  # whatever the file's own code raises
        _, _, cause = str(error).rpartition("Exception encountered: ")  # Keras tells of the layer first, at length
        why = said(ValueError(cause)).partition(" Full object config")[0]
        lacking = "Could not locate" in why or "Could not interpret" in why
        hint = HINT if lacking else ""
        raise ValueError(f"Keras does not load it: {why}{hint}") from None
    unbuilt = [layer.name for layer in model._flatten_layers() if not layer.built]
    stored = read(Path(request["model"]), limits).parameters if unbuilt else None
    if stored and model.count_params() < stored:
        listed = ", ".join(unbuilt[:5])
        raise ValueError(f"Keras loads it without the weights of {listed}: let `build` of the model build its layers")
    return model


def _inputs(model: Any) -> tuple[list[Expected], Callable[[list[Any]], Any]]:
    """Return what a model takes, and how its arrays are given to it; raises ValueError where nothing tells."""
    if tensors := getattr(model, "inputs", None):
        found = [Expected(tensor.name, tuple(tensor.shape), str(tensor.dtype)) for tensor in tensors]
        return found, _listed
    built: Any = (model.get_build_config() or {}).get("input_shape")  # of a subclassed model, as it was first called
    if _is_shape(built):
        return [_taken("input", built)], _listed
    if isinstance(built, Mapping) and built and all(map(_is_shape, built.values())):
        return [_taken(name, shape) for name, shape in built.items()], lambda arrays: dict(
            zip(built, arrays, strict=True)
        )
    if isinstance(built, Sequence) and built and all(map(_is_shape, built)):
        return [_taken(f"input_{place}", shape) for place, shape in enumerate(built)], list
    raise ValueError("the subclassed model's file does not say what shape its input has")


def _listed(arrays: list[Any]) -> Any:
    return arrays if len(arrays) > 1 else arrays[0]


def _is_shape(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(size is None or type(size) is int for size in value)


def _taken(name: str, shape: Sequence[int | None]) -> Expected:
    return Expected(name, (None, *shape[1:]), keras.config.floatx())
