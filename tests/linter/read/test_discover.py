"""Which models a path stands for, and what a folder is called that holds none."""

from __future__ import annotations

from pathlib import Path

import pytest

from linter.api import check
from linter.invocation import Invocation
from linter.options import Options
from linter.read.discover import Target, targets


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


@pytest.mark.parametrize("name", ["saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb"])
def test_a_saved_model_is_one_model(tmp_path: Path, name: str) -> None:
    """Whole or not, and whatever else lies in it."""
    made(tmp_path, f"models/a/{name}", "models/a/extra.h5", "models/b.keras", "models/.hidden.keras")
    found = list(targets(tmp_path))
    assert found == [Target(tmp_path / "models/b.keras", True), Target(tmp_path / "models/a", True)]
    assert list(targets(tmp_path / "models/a")) == [Target(tmp_path / "models/a", False)]


@pytest.mark.parametrize("name", ["model.weights.h5", "model.weights.npz", "model.weights.json"])
def test_an_unpacked_archive_is_one_model(tmp_path: Path, name: str) -> None:
    """A configuration of something else, as Transformers keeps it beside its own weights, makes none."""
    made(tmp_path, f"models/a/{name}", "models/a/config.json", "models/b/config.json", "models/b/tf_model.h5")
    found = list(targets(tmp_path))
    assert found == [Target(tmp_path / "models/a", True), Target(tmp_path / "models/b/tf_model.h5", True)]
    assert list(targets(tmp_path / "models/a")) == [Target(tmp_path / "models/a", False)]
    assert list(targets(tmp_path / "models/a" / name)) == [Target(tmp_path / "models/a", False)]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("_CHECKPOINT_METADATA",), "an Orbax checkpoint"),
        (("ckpt-1.index", "checkpoint"), "a TensorFlow checkpoint"),
        (("config.json", "metadata.json"), "an unpacked .keras archive"),
        (("notes.txt",), "no Keras model in this folder"),
    ],
)
def test_a_folder_of_another_kind_is_named(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    made(tmp_path, *names)
    (error,) = check(Invocation(paths=(tmp_path,)), Options()).errors
    assert message in error.message
