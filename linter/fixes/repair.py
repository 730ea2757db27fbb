"""The base of all fixes: what one ends, how safe it is, and how it changes a draft."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from linter.finding import Finding, Safety
from linter.fixes.draft import Draft
from linter.rule import Subject


class Repair(ABC):
    """One way to end findings. What can be done is written into the draft, what cannot is told there."""

    name: ClassVar[str]
    codes: ClassVar[tuple[str, ...]] = ()
    """Of the findings that it ends; none for a fix that is only done when asked for by name."""
    safety: ClassVar[Safety] = Safety.SAFE
    needs_data: ClassVar[bool] = False
    """Whether it goes by what a run on sample data saw."""

    @abstractmethod
    def apply(self, model: Subject, finding: Finding | None, draft: Draft) -> None:
        """Change the draft so that the finding is gone; `finding` is None for a fix without codes."""
