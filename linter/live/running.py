"""A model is run, or its library says in one line why that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from linter.live.construct import CannotRebuildError

LONGEST = 300
DECORATION = re.compile(r"\x1b\[[0-9;]*m|\{\{.*?\}\}|\[Op:[^\]]*\]|\[\[.*?\]\]")
"""Colours, and TensorFlow's names of nodes and operations."""
AROUND = re.compile(
    r"File |Detected at |Graph execution error|Exception encountered when calling|Arguments received|Original stack|•|$"
)
"""Beginnings of the lines that say where, not what."""


def outputs(model: keras.Model, inputs: list[Any]) -> list[Any]:
    """Return the outputs for one batch, in double precision; called at once, which is quicker than to compile first.

    Raises CannotRebuildError where the backend cannot run it.
    """
    with running():
        found = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    listed = found if isinstance(found, list | tuple) else [found]
    return [np.asarray(keras.ops.convert_to_numpy(item), dtype=np.float64) for item in listed]


@contextmanager
def running() -> Iterator[None]:
    """Raise CannotRebuildError for whatever Keras, its backend or a layer's own code raises in the block."""
    try:
        yield
    except (CannotRebuildError, MemoryError):
        raise
    except Exception as error:
        raise CannotRebuildError(f"the model cannot be run here: {said(error)}") from None


def said(error: BaseException) -> str:
    """Return the line of a message that says what went wrong."""
    lines = [DECORATION.sub("", line).strip() for line in str(error).splitlines()]
    return next((line for line in lines if not AROUND.match(line)), type(error).__name__)[:LONGEST]
