"""Keras and what it runs on: which there is, and loading it quietly. Imports neither before it is asked to."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

from linter.live.errors import RunError

BACKENDS = ("tensorflow", "jax", "torch")
ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}
"""With it TensorFlow talks on stderr, and its convolution gradients have been seen to corrupt memory."""
INSTALL = "pip install 'keras-act[tensorflow]'"


def installed() -> str:
    """Return the backend to run on: the user's, else the first that is installed; raises RunError."""
    wished = os.environ.get("KERAS_BACKEND", "")
    if find_spec("keras") is None:
        raise RunError(f"running a model needs Keras: {INSTALL}")
    for name in (wished, *BACKENDS):
        if name in BACKENDS and find_spec(name) is not None:
            return name
    raise RunError(f"running a model needs TensorFlow, JAX or PyTorch: {INSTALL}")


def load(verb: str) -> None:
    """Load Keras and its backend into this process; raises RunError with the verb that needs them."""
    for name, value in {"TF_CPP_MIN_LOG_LEVEL": "3", **ONEDNN}.items():
        os.environ.setdefault(name, value)
    try:
        import_module("keras")
    except ImportError as error:
        raise RunError(f"{verb} runs the model and needs Keras ({error.name}): {INSTALL}") from None
