"""What every kind of sample data comes as: named columns of equal length, read in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
Batch: TypeAlias = Mapping[str, Array]
LABELS = frozenset(["y", "label", "labels", "target", "targets", "y_train", "y_test", "y_val"])
"""Names under which labels are looked for."""


class DataError(ValueError):
    """Sample data that cannot be read. The message says what was received and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """One array: the shape of a sample, and NumPy's name of its type."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        sizes = ", ".join(map(str, self.shape))
        return f"{self.dtype} of shape (samples{', ' if sizes else ''}{sizes})"


@dataclass(frozen=True, slots=True)
class Samples:
    """Columns by name; a file that has but one and no name for it calls it "".

    `length` is None where it is not known.
    """

    place: str
    columns: Mapping[str, Column]
    length: int | None
    batches: Callable[[int], Iterator[Batch]]
    """Called with the batch size; starts from the beginning each time."""


def numeric(array: Array, place: str) -> Array:
    """Return `array`; raises DataError where it does not hold numbers."""
    if array.dtype.kind not in "fiub":
        raise DataError(f"{place} holds {array.dtype} values; expected numbers")
    return array


def sliced(arrays: Mapping[str, Any], length: int, size: int) -> Iterator[Batch]:
    """Yield batches of arrays that can be cut by range."""
    for start in range(0, length, size):
        yield {name: np.asarray(array[start : start + size]) for name, array in arrays.items()}


def same_length(lengths: Mapping[str, int], place: str) -> int:
    """Return the common length; raises DataError where there is none."""
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{name or 'array'}: {count}" for name, count in lengths.items()) or "nothing"
        raise DataError(f"{place} holds arrays of unequal length ({told}); expected one sample a row in each")
    return next(iter(lengths.values()))
