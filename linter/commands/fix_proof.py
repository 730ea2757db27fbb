"""That a fixed model still computes the same, or at least runs. Loads Keras when first asked."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linter.fixes import CannotFixError
from linter.graph import ModelGraph

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
        _keras()
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
        _keras()
        from linter.live.construct import CannotRebuildError
        from linter.live.verify import whole

        try:
            whole(new)
        except CannotRebuildError as error:
            raise CannotFixError(str(error)) from None
        self._reference = None


def _keras() -> None:
    """Load Keras and its backend, quietly; raises ValueError where there is none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # else TensorFlow talks of it on stderr
    try:
        importlib.import_module("keras")
    except ImportError as error:
        needed = f"fix runs the models and needs Keras ({error.name}): pip install 'keras-act[tensorflow]'"
        raise ValueError(needed) from None
