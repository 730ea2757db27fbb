"""ACT303: an activation that changes nothing of what another one gives it is taken out."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.repair import Repair
from linter.fixes.unlink import unlink
from linter.rule import Subject


@final
class DropDoubledActivation(Repair):
    """relu(relu(x)) is relu(x)."""

    name: ClassVar = "drop-doubled-activation"
    codes: ClassVar = ("ACT303",)

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis.stacked import stacked_activations

        for pair in stacked_activations(model):
            if finding and pair.outer_is_idle and pair.outer.layer in finding.layers:
                try:
                    if pair.outer.name != pair.outer.layer:
                        raise CannotFixError(f"{pair.outer.layer}: the second activation is a part of this layer")
                    unlink(draft, model.graph, pair.outer)
                except CannotFixError as error:
                    draft.refuse(error)
                else:
                    draft.tell(f"{pair.outer.layer}: dropped, {pair.inner.activation} has done what it does")
