"""ACT306: a PReLU on feature maps gets one slope a channel: the mean of those that it had."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding, Safety
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.repair import Repair
from linter.fixes.unlink import forget_shape
from linter.graph import Node
from linter.rule import Subject


@final
class SharePreluSlopes(Repair):
    """Slopes that differ from place to place become one."""

    name: ClassVar = "share-prelu-slopes"
    codes: ClassVar = ("ACT306",)
    safety: ClassVar = Safety.UNSAFE

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        for node in model.graph.nodes:
            prelu = node.activation is not None and node.activation.name == "prelu"
            if finding and prelu and node.layer in finding.layers:
                try:
                    _share(draft, node)
                except CannotFixError as error:
                    draft.refuse(error)


def _share(draft: Draft, node: Node) -> None:
    alpha = node.weights.get("alpha")
    if node.wrappers or alpha is None or not node.shape or len(alpha.shape) != len(node.shape) - 1:
        raise CannotFixError(f"{node.layer}: it is wrapped, or its slopes are not stored")
    axes = tuple(range(len(alpha.shape) - 1))
    draft.settings(node)["shared_axes"] = [axis + 1 for axis in axes]
    draft.put(alpha, draft.value(alpha).mean(axis=axes, keepdims=True))
    forget_shape(draft, node)
    draft.tell(f"{node.layer}: one slope a channel, the mean over its positions")
