"""The values in an HDF5 file: NumPy's name of their type, attributes, and data sets, read by opening the file anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import TYPE_CHECKING, Any

from linter.read.hdf5_file import opened
from linter.read.headroom import bounded
from linter.read.source import Source

if TYPE_CHECKING:
    import h5py
    import numpy as np


def dtype(kind: h5py.h5t.TypeID) -> str | None:
    """Return NumPy's code for a stored type; None for what is no number."""
    from h5py import h5t

    if kind == h5t.IEEE_F32LE:  # nearly all there is, and NumPy's type of it takes long to make
        return "<f4"
    family = kind.get_class()
    if family == h5t.OPAQUE and kind.get_size() == 2:
        return "bfloat16"
    if family not in (h5t.INTEGER, h5t.FLOAT, h5t.ENUM):
        return None
    try:
        return str(kind.dtype.str)
    except TypeError:
        return None


def width(dtype: str) -> int:
    """Return the bytes of a value in memory."""
    return 2 if dtype == "bfloat16" else int(dtype[2:] or 1)


def attribute(stored: h5py.h5a.AttrID) -> Any:
    """Return the value of an attribute: a text, a number or a list of them; None for anything else."""
    import numpy as np
    from h5py import h5t

    kind, shape = stored.get_type(), stored.shape
    if shape is None or kind.get_class() not in (h5t.STRING, h5t.INTEGER, h5t.FLOAT, h5t.ENUM):
        return None
    if not prod(shape):
        return []
    values = np.empty(shape, dtype=kind.dtype)
    stored.read(values)
    return values.item() if values.ndim == 0 else values.reshape(-1).tolist()


def slabs(source: Source, place: str, dtype: str, headroom: int) -> Callable[[int], Iterator[np.ndarray]]:
    """Return a reader of a chunked data set by ranges of its first axis, of at most so many values."""

    def read(most: int) -> Iterator[np.ndarray]:
        with opened(source) as file:
            data = file[place]
            rows = max(1, most // max(prod(data.shape[1:]), 1))
            if data.chunks:  # whole chunks, so that none is unpacked twice
                rows = max(rows // data.chunks[0], 1) * data.chunks[0]
            for start in range(0, data.shape[0], rows):
                with bounded(headroom):
                    slab = data[start : start + rows]
                yield _stored(slab, dtype)

    return read


def whole(source: Source, place: str, dtype: str) -> Callable[[], np.ndarray]:
    """Return a reader of a data set in one piece."""

    def read() -> np.ndarray:
        import numpy as np

        with opened(source) as file:
            return _stored(np.asarray(file[place][()]), dtype)

    return read


def _stored(values: np.ndarray, dtype: str) -> np.ndarray:
    return values.view("<u2") if dtype == "bfloat16" else values
