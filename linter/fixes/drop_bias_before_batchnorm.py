"""NRM601: the bias that BatchNormalization cancels is taken away, and from the moving mean with it."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.repair import Repair
from linter.fixes.unlink import is_shared
from linter.graph import Node
from linter.rule import Subject


@final
class DropBiasBeforeBatchnorm(Repair):
    """BN(x + b) with mean m is BN(x) with mean m - b."""

    name: ClassVar = "drop-bias-before-batchnorm"
    codes: ClassVar = ("NRM601",)

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        for node in model.graph.nodes:
            if finding and node.layer in finding.layers and node.op != "Activation":
                try:
                    _drop(model, node, draft)
                except CannotFixError as error:
                    draft.refuse(error)


def _drop(model: Subject, node: Node, draft: Draft) -> None:
    from linter.analysis import topology

    targets, bias = topology.of(model).targets(node), node.weights.get("bias")
    shared = [layer for layer in (node.layer, *(t.layer for t in targets)) if is_shared(model.graph, layer)]
    if shared:
        raise CannotFixError(f"{node.layer}: {shared[0]} is called more than once")
    means = [target.weights.get("moving_mean") for target in targets]
    if bias is None or not all(mean is not None and mean.shape == bias.shape for mean in means):
        raise CannotFixError(f"{node.layer}: the file holds no bias and moving mean that fit each other")
    values, settings = draft.value(bias), draft.settings(node)
    moved = [(mean, draft.value(mean) - values) for mean in means if mean is not None]
    for mean, array in moved:
        draft.put(mean, array)
    draft.drop(bias)
    settings["use_bias"] = False
    draft.tell(f"{node.layer}: bias dropped, and taken off the moving mean of {', '.join(t.layer for t in targets)}")
