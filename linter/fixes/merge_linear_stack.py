"""ACT301: two Dense layers with nothing but dropout between them become one."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.repair import Repair
from linter.fixes.unlink import forget_shape, is_shared, unlink
from linter.graph import Node
from linter.rule import Subject


@final
class MergeLinearStack(Repair):
    """W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2)."""

    name: ClassVar = "merge-linear-stack"
    codes: ClassVar = ("ACT301",)

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis.linear import linear_pairs

        merged: set[str] = set()
        for pair in linear_pairs(model):
            layers = {pair.first.layer, pair.second.layer}
            if not finding or not pair.is_redundant or pair.first.layer not in finding.layers or layers & merged:
                continue
            try:
                _merge(model, draft, pair.first, pair.second)
                merged |= layers
            except CannotFixError as error:
                draft.refuse(error)


def _merge(model: Subject, draft: Draft, first: Node, second: Node) -> None:
    between = _between(model, first, second)
    for node in (first, second):
        stored = set(node.weights)
        if node.op != "Dense" or node.wrappers or is_shared(model.graph, node.layer):
            raise CannotFixError(f"{node.layer}: only Dense layers that are used once are merged")
        if "kernel" not in stored or stored - {"kernel", "bias"}:
            raise CannotFixError(f"{node.layer}: the file holds no plain kernel of it")
    if first.pointer.rpartition("/")[0] != second.pointer.rpartition("/")[0]:
        raise CannotFixError(f"{first.layer}: {second.layer} is in another model than it")
    kernel, outer = draft.value(first.weights["kernel"]), draft.value(second.weights["kernel"])
    moved = draft.value(first.weights["bias"]) @ outer if "bias" in first.weights else None
    for node in (*between, first):
        unlink(draft, model.graph, node)
    draft.put(second.weights["kernel"], kernel @ outer)
    if moved is not None and "bias" in second.weights:
        draft.put(second.weights["bias"], draft.value(second.weights["bias"]) + moved)
    elif moved is not None:
        draft.add_beside(second.weights["kernel"], "bias", moved)
        draft.settings(second)["use_bias"] = True
    forget_shape(draft, second)
    with_them = f", {', '.join(node.layer for node in between)} dropped with it" if between else ""
    draft.tell(f"{first.layer}: merged into {second.layer}{with_them}")


def _between(model: Subject, first: Node, second: Node) -> list[Node]:
    """Return the layers between two, which must do nothing when the model is run; raises CannotFixError."""
    from linter.analysis import topology

    top, found = topology.of(model), []
    here = top.source(second)
    while here is not None and here.name != first.name:
        linear = here.op == "Activation" and here.activation is not None and here.activation.name == "linear"
        if here.op not in ("Dropout", "Identity") and not (linear and here.name == here.layer):
            raise CannotFixError(f"{first.layer}: {here.layer} stands between it and {second.layer}")
        found.append(here)
        here = top.source(here)
    alone = all(len(top.targets(node)) == 1 for node in (*found, first))
    outputs = {edge.source for edge in model.graph.outputs}
    if here is None or not alone or outputs & {node.name for node in (*found, first)}:
        raise CannotFixError(f"{first.layer}: something else reads it, too")
    return found
