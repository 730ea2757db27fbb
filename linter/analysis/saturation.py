"""Runs of hidden layers with an activation that is flat on both sides, and what they leave of the gradient."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from linter.activations import facts
from linter.analysis import neighbours, signal, topology
from linter.analysis.topology import NORMALIZATIONS, PASSIVE, POOLING
from linter.graph import Node
from linter.rule import Subject


class Run(NamedTuple):
    """Layers in a row; `gain` is what comes back of the gradient's sum of squares,
    from behind the last to before the first.
    """

    layers: tuple[str, ...]
    gain: float | None


def runs(model: Subject) -> tuple[Run, ...]:
    """Return the longest runs, none of which is part of another."""
    before = {node.name: _earlier(model, node) for node in model.graph.nodes if _saturates(model, node)}
    inner = {node.name for node in before.values() if node is not None}
    out = []
    for name in before:
        if name not in inner:
            chain = _chain(model, name, before)
            out.append(Run(tuple(node.layer for node in chain), _gain(model, chain)))
    return tuple(out)


def _chain(model: Subject, name: str, before: dict[str, Node | None]) -> list[Node]:
    chain = [topology.of(model).by_name[name]]
    while (earlier := before[chain[0].name]) is not None:
        chain.insert(0, earlier)
    return chain


def _saturates(model: Subject, node: Node) -> bool:
    """Whether this is the activation of a hidden kernel that is flat on both sides,
    and neither a gate nor an attention weight.
    """
    if node.op != "Activation" or node.activation is None:
        return False
    known, top = facts(node.activation), topology.of(model)
    if known is None or not known.saturates or not known.elementwise:
        return False
    kernel = top.back(top.source(node), PASSIVE)
    if kernel is None or kernel.op not in topology.AFFINE or neighbours.makes_output(model, kernel):
        return False
    ahead = list(top.ahead(node, PASSIVE | POOLING | NORMALIZATIONS))
    return bool(ahead) and all(target.op in topology.AFFINE for target in ahead)


def _earlier(model: Subject, node: Node) -> Node | None:
    """Return the saturating activation that feeds this one's kernel."""
    top = topology.of(model)
    kernel = top.back(top.source(node), PASSIVE)
    source = top.back(top.source(kernel), PASSIVE | POOLING) if kernel is not None else None
    return source if source is not None and _saturates(model, source) else None


def _gain(model: Subject, chain: list[Node]) -> float | None:
    found, top = signal.of(model), topology.of(model)
    kernel = top.back(top.source(chain[0]), PASSIVE)
    source = top.source(kernel) if kernel is not None else None
    if source is None:
        return None
    start, end = found.backward.get(source.name), found.backward.get(chain[-1].name)
    if start is None or not end or len(top.targets(source)) != 1:
        return None
    ratio = _elements(source) / _elements(chain[-1]) if _elements(source) and _elements(chain[-1]) else 1.0
    return start / end * ratio


def _elements(node: Node) -> int:
    """Return the number of values of one sample, 0 where it is not known."""
    return 0 if not node.shape or None in node.shape[1:] else prod(size or 0 for size in node.shape[1:])
