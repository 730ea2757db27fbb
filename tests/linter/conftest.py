"""Both Keras versions, imported once, and the trap model as each of them saves it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.linter.read import trap
from tests.linter.read.quiet import quiet


@pytest.fixture(scope="session")
def keras_3() -> Any:
    """Return Keras 3."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        return pytest.importorskip("keras")


@pytest.fixture(scope="session")
def keras_2() -> Any:
    """Return Keras 2 as TensorFlow's users have it today."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        return pytest.importorskip("tf_keras", reason="Keras 2 (tf_keras) is not installed")


@pytest.fixture(scope="session")
def trap_models(keras_3: Any, keras_2: Any) -> dict[str, Any]:
    """Return the trap model of each Keras, with the same weights."""
    with quiet():
        return {"keras_3": trap.fill(trap.build(keras_3)), "keras_2": trap.fill(trap.build(keras_2))}


@pytest.fixture(scope="session")
def trap_file(trap_models: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that saves the trap model under one of `trap.FORMATS`: once, whichever process asks first."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "trap"
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / "lock")

    def path(name: str) -> Path:
        made = folder / name
        with lock:
            if name.endswith(".h5"):  # after which Keras 3 forgets the optimizer
                path(name.replace(".h5", ".keras"))
            if not made.exists():
                with quiet():
                    trap.save(trap_models[name[:7]], folder, name)
        return made

    return path
