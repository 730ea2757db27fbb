"""Weight handles: where the values are, and how they come in bounded pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from linter.read.source import Source

if TYPE_CHECKING:
    import numpy as np

PIECE_BYTES = 1 << 18
"""Small enough to stay in the second-level cache between the read and the reductions."""


class StoredWeight(NamedTuple):
    """A tensor that lies in one piece in a source."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    source: Source
    offset: int

    def chunks(self, multiple: int = 1) -> Iterator[np.ndarray]:
        """Yield the values, flat, by positioned reads into one aligned buffer."""
        import numpy as np

        code = storage_code(self.dtype)
        width = np.dtype(code).itemsize
        total = prod(self.shape)
        length = piece_length(width, multiple, total)
        buffer = np.empty(length, dtype=code)
        view = memoryview(buffer.view(np.uint8).data)
        for start in range(0, total, length):
            count = min(length, total - start)
            got = self.source.read_into(self.offset + start * width, view[: count * width])
            yield decode(buffer[: got // width], self.dtype)


class LoadedWeight(NamedTuple):
    """A tensor that is, or can only be had, in memory: `load` returns it."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    load: Callable[[], np.ndarray]

    def chunks(self, multiple: int = 1) -> Iterator[np.ndarray]:
        """Yield the values, flat."""
        flat = self.load().reshape(-1)
        length = piece_length(flat.itemsize, multiple, flat.size)
        for start in range(0, flat.size, length):
            yield decode(flat[start : start + length], self.dtype)


class SlabWeight(NamedTuple):
    """A tensor that a reader hands out by ranges of its first axis, such as a chunked HDF5 data set."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    slabs: Callable[[int], Iterator[np.ndarray]]
    """Called with the number of values that a slab should hold at most."""

    def chunks(self, multiple: int = 1) -> Iterator[np.ndarray]:
        """Yield the values, flat, regrouped to the wanted multiple."""
        import numpy as np

        rest: np.ndarray | None = None
        for slab in self.slabs(max(PIECE_BYTES // 4, multiple)):
            flat = slab.reshape(-1) if rest is None else np.concatenate([rest, slab.reshape(-1)])
            whole = flat.size - flat.size % multiple
            if whole:
                yield decode(flat[:whole], self.dtype)
            rest = flat[whole:] if whole < flat.size else None
        if rest is not None:
            yield decode(rest, self.dtype)


def piece_length(width: int, multiple: int, total: int) -> int:
    """Return how many values a piece holds: near PIECE_BYTES, a multiple of `multiple`, not more than `total`."""
    multiple = max(1, multiple)
    return max(1, min(total, max(PIECE_BYTES // width // multiple, 1) * multiple))


def storage_code(dtype: str) -> str:
    """Return NumPy's code for how `dtype` is stored."""
    return "<u2" if dtype == "bfloat16" else dtype


def decode(values: np.ndarray, dtype: str) -> np.ndarray:
    """Return stored values as NumPy knows them: bfloat16 widened to float32."""
    if dtype != "bfloat16":
        return values
    import numpy as np

    return (values.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
