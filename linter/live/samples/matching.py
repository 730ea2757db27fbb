"""Which column is which input of the model, and what does not fit: checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from linter.graph import Shape
from linter.live.samples.columns import LABELS, Array, Batch, Column, Samples


@dataclass(frozen=True, slots=True)
class Expected:
    """An input of the model: shape with the batch axis, None where any size will do."""

    name: str
    shape: Shape
    dtype: str

    def __str__(self) -> str:
        sizes = ", ".join("any" if size is None else str(size) for size in self.shape[1:])
        return f"{self.name!r} {self.dtype} of shape (samples{', ' if sizes else ''}{sizes})"


@dataclass(frozen=True, slots=True)
class Matched:
    """Column by input name; the column of labels; or why there is no match."""

    columns: Mapping[str, str]
    labels: str | None
    expected: Sequence[Expected]
    mismatches: tuple[str, ...] = ()

    def inputs(self, batch: Batch) -> list[Array]:
        """Return a batch's arrays in the order of the model's inputs."""
        return [_shaped(batch[self.columns[item.name]], item) for item in self.expected]


def match(samples: Samples, expected: Sequence[Expected]) -> Matched:
    """Return which column is which input."""
    labels = next((name for name in samples.columns if name in LABELS and name not in {e.name for e in expected}), None)
    given = [name for name in samples.columns if name != labels]
    if len(expected) == 1 and len(given) == 1:
        columns = {expected[0].name: given[0]}
    else:
        columns = {item.name: item.name for item in expected if item.name in samples.columns}
    wrong = []
    if absent := [item for item in expected if item.name not in columns]:
        received = ", ".join(
            repr(name) if name else f"{column} without a name" for name, column in samples.columns.items()
        )
        wrong.append(f"expected {', '.join(map(str, absent))}; received {received}")
    if surplus := sorted(name for name in set(given) - set(columns.values()) if name):
        wrong.append(f"received {', '.join(map(repr, surplus))}, which the model has no input for")
    found = [(item, samples.columns[columns[item.name]]) for item in expected if item.name in columns]
    wrong += [f"expected {item}; received {column}" for item, column in found if not _fits(column, item)]
    return Matched(columns, labels, tuple(expected), tuple(wrong))


def _fits(column: Column, item: Expected) -> bool:
    wanted = item.shape[1:]
    if np.dtype(column.dtype).kind not in "fiub" or item.dtype == "string":
        return False
    if column.shape == () and wanted == (1,):
        return True
    return len(column.shape) == len(wanted) and all(w in (None, s) for s, w in zip(column.shape, wanted, strict=True))


def _shaped(array: Array, item: Expected) -> Array:
    return array.reshape(-1, 1) if array.ndim == 1 and item.shape[1:] == (1,) else array
