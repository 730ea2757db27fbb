"""A few samples to look at closely, the same ones in whatever order and batches the data come."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Chosen:
    """Keeps the samples whose hashes are least, with their labels, in the order of the hashes."""

    def __init__(self, count: int) -> None:
        """Start with none."""
        self.count = count
        self.keys = np.empty(0, np.uint32)
        self.columns: list[Array] = []

    def add(self, arrays: list[Array], labels: Array | None) -> None:
        """Take in a batch: an array an input, the samples' labels if there are any."""
        keys = sum((_hashes(array) for array in arrays), start=np.zeros(len(arrays[0]), np.uint32))
        columns = [*arrays, *([] if labels is None else [labels[: len(keys)]])]
        least = np.argsort(keys, kind="stable")[: self.count]
        if self.columns and self.keys.size == self.count and keys[least[0]] >= self.keys[-1]:
            return
        keys, columns = keys[least], [column[least] for column in columns]
        if self.columns:
            keys = np.concatenate([self.keys, keys])
            columns = [np.concatenate(pair) for pair in zip(self.columns, columns, strict=True)]
        order = np.argsort(keys, kind="stable")[: self.count]
        self.keys, self.columns = keys[order], [column[order] for column in columns]

    def arrays(self, inputs: int) -> list[Array]:
        """Return the chosen samples, an array an input."""
        return self.columns[:inputs]

    def labels(self, inputs: int) -> Array | None:
        """Return their labels, if there are any."""
        return self.columns[inputs] if len(self.columns) > inputs else None


def _hashes(array: Array) -> Array:
    """Return a hash of each sample's bits: their products with odd numbers, added up modulo 2^32, and mixed."""
    rows = np.ascontiguousarray(array).reshape(len(array), -1)
    words = rows.view(f"u{min(rows.itemsize, 4)}")
    odd = np.random.default_rng(0).integers(0, 1 << 31, words.shape[1], dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    mixed: Array = np.dot(words, odd).astype(np.uint32) * np.uint32(2654435761)
    mixed ^= mixed >> np.uint32(15)
    return mixed
