"""OUT505: a loss behind a probability takes probabilities."""

from __future__ import annotations

from typing import ClassVar, final

from linter.finding import Finding
from linter.fixes.draft import Draft
from linter.fixes.losses import stored_losses
from linter.fixes.repair import Repair
from linter.rule import Subject


@final
class DropFromLogits(Repair):
    """The model stays as it is; its loss is compiled with from_logits=False."""

    name: ClassVar = "drop-from-logits"
    codes: ClassVar = ("OUT505",)

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis import outputs

        for place, output in zip(stored_losses(draft, model.graph), outputs.of(model), strict=False):
            layer = output.acting.layer if output.acting else ""
            if finding and layer in finding.layers:
                stored = place.value if place else None
                if isinstance(stored, dict) and stored.get("config", {}).get("from_logits"):
                    stored["config"]["from_logits"] = False
                    draft.tell(f"{layer}: the loss takes its probabilities as such")
                else:
                    draft.refuse(f"{layer}: its loss is not stored where it should be")
