"""The way of a layer's units to the kernels that take them: through layers that treat each unit alone.

Followed are, unit by unit, the constants that units stand at. What cannot be followed stops the fix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.unlink import is_shared
from linter.graph import Node
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

SUMS = frozenset(("Dense", "Conv1D", "Conv2D", "Conv3D"))
RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN"))
ALIKE = frozenset(
    [f"{kind}{n}D" for kind in ("SpatialDropout", "Cropping", "UpSampling", "MaxPooling") for n in (1, 2, 3)]
    + [f"{kind}Pooling{n}D" for kind in ("Average", "GlobalAverage", "GlobalMax") for n in (1, 2, 3)]
    + ["Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity", "ActivityRegularization"]
    + ["RepeatVector"]
)
"""Layers that give a constant unit back as it was."""
VECTORS = frozenset(("gamma", "beta", "moving_mean", "moving_variance"))


@dataclass(frozen=True, slots=True)
class Flow:
    """A layer's units as they arrive at one node: the index of each, and the constant it stands at (NaN: none)."""

    unit: np.ndarray
    constant: np.ndarray


@dataclass(frozen=True, slots=True)
class Passage:
    """Where units go: nodes on the way, with what arrives there, and the kernels at the ends."""

    through: list[tuple[Node, Flow]] = field(default_factory=list)
    ends: list[tuple[Node, Flow]] = field(default_factory=list)

    def needless(self, draft: Draft) -> np.ndarray:
        """Return, unit by unit, whether no kernel needs it: it is constant, or weighed by zeros alone."""
        import numpy as np

        needed = np.zeros(1 + max(int(flow.unit.max()) for _, flow in self.ends), dtype=bool)
        for node, flow in self.ends:
            kernel = draft.value(node.weights["kernel"])
            heard = (kernel != 0).any(axis=tuple(i for i in range(kernel.ndim) if i != kernel.ndim - 2))
            needed[flow.unit[heard & ~_movable(node, flow.constant, kernel)]] = True
        return ~needed


def _movable(node: Node, constant: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Whether what a constant unit adds can go into the bias."""
    import numpy as np

    even = node.op == "Dense" or node.config.get("padding", "valid") == "valid"
    takes = node.op in SUMS and even and "bias" in node.weights
    found: np.ndarray = np.isfinite(constant) if takes else constant == 0
    return found


def passage(
    model: Subject, draft: Draft, node: Node, constant: np.ndarray, silent: Mapping[str, tuple[int, ...]]
) -> Passage:
    """Return the way of the units of `node`, which stand at `constant` (NaN: anything).

    silent: activations, by node, with the units that they keep at zero whatever comes. Raises CannotFixError where
    the way leads to something else than kernels.
    """
    import numpy as np

    found, outputs = Passage(), {edge.source for edge in model.graph.outputs}
    pending = [(node, Flow(np.arange(len(constant)), constant))]
    while pending:
        here, flow = pending.pop()
        if here.name in outputs:
            raise CannotFixError(f"{node.layer}: its units are an output of the model")
        for target in _targets(model, node, here):
            if target.op in SUMS | RECURRENT:
                found.ends.append((_end(target, flow), flow))
            else:
                found.through.append((target, flow))
                pending.append((target, _after(target, here, flow, silent)))
    if not found.ends:
        raise CannotFixError(f"{node.layer}: nothing takes its units")
    return found


def _targets(model: Subject, start: Node, node: Node) -> Iterator[Node]:
    from linter.analysis import topology

    for target in topology.of(model).targets(node):
        inside = target.layer.rpartition("/")[0]
        if inside and not f"{start.layer}/".startswith(f"{inside}/"):
            raise CannotFixError(f"{start.layer}: its units go into the nested model {inside}")
        if is_shared(model.graph, target.layer) or len(target.inputs) > 1 or set(target.wrappers) - {"TimeDistributed"}:
            raise CannotFixError(f"{start.layer}: its units go into {target.layer}, which takes or is used for more")
        yield target


def _end(node: Node, flow: Flow) -> Node:
    kernel = node.weights.get("kernel")
    plain = set(node.weights) <= {"kernel", "bias", "recurrent_kernel"} and node.config.get("groups", 1) in (1, None)
    if kernel is None or not plain or _leads(node) or kernel.shape[-2] != len(flow.unit):
        raise CannotFixError(f"{node.layer}: its kernel is not of the kind that is cut")
    return node


def _leads(node: Node) -> bool:
    """Whether channels stand first."""
    return node.config.get("data_format") == "channels_first" and node.op != "Dense"


def _after(node: Node, source: Node, flow: Flow, silent: Mapping[str, tuple[int, ...]]) -> Flow:
    """Return what leaves a node; raises CannotFixError where units are mixed."""
    import numpy as np

    if node.op == "Flatten" and not node.wrappers and node.shape and node.shape[-1] and not _leads(node):
        times, rest = divmod(node.shape[-1], len(flow.unit))
        if not rest and source.shape and source.shape[-1] == len(flow.unit):
            return Flow(np.tile(flow.unit, times), np.tile(flow.constant, times))
    if node.shape and node.shape[-1] == len(flow.unit) and not _leads(node):
        if node.op in ALIKE:
            return flow
        if node.op.startswith("ZeroPadding"):
            return replace(flow, constant=np.where(flow.constant == 0, 0.0, np.nan))
        if node.op == "BatchNormalization":
            return replace(flow, constant=_normalised(node, flow.constant))
        if node.op == "Activation":
            return replace(flow, constant=_activated(node, flow, silent))
    raise CannotFixError(f"{node.layer}: {node.op} mixes units, or it cannot be shown that it does not")


def _normalised(node: Node, constant: np.ndarray) -> np.ndarray:
    import numpy as np

    from linter.analysis.statistics import whole

    stored = {role: whole(weight) for role, weight in node.weights.items()}
    axis, last = node.config.get("axis", -1), len(node.shape or ()) - 1
    if not {"moving_mean", "moving_variance"} <= set(stored) <= VECTORS or axis not in (-1, last, [-1], [last]):
        raise CannotFixError(f"{node.layer}: it is no plain BatchNormalization")
    spread = np.sqrt(stored["moving_variance"] + float(node.config.get("epsilon", 1e-3)))
    result: np.ndarray = (constant - stored["moving_mean"]) / spread * stored.get("gamma", 1.0) + stored.get(
        "beta", 0.0
    )
    return result


def _activated(node: Node, flow: Flow, silent: Mapping[str, tuple[int, ...]]) -> np.ndarray:
    import numpy as np

    from linter.activations import facts

    known = facts(node.activation) if node.activation else None
    sliced = not node.weights or (set(node.weights) == {"alpha"} and node.weights["alpha"].shape[-1] == len(flow.unit))
    if known is None or not known.elementwise or not sliced:
        raise CannotFixError(f"{node.layer}: its activation does not treat each unit alone")
    values = np.full(len(flow.constant), np.nan)
    standing = np.isfinite(flow.constant)
    if node.weights:  # a slope of its own for each unit: only zero is known to stay
        standing &= flow.constant == 0
    values[standing] = known.formula(np, flow.constant[standing], {})
    values[list(silent.get(node.name, ()))] = 0.0
    return values
