"""The parts of a model's report that are no findings: architecture, layer table, signal."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from linter.finding import (
    Failure,
    Finding,
    Graph,
    GraphEdge,
    GraphNode,
    LayerRow,
    ModelReport,
    Sample,
    SignalRow,
    Skipped,
)
from linter.graph import ModelGraph, Node, Unanalysed
from linter.rule import Subject

if TYPE_CHECKING:
    from linter.analysis.units import LayerUnits
    from linter.observation import Observation

SIGNAL = "signal"
"""The prediction of `linter.analysis.signal` among a subject's analyses."""
BINS = 10
WORST = 8


def describe(
    model: Subject,
    path: str,
    findings: tuple[Finding, ...],
    skipped: tuple[Skipped, ...],
    failures: tuple[Failure, ...],
) -> ModelReport:
    """Return the report of one model."""
    graph = model.graph
    return ModelReport(
        path=path,
        format=graph.format,
        keras_version=graph.keras_version,
        parameters=graph.parameters,
        findings=findings,
        skipped=skipped,
        failures=failures,
        unanalysed=_unanalysed(model),
        graph=_architecture(graph),
        layers=_table(model),
        signal=_signal(model),
        sample=_sample(model.observation),
        sandbox=model.observation.sandbox if model.observation else (),
    )


def _signal(model: Subject) -> tuple[SignalRow, ...]:
    """Return the second moment of each layer after its activation: predicted where a rule asked for it, and sampled."""
    sampled = {
        seen.layer: seen.second_moment for seen in (model.observation.signal.values() if model.observation else ())
    }
    rows: dict[str, float | None] = {}
    if model.has(SIGNAL):
        from linter.analysis import signal

        found = signal.of(model)
        for node in model.graph.nodes:
            if node.op != "InputLayer" and (node.name in found.forward or node.layer not in rows):
                rows[node.layer] = found.claimed(node)
    rows = rows or dict.fromkeys(sampled)
    return tuple(SignalRow(layer, value, sampled.get(layer)) for layer, value in rows.items())


def _sample(seen: Observation | None) -> Sample | None:
    return Sample(seen.samples, seen.cut_by, seen.seconds) if seen is not None else None


def _unanalysed(model: Subject) -> tuple[Unanalysed, ...]:
    """Return what the reader could not follow, what could not be run, and where the signal is not predicted."""
    read = model.graph.unanalysed
    known = {item.layer for item in read}
    missing = model.observation.missing if model.observation else {}
    classes = {node.layer: node.class_name or node.op for node in _layers(model.graph)}
    ran = (Unanalysed(layer, classes.get(layer, ""), f"not run: {why}") for layer, why in missing.items())
    found = [*read, *(item for item in ran if item.layer not in known)]
    stops = [i for i, item in enumerate(found) if item.layer in missing]
    if stops:
        last = found[stops[-1]]
        found[stops[-1]] = replace(last, reason=last.reason + _what_follows(model.graph, missing))
    known = {item.layer for item in found}
    return (*found, *(item for item in _unpredicted(model) if item.layer not in known))


def _what_follows(graph: ModelGraph, missing: Collection[str]) -> str:
    """Return how many layers were not run for want of the missing ones, as the end of a sentence."""
    without: set[str] = set()
    layers: set[str] = set()
    for node in graph.nodes:
        if node.layer in missing or any(edge.source in without for edge in node.inputs):
            without.add(node.name)
            layers.add(node.layer)
    count = len(layers - set(missing))
    if not count:
        return ""
    layers_are = "layer {} is" if count == 1 else "layers {} are"
    return f"; {count} {layers_are.format('after it' if len(missing) == 1 else 'after these')} not run either"


def _unpredicted(model: Subject) -> Iterator[Unanalysed]:
    """Yield the hidden layers at which the prediction of the signal ended, where it was asked for."""
    if not model.has(SIGNAL):
        return
    from linter.analysis import signal, topology

    top = topology.of(model)
    for node in {top.by_name[name].layer: top.by_name[name] for name in signal.of(model).lost}.values():
        if top.targets(node):
            reason = "the signal is not predicted through it; the next normalisation takes it up again"
            yield Unanalysed(node.layer, node.class_name or node.op, reason)


def _architecture(graph: ModelGraph) -> Graph:
    if graph.guessed:  # in which order its layers are called is not in the file
        return Graph()
    nodes = tuple(GraphNode(node.name, node.layer, str(node.activation or node.op), node.shape) for node in graph.nodes)
    edges = tuple(GraphEdge(edge.source, node.name) for node in graph.nodes for edge in node.inputs)
    return Graph(nodes, edges)


def _table(model: Subject) -> tuple[LayerRow, ...]:
    """Return one row a layer, with what was seen of its units."""
    seen: dict[str, LayerUnits] = {}
    if model.observation:
        from linter.analysis.units import layers_of

        seen = {found.layer: found for found in layers_of(model)}
    return tuple(_row(node, seen.get(node.layer)) for node in _layers(model.graph))


def _layers(graph: ModelGraph) -> list[Node]:
    """Return the first node of each layer."""
    first: dict[str, Node] = {}
    for node in graph.nodes:
        first.setdefault(node.layer, node)
    return list(first.values())


def _row(node: Node, seen: LayerUnits | None) -> LayerRow:
    units = node.shape[-1] if node.shape and len(node.shape) > 1 else None
    parameters = sum(prod(weight.shape) for weight in node.weights.values())
    row = LayerRow(node.layer, node.class_name or node.op, units, parameters)
    if seen is None:
        return row
    rates = [count / max(seen.positions, 1) for count in seen.fired_positions]
    worst = sorted(range(seen.units), key=lambda unit: rates[unit])[:WORST]
    return replace(
        row,
        units=seen.units,
        dead=len(seen.silent) if seen.can_die else None,
        bound=seen.bound,
        worst=tuple(worst),
        histogram=_histogram(rates),
    )


def _histogram(rates: list[float]) -> tuple[int, ...]:
    """Return how many units fire at 0-10 %, 10-20 % ... 90-100 % of the positions."""
    counts = [0] * BINS
    for rate in rates:
        counts[min(int(rate * BINS), BINS - 1)] += 1
    return tuple(counts)
