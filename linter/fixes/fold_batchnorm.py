"""BatchNormalization put into the kernel before it: for a model that is only run. Done when asked for by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.passage import SUMS, VECTORS
from linter.fixes.repair import Repair
from linter.fixes.unlink import is_shared, unlink
from linter.graph import Node
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np


@final
class FoldBatchnorm(Repair):
    """gamma (W x + b - m) / s + beta = (gamma W / s) x + (gamma (b - m) / s + beta)."""

    name: ClassVar = "fold-batchnorm"

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis import topology

        top = topology.of(model)
        for node in model.graph.nodes:
            before = top.source(node) if node.op == "BatchNormalization" else None
            if before is not None and before.op in SUMS:
                try:
                    _fold(model, draft, before, node)
                except CannotFixError as error:
                    draft.refuse(error)


def _fold(model: Subject, draft: Draft, node: Node, normalization: Node) -> None:
    from linter.analysis import topology

    shared = any(is_shared(model.graph, layer) for layer in (node.layer, normalization.layer))
    if shared or len(topology.of(model).targets(node)) != 1 or node.name in {e.source for e in model.graph.outputs}:
        raise CannotFixError(f"{normalization.layer}: {node.layer} or it is used more than once")
    plain = set(node.weights) <= {"kernel", "bias"} and {"moving_mean", "moving_variance"} <= set(normalization.weights)
    if not plain or set(normalization.weights) - VECTORS or "kernel" not in node.weights:
        raise CannotFixError(f"{normalization.layer}: it or {node.layer} is not of the plain kind")
    factor, offset = _map(draft, normalization)
    kernel = draft.value(node.weights["kernel"])
    if kernel.shape[-1:] != factor.shape or not _same_axis(node, normalization):
        raise CannotFixError(f"{normalization.layer}: it does not normalise the units of {node.layer}")
    unlink(draft, model.graph, normalization)
    draft.put(node.weights["kernel"], kernel * factor)
    if "bias" in node.weights:
        draft.put(node.weights["bias"], draft.value(node.weights["bias"]) * factor + offset)
    else:
        draft.add_beside(node.weights["kernel"], "bias", offset)
        draft.settings(node)["use_bias"] = True
    draft.tell(f"{normalization.layer}: folded into {node.layer}")


def _map(draft: Draft, node: Node) -> tuple[np.ndarray, np.ndarray]:
    """Return factor and offset, a value a unit."""
    import numpy as np

    stored = {role: draft.value(weight) for role, weight in node.weights.items()}
    spread = np.sqrt(stored["moving_variance"] + float(node.config.get("epsilon", 1e-3)))
    factor = stored.get("gamma", 1.0) / spread
    return factor, stored.get("beta", 0.0) - stored["moving_mean"] * factor


def _same_axis(node: Node, normalization: Node) -> bool:
    axis, last = normalization.config.get("axis", -1), len(node.shape or ()) - 1
    return node.config.get("data_format") != "channels_first" and axis in (-1, last, [-1], [last])
