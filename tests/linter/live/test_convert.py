"""convert: every old file that can be carried over, run by today's Keras, against whoever ran it before."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from linter import api
from linter.finding import Safety
from linter.live.random_inputs import random_inputs
from tests.linter.live.agree import filled, outputs
from tests.linter.live.test_rebuild import KERAS_2_LOADS, KERAS_3_LOADS, NOT_WHOLE, mlp_by_hand, real
from tests.linter.read.quiet import quiet
from tests.linter.test_cli import run

CLOSE = 1e-5
SERVED = 7
"""Samples: the graph that one of the SavedModels serves takes exactly so many."""
MLP = "AbisheakJacob+ANN-Customer-Analytics/my_model.keras"
SAVED_MODELS = [name for name in KERAS_2_LOADS if "." not in Path(name).name]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    keras.backend.clear_session()


def converted(old: Path, folder: Path, *more: Any) -> tuple[Any, str]:
    """Return the converted model, as Keras loads it in its safe mode, and what was said."""
    new = folder / "new.keras"
    with quiet():
        said = api.convert(old, new, *more)
        return keras.saving.load_model(new, safe_mode=True, compile=False), said


def apart(ours: Any, theirs: Any) -> float:
    """Return the greatest difference of two runs, relative to the greatest value."""
    one, two = (np.asarray(item, dtype=np.float64) for item in (ours, theirs))
    assert one.shape == two.shape
    assert np.isfinite(two).all()
    assert np.ptp(two) > 0, "an oracle that says nothing"
    return float(np.abs(one - two).max() / np.abs(two).max())


@pytest.mark.parametrize("name", [*KERAS_3_LOADS, *KERAS_2_LOADS, MLP])
def test_real_models(name: str, tmp_path: Path, keras_2: Any) -> None:
    path = real(name)
    model, said = converted(path, tmp_path)
    (x,) = random_inputs(model, SERVED)
    (ours,) = outputs(model, [x])
    assert apart(ours, _before(path, name, x, keras_2)) < CLOSE
    assert "computes the same" in said


def _before(path: Path, name: str, x: Any, keras_2: Any) -> Any:
    """Return what the old file computes: by today's Keras, by TensorFlow's own graph, by Keras 2, or by hand."""
    with quiet():
        if name in KERAS_3_LOADS:
            return outputs(keras.saving.load_model(path, compile=False), [x])[0]
        if name in SAVED_MODELS:
            import tensorflow as tf

            served = tf.saved_model.load(str(path)).signatures["serving_default"]
            (found,) = served(**{next(iter(served.structured_input_signature[1])): tf.constant(x)}).values()
            return found.numpy()
        if name == MLP:
            return mlp_by_hand(path, x)
        return outputs(keras_2.models.load_model(path, compile=False), [x])[0]


@pytest.mark.parametrize(("name", "lacking"), NOT_WHOLE.items())
def test_models_with_code_of_their_own_are_refused_by_name(name: str, lacking: str, tmp_path: Path) -> None:
    with quiet(), pytest.raises(ValueError, match=rf"cannot be converted: .*\({lacking}\)"):
        api.convert(real(name), tmp_path / "new.keras")
    assert list(tmp_path.iterdir()) == []


def test_every_real_model_is_in_one_list() -> None:
    root = real("README.md").parent
    files = {str(path.relative_to(root)) for kind in ("keras", "h5", "hdf5") for path in root.rglob(f"*.{kind}")}
    folders = {str(path.parent.relative_to(root)) for path in root.rglob("saved_model.pb")}
    assert files | folders == {*KERAS_3_LOADS, *KERAS_2_LOADS, *NOT_WHOLE, MLP}


@pytest.mark.parametrize("name", [*KERAS_2_LOADS, *NOT_WHOLE, MLP])
def test_what_is_said_of_an_old_file_is_so(name: str) -> None:
    """The finding that sends a user here is a promise, but for files that hold code."""
    (report,) = api.lint(real(name)).models
    promised = [item.fix.safety is Safety.SAFE for item in report.findings if item.code == "CMP951" and item.fix]
    assert promised in ([], [name not in NOT_WHOLE])


def small(lib: Any) -> Any:
    """Return a small convolutional model of either Keras, every weight its own value."""
    layers = lib.layers
    with quiet():
        model = lib.Sequential(
            [
                layers.Input((8, 8, 3)),
                layers.Conv2D(4, 3, activation="relu"),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(5, activation="tanh"),
                layers.Dense(2),
            ]
        )
        return filled(model)


@pytest.mark.parametrize("version", ["keras_2", "keras_3"])
@pytest.mark.parametrize("suffix", [".h5", ".weights.h5"])
def test_weights_and_the_architecture_beside_them(
    version: str, suffix: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if (version, suffix) == ("keras_3", ".h5"):
        pytest.skip("Keras 3 writes weights as .weights.h5 only")
    model = small(request.getfixturevalue(version))
    weights, architecture = tmp_path / f"old{suffix}", tmp_path / "architecture.json"
    with quiet():
        model.save_weights(str(weights))
    architecture.write_text(model.to_json())
    ours, _ = converted(weights, tmp_path, architecture)
    x = np.random.default_rng(0).normal(size=(3, 8, 8, 3)).astype("float32")
    assert apart(outputs(ours, [x])[0], outputs(model, [x])[0]) < CLOSE


def test_the_architecture_may_be_that_of_a_keras_file(tmp_path: Path) -> None:
    model = small(keras)
    with quiet():
        model.save(tmp_path / "whole.keras")
        model.save_weights(tmp_path / "a.weights.h5")
    with zipfile.ZipFile(tmp_path / "whole.keras") as archive:
        archive.extract("config.json", tmp_path)
    result = run(
        "convert", tmp_path / "a.weights.h5", "--architecture", tmp_path / "config.json", "-o", tmp_path / "b.keras"
    )
    assert result.returncode == 0, result.stderr
    assert keras.saving.load_model(tmp_path / "b.keras", compile=False).count_params() == model.count_params()


UNFIT = {
    "nothing beside them": ("a.weights.h5", None, "holds weights alone; give what model.to_json"),
    "another width": ("a.weights.h5", "wider", "cannot be converted: .*kernel is not in the file"),
    "half a document": ("a.weights.h5", "broken", "broken.json"),
    "no model": ("a.weights.h5", "list", "a.weights.h5"),
    "a whole model": ("whole.h5", "good", "holds an architecture of its own"),
    "no weights": ("good.json", "good", "is no HDF5 file"),
}


@pytest.fixture(scope="module")
def unfit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights and architectures that do not belong together."""
    folder = tmp_path_factory.mktemp("unfit")
    model = small(keras)
    with quiet():
        model.save_weights(folder / "a.weights.h5")
        model.save(folder / "whole.h5")
    other = json.loads(model.to_json())
    other["config"]["layers"][-1]["config"]["units"] = 7
    for name, text in (("good", model.to_json()), ("wider", json.dumps(other)), ("broken", "{"), ("list", "[1]")):
        (folder / f"{name}.json").write_text(text)
    return folder


@pytest.mark.parametrize("case", UNFIT)
def test_what_does_not_belong_together_is_said_and_nothing_written(case: str, unfit: Path, tmp_path: Path) -> None:
    old, architecture, message = UNFIT[case]
    beside = unfit / f"{architecture}.json" if architecture else None
    with quiet(), pytest.raises(ValueError, match=message) as caught:
        api.convert(unfit / old, tmp_path / "new.keras", beside)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_architecture_that_is_not_there_is_one_line(unfit: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent.json"
    result = run("convert", unfit / "a.weights.h5", "--architecture", absent, "-o", tmp_path / "new.keras")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"keras-lint: {absent}: No such file or directory\n"
