"""fix, as one runs it: what is written, what is said, what it exits with."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from linter import api
from linter.build import trained
from linter.fixes.advice import SNIPPETS
from linter.rules import RULES
from tests.linter.fixes.models import apart, loaded, made, stored
from tests.linter.test_cli import run

BIASED = "chain(input(8), dense(16), batch_normalization(), relu(), dense(1))"


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_bias_that_batch_normalization_cancels_goes(tmp_path: Path, suffix: str) -> None:
    old, new = stored(made(BIASED), tmp_path, suffix), tmp_path / f"new{suffix}"
    fixed = api.fix(old, new)
    assert fixed.exit_code == 0
    assert "dense: bias dropped" in fixed.text
    assert apart(old, new) < 1e-5
    assert "NRM601" not in {finding.code for _, finding in api.lint(new).findings()}


def test_what_is_not_changed_stays_to_the_byte(tmp_path: Path) -> None:
    old, new = stored(made(BIASED), tmp_path), tmp_path / "new.keras"
    api.fix(old, new)
    with zipfile.ZipFile(old) as one, zipfile.ZipFile(new) as two:
        assert one.namelist() == two.namelist()
        assert one.read("metadata.json") == two.read("metadata.json")
        with h5py.File(one.open("model.weights.h5")) as before, h5py.File(two.open("model.weights.h5")) as after:
            paths: list[str] = []
            before.visititems(lambda path, item: paths.append(path) if isinstance(item, h5py.Dataset) else None)
            kept = [
                path for path in paths if path in after and after[path][...].tobytes() == before[path][...].tobytes()
            ]
            assert set(paths) - set(kept) == {"layers/dense/vars/1", "layers/batch_normalization/vars/2"}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(
    "first", ["dense(6)", "conv(6, rank=1, use_bias=False), batch_normalization(), conv(4, 1, rank=1)"]
)
def test_batch_normalization_is_folded_when_asked_for(tmp_path: Path, first: str, suffix: str) -> None:
    shape = "(9, 3)" if "conv" in first else "(3,)"
    text = f"chain(input(*{shape}), {first}, batch_normalization(), relu(), dense(2), batch_normalization())"
    old, new = stored(made(text), tmp_path, suffix), tmp_path / f"new{suffix}"
    assert "fold-batchnorm" not in api.fix(old, tmp_path / f"plain{suffix}").text
    fixed = api.fix(old, new, select=("fold-batchnorm",))
    assert "folded into" in fixed.text
    assert apart(old, new) < 1e-5
    assert not [layer for layer in loaded(new).layers if "batch" in layer.name]


def test_layers_of_a_functional_model_are_taken_out_of_the_middle(tmp_path: Path) -> None:
    text = (
        "model(x := input(6), dense(2)(add()(dense(5, use_bias=False)(dropout(0.1)(dense(9)(h := dense(4, 'relu')"
        "(x)))), dense(5, 'tanh')(relu()(h)))), loss='mse')"
    )
    for suffix in (".keras", ".h5"):
        old, new = stored(made(text), tmp_path, suffix), tmp_path / f"new{suffix}"
        fixed = api.fix(old, new, select=("ACT301", "ACT303"))
        assert ("merged into dense_2, dropout dropped with it" in fixed.text, "re_lu: dropped" in fixed.text) == (
            True,
            True,
        )
        assert apart(old, new) < 1e-5
        assert len(loaded(new).layers) == len(loaded(old).layers) - 3


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras's own
def test_moments_of_the_optimizer_are_dropped_with_a_word(tmp_path: Path) -> None:
    old, new = stored(made(BIASED.replace("dense(1))", "dense(1), loss='mse')")), tmp_path), tmp_path / "new.keras"
    model = loaded(old)
    model.train_on_batch(np.zeros((2, 8)), np.zeros((2, 1)))
    model.save(old)
    fixed = api.fix(old, new)
    assert "the optimizer's moments" in fixed.text
    with zipfile.ZipFile(new) as archive, h5py.File(archive.open("model.weights.h5")) as file:
        assert {item.shape for item in file["optimizer/vars"].values()} == {()}
    loaded(new).train_on_batch(np.zeros((2, 8)), np.zeros((2, 1)))


def test_advice_is_code_and_every_snippet_compiles() -> None:
    codes = {rule.code for rule in RULES}
    for code, snippet in SNIPPETS.items():
        assert code in codes
        if not snippet.startswith("keras-lint "):
            compile(snippet, code, "exec")


def test_the_command_says_what_it_left(tmp_path: Path) -> None:
    old = stored(made("chain(input(20, 3), lstm(8, activation='relu'), dense(1), loss='mse')"), tmp_path)
    done = run("fix", old, "-o", tmp_path / "new.keras")
    assert done.returncode == 0
    assert done.stdout.startswith("nothing to fix")
    assert "needs --unsafe: RNN101" in done.stdout
    assert "advice: TRN902" in done.stdout
    assert "clipnorm=1.0" in done.stdout
    assert (tmp_path / "new.keras").read_bytes() == old.read_bytes()
    wrong = run("fix", old, "-o", tmp_path / "new.keras", "--select", "QQQ")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "QQQ" in wrong.stderr


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_shrinks_with_its_model(tmp_path: Path, suffix: str) -> None:
    built = trained(made("chain(input(50), dense(400, 'relu'), dense(50))"))
    values = {path: {role: array.copy() for role, array in found.items()} for path, found in built.values.items()}
    values["dense"]["kernel"][:, 100:] = 0
    old, new = stored(replace(built, values=values), tmp_path, suffix), tmp_path / f"new{suffix}"
    assert "100 are left" in api.fix(old, new).text
    assert new.stat().st_size < old.stat().st_size - 4 * 300 * 100, "a row and a column for each unit"
    assert apart(old, new) < 1e-5


def test_files_of_keras_2_stay_files_of_keras_2(tmp_path: Path) -> None:
    k = pytest.importorskip("tf_keras")
    given = k.Input((6,))
    h = k.layers.ReLU()(k.layers.Dense(8, activation="relu")(given))
    b = k.layers.ReLU()(k.layers.BatchNormalization()(k.layers.Dense(7)(h)))
    c = k.layers.Dense(7)(k.layers.Dense(9)(h))
    model = k.Model(given, k.layers.Dense(2)(k.layers.Add()([b, c])))
    model.layers[1].kernel.assign(np.where(np.arange(8) == 3, 0, model.layers[1].kernel))
    model.layers[1].bias.assign(np.full(8, 0.7))
    x = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")
    for suffix in (".h5", ".keras"):
        old, new = tmp_path / f"old{suffix}", tmp_path / f"new{suffix}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # HDF5 is a legacy format
            model.save(old)
        assert api.fix(old, new, select=("DED408", "ACT303", "ACT301", "NRM601")).text.count("fixed") == 4
        assert np.abs(k.models.load_model(new)(x) - model(x)).max() < 1e-5
