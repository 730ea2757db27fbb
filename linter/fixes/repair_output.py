"""OUT501, OUT502, OUT503, OUT506: the output's activation and the loss are made to go together."""

from __future__ import annotations

from typing import ClassVar, final

from linter.analysis.outputs import Output
from linter.finding import Finding, Safety
from linter.fixes.draft import CannotFixError, Draft
from linter.fixes.losses import Place, stored_losses
from linter.fixes.repair import Repair
from linter.fixes.settings import set_activation
from linter.rule import Subject

SOFTMAXES = ("softmax", "sparsemax", "log_softmax")


@final
class RepairOutput(Repair):
    """The activation follows the loss; where a softmax is meant, the loss follows it."""

    name: ClassVar = "repair-output"
    codes: ClassVar = ("OUT501", "OUT502", "OUT503", "OUT506")
    safety: ClassVar = Safety.UNSAFE

    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        from linter.analysis import outputs

        if finding and finding.code == "OUT501":
            return _sigmoids(model, finding, draft)
        for output, place in zip(outputs.of(model), stored_losses(draft, model.graph), strict=False):
            node = output.acting or output.made_by
            if finding and node is not None and node.layer in finding.layers and output.loss is not None:
                try:
                    _repair(draft, output, place, *_pair(output, finding.code))
                except CannotFixError as error:
                    draft.refuse(error)
        return None


def _sigmoids(model: Subject, finding: Finding, draft: Draft) -> None:
    """Every softmax over one value becomes a sigmoid."""
    for node in model.graph.nodes:
        if node.activation and node.activation.name in SOFTMAXES and node.layer in finding.layers:
            try:
                set_activation(draft, node, "sigmoid")
                draft.tell(f"{node.layer}: {node.activation} over one value becomes sigmoid")
            except CannotFixError as error:
                draft.refuse(error)


def _pair(output: Output, code: str) -> tuple[str | None, str | None]:
    """Return the activation and the loss that an output should have; None for one that stays."""
    from linter.analysis import losses

    assert output.loss is not None
    name = output.loss.name
    if code == "OUT506":
        return "sigmoid", "binary_crossentropy"
    if code == "OUT503" or losses.takes_logits(output.loss) or name in losses.MARGIN:
        return "linear", None
    if output.activation.name in SOFTMAXES:
        return None, "categorical_crossentropy"
    if name in losses.CATEGORICAL:
        return "softmax", None
    return ("softplus" if name in losses.RATES else "sigmoid"), None


def _repair(draft: Draft, output: Output, place: Place | None, activation: str | None, loss: str | None) -> None:
    node = output.acting or output.made_by
    assert node is not None
    if loss is not None and place is None:
        raise CannotFixError(f"{node.layer}: its loss is not stored where it should be")
    if activation is not None and activation != output.activation.name:
        set_activation(draft, node, activation)
        draft.tell(f"{node.layer}: the output goes through {activation}")
    if loss is not None and place is not None:
        place.put(loss)
        draft.tell(f"{node.layer}: the loss is {loss}")
