"""--import: a model with activations of the user's own is run with them, and sees what Keras with them computes."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from linter.cli import main
from linter.live.custom import admitted
from linter.live.rebuild import Rebuilt, rebuild
from linter.options import Limits
from linter.read import read
from tests.linter.read.quiet import quiet

CODE = """
import keras
from keras.ops import relu as steeper

def late(x):
    return keras.ops.relu(x - 100.0)

def scaled(x, factor=1.0):
    return keras.ops.relu(x) * factor

def furthest(y_true, y_pred):
    return keras.ops.max(keras.ops.abs(y_true - y_pred), axis=-1)
"""
FEATURES = 6


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give the module of one's own functions, in the folder where one is."""
    (tmp_path / "own_functions.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "own_functions", raising=False)
    np.save("data.npy", np.random.default_rng(0).normal(size=(64, FEATURES)).astype("float32"))
    with quiet():
        yield importlib.import_module("own_functions")


def rebuilt(*modules: str) -> Rebuilt:
    return rebuild(read(Path("model.keras"), Limits()), admitted(modules))


LAYERS: dict[str, Callable[[Any], list[Any]]] = {
    "of a layer": lambda mine: [keras.layers.Dense(8, activation=mine.late)],
    "of a convolution": lambda mine: [
        keras.layers.Reshape((FEATURES, 1)),
        keras.layers.Conv1D(8, 2, activation=mine.late),
        keras.layers.Flatten(),
    ],
    "of a recurrent layer": lambda mine: [keras.layers.Reshape((3, 2)), keras.layers.GRU(4, activation=mine.late)],
    "a layer itself": lambda mine: [keras.layers.Dense(8), keras.layers.Activation(mine.late)],
    "a Lambda": lambda mine: [keras.layers.Dense(8), keras.layers.Lambda(mine.late)],
    "a Lambda with arguments": lambda mine: [keras.layers.Lambda(mine.scaled, arguments={"factor": 3.0})],
}


@pytest.mark.parametrize("where", LAYERS)
def test_the_rebuilt_model_computes_what_keras_with_them_does(where: str, mine: Any) -> None:
    model = keras.Sequential([keras.Input((FEATURES,)), *LAYERS[where](mine), keras.layers.Dense(3)])
    model.save("model.keras")
    data = np.load("data.npy")
    assert not rebuilt().complete
    found = rebuilt("own_functions")
    assert found.complete
    np.testing.assert_allclose(found.model.predict(data, verbose=0), model.predict(data, verbose=0), rtol=1e-5)


@pytest.mark.parametrize("trust", [[], ["--trust"]])
def test_the_command_runs_with_them(trust: list[str], mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    layers = [keras.layers.Dense(8, activation=mine.late), keras.layers.Dense(3, "relu", name="next")]
    model = keras.Sequential([keras.Input((FEATURES,)), *layers])
    kernel, bias = model.get_layer("next").get_weights()
    model.get_layer("next").set_weights([kernel, bias - 1])  # after a layer of zeros none of them fires
    model.save("model.keras")
    main(["check", "model.keras", "--data", "data.npy", "--format", "json", "--import", "own_functions", *trust])
    (told,) = json.loads(capsys.readouterr().out)["models"]
    assert not [item for item in told["unanalysed"] if item["reason"].startswith("not run")]
    (dead,) = (item for item in told["findings"] if item["code"] == "DED401")
    assert "next" in dead["layers"]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_converted_with_their_loss_and_metrics(suffix: str, mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    old = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(2, activation=mine.scaled)])
    old.compile("sgd", loss=mine.furthest, metrics=[mine.furthest, "mse"], weighted_metrics=[mine.furthest])
    old.save(f"model{suffix}")
    assert main(["convert", f"model{suffix}", "-o", "new.keras", "--import", "own_functions"]) == 0
    assert "furthest" not in capsys.readouterr().out
    new = keras.saving.load_model("new.keras", custom_objects=vars(mine))
    x, y = np.load("data.npy"), np.ones((64, 2))
    ours, theirs = (model.evaluate(x, y, batch_size=64, verbose=0, return_dict=True) for model in (new, old))
    assert set(theirs) == {"loss", "furthest", "mse", "weighted_furthest"}
    assert min(theirs.values()) > 0
    assert ours == pytest.approx(theirs, rel=1e-5)


def test_without_them_each_is_named(mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(2)])
    model.compile("sgd", loss=mine.furthest, metrics=[mine.furthest])
    model.save("model.keras")
    assert main(["convert", "model.keras", "-o", "new.keras"]) == 0
    said = capsys.readouterr().out
    assert "not carried over: the loss 'furthest'" in said
    assert "not carried over: the metrics furthest" in said


def test_a_name_that_the_module_only_imports_is_not_its_own(mine: Any) -> None:
    assert set(admitted(["own_functions"])) == {"furthest", "late", "scaled"}


def test_without_them_keras_says_which_is_missing(mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(8, activation=mine.late)]).save("model.keras")
    assert main(["check", "model.keras", "--data", "data.npy", "--trust"]) == 2
    said = capsys.readouterr().err
    assert "Keras does not load it: Could not locate function 'late'." in said
    assert said.rstrip().endswith("(--import MODULE admits your own classes and functions)")
