"""How far a rebuilt model is from the one that was saved, on the same random inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from linter.graph import ModelGraph
from linter.live.random_inputs import random_inputs
from linter.live.rebuild import Rebuilt, rebuild
from linter.options import Limits
from linter.read import read
from tests.linter.read.quiet import quiet

SAMPLES = 4


def graph_of(path: Path) -> ModelGraph:
    """Return the graph of a file."""
    return read(path, Limits())


def rebuilt_whole(path: Path) -> Rebuilt:
    """Return the rebuilt model; fail where anything of it is missing."""
    with quiet():
        found = rebuild(graph_of(path))
    assert found.missing == ()
    assert found.complete
    return found


def outputs(model: Any, inputs: list[Any], names: tuple[str, ...] = ()) -> list[np.ndarray[Any, Any]]:
    """Return what any Keras makes of inputs given in the order of the model's own."""
    given = model.inputs
    struct = getattr(model, "_inputs_struct", getattr(model, "_nested_inputs", None))
    if isinstance(struct, dict):
        found = model(dict(zip(struct, inputs, strict=True)), training=False)
    else:
        found = model(inputs if len(given) > 1 else inputs[0], training=False)
    if isinstance(found, dict):
        found = [found[name] for name in names]
    listed = found if isinstance(found, list | tuple) else [found]
    return [np.asarray(item, dtype=np.float64) for item in listed]


def difference(rebuilt: Rebuilt, oracle: Any, names: tuple[str, ...] = ()) -> float:
    """Return the greatest difference of outputs, relative to the greatest; `names` is the order of named ones."""
    inputs = random_inputs(rebuilt.model, SAMPLES)
    with quiet():
        theirs, ours = outputs(oracle, inputs, names), outputs(rebuilt.model, inputs)
    assert len(theirs) == len(ours)
    assert [item.shape for item in theirs] == [item.shape for item in ours]
    assert all(np.isfinite(item).all() for item in theirs)
    assert any(np.ptp(item) > 0 for item in theirs), "an oracle that says nothing"
    return max(float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-30)) for a, b in zip(theirs, ours, strict=True))


def filled(model: Any, seed: int = 0) -> Any:
    """Give every weight values of its own; return the model."""
    draw = np.random.default_rng(seed)
    with quiet():
        for weight in model.weights:
            if "seed" not in weight.name and "float" in str(weight.dtype):
                weight.assign(draw.uniform(0.1, 1.0, tuple(weight.shape)))
        for layer in model.layers:
            if hasattr(layer, "finalize_state"):
                layer.finalize_state()
    return model


def enlivened(model: Any, factor: float) -> Any:
    """Make every kernel larger, so that the signal of an untrained deep model reaches its end; return the model."""
    for weight in model.weights:
        if weight.name.endswith("kernel"):
            weight.assign(factor * weight)
    return model
