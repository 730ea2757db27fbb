"""How likely a narrow deep rectifier network is dead from the start: the bounds of Lu, Shin, Su and Karniadakis."""

from __future__ import annotations

from math import prod

from linter.activations import facts
from linter.analysis import kernels, neighbours, topology
from linter.analysis.topology import PASSIVE
from linter.graph import Node
from linter.rule import Subject

WIDEST = 32
"""Wider layers add nothing that shows."""


def lower(widths: tuple[int, ...]) -> float:
    """Return the lower bound for one input and hidden layers as wide as the widest of `widths`.

    With L - 1 hidden layers of width N, a1 = 1 - 2^-N and a2 = 1 - 2^(1-N) - (N-1) 2^(-2N) it is
    1 - a1^(L-2) + (1 - 2^(1-N)) (1 - 2^-N) / (1 + (N-1) 2^(1-N)) (a2^(L-2) - a1^(L-2)).
    """
    if not widths:
        return 0.0
    n, steps = max(widths), len(widths) - 1
    one, two = 1 - 2.0**-n, 1 - 2.0 ** (1 - n) - (n - 1) * 2.0 ** (-2 * n)
    share = (1 - 2.0 ** (1 - n)) * (1 - 2.0**-n) / (1 + (n - 1) * 2.0 ** (1 - n))
    return max(0.0, 1 - one**steps + share * (two**steps - one**steps))


def upper(widths: tuple[int, ...]) -> float:
    """Return 1 - prod(1 - 2^-N): the chance that a given input dies somewhere on the way."""
    return 1 - prod(1 - 2.0**-width for width in widths)


def runs(model: Subject) -> tuple[tuple[Node, ...], ...]:
    """Return runs of narrow Dense layers with a zero bias, a symmetric start and a function with a silent side,
    in a row.
    """
    out: dict[str, tuple[Node, ...]] = {}
    top = topology.of(model)
    for node in model.graph.nodes:
        if not _narrow(model, node):
            continue
        act = neighbours.following(model, node).node
        source = top.back(top.source(node), PASSIVE)
        before = out.pop(source.name, ()) if source is not None else ()
        if act is not None:
            out[act.name] = (*before, node)
    return tuple(run for run in out.values() if len(run) > 1)


def _narrow(model: Subject, node: Node) -> bool:
    kernel = kernels.main(model, node) if node.op == "Dense" else None
    if kernel is None or not kernel.units or kernel.units > WIDEST or kernel.initializer is None:
        return False
    after = neighbours.following(model, node)
    known = facts(after.activation)
    bias = kernels.initializer_of(node.op, "bias", node.config)
    plain = (
        node.config.get("use_bias", True) is False
        or bias is None
        or (bias.kind == "constant" and bias.parameters.get("value") == 0)
    )
    symmetric = kernel.initializer.kind in ("variance_scaling", "normal", "truncated_normal", "orthogonal", "uniform")
    return known is not None and known.silent_below == 0 and not after.normalised and plain and symmetric
