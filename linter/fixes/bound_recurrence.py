"""RNN101, RNN102: recurrent layers get the activations that keep their state bounded."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding, Safety
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.repair import Repair
from linter.rule import Subject

SETTINGS = {"RNN101": ("activation", "tanh"), "RNN102": ("recurrent_activation", "sigmoid")}


@final
class BoundRecurrence(Repair):
    """tanh for the state, sigmoid for the gates. The weights stay; the model computes something else."""

    name: ClassVar = "bound-recurrence"
    codes: ClassVar = tuple(SETTINGS)
    safety: ClassVar = Safety.UNSAFE

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis.topology import RECURRENT

        done = set()
        for node in model.graph.nodes:
            if not finding or node.op not in RECURRENT or node.layer not in finding.layers or node.pointer in done:
                continue
            key, value = SETTINGS[finding.code]
            try:
                draft.settings(node)[key] = value
                done.add(node.pointer)
                draft.tell(f"{node.layer}: {key} is {value}")
            except CannotFixError as error:
                draft.refuse(error)
