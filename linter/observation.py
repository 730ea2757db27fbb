"""What a run on data saw: frozen, JSON-able. A leaf; written by `linter.live`, read by the rules.

Observation
  units ---- Units: what the units (channels) of one activation did
  signal --- Magnitude: how large the outputs of each activation were
  inputs --- InputSeen: what the data themselves looked like
  gradients  root mean square of the loss's gradient by kernel, from one backward pass
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Units:
    """What the units of one activation did. Every tuple has one entry a unit; counts are over unmasked positions."""

    layer: str
    activation: str
    samples: int
    """Samples with at least one unmasked position."""
    positions: int
    """Positions of all samples: 1 a sample for Dense, height x width for images."""
    fired: tuple[int, ...]
    """Samples on which the unit fired at one position at least."""
    fired_positions: tuple[int, ...]
    exact: bool = True
    """Whether "does not fire" means exactly zero; else that the derivative is below a threshold, as for GELU."""
    saturated: tuple[int, ...] = ()
    """Positions in a flat part that is not rest at zero."""
    absolute: tuple[float, ...] = ()
    """Mean of the absolute output: the activity that dormancy is judged by."""


@dataclass(frozen=True, slots=True)
class Magnitude:
    """How large the output of one layer was: second moment and greatest absolute value over the sample."""

    layer: str
    second_moment: float
    largest: float | None = None
    """Looked at in half precision only."""
    early: float | None = None
    late: float | None = None
    """Second moments of a recurrent layer's state at its first and its last time step."""


@dataclass(frozen=True, slots=True)
class InputSeen:
    """One input of the model: its values by feature (last axis)."""

    name: str
    minimum: float
    maximum: float
    second_moment: float
    non_finite: int = 0
    constant: tuple[int, ...] = ()
    """Features that had one and the same value in the whole sample."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One run on sample data. Tables are by node name."""

    samples: int
    cut_by: str | None = None
    """The limit that ended the run early: max_samples or max_seconds."""
    seconds: float = 0.0
    mismatches: tuple[str, ...] = ()
    """How the data do not fit the model's inputs; then nothing was run."""
    inputs: Mapping[str, InputSeen] = field(default_factory=dict)
    units: Mapping[str, Units] = field(default_factory=dict)
    signal: Mapping[str, Magnitude] = field(default_factory=dict)
    gradients: Mapping[str, float] = field(default_factory=dict)
    surrogate: bool = True
    """Whether the gradients are of a stand-in loss, for want of labels."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Layers that could not be run, and why."""
    sandbox: tuple[str, ...] = ()
    backend: str = ""
