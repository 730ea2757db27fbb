"""What a run on sample data might have seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from linter.build.built import Built
from linter.build.models import chain
from linter.build.pieces import dense, input
from linter.observation import InputSeen, Observation, Units


def small(units: int = 8, activation: str = "relu") -> Built:
    """Return input, one hidden layer started as it should be, and a linear output."""
    return chain(input(4), dense(units, activation, kernel_initializer="he_normal"), dense(1), loss="mse")


def observed(
    built: Built,
    samples: int,
    *,
    fired: Mapping[str, tuple[int, ...]] | None = None,
    saturated: Mapping[str, tuple[int, ...]] | None = None,
    absolute: Mapping[str, tuple[float, ...]] | None = None,
    inputs: Mapping[str, float] | None = None,
    constant: Mapping[str, tuple[int, ...]] | None = None,
    non_finite: Mapping[str, int] | None = None,
    **rest: Any,
) -> Built:
    """Return the model with what a run on `samples` samples saw.

    fired, saturated, absolute: by node (`dense.activation`), one entry a unit; every sample has one position.
    inputs: second moment by input; constant features and non-finite values likewise. rest: fields of Observation.
    """
    nodes = {node.name: node for node in built.graph().nodes}
    units = {}
    for name, counts in (fired or {}).items():
        node = nodes[name]
        assert node.activation is not None
        none = (0,) * len(counts)
        stuck, active = (saturated or {}).get(name, none), (absolute or {}).get(name, ())
        units[name] = Units(
            node.layer, node.activation.name, samples, samples, counts, counts, saturated=stuck, absolute=active
        )
    seen = {
        name: InputSeen(name, -1.0, 1.0, moment, (non_finite or {}).get(name, 0), (constant or {}).get(name, ()))
        for name, moment in (inputs or {}).items()
    }
    return replace(built, observation=Observation(samples, units=units, inputs=seen, **rest))
