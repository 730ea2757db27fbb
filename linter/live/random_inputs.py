"""Inputs to compare two models on, where nobody gave data."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

SAMPLES = 8
SIZES = (16, 128, 1024, 16384)
"""What stands for a dimension that may have any size: the first that the layers take, of which some crop or shrink."""
LARGEST = 1 << 24
"""Elements of an input: no size is tried that takes more."""


def random_inputs(model: keras.Model, samples: int = SAMPLES, seed: int = 0) -> list[Any]:
    """Return random inputs of the right shapes: normal values, or small whole numbers where the model takes those."""
    random = np.random.default_rng(seed)
    size = _size(model, samples)
    out = []
    for tensor in model.inputs:
        shape = _shape(tensor, samples, size)
        whole = str(tensor.dtype).startswith(("int", "uint"))
        out.append(
            random.integers(0, 2, shape).astype(tensor.dtype) if whole else random.normal(size=shape).astype("float32")
        )
    return out


def _shape(tensor: Any, samples: int, size: int) -> tuple[int, ...]:
    return (samples, *(size if known is None else known for known in tensor.shape[1:]))


def _size(model: keras.Model, samples: int) -> int:
    if any(None in tensor.shape[1:] for tensor in model.inputs):
        for size in SIZES:
            shapes = [_shape(tensor, samples, size) for tensor in model.inputs]
            if max(map(math.prod, shapes)) <= LARGEST and _takes(model, shapes):
                return size
    return SIZES[0]


def _takes(model: keras.Model, shapes: list[tuple[int, ...]]) -> bool:
    """Whether all layers have an output for inputs of these shapes; nothing is computed."""
    given = [keras.KerasTensor(shape, tensor.dtype) for shape, tensor in zip(shapes, model.inputs, strict=True)]
    try:
        found = model.compute_output_spec(given if len(given) > 1 else given[0])
    except Exception:  # a layer may raise anything at a size that it was not made for
        return False
    tensors = found.values() if isinstance(found, dict) else found if isinstance(found, list | tuple) else [found]
    return all(size is None or size > 0 for tensor in tensors for size in tensor.shape)
