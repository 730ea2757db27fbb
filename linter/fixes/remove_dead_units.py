"""DED402: units that no input can fire are taken out, with their part of the layers after them."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.passage import SUMS
from linter.fixes.removal import host, remove
from linter.fixes.repair import Repair
from linter.graph import Node
from linter.rule import Subject


@final
class RemoveDeadUnits(Repair):
    """What is zero for every input adds nothing to any sum."""

    name: ClassVar = "remove-dead-units"
    codes: ClassVar = ("DED402",)

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        for node in model.graph.nodes:
            if finding and node.op == "Activation" and node.layer in finding.units and node.layer in finding.layers:
                units = tuple(finding.units[node.layer])
                try:
                    remove(model, draft, host(model, maker(model, node)), units, {node.name: units})
                except CannotFixError as error:
                    draft.refuse(error)


def maker(model: Subject, node: Node) -> str:
    """Return the layer whose units an activation has; raises CannotFixError where they are not one layer's."""
    from linter.analysis import topology
    from linter.fixes.passage import ALIKE

    top, here = topology.of(model), topology.of(model).source(node)
    while here is not None and here.op in ALIKE | {"BatchNormalization", "Activation"} and here.layer != node.layer:
        here = top.source(here)
    if here is None or here.op not in SUMS:
        raise CannotFixError(f"{node.layer}: its dead units are not made by one Dense or convolution")
    return here.layer
