"""INI207, INI208: hidden biases start at zero, or a little above before rectifiers."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding, Safety
from linter.fixes.draft import Draft
from linter.fixes.repair import Repair
from linter.fixes.settings import initializer
from linter.rule import Subject

STARTS = {"INI207": 0.0, "INI208": 0.1}


@final
class StartBiases(Repair):
    """Biases that are still at their start are moved to the new one; trained ones stay."""

    name: ClassVar = "start-biases"
    codes: ClassVar = tuple(STARTS)
    safety: ClassVar = Safety.UNSAFE

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        import numpy as np

        from linter.analysis import biases, freshness

        for bias in biases.hidden(model):
            if not finding or bias.node.layer not in finding.layers:
                continue
            value, stored = STARTS[finding.code], bias.node.weights.get("bias")
            made = initializer(draft, bias.node, "Constant", value=value) if value else "zeros"
            draft.settings(bias.node)["bias_initializer"] = made
            moved = stored is not None and freshness.starting(model)
            if stored is not None and moved:
                draft.put(stored, np.full(stored.shape, value))
            draft.tell(f"{bias.node.layer}: bias starts at {value:g}{', and so do its stored values' if moved else ''}")
