""".h5: data sets at the top, by name. Links and files elsewhere are not followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py

from linter.live.samples.columns import Batch, Column, DataError, Samples, same_length, sliced
from linter.live.samples.matching import Expected
from linter.options import Limits
from linter.read import hdf5
from linter.read.errors import UnreadableError
from linter.read.source import FileSource


def open_samples(place: str, expected: Sequence[Expected]) -> Samples:
    """Return the data sets of a file."""
    try:
        tree = hdf5.walk(FileSource(Path(place)), Limits())
    except UnreadableError as error:
        raise DataError(f"{place}: {error}") from None
    if tree.defects:
        raise DataError(f"{place}: {tree.defects[0].message}")
    found = {name: weight for name, weight in tree.weights.items() if weight.shape}
    if not found:
        raise DataError(f"{place} holds no arrays of numbers at its top")
    length = same_length({name: weight.shape[0] for name, weight in found.items()}, place)
    columns = {name: Column(weight.shape[1:], _dtype(weight.dtype)) for name, weight in found.items()}

    def batches(size: int) -> Iterator[Batch]:
        with h5py.File(place, "r") as file:
            arrays: dict[str, Any] = {name: file[name] for name in found}
            yield from sliced(arrays, length, size)

    return Samples(place, columns, length, batches)


def _dtype(code: str) -> str:
    import numpy as np

    return code if code == "bfloat16" else np.dtype(code).name
