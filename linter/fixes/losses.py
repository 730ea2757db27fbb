"""Where a draft stores the loss of each output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from linter.fixes.draft import Draft
from linter.graph import ModelGraph


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of a stored object."""

    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        """What stands there: a name, an object, or nothing."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Store something else."""
        self.holder[self.key] = value


def stored_losses(draft: Draft, graph: ModelGraph) -> list[Place | None]:
    """Return the place of each output's loss, in the outputs' order; None where there is none."""
    training = draft.training
    if not isinstance(training, dict) or not training.get("loss"):
        return [None] * len(graph.outputs)
    losses = training["loss"]
    if isinstance(losses, list):
        return [Place(losses, i) if i < len(losses) else None for i in range(len(graph.outputs))]
    if isinstance(losses, dict) and "class_name" not in losses:
        return [Place(losses, name) if name in losses else None for name in graph.output_names]
    return [Place(training, "loss")] * len(graph.outputs)
