"""A model that its backend cannot run: one line says so."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from linter import api
from linter.commands.lint import NOT_RUN
from linter.live.construct import CannotRebuildError
from linter.live.running import outputs, running, said
from linter.options import Options
from tests.linter.read.quiet import quiet

with quiet():
    tensorflow = pytest.importorskip("tensorflow")
WHAT = "only supports the NHWC tensor format on the CPU"
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="what TensorFlow says is read")


@pytest.fixture(scope="module")
def unable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model of channels first, which TensorFlow runs on a GPU only."""
    path = tmp_path_factory.mktemp("unable") / "model.keras"
    with quiet():
        convolution = keras.layers.Conv2D(4, 3, data_format="channels_first")
        keras.Sequential([keras.Input((3, 8, 8)), convolution, keras.layers.Flatten(), keras.layers.Dense(2)]).save(
            path
        )
    return path


@pytest.mark.skipif(bool(tensorflow.config.list_physical_devices("GPU")), reason="a GPU can")
def test_a_model_that_cannot_be_run(unable: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((4, 3, 8, 8), np.float32))
    report = api.lint(unable, tmp_path / "x.npy")
    (error,), (model,) = report.errors, report.models
    assert model.findings == api.lint(unable).models[0].findings
    assert {skip.reason for skip in model.skipped} == {NOT_RUN}
    assert api.exit_code(report, Options()) == 2
    assert WHAT in error.message
    assert "\n" not in error.message
    assert "File" not in error.message


def test_what_is_said_in_a_graph() -> None:
    """As TensorFlow words it: where it happened, line by line, then what."""
    text = (
        "Graph execution error:\n\nDetected at node probe/conv2d/convolution defined at (most recent call last):\n"
        '  File "<string>", line 1, in <module>\n\nThe Conv2D op cannot do this.\n\t [[{{node conv2d}}]] [Op:__x_1]'
    )
    assert said(RuntimeError(text)) == "The Conv2D op cannot do this."
    assert said(RuntimeError("")) == "RuntimeError"


def test_memory_is_told_by_others() -> None:
    with pytest.raises(MemoryError), running():
        raise MemoryError


def test_outputs_of_what_raises() -> None:
    def fail(*inputs: object, training: bool) -> None:
        raise RuntimeError("\x1b[1mno such thing\x1b[0m")

    with pytest.raises(CannotRebuildError, match="cannot be run here: no such thing"):
        outputs(fail, [np.zeros(1)])
