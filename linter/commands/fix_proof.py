"""That a fixed model still computes the same, or at least runs. Loads Keras when first asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linter.fixes import CannotFixError
from linter.graph import ModelGraph
from linter.live import backend

if TYPE_CHECKING:
    from linter.live.verify import Difference, Reference


@dataclass(slots=True)
class Proof:
    """Models held against the last one that was meant to compute something of its own."""

    difference: Difference | None = None
    """Between that model and the one that was looked at last."""
    _reference: Reference | None = None

    def same(self, old: ModelGraph, new: ModelGraph, data: str | None) -> None:
        """Raise CannotFixError where `new` does not compute what `old` does, on random inputs and on the data."""
        backend.load("fix")
        from linter.live.construct import CannotRebuildError
        from linter.live.verify import TOLERANCE, Reference

        try:
            self._reference = self._reference or Reference(old, data)
            found = self._reference.difference(new)
        except CannotRebuildError as error:
            raise CannotFixError(f"not verified: {error}") from None
        if not found.is_tolerable:
            worst = max(found.random, found.sample or 0.0)
            raise CannotFixError(f"the outputs would change by {worst:.2g}, more than {TOLERANCE:g}")
        self.difference = found

    def runs(self, new: ModelGraph) -> None:
        """Raise CannotFixError where `new` does not run; from now on it is the one to compare with."""
        backend.load("fix")
        from linter.live.construct import CannotRebuildError
        from linter.live.verify import whole

        try:
            whole(new)
        except CannotRebuildError as error:
            raise CannotFixError(str(error)) from None
        self._reference = None
