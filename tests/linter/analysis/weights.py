"""A stored tensor for tests: NumPy values handed out in bounded pieces, and a count of how often they were read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from linter.read.weights import decode, piece_length


@dataclass
class Held:
    """Values in memory behind the protocol of a stored weight."""

    values: np.ndarray
    name: str = "held"
    kind: str = ""
    reads: list[int] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    @property
    def dtype(self) -> str:
        return self.kind or str(self.values.dtype)

    def chunks(self, multiple: int = 1) -> Iterator[np.ndarray]:
        self.reads.append(multiple)
        flat = self.values.reshape(-1)
        length = piece_length(flat.itemsize, multiple, flat.size)
        for start in range(0, flat.size, length):
            yield decode(flat[start : start + length].copy(), self.dtype)
