"""Where Keras or its backend is missing, one line says what needs it and how to get it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from linter.build import chain, dense, input, trained
from linter.cli import main
from linter.live import backend
from linter.live.errors import RunError
from linter.write import keras_archive


@pytest.mark.parametrize("verb", ["convert", "fix"])
def test_a_verb_without_keras(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "old.keras"
    model.write_bytes(keras_archive(trained(chain(input(4), dense(8, "relu"), dense(1, "softmax"), loss="mse"))))
    monkeypatch.setitem(sys.modules, "keras", None)
    extra = ["--unsafe"] if verb == "fix" else []
    assert main([verb, str(model), "-o", str(tmp_path / "new.keras"), *extra]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"keras-lint: {verb} runs the model and needs Keras (keras): {backend.INSTALL}"
    assert not (tmp_path / "new.keras").exists()


@pytest.mark.parametrize(
    ("there", "wished", "found"),
    [
        ({"keras", "jax", "torch"}, "", "jax"),
        ({"keras", "jax", "torch"}, "torch", "torch"),
        ({"keras", "tensorflow"}, "torch", "tensorflow"),
        ({"keras", "tensorflow", "openvino"}, "openvino", "tensorflow"),
    ],
)
def test_the_users_backend_or_the_first(
    there: set[str], wished: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda name: name if name in there else None)
    monkeypatch.setenv("KERAS_BACKEND", wished)
    assert backend.installed() == found


@pytest.mark.parametrize(("there", "needed"), [(set(), "needs Keras"), ({"keras"}, "needs TensorFlow, JAX or PyTorch")])
def test_nothing_to_run_on(there: set[str], needed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda name: name if name in there else None)
    with pytest.raises(RunError, match=needed):
        backend.installed()
