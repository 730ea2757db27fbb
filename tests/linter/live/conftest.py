"""Both Keras versions and the trap model, as the reader's tests have them."""

from __future__ import annotations

from tests.linter.read.conftest import keras_2, keras_3, trap_file, trap_models

__all__ = ["keras_2", "keras_3", "trap_file", "trap_models"]
