"""--trust: Keras loads the user's own file itself, Lambdas and all. Still inside the sandbox; never over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_act.probe import Probe, Statistics
from linter.live.custom import admitted
from linter.live.inputs import InputTally
from linter.live.measured import measured
from linter.live.running import running, said
from linter.live.samples import Expected, match, open_samples
from linter.observation import Observation
from linter.options import Limits

BATCH = 32


def observe_trusted(request: Mapping[str, Any], limits: Limits, advance: Callable[[int], None]) -> Observation:
    """Return what the model that Keras loads does on the samples; raises ValueError where Keras does not load it."""
    classes = admitted(tuple(request.get("modules", ())))
    try:
        model = keras.saving.load_model(request["model"], custom_objects=classes, compile=False, safe_mode=False)
    except Exception as error:  # whatever the file's own code raises
        raise ValueError(f"Keras does not load it: {said(error)}") from None
    expected = [Expected(tensor.name, tuple(tensor.shape), str(tensor.dtype)) for tensor in model.inputs]
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
            seen = probe.batch(arrays if len(arrays) > 1 else arrays[0])
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
        missing=dict(probe.skipped),
        backend=keras.backend.backend(),
    )
