"""diff: what changed between two files, and what it exits with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from linter import api
from linter.build import Built, chain, conv, dense, flatten, function, input, lstm, trained
from linter.compare import compare
from linter.options import Options
from linter.write import keras_archive
from tests.linter.read.quiet import quiet
from tests.linter.test_cli import run

OLD = trained(chain(input(20, 3), lstm(8), dense(1), loss="mse"))


def save(built: Built, path: Path) -> Path:
    path.write_bytes(keras_archive(built))
    return path


def moved(built: Built, layer: str, factor: float) -> Built:
    values = {path: dict(found) for path, found in built.values.items()}
    values[layer] = {role: (array * factor).astype(np.float32) for role, array in values[layer].items()}
    return replace(built, values=values)


def test_a_model_does_not_differ_from_itself(tmp_path: Path) -> None:
    path = save(OLD, tmp_path / "old.keras")
    difference = api.diff(path, path, Options())
    assert api.render_diff(difference).endswith("no difference")
    assert api.diff_exit_code(difference, Options()) == 0


def test_weights_that_moved_are_measured() -> None:
    found = compare(OLD.graph(), moved(OLD, "dense", 1.25).graph())
    assert [(item.layer, item.settings) for item in found.changed] == [("dense", ())]
    assert abs((found.changed[0].moved or 0) - 0.25) < 1e-6


def test_new_findings_exit_1_and_gone_ones_0(tmp_path: Path) -> None:
    old = save(OLD, tmp_path / "old.keras")
    new = save(trained(chain(input(20, 3), lstm(8, activation="relu"), dense(1), loss="mse")), tmp_path / "new.keras")
    worse, better = run("diff", old, new), run("diff", new, old)
    assert (worse.returncode, better.returncode) == (1, 0)
    assert "+ error RNN101" in worse.stdout
    assert "- error RNN101" in better.stdout
    assert "activation: tanh -> relu" in worse.stdout


def test_layers_that_came_and_went(tmp_path: Path) -> None:
    new = trained(chain(input(20, 3), lstm(8), dense(4, "relu", name="head"), dense(1, name="dense"), loss="mse"))
    found = compare(OLD.graph(), new.graph())
    assert found.added == ("head",)
    assert found.removed == ()


def test_a_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    old = save(OLD, tmp_path / "old.keras")
    result = run("diff", old, tmp_path / "absent.keras")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1


def test_units_that_were_lost_are_counted_on_data(tmp_path: Path) -> None:
    """Three of conv3's 25 filters die: 12 % of them, a new warning; the other way round they come back."""
    pytest.importorskip("tensorflow", reason="models run on TensorFlow here")
    built = trained(
        chain(input(8, 8, 3), conv(4, 3, "relu", name="conv1"), conv(25, 3, "relu", name="conv3"), flatten(), dense(1))
    )
    values = {path: {role: array.copy() for role, array in found.items()} for path, found in built.values.items()}
    values["conv3"]["bias"][[2, 7, 11]] = -1e3
    old, new = save(built, tmp_path / "old.keras"), save(replace(built, values=values), tmp_path / "new.keras")
    np.save(tmp_path / "sample.npy", np.random.default_rng(0).normal(size=(64, 8, 8, 3)).astype(np.float32))
    worse, better = (run("diff", *pair, "--data", tmp_path / "sample.npy") for pair in ((old, new), (new, old)))
    assert "~ conv3 lost 12% of its units since\n" in worse.stdout, worse.stderr
    assert "+ warning DED401 dead-units in conv3" in worse.stdout
    assert worse.returncode == 1
    assert "~ conv3 regained 12% of its units since\n" in better.stdout
    assert "- warning DED401 dead-units in conv3" in better.stdout
    assert better.returncode == 0


def test_versions_spell_the_same_settings_in_different_ways(tmp_path: Path) -> None:
    """A file of Keras 2 and its conversion: nothing of the architecture has changed."""
    with quiet():
        keras = pytest.importorskip("tf_keras")
        layers, regularizers = keras.layers, keras.regularizers
        old = keras.Sequential(
            [
                keras.Input((12, 12, 3)),
                layers.Conv2D(4, 3, kernel_initializer="he_normal", kernel_regularizer=regularizers.L2(1e-3)),
                layers.DepthwiseConv2D(3, depthwise_constraint=keras.constraints.MaxNorm(2.0), dtype="float32"),
                layers.BatchNormalization(gamma_regularizer=regularizers.L1(1e-3)),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, kernel_initializer=keras.initializers.VarianceScaling(2.0), activation="softmax"),
            ]
        )
        old.save(tmp_path / "old.h5")
    assert run("convert", tmp_path / "old.h5", "-o", tmp_path / "new.keras").returncode == 0
    text = run("diff", tmp_path / "old.h5", tmp_path / "new.keras").stdout
    assert not [line for line in text.splitlines() if line.startswith("~")], text


def test_what_means_something_else_is_told() -> None:
    def model(strength: float, policy: str) -> Built:
        regularizer = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": strength}}
        stored = {"class_name": "DTypePolicy", "config": {"name": policy}}
        return chain(input(4), dense(1, kernel_regularizer=regularizer, dtype=stored))

    (changed,) = compare(model(0.1, "float32").graph(), model(0.2, "mixed_float16").graph()).changed
    dtype, regularizer = changed.settings
    assert dtype == "dtype: float32 -> mixed_float16"
    assert regularizer == "kernel_regularizer: L2(l2=0.1) -> L2(l2=0.2)"


def test_code_of_ones_own_is_told_apart_by_its_name() -> None:
    def model(name: str) -> Built:
        drawn = {"module": "mine", "class_name": name, "config": {}, "registered_name": name}
        return chain(input(4), dense(8, function(name, "mine"), kernel_initializer=drawn), dense(1))

    (changed,) = compare(model("One").graph(), model("Two").graph()).changed
    assert [setting.partition(":")[0] for setting in changed.settings] == ["activation", "kernel_initializer"]
    assert compare(model("One").graph(), model("One").graph()).changed == ()
