"""How the signal fares through the network: predicted second moments forward, of gradients backward, node by node.

A fresh model is predicted from its initializers, a trained one from its stored weights, for white input of second
moment one. Layers of which theory says nothing (foreign code, attention, dot products) end the prediction; the next
normalisation takes it up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

from linter.analysis import (
    freshness,
    signal_affine,
    signal_merge,
    signal_normalised,
    signal_recurrent,
    signal_shape,
    topology,
)
from linter.analysis.signal_state import State, activated, unit
from linter.graph import Node, Shape
from linter.rule import Subject

KEEPING = topology.PASSIVE | frozenset(("SpectralNormalization",))
SCALING = frozenset(("Rescaling", "Normalization"))
WEIGHTED = topology.AFFINE - frozenset(("LocallyConnected1D", "LocallyConnected2D"))
DOUBT = 2.0
"""Standard deviation of the logarithm past which a prediction is no longer claimed."""


class Signal(NamedTuple):
    """Predictions by node name; a node that is missing is not predicted."""

    fresh: bool
    forward: Mapping[str, State]
    backward: Mapping[str, float]
    """Second moment of the gradient of each node's output, 1 at the outputs."""
    lost: tuple[str, ...] = ()
    """Nodes at which the prediction ended."""

    def claimed(self, node: Node) -> float | None:
        """Return the predicted second moment, None where theory cannot tell it within a factor of ten or so."""
        state = self.forward.get(node.name)
        return state.second if state is not None and state.doubt <= DOUBT else None


def of(model: Subject) -> Signal:
    """Return the prediction for the model under audit."""
    return model.once("signal", lambda: _predict(model))


def _predict(model: Subject) -> Signal:
    fresh, top = freshness.starting(model), topology.of(model)
    forward: dict[str, State] = {}
    factors: dict[str, float] = {}
    lost = []
    for node in model.graph.nodes:
        sources = top.sources(node)
        states = [forward.get(source.name) for source in sources]
        shapes = [source.shape for source in sources]
        found = _step(model, node, states, shapes, fresh)
        if found is None:
            if node.op != "InputLayer" and all(state is not None for state in states):
                lost.append(node.name)
            continue
        forward[node.name], factor = found
        if factor is not None:
            factors[node.name] = factor
    backward = _gradients(model, forward, factors)
    return Signal(fresh, forward, backward, tuple(lost))


Step = tuple[State, float | None]


def _step(
    model: Subject, node: Node, states: list[State | None], shapes: list[Shape | None], fresh: bool
) -> Step | None:
    """Return the node's state, and the factor from the gradient at its output to the gradient at its input."""
    if node.op == "InputLayer":
        return unit(), None
    first = states[0] if states else None
    if node.op in topology.NORMALIZATIONS:
        return signal_normalised.normalised(model, node, first, fresh)
    if node.op == "Embedding":
        return _embedded(model, node, fresh)
    if first is None or any(state is None for state in states):
        return None
    known = [state for state in states if state is not None]
    if len(known) > 1:
        return _merge(node, known, shapes)
    return _single(model, node, first, shapes[0], fresh)


def _single(model: Subject, node: Node, first: State, fed: Shape | None, fresh: bool) -> Step | None:
    if node.op == "Activation":
        found = activated(first, node.activation) if node.activation else (first, 1.0)
        return None if found is None else found
    if node.op in WEIGHTED:
        made = signal_affine.affine(model, node, first, fed, fresh)
        return None if made is None else (made, _energy(made, first, fed, node.shape))
    if node.op in topology.RECURRENT:
        state = signal_recurrent.recurrent(model, node, first, fed, fresh)
        return None if state is None else (state, None)
    if node.op in topology.POOLING:
        made = signal_shape.pooled(node, first, fed)
        return made, _pool_factor(node, fed)
    if node.op in topology.RESIZING:
        return signal_shape.padded(node, first, fed), 1.0
    if (
        node.op in KEEPING or first.start
    ):  # what is done to the raw input prepares it: the first kernel sees it at unit scale
        flat = node.op in ("Flatten", "Reshape", "Permute", "Transpose")
        return (replace(first, profile=()) if flat else first), 1.0
    if node.op in SCALING:
        scale = node.config.get("scale", 1.0)
        return (first.scaled(float(scale) ** 2), float(scale) ** 2) if isinstance(scale, int | float) else None
    return None


def _merge(node: Node, states: list[State], shapes: list[Shape | None]) -> Step | None:
    found = signal_merge.merged(node, states, node.inputs, shapes)
    if found is None:
        return None
    return found, 1 / len(states) ** 2 if node.op == "Average" else None if node.op == "Multiply" else 1.0


def _embedded(model: Subject, node: Node, fresh: bool) -> Step | None:
    from linter.analysis import kernels

    table = kernels.at(model, node)
    found = signal_affine.draw(model, table[0], fresh) if table else None
    if found is None:
        return None
    width, positions = node.shape[-1] if node.shape else None, signal_affine.positions_of(node.shape, node)
    law = (None, found.mean, found.variance, 0.0)
    state = State(found.second, found.mean, found.mean**2, excess=2.0, width=width or 1, positions=positions, law=law)
    return state, None


def _energy(after: State, before: State, fed: Shape | None, made: Shape | None) -> float | None:
    """A linear map passes the gradient as it passes the signal, times how many outputs there are an input."""
    if before.second <= 0 or not fed or not made:
        return None
    ins, outs = fed[1:], made[1:]
    if None in ins or None in outs:
        ins, outs = (fed[-1],), (made[-1],)
    if None in ins or None in outs:
        return None
    entering = prod(size for size in ins if size is not None)
    leaving = prod(size for size in outs if size is not None)
    return after.second / before.second * leaving / entering if entering else None


def _pool_factor(node: Node, fed: Shape | None) -> float | None:
    if not fed or not node.shape or None in fed[1:] or None in node.shape[1:]:
        return None
    ratio = prod(size or 1 for size in node.shape[1:]) / prod(size or 1 for size in fed[1:])
    return ratio if "Max" in node.op else ratio * ratio


def _gradients(model: Subject, forward: Mapping[str, State], factors: Mapping[str, float]) -> dict[str, float]:
    """Return the second moment of the gradient of each node's output,
    as far as it can be followed back from the outputs.
    """
    out: dict[str, float] = {edge.source: 1.0 for edge in model.graph.outputs}
    unknown: set[str] = set()
    for node in reversed(model.graph.nodes):
        if node.name not in out and node.name not in unknown:
            continue
        for edge in dict.fromkeys(node.inputs):
            factor = _factor(node, edge.source, forward, factors)
            if factor is None or node.name in unknown:
                unknown.add(edge.source)
                out.pop(edge.source, None)
            elif edge.source not in unknown:
                out[edge.source] = out.get(edge.source, 0.0) + out[node.name] * factor
    return out


def _factor(node: Node, source: str, forward: Mapping[str, State], factors: Mapping[str, float]) -> float | None:
    if node.op == "Multiply":
        others = [forward.get(edge.source) for edge in node.inputs if edge.source != source]
        return prod(state.second for state in others if state) if others and all(others) else None
    if node.op == "Activation" and node.activation is not None and node.activation.name in ("softmax", "log_softmax"):
        return 1.0  # with its loss it passes the gradient on
    return factors.get(node.name)
