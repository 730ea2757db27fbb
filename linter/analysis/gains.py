"""The gain a kernel starts with beside the gain its activations ask for: fan in x mean square, against 1 / E f(z)^2."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import NamedTuple

from linter.activations import facts
from linter.analysis import kernels, neighbours, quadrature, topology
from linter.analysis.kernels import Kernel
from linter.analysis.starts import starts
from linter.analysis.topology import PASSIVE, POOLING, RESIZING
from linter.graph import Activation, Node
from linter.rule import Subject

LOCAL_POOLING = frozenset(op for op in POOLING if "Global" not in op)
FIXED = frozenset(("normal", "truncated_normal", "uniform"))


class Gain(NamedTuple):
    """One hidden kernel. `started`: its standard deviation times the root of its fan.
    `fed`, `followed`: what would be right.
    """

    kernel: Kernel
    started: float
    fed: float | None
    followed: float | None
    following: Activation

    @property
    def off(self) -> float:
        """The factor by which the better of the two is missed, at least 1; 1 where neither is known."""
        wanted = [gain for gain in (self.fed, self.followed) if gain]
        return (
            min((max(self.started / gain, gain / self.started) for gain in wanted), default=1.0)
            if self.started
            else 1.0
        )


def of(model: Subject) -> tuple[Gain, ...]:
    """Return the hidden kernels that have an activation before and are not normalised after;
    first and output kernels left out.
    """
    return model.once("gains", lambda: tuple(_gains(model)))


def right(activation: Activation) -> float | None:
    """Return the gain that keeps the second moment through this activation at unit input;
    None where it is not known.
    """
    known = facts(activation)
    if known is None or not known.elementwise:
        return None
    second = quadrature.moments(known).second
    return 1 / sqrt(second) if second > 0 else None


def _gains(model: Subject) -> Iterator[Gain]:
    for kernel in kernels.of(model):
        node = kernel.node
        if kernels.main(model, node) is not kernel or neighbours.makes_output(model, node):
            continue
        if neighbours.normalised_before_activation(model, node) or _ends_branch(model, node):
            continue
        before, started = _before(model, node), _started(kernel)
        after = neighbours.following(model, node)
        if started is None or before is None or after.normalised or _weighs(model, after.node):
            continue
        yield Gain(kernel, started, right(before), right(after.activation), after.activation)


def _started(kernel: Kernel) -> float | None:
    """Return sqrt(fan in x variance) as the initializer means it: by its scale, whatever fan it divides by."""
    initializer = kernel.initializer
    if initializer is None or initializer.kind not in ("variance_scaling", "orthogonal", *FIXED):
        return None
    if initializer.kind == "variance_scaling":
        scale = initializer.parameters.get("scale", 1.0)
        return sqrt(scale) if isinstance(scale, int | float) and scale > 0 else None
    if initializer.kind == "orthogonal":
        gain = initializer.parameters.get("gain", 1.0)
        return abs(float(gain)) if isinstance(gain, int | float) and gain else None
    drawn = starts(initializer, kernel.fans[:1])
    return (
        sqrt(drawn[0].second_moment * kernel.fan_in) if drawn and kernel.fan_in and drawn[0].second_moment > 0 else None
    )


def _before(model: Subject, node: Node) -> Activation | None:
    """Return the activation that feeds a kernel; linear where another kernel does, None at the input."""
    top = topology.of(model)
    source = top.back(top.source(node), PASSIVE | LOCAL_POOLING | RESIZING)
    if source is None or source.op not in topology.AFFINE | {"Activation"}:
        return None
    return source.activation if source.op == "Activation" else Activation("linear")


def _weighs(model: Subject, node: Node | None) -> bool:
    """Whether an activation makes weights, of a gate or of attention, whose size is their meaning."""
    if node is None or node.activation is None:
        return False
    known = facts(node.activation)
    products = ("Multiply", "Dot", "MatMul", "Einsum")
    return (
        known is None or not known.elementwise or any(t.op in products for t in topology.of(model).ahead(node, PASSIVE))
    )


def _ends_branch(model: Subject, node: Node) -> bool:
    """Whether the kernel's output is merged before any activation."""
    merging = ("Add", "Subtract", "Multiply", "Average", "Concatenate")
    return any(target.op in merging for target in topology.of(model).ahead(node, PASSIVE | RESIZING | POOLING))
