"""Data of any usual form as batches of model inputs, one at a time. It runs no model.

Arrays, dicts of arrays and lists of one array per model input are cut into batches; anything else that can be iterated
(a `keras.utils.PyDataset`, a `tf.data.Dataset`, a PyTorch DataLoader, a generator) yields batches as it likes.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import keras
import numpy as np

Batch = Any  # an array, or a dict or list of arrays


def batches(data: Any, inputs: int, batch_size: int, max_samples: int | None = None) -> Iterator[Batch]:
    """Batches of model inputs.

    Args:
        data: Arrays of shape (samples, ..), a dict or list of those, or an iterable of batches. A batch, or `data`
            itself, may be a tuple `(x, y)` or `(x, y, weights)`, as for `model.fit`; only `x` is used.
        inputs: How many inputs the model has; 0 if unknown.
        batch_size: Samples per batch, for arrays.
        max_samples: Stop after so many; None: at the end.

    Raises:
        ValueError: not data, no samples, arrays of unequal length or of Python objects, NaN or infinity.
    """
    if whole := isinstance(data, tuple) or _is_inputs(data, inputs):
        data = _sliced(_inputs(data, inputs), batch_size)
    elif isinstance(data, keras.utils.PyDataset):
        data = _items(data)
    elif isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise ValueError(f"data must be arrays or an iterable of batches. Received: {_said(data)}")
    left = np.inf if max_samples is None else max_samples
    for number, item in enumerate(data):
        if left <= 0:
            return
        batch = item if whole else _inputs(item, inputs)
        check(batch, number)
        if rows(batch) > left:
            batch = cut(batch, slice(0, int(left)))
        left -= rows(batch)
        yield batch


def length(data: Any, inputs: int, batch_size: int) -> int | None:
    """Number of batches, where it is known."""
    if isinstance(data, tuple) or _is_inputs(data, inputs):
        return -(-rows(_inputs(data, inputs)) // batch_size)
    try:
        return len(data)
    except TypeError:
        return None


def rows(batch: Batch) -> int:
    """Samples in a batch."""
    return len(_leaves(batch)[0])


def check(batch: Batch, number: int) -> None:
    """Raises ValueError unless the batch holds finite numbers in arrays of equal length."""
    leaves = _leaves(batch)
    lengths = {len(array) if array.ndim else 0 for array in leaves}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"inputs must have one and the same number of samples, at least 1. Received: {_said(batch)}")
    for array in leaves:
        if array.dtype == object:
            raise ValueError(f"inputs must be numbers. Received an array of Python objects: {_said(array)}")
        if array.dtype.kind == "f" and not np.isfinite(array.sum(dtype=np.float64)):  # the sum is one quick pass
            bad = int(np.count_nonzero(~np.isfinite(array)))
            if bad:
                raise ValueError(f"inputs must be finite. Received {bad} NaN or infinite values in batch {number}")


def _is_inputs(data: Any, inputs: int) -> bool:
    """Whether this is the arrays themselves rather than an iterable of batches."""
    if isinstance(data, dict):
        return True
    if isinstance(data, list):
        return inputs > 1 and len(data) == inputs and all(_is_array(item) for item in data)
    return _is_array(data)


def _is_array(item: Any) -> bool:
    return hasattr(item, "shape") and hasattr(item, "dtype") and not hasattr(item, "element_spec")


def _inputs(item: Any, inputs: int) -> Batch:
    """The `x` of a batch, in NumPy."""
    listed = isinstance(item, list) and len(item) != inputs  # a DataLoader's [x, y]
    if isinstance(item, tuple) or listed:
        if len(item) not in (1, 2, 3):
            raise ValueError(f"a tuple must be (x,), (x, y) or (x, y, weights). Received: {_said(item)}")
        item = item[0]
    if isinstance(item, dict):
        return {name: _array(value) for name, value in item.items()}
    if isinstance(item, (list, tuple)):
        return [_array(value) for value in item]
    return _array(item)


def _array(value: Any) -> Any:
    if hasattr(value, "detach"):  # a PyTorch tensor, on whatever device
        value = value.detach().cpu()
    if not _is_array(value):
        raise ValueError(f"inputs must be arrays. Received: {_said(value)}")
    array = np.asarray(value)
    if array.ndim == 0:
        raise ValueError(f"inputs must have samples along their first axis. Received: {_said(array)}")
    return array


def _sliced(arrays: Batch, batch_size: int) -> Iterator[Batch]:
    lengths = {len(array) for array in _leaves(arrays)}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError(f"inputs must have one and the same number of samples, at least 1. Received: {_said(arrays)}")
    for start in range(0, rows(arrays), batch_size):
        yield cut(arrays, slice(start, start + batch_size))


def _items(data: Any) -> Iterator[Batch]:
    number = data.num_batches
    for at in count() if number is None else range(number):
        yield data[at]


def _leaves(batch: Batch) -> Sequence[Any]:
    if isinstance(batch, dict):
        return list(batch.values())
    return batch if isinstance(batch, list) else [batch]


def cut(batch: Batch, part: slice) -> Batch:
    """Some of a batch's samples."""
    if isinstance(batch, dict):
        return {name: array[part] for name, array in batch.items()}
    return [array[part] for array in batch] if isinstance(batch, list) else batch[part]


def _said(item: Any) -> str:
    if isinstance(item, dict):
        return "{" + ", ".join(f"{name}: {_said(value)}" for name, value in item.items()) + "}"
    if isinstance(item, (list, tuple)):
        return f"{type(item).__name__} of {len(item)}: " + ", ".join(_said(value) for value in item[:3])
    if hasattr(item, "shape"):
        return f"{type(item).__name__} of shape {tuple(item.shape)} and dtype {item.dtype}"
    return f"{item!r} of type {type(item).__name__}"
