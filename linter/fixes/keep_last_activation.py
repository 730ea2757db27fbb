"""ACT303 where both activations change values: the one that is applied last stays."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding, Safety
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.repair import Repair
from linter.fixes.settings import set_activation
from linter.fixes.unlink import unlink
from linter.rule import Subject


@final
class KeepLastActivation(Repair):
    """sigmoid(relu(x)) becomes sigmoid(x)."""

    name: ClassVar = "keep-last-activation"
    codes: ClassVar = ("ACT303",)
    safety: ClassVar = Safety.UNSAFE

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis.stacked import stacked_activations

        for pair in stacked_activations(model):
            if not finding or pair.outer_is_idle or pair.rectified_logits or pair.outer.layer not in finding.layers:
                continue
            try:
                if pair.inner.name == pair.inner.layer:
                    unlink(draft, model.graph, pair.inner)
                else:
                    set_activation(draft, pair.inner, "linear")
                draft.tell(f"{pair.inner.layer}: {pair.inner.activation} dropped before {pair.outer.activation}")
            except CannotFixError as error:
                draft.refuse(error)
