"""An old file -> a `.keras` that today's Keras loads: rebuilt, saved, loaded again by Keras.

And both run on the same inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from linter.graph import ModelGraph
from linter.live.compiled import compile_like
from linter.live.construct import CannotRebuildError
from linter.live.custom import HINT
from linter.live.lost import lost
from linter.live.names import accepted
from linter.live.random_inputs import random_inputs
from linter.live.rebuild import Rebuilt, rebuild
from linter.live.running import outputs
from linter.output import draft_of

TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written.

    `difference`: greatest, relative to the greatest output, between the rebuilt and the loaded model.
    """

    path: Path
    parameters: int
    difference: float
    lost: tuple[str, ...] = field(default_factory=tuple)


def convert(graph: ModelGraph, output: Path, own: Mapping[str, Any]) -> Converted:
    """Write the model of `graph` to `output`, whole or not at all; `own` are the user's classes and functions, by name.

    Raises CannotRebuildError where a layer cannot be carried over, or the written file computes something else.
    """
    rebuilt = rebuild(graph, own, fused=True, name=_name(graph))
    if not rebuilt.complete:
        raise CannotRebuildError(_why(rebuilt) + ("" if own else HINT))
    told = (*compile_like(rebuilt.model, graph, own), *lost(graph))
    with draft_of(output) as draft:
        rebuilt.model.save(draft)
        loaded = keras.saving.load_model(draft, custom_objects=dict(own), safe_mode=True, compile=False)
        difference = _difference(rebuilt.model, loaded)
        if not difference <= TOLERANCE:
            raise CannotRebuildError(
                f"the written model differs by {difference:.2g} from the old one; nothing was written"
            )
    return Converted(output, rebuilt.model.count_params(), difference, told)


def _name(graph: ModelGraph) -> str:
    """Return the model's own name, "model" where the file has none."""
    for document in graph.documents.values():
        config = document.get("config") if isinstance(document, Mapping) else None
        name = config.get("name") if isinstance(config, Mapping) else None
        if isinstance(name, str) and name:
            return accepted(name)
    return "model"


def _why(rebuilt: Rebuilt) -> str:
    listed = "; ".join(f"{item.layer} ({item.class_name}): {item.reason}" for item in rebuilt.missing[:5])
    return f"cannot be converted: {listed or 'its outputs could not be rebuilt'}"


def _difference(one: keras.Model, two: keras.Model) -> float:
    """Return the greatest difference of outputs on random inputs, relative to the greatest output.

    NaN where only one of the two models gives NaN.
    """
    inputs = random_inputs(one)
    pairs = zip(outputs(one, inputs), outputs(two, inputs), strict=True)
    return max(_apart(np.asarray(a), np.asarray(b)) for a, b in pairs)


def _apart(one: np.ndarray, two: np.ndarray) -> float:
    told = ~(np.isnan(one) & np.isnan(two))  # as of the mean over a sample of which all is masked
    return float(np.abs(one - two)[told].max(initial=0.0) / max(np.abs(one[told]).max(initial=0.0), 1e-12))
