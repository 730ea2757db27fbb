"""--trust: a file that Keras itself loads, with code of one's own in it, is seen as one that is rebuilt."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from linter.cli import main
from tests.linter.read.quiet import quiet

CODE = """
import keras
from keras.layers import Dense, LSTM, Embedding

@keras.saving.register_keras_serializable("trusted_models")
class Net(keras.Model):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.first, self.last = Dense(8, activation="relu", name="first"), Dense(2, activation="softmax")

    def call(self, inputs):
        return self.last(self.first(self.joined(inputs)))

    def joined(self, inputs):
        return inputs

@keras.saving.register_keras_serializable("trusted_models")
class Named(Net):
    def joined(self, inputs):
        return inputs["left"] + inputs["right"]

@keras.saving.register_keras_serializable("trusted_models")
class Listed(Net):
    def joined(self, inputs):
        return inputs[0] + inputs[1]

@keras.saving.register_keras_serializable("trusted_models")
class Words(Net):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.embedding, self.memory = Embedding(50, 4), LSTM(3, name="memory")

    def joined(self, inputs):
        return self.memory(self.embedding(inputs))

@keras.saving.register_keras_serializable("trusted_models")
class Late(Net):
    def build(self, shape):
        self.built = True
"""
DEAD = 5


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give the module of one's own classes, in the folder where one is."""
    (tmp_path / "trusted_models.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(importlib.sys.modules, "trusted_models", raising=False)  # type: ignore[attr-defined]
    with quiet():
        yield importlib.import_module("trusted_models")


def kill(layer: Any) -> None:
    """Let some units of a layer never fire."""
    kernel, bias = layer.get_weights()
    bias[:DEAD] = -1000
    layer.set_weights([kernel, bias])


def drawn(*shape: int) -> Any:
    return np.random.default_rng(0).normal(size=(40, *shape)).astype("float32")


def told(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """Return what is said of model.keras, run on data.npz."""
    given = ["check", "model.keras", "--data", "data.npz", "--format", "json", "--fail-on", "never"]
    assert main([*given, "--trust", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    (model,) = report["models"]
    return dict(model)


def found(model: dict[str, Any]) -> dict[str, list[str]]:
    """Return the layers by code."""
    return {item["code"]: item["layers"] for item in model["findings"]}


def test_a_model_with_a_lambda_is_seen_as_one_without(mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for twice in (keras.layers.Lambda(lambda x: x * 2.0), keras.layers.Rescaling(2.0)):
        inputs = keras.Input((6,), name="x")
        first = keras.layers.Dense(8, activation="relu", name="first")
        inner = keras.Sequential([keras.Input((6,)), first], name="inner")
        outputs = keras.Sequential([inputs, inner, twice, keras.layers.Dense(2, activation="softmax")])
        kill(first)
        outputs.save("model.keras")
        np.savez("data.npz", x=drawn(6))
        model = told(capsys, "--select", "DED,DAT")
        assert not [item for item in model["unanalysed"] if item["reason"].startswith("not run")]
        seen.append(found(model))
    assert seen[0] == seen[1] == {"DED401": ["inner/first"]}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Net", {"any": drawn(6)}),
        ("Named", {"right": drawn(6), "left": drawn(6)}),
        ("Listed", {"input_1": drawn(6), "input_0": drawn(6)}),
        ("Words", {"tokens": np.random.default_rng(0).integers(0, 50, (40, 7))}),
    ],
)
def test_a_subclassed_model_is_run_on_what_it_was_first_called_with(
    name: str, data: dict[str, Any], mine: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    model = getattr(mine, name)()
    given = {key: values[:3] for key, values in sorted(data.items())}
    model(given if name == "Named" else list(given.values()) if name == "Listed" else next(iter(given.values())))
    kill(model.first)
    model.save("model.keras")
    np.savez("data.npz", **data)
    assert found(told(capsys, "--import", "trusted_models", "--select", "DED"))["DED401"] == ["first"]


def test_data_that_do_not_fit_are_told(mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = mine.Net()
    model(drawn(6))
    model.save("model.keras")
    np.savez("data.npz", x=drawn(4))
    (finding,) = told(capsys, "--import", "trusted_models", "--select", "DAT")["findings"]
    assert finding["code"] == "DAT804"
    assert (
        "expected 'input' float32 of shape (samples, 6); received float32 of shape (samples, 4)" in (finding["message"])
    )


def test_a_class_that_nobody_has_is_told_in_a_line(mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = mine.Net()
    model(drawn(6))
    model.save("model.keras")
    np.savez("data.npz", x=drawn(6))
    assert main(["check", "model.keras", "--data", "data.npz", "--trust"]) == 2
    said = capsys.readouterr().err
    assert "Keras does not load it: Could not locate class 'Net'." in said
    assert said.rstrip().endswith("(--import MODULE admits your own classes and functions)")
    assert "Full object config" not in said


def test_weights_that_keras_drops_in_silence_are_missed(mine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = mine.Late()
    model(drawn(6))
    model.save("model.keras")
    np.savez("data.npz", x=drawn(6))
    assert main(["check", "model.keras", "--data", "data.npz", "--trust", "--import", "trusted_models"]) == 2
    said = capsys.readouterr().err
    assert "Keras loads it without the weights of first, dense: let `build` of the model build its layers" in said
