"""Findings and reports: the wire format, as frozen dataclasses.

A leaf: knows the graph's leaf types, nothing else of ours, nor pydantic.

Report
  models -- ModelReport: one file
  |           findings --- Finding: code, what it costs, what to do, how it is known
  |           skipped ---- Skipped: a rule whose evidence was not supplied
  |           failures --- Failure: a rule that crashed
  |           unanalysed - what the reader could not follow
  errors -- Unreadable: files of which nothing could be said, models that could not be run on the data given
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from linter.graph import Unanalysed


class Severity(StrEnum):
    """How much a finding matters; ordered."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)


class Evidence(StrEnum):
    """Where a finding is seen: in the configuration, in the stored values, or on sample data."""

    CONFIG = "config"
    WEIGHTS = "weights"
    SAMPLE = "sample"


class Certainty(StrEnum):
    """How a finding is known: for every input, on the data seen, or from statistics."""

    PROVEN = "proven"
    OBSERVED = "observed"
    ESTIMATED = "estimated"


class Safety(StrEnum):
    """SAFE keeps the model's function; UNSAFE changes where training starts or what is computed; ADVICE is text."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Fix:
    """What would end a finding."""

    safety: Safety
    summary: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause, with the layers it touches."""

    code: str
    name: str
    severity: Severity
    evidence: Evidence
    certainty: Certainty
    message: str
    layers: tuple[str, ...] = ()
    units: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    pointer: str = ""
    measured: Mapping[str, float] = field(default_factory=dict)
    fix: Fix | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule that could not speak, and what it lacks."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that crashed: a defect of the linter."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node of the architecture, as drawn."""

    name: str
    layer: str
    op: str
    shape: tuple[int | None, ...] | None = None


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An arrow of the architecture."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The architecture, as drawn."""

    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A line of the layer table. `class_name` is called `class` on the wire.

    dead: units that never fired on the sample; they may still fire on a share of all inputs up to `bound`.
    worst: units by index, those that never fire first.
    histogram: units by the share of the sample on which they fire, in bins of equal width from 0 to 1.
    """

    path: str
    class_name: str
    units: int | None = None
    parameters: int | None = None
    dead: int | None = None
    bound: float | None = None
    worst: tuple[int, ...] = ()
    histogram: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalRow:
    """Second moment of a layer's output: predicted, and as sampled."""

    layer: str
    predicted: float | None = None
    sampled: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """How much data was seen; `cut_by` names the limit that ended it early."""

    n: int
    cut_by: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelReport:
    """All that is said of one file."""

    path: str
    format: str
    keras_version: str = ""
    sha256: str | None = None
    parameters: int | None = None
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failures: tuple[Failure, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()
    graph: Graph = Graph()
    layers: tuple[LayerRow, ...] = ()
    signal: tuple[SignalRow, ...] = ()
    sample: Sample | None = None
    sandbox: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of which nothing could be said, or a model that could not be run on its data: one among the models too."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Who wrote the report."""

    name: str = "keras-lint"
    version: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run."""

    tool: Tool = Tool()
    models: tuple[ModelReport, ...] = ()
    errors: tuple[Unreadable, ...] = ()
    schema: int = 1

    @property
    def empty(self) -> bool:
        """Whether nothing is said: of what is no model."""
        return not (self.models or self.errors)

    def each(self, **about: Any) -> Report:
        """Return the report with these fields of all its models set."""
        return replace(self, models=tuple(replace(model, **about) for model in self.models))

    def findings(self) -> Iterator[tuple[ModelReport, Finding]]:
        """Every finding with its model."""
        return ((model, finding) for model in self.models for finding in model.findings)

    def _repr_html_(self) -> str:
        """Return what a notebook shows; found by name when it is asked for, since a leaf knows no reporter."""
        from importlib import import_module

        text: str = import_module("linter.reporters.notebook").render(self)
        return text
