"""The architecture as a drawing: ranks from input to output, or a flow of steps where that reads better.

A chain is a flow of steps that wraps like text; so is what is too large to be drawn, with each step's inputs named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linter.finding import ModelReport, Severity
from linter.reporters.html.layout import Place, placed

LARGEST = 150
"""Steps that are drawn."""
LISTED = 2_000
"""Steps that are listed."""
WIDTH, HEIGHT, GAP_X, GAP_Y = 196, 40, 20, 28


@dataclass(frozen=True, slots=True)
class Step:
    """One layer's call, its fused activation included."""

    index: int
    name: str
    layer: str
    label: str
    shape: str
    severity: str
    """Of the worst finding that names the layer, or ""."""
    finding: int
    """Index of that finding in the report's order of findings."""
    inputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A step and where it is drawn."""

    step: Step
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Architecture:
    """Steps in order; where `boxes` is empty they are shown as a flow."""

    steps: tuple[Step, ...]
    boxes: tuple[Box, ...] = ()
    paths: tuple[str, ...] = ()
    width: float = 0
    height: float = 0
    left_out: int = 0


def architecture(model: ModelReport) -> Architecture:
    """Return what is to be shown of a model's graph."""
    steps = _steps(model)
    shown = tuple(steps[:LISTED])
    chain = all(step.inputs in ((), (step.index - 1,)) for step in steps)
    if chain or len(steps) > LARGEST:
        return Architecture(shown, left_out=len(steps) - len(shown))
    places = placed([step.inputs for step in steps])
    if places is None:
        return Architecture(shown, left_out=len(steps) - len(shown))
    return _drawn(shown, *places)


def _drawn(steps: tuple[Step, ...], places: Sequence[Place], edges: Sequence[Sequence[Place]]) -> Architecture:
    left = min(place.x for place in places)
    boxes = tuple(Box(step, *_corner(place, left)) for step, place in zip(steps, places, strict=True))
    paths = tuple(_path([_corner(place, left) for place in edge]) for edge in edges)
    width = max(box.x for box in boxes) + WIDTH + GAP_X
    return Architecture(steps, boxes, paths, width, max(box.y for box in boxes) + HEIGHT + GAP_Y / 2)


def _corner(place: Place, left: float) -> tuple[float, float]:
    """Return the upper left corner of a place's box."""
    return round((place.x - left) * (WIDTH + GAP_X) + GAP_X, 1), place.rank * (HEIGHT + GAP_Y) + GAP_Y / 2


def _path(corners: Sequence[tuple[float, float]]) -> str:
    """Return the SVG path of an edge: from the foot of its first box to the head of its last, past those between."""
    middle = WIDTH / 2
    (x, y), *rest = corners
    path = f"M{x + middle:g} {y + HEIGHT:g}"
    for index, (to_x, to_y) in enumerate(rest):
        half = to_y - GAP_Y / 2
        path += f"C{x + middle:g} {half:g} {to_x + middle:g} {half:g} {to_x + middle:g} {to_y:g}"
        if index < len(rest) - 1:
            path += f"V{to_y + HEIGHT:g}"
        x = to_x
    return path


def _steps(model: ModelReport) -> list[Step]:
    """Return the graph's nodes with each fused activation joined to its layer."""
    names = {node.name for node in model.graph.nodes}
    host = {name: name.removesuffix(".activation") for name in names if name.removesuffix(".activation") in names}
    fused = {host[node.name]: node.op for node in model.graph.nodes if host.get(node.name, node.name) != node.name}
    kept = [node for node in model.graph.nodes if host[node.name] == node.name]
    index = {node.name: at for at, node in enumerate(kept)}
    inputs: dict[int, set[int]] = {at: set() for at in range(len(kept))}
    for edge in model.graph.edges:
        source, target = (index.get(host.get(name, name), -1) for name in (edge.source, edge.target))
        if 0 <= source < target:  # anything else is no forward edge of a graph in order
            inputs[target].add(source)
    worst = _worst(model)
    return [
        Step(
            at,
            node.name,
            node.layer,
            f"{node.op} + {fused[node.name]}" if node.name in fused else node.op,
            "×".join("?" if size is None else str(size) for size in (node.shape or ())[1:]),
            *worst.get(node.layer, ("", -1)),
            tuple(sorted(inputs[at])),
        )
        for at, node in enumerate(kept)
    ]


def _worst(model: ModelReport) -> dict[str, tuple[str, int]]:
    """Return layer -> severity and index of its gravest finding."""
    found: dict[str, tuple[str, int]] = {}
    for index, finding in enumerate(model.findings):
        for layer in finding.layers:
            if layer not in found or finding.severity.rank > Severity(found[layer][0]).rank:
                found[layer] = finding.severity.value, index
    return found
