"""module:function of the user's, which yields batches: an array, arrays by input name, or (inputs, labels)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from linter.live.samples.columns import Batch, Column, DataError, Samples, numeric
from linter.live.samples.matching import Expected


def open_samples(place: str, expected: Sequence[Expected]) -> Samples:
    """Import the module and look at the first batch."""
    module, _, name = place.partition(":")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise DataError(f"{place}: {error}") from None
    first = next(_batches(place, function), None)
    if first is None:
        raise DataError(f"{place} yields no batches")
    columns = {name: Column(tuple(array.shape[1:]), array.dtype.name) for name, array in first.items()}
    return Samples(place, columns, None, lambda size: _batches(place, function))


def _batches(place: str, function: Any) -> Iterator[Batch]:
    for item in _made(place, function):
        inputs, labels = item if isinstance(item, tuple) and len(item) == 2 else (item, None)
        named = inputs if isinstance(inputs, dict) else {"": inputs}
        batch = {str(name): numeric(np.asarray(value), place) for name, value in named.items()}
        if labels is not None:
            batch["y"] = numeric(np.asarray(labels), place)
        if any(array.ndim == 0 for array in batch.values()):
            raise DataError(f"{place} yields single numbers; expected arrays with one sample a row")
        yield batch


def _made(place: str, function: Any) -> Iterator[Any]:
    """Yield what the user's function does; its own errors become one line."""
    try:
        yield from function()
    except Exception as error:
        text = (str(error) or "no message").splitlines()[0]
        raise DataError(f"{place} raised {type(error).__name__}: {text}") from None
