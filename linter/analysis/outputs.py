"""The outputs of a model: the layer and the activation that really make each, and the loss it was compiled with."""

from __future__ import annotations

from typing import NamedTuple

from linter.analysis import topology
from linter.analysis.topology import PASSIVE, POOLING, RESIZING
from linter.graph import Activation, Loss, Node
from linter.rule import Subject

TRANSPARENT = PASSIVE | RESIZING | POOLING
LINEAR = Activation("linear")


class Output(NamedTuple):
    """One output. `made_by` is the layer with the weights, or whatever the walk back ended at; `units` its width."""

    node: Node
    activation: Activation
    acting: Node | None
    """The node of the activation; None where the output is linear."""
    made_by: Node | None
    units: int | None
    loss: Loss | None


def of(model: Subject) -> tuple[Output, ...]:
    """Return the outputs of the model under audit."""
    return model.once("outputs", lambda: tuple(_outputs(model)))


def _outputs(model: Subject) -> list[Output]:
    graph, top = model.graph, topology.of(model)
    losses = graph.training.losses if graph.training else ()
    found = []
    for i, edge in enumerate(graph.outputs):
        node = top.output(edge)
        if node is None or edge.tensor:
            continue
        last = top.back(node, TRANSPARENT)
        acting = last if last is not None and last.op == "Activation" else None
        made_by = top.back(top.source(acting), TRANSPARENT) if acting else last
        units = node.shape[-1] if node.shape else None
        activation = (
            acting.activation
            if acting and acting.activation
            else LINEAR
            if made_by and made_by.op in topology.AFFINE
            else None
        )
        if activation is None and made_by is not None:
            activation = Activation("unknown")
        found.append(Output(node, activation or LINEAR, acting, made_by, units, losses[i] if i < len(losses) else None))
    return found
