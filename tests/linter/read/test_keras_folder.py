"""Unpacked `.keras` archives: folders as Keras writes them and the Hub keeps them, read as the archive is."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linter import lint
from linter.api import check
from linter.cli import main
from linter.invocation import Invocation
from linter.options import Limits, Options
from linter.read import read
from linter.read.digest import sha256
from linter.read.errors import UnreadableError
from tests.linter.read.quiet import quiet


@pytest.fixture
def pair(keras_3: Any, tmp_path: Path) -> tuple[Path, Path]:
    """One model as Keras writes it: the archive, the folder."""
    layers = [keras_3.layers.LSTM(3, activation="relu"), keras_3.layers.Dense(1, activation="sigmoid")]
    with quiet():
        model = keras_3.Sequential([keras_3.Input((5, 2)), *layers])
        model.compile("adam", "binary_crossentropy")
        model.fit(np.ones((8, 5, 2)), np.ones((8, 1)), verbose=0)
        model.save(tmp_path / "model.keras")
        model.save(tmp_path / "model", zipped=False)
    return tmp_path / "model.keras", tmp_path / "model"


def test_it_is_the_model_of_the_archive(pair: tuple[Path, Path]) -> None:
    packed, unpacked = pair
    (one,), (other,) = lint(packed).models, lint(unpacked).models
    assert "RNN101" in [finding.code for finding in one.findings]
    assert replace(other, path=one.path) == one


def test_a_walk_finds_it_once(pair: tuple[Path, Path]) -> None:
    packed, unpacked = pair
    report = check(Invocation((unpacked.parent,)), Options())
    assert [model.path for model in report.models] == [str(packed), str(unpacked)]
    assert report.errors == ()


def test_links_are_followed_as_a_clone_from_the_hub_has_them(pair: tuple[Path, Path], tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    for file in pair[1].iterdir():
        (snapshot / file.name).symlink_to(os.path.relpath(file, snapshot))
    (plain,) = lint(pair[1]).models
    for isolate in (False, True):
        given = Invocation((snapshot,), isolate=isolate, digest=True)
        (linked,) = check(given, Options()).models
        assert linked.sha256 == sha256(pair[1])
        assert replace(linked, path=plain.path, sha256="", sandbox=()) == replace(plain, sha256="")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_its_zip_is_the_model_too(method: int, pair: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.zip", "w", method) as archive:
        for file in pair[1].iterdir():
            archive.write(file, f"model/{file.name}")
    (zipped,), (plain,) = lint(tmp_path / "model.zip").models, lint(pair[1]).models
    assert replace(zipped, path=plain.path) == plain


def test_a_zip_of_several_is_none(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "models.zip", "w") as archive:
        for folder in ("a", "b"):
            for file in pair[1].iterdir():
                archive.write(file, f"{folder}/{file.name}")
    (model,) = lint(tmp_path / "models.zip").models
    assert {finding.code for finding in model.findings} == {"SEC006"}
    assert "no config.json" in model.unanalysed[0].reason


def test_it_is_run_on_data(pair: tuple[Path, Path], tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.ones((20, 5, 2), "float32"))
    for trust in (False, True):
        given = Invocation((pair[1],), data=str(tmp_path / "data.npy"), trust=trust)
        (model,) = check(given, Options()).models
        assert model.sample is not None
        assert model.sample.n == 20


def test_it_is_converted_and_not_fixed(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder, new = pair[1], pair[1].parent / "new.keras"
    assert main(["fix", str(folder), "-o", str(new)]) == 2
    assert f"{folder} is a folder, which is not edited: `keras-lint convert` first" in capsys.readouterr().err
    with quiet():
        assert main(["convert", str(folder), "-o", str(new)]) == 0
    assert zipfile.is_zipfile(new)


def test_the_digest_is_of_all_that_is_read(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """A SavedModel may have a configuration of something else beside it, as older models on the Hub do."""
    saved = tmp_path / "saved"
    (saved / "variables").mkdir(parents=True)
    for folder, file in ((pair[1], "model.weights.h5"), (saved, "variables/variables.index")):
        (folder / "config.json").write_text("{}")
        (folder / "saved_model.pb" if folder == saved else folder / "metadata.json").write_text("{}")
        before = sha256(folder)
        (folder / file).write_bytes(b"other")
        assert sha256(folder) != before


def test_what_is_too_large_is_refused(pair: tuple[Path, Path]) -> None:
    with pytest.raises(UnreadableError, match=r"config.json has more than 100 bytes, which is past the limit"):
        read(pair[1], replace(Limits(), max_json_bytes=100))
    with pytest.raises(UnreadableError, match=r"the folder holds more than 2 files"):
        read(pair[1], replace(Limits(), max_members=2))


def test_broken_weights_are_told(pair: tuple[Path, Path]) -> None:
    (pair[1] / "model.weights.h5").write_bytes(b"garbage")
    (error,) = lint(pair[1]).errors
    assert error.message.startswith("damaged HDF5 file")
