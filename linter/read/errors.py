"""What a reader says when nothing, or no more, can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from linter.graph import Defect


class UnreadableError(Exception):
    """A file of which nothing can be said, or nothing beyond `defects` and what rules find in `documents`.

    The message says what was received and what to do; it does not name the file.
    """

    def __init__(
        self, message: str, defects: Iterable[Defect] = (), documents: Mapping[str, Any] | None = None
    ) -> None:
        """Carry what rules can still report."""
        super().__init__(message)
        self.defects = tuple(defects)
        self.documents = dict(documents or {})

    @classmethod
    def because(cls, defect: Defect) -> UnreadableError:
        """Return the error of a defect after which reading ends."""
        return cls(defect.message, (defect,))

    def after(self, defects: Iterable[Defect], documents: Mapping[str, Any]) -> UnreadableError:
        """Return the same error with what was met before it."""
        return type(self)(str(self), (*defects, *self.defects), {**documents, **self.documents})


class NotAModelError(UnreadableError):
    """A sound file of another kind: a data set in HDF5, say. A folder walk passes over it."""
