"""A model's file, as its own Keras writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.linter.read.quiet import quiet


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., bytes]:
    """Return a function that has a model saved by its own Keras and returns the file."""

    def save(model: Any, suffix: str) -> bytes:
        path = tmp_path / f"model{suffix}"
        with quiet():
            model.save(str(path))
        return path.read_bytes()

    return save
