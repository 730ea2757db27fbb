"""Layers made without drawing random weights: stored ones replace them, and drawing large kernels takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def undrawn(layer: keras.Layer) -> Iterator[None]:
    """Let a layer that is built in here start at zeros; its configuration stays as it was."""
    if layer.built:
        yield
        return
    drawing = [
        (vars(part), name, value)
        for part in layer._flatten_layers()
        for name, value in vars(part).items()
        if isinstance(value, keras.initializers.Initializer) and hasattr(value, "seed")
    ]
    for attributes, name, _ in drawing:  # past Keras's tracking of attributes
        attributes[name] = keras.initializers.Zeros()
    try:
        yield
    finally:
        for attributes, name, value in drawing:
            attributes[name] = value
