"""What a kernel has around it: the activation that follows and the one that feeds it, normalisation between,
whether it makes an output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.analysis import outputs, topology
from linter.analysis.topology import NORMALIZATIONS, PASSIVE, POOLING, RESIZING
from linter.graph import Activation, Node
from linter.rule import Subject


class Following(NamedTuple):
    """What comes after a kernel: the node of the activation (None:
    linear), and whether a normalisation stands before it.
    """

    node: Node | None
    activation: Activation
    normalised: bool


def following(model: Subject, node: Node) -> Following:
    """Return what the output of `node` goes through first; where paths part, the first of them."""
    top, normalised = topology.of(model), False
    while True:
        targets = top.targets(node)
        if len(targets) != 1 and not all(target.op == "Activation" for target in targets):
            return Following(None, outputs.LINEAR, normalised)
        if not targets:
            return Following(None, outputs.LINEAR, normalised)
        node = targets[0]
        if node.op == "Activation":
            return Following(node, node.activation or outputs.LINEAR, normalised)
        if node.op in NORMALIZATIONS:
            normalised = True
        elif node.op not in PASSIVE | RESIZING | POOLING:
            return Following(None, outputs.LINEAR, normalised)


def feeding(model: Subject, node: Node) -> tuple[Node | None, bool]:
    """Return what really feeds `node`, seen through layers that keep the scale,
    and whether a normalisation lies between.
    """
    top, normalised = topology.of(model), False
    source = top.source(node)
    while source is not None and source.op in PASSIVE | RESIZING | POOLING | NORMALIZATIONS:
        normalised = normalised or source.op in NORMALIZATIONS
        source = top.source(source)
    return source, normalised


def makes_output(model: Subject, node: Node) -> bool:
    """Whether the layer of `node` makes an output of the model: nothing with weights comes after it on the way."""
    found = model.once("output layers", lambda: frozenset(_output_layers(model)))
    return node.layer in found


def _output_layers(model: Subject) -> Iterator[str]:
    for output in outputs.of(model):
        if output.made_by is not None:
            yield output.made_by.layer
    top = topology.of(model)
    through = PASSIVE | RESIZING | POOLING | NORMALIZATIONS | {"Activation"}
    for node in model.graph.nodes:
        if node.op in topology.AFFINE and not list(top.ahead(node, through)):
            yield node.layer


def normalised_before_activation(model: Subject, node: Node) -> bool:
    """Whether the scale of the kernel of `node` is undone by a normalisation before any activation sees it."""
    top = topology.of(model)
    ahead = list(top.ahead(node, PASSIVE | RESIZING))
    return bool(ahead) and all(target.op in NORMALIZATIONS for target in ahead)
