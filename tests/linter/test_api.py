"""`linter.lint` as programs and notebooks call it: models and samples as Python holds them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import linter
from linter.build import Built, chain, dense, input, trained
from linter.selection import UnknownCodeError
from linter.write import keras_archive

runs = pytest.mark.skipif(find_spec("keras") is None, reason="running a model needs Keras")
DATA = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
LABELS = np.zeros((200, 1), "float32")


def planted() -> Built:
    """A model with one unit of eight that no input fires."""
    built = trained(chain(input(4, name="given"), dense(8, "relu", name="hidden"), dense(1, name="out"), loss="mse"))
    built.values["hidden"]["bias"][5] = -1000
    return built


def in_keras(built: Built) -> Any:
    """The same in memory."""
    import keras

    model = keras.Sequential(
        [keras.Input((4,), name="given"), keras.layers.Dense(8, "relu", name="hidden"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    hidden, out = built.values["hidden"], built.values["out"]
    model.set_weights([hidden["kernel"], hidden["bias"], out["kernel"], out["bias"]])
    return model


@runs
@pytest.mark.parametrize(
    ("model", "data", "isolated"),
    [
        ("path", "path", False),
        ("path", DATA, False),
        ("path", {"given": DATA}, True),
        ("bytes", (DATA, LABELS), False),
        ("keras", DATA.tolist(), False),
    ],
    ids=["paths", "array", "mapping, isolated", "bytes and labels", "in memory"],
)
def test_a_model_is_run_on_the_data(model: str, data: Any, isolated: bool, tmp_path: Path) -> None:
    built = planted()
    content = keras_archive(built)
    (tmp_path / "model.keras").write_bytes(content)
    np.save(tmp_path / "data.npy", DATA)
    given = {"path": tmp_path / "model.keras", "bytes": content, "keras": in_keras(built) if model == "keras" else None}
    samples = tmp_path / "data.npy" if isinstance(data, str) else data
    report = linter.lint(given[model], samples, isolated=isolated)
    assert not report.errors
    (said,) = report.models
    assert said.sample is not None
    assert said.sample.n == 200
    (row,) = [layer for layer in said.layers if layer.dead is not None]
    assert (row.path, row.dead, row.worst[0]) == ("hidden", 1, 5)


@runs
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (object(), "data must be a path, numbers"),
        (["a", "b"], "data must be a path, numbers"),
        ([[1, 2], [3]], "data must be a path, numbers"),
        ((DATA, [[1, 2], [3]]), "data must be a path, numbers"),
        ("nowhere.npy", "no such file"),
    ],
)
@pytest.mark.parametrize("isolated", [False, True])
def test_what_are_no_samples(data: Any, told: str, isolated: bool, tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_bytes(keras_archive(planted()))
    report = linter.lint(tmp_path / "model.keras", data, isolated=isolated)
    (error,) = report.errors
    assert told in error.message


def test_a_bad_file_is_told_and_a_wrong_option_raised(tmp_path: Path) -> None:
    (error,) = linter.lint(tmp_path / "nowhere.keras").errors
    assert "no such file" in error.message
    (error,) = linter.lint(b"nonsense").errors
    assert error.path == "<memory>"
    with pytest.raises(UnknownCodeError, match="ABC123"):
        linter.lint(b"nonsense", options=linter.Options(select=("ABC123",)))
