"""A rebuilt model computes what the saved one does: against Keras where it loads the file, else against Keras 2."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

import keras_act
from linter.build import chain, dense, input, lstm, trained
from linter.graph import Unanalysed
from linter.live.construct import CannotRebuildError
from linter.live.expecting import expected_of
from linter.live.random_inputs import random_inputs
from linter.live.rebuild import rebuild
from linter.write import keras_archive
from tests.linter.live import zoo
from tests.linter.live.agree import difference, enlivened, filled, graph_of, rebuilt_whole
from tests.linter.read import trap
from tests.linter.read import zoo as readers
from tests.linter.read.quiet import quiet
from tests.linter.read.test_keras_act import LAYERS, SETTINGS

MODELS = Path(__file__).parents[3] / "../shared/models"
CLOSE, HALF = 1e-5, 1e-3
KERAS_3_LOADS = [
    "HarshadBhutal+transformer-energy-predictor/lstm_model.keras",
    "Saiprakash-13+Predictive-Maintenance/gru_model.keras",
    "oarriaga+face_classification/fer2013_mini_XCEPTION.119-0.65.hdf5",
    "oarriaga+face_classification/gender_mini_XCEPTION.21-0.95.hdf5",
]
KERAS_2_LOADS = [
    "AbisheakJacob+ANN-Customer-Analytics/saved_model",
    "DarmorizIhor+lstm_epidemy/weights.epoch_58-val_loss_0.55-val_accuracy_0.68.h5",
    "DarmorizIhor+lstm_epidemy/my_model",
    "Naghipourfar+Kaggle-Competitions/model.hdf5",
    "mvirgo+MLND-Capstone/full_CNN_model.h5",
]
NOT_WHOLE = {
    "1560800+CarND-Behavioral-Cloning-P3/model.h5": "Lambda",
    "naokishibuya+car-behavioral-cloning/model.h5": "Lambda",
    "Arshpreet-Singh-2005+Rolls-Royce-RUL/best_model.keras": "SelfAttention",
    "spotify+basic-pitch/nmp": "FlattenAudioCh",
}
UNFINISHED = frozenset(["PReLU as activation"])
"""Models of the reader's zoo whose file does not hold all of their weights."""

KERAS_FAILS = frozenset(["shared in two models"])
"""Models that Keras saves and does not load again."""


@pytest.fixture(autouse=True)
def _fresh() -> None:
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)


def real(name: str) -> Path:
    """Return a real model's path; skip where the collection is absent."""
    path = MODELS / name
    if not path.exists():
        pytest.skip("the folder of real models (../shared/models) is not there")
    return path


def loaded(path: Path) -> Any:
    """Return what Keras itself makes of a file."""
    with quiet():
        return keras.saving.load_model(path, compile=False)


def saved(model: Any, path: Path) -> Path:
    """Save a model under `path`."""
    with quiet():
        model.save(path)
    return path


@pytest.mark.parametrize("name", KERAS_3_LOADS)
def test_real_models_that_keras_loads(name: str) -> None:
    path = real(name)
    assert difference(rebuilt_whole(path), loaded(path)) < CLOSE


@pytest.mark.parametrize("name", KERAS_2_LOADS)
def test_real_models_that_only_keras_2_loads(name: str, keras_2: Any) -> None:
    path = real(name)
    with quiet():
        oracle = keras_2.models.load_model(path, compile=False)
    assert difference(rebuilt_whole(path), oracle) < CLOSE


@pytest.mark.parametrize(("name", "lacking"), NOT_WHOLE.items())
def test_real_models_with_code_of_their_own_say_what_is_missing(name: str, lacking: str) -> None:
    found = rebuild(graph_of(real(name)))
    assert not found.complete
    assert [item.class_name for item in found.missing][:1] == [lacking]


def test_a_real_model_that_no_keras_loads() -> None:
    path = real("AbisheakJacob+ANN-Customer-Analytics/my_model.keras")
    found = rebuilt_whole(path)
    x = random_inputs(found.model)[0]
    np.testing.assert_allclose(np.asarray(found.model(x)), mlp_by_hand(path, x), rtol=CLOSE, atol=1e-7)


def mlp_by_hand(path: Path, x: Any) -> Any:
    """Return what a `.keras` of Dense layers, ReLU and a last sigmoid, computes: its stored arrays, multiplied."""
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        stored = {name: np.asarray(item) for name, item in _arrays(file).items() if "optimizer" not in name}
    layers = sorted(name.removesuffix("/0") for name, item in stored.items() if name.endswith("/0") and item.ndim == 2)
    values = x
    for layer in layers:
        values = values @ stored[f"{layer}/0"] + stored[f"{layer}/1"]
        values = 1 / (1 + np.exp(-values)) if layer == layers[-1] else np.maximum(values, 0)
    return values


def _arrays(file: h5py.File) -> dict[str, h5py.Dataset]:
    found = {}
    file.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
    return {name: np.asarray(item) for name, item in found.items()}


@pytest.mark.parametrize("name", trap.FORMATS)
def test_the_trap_model(name: str, trap_file: Callable[[str], Path], trap_models: dict[str, Any]) -> None:
    assert difference(rebuilt_whole(trap_file(name)), trap_models[name[:7]]) < CLOSE


@pytest.mark.parametrize("name", zoo.MODELS)
def test_every_kind_of_layer(name: str, tmp_path: Path) -> None:
    path = saved(filled(zoo.MODELS[name]()), tmp_path / "model.keras")
    assert difference(rebuilt_whole(path), loaded(path)) < CLOSE


@pytest.mark.parametrize("name", [name for name in readers.BOTH if name not in UNFINISHED])
@pytest.mark.parametrize("version", ["keras_2", "keras_3"])
def test_the_readers_zoo(name: str, version: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with quiet():
        model = filled(readers.BOTH[name](request.getfixturevalue(version)))
    path = saved(model, tmp_path / ("model.h5" if version == "keras_2" else "model.keras"))
    oracle = model if version == "keras_2" or name in KERAS_FAILS else loaded(path)
    assert difference(rebuilt_whole(path), oracle, graph_of(path).output_names) < CLOSE


@pytest.mark.parametrize(("make", "factor"), [("MobileNet", 4.0), ("ResNet50", 2.0), ("EfficientNetB0", 2.0)])
def test_applications(make: str, factor: float, tmp_path: Path) -> None:
    model = getattr(keras.applications, make)(input_shape=(64, 64, 3), weights=None, classes=10)
    path = saved(enlivened(model, factor), tmp_path / "model.keras")
    assert difference(rebuilt_whole(path), loaded(path)) < CLOSE


@pytest.mark.parametrize("policy", ["float16", "mixed_float16"])
def test_half_precision(policy: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8, 8, 3))])
    for layer in (
        keras.layers.Conv2D(4, 3, activation="relu", dtype=policy),
        keras.layers.Flatten(dtype=policy),
        keras.layers.Dense(3, dtype=policy),
    ):
        model.add(layer)
    path = saved(model, tmp_path / "model.keras")
    found = rebuilt_whole(path)
    inner = [layer for layer in found.layers.values() if not isinstance(layer, keras.layers.InputLayer)]
    assert {layer.compute_dtype for layer in inner} == {"float16"}
    assert difference(found, loaded(path)) < HALF


@pytest.mark.parametrize("name", LAYERS)
def test_our_own_layers(name: str, tmp_path: Path) -> None:
    for number, given in enumerate(SETTINGS.get(name, [{}])):
        args: tuple[Any, ...] = {"MaxoutDense": (3,)}.get(name, (3, 2) if name.startswith("MaxoutConv") else ())
        shape = (8,) if not args or name == "MaxoutDense" else (5,) * int(name[-2]) + (4,)
        model = keras.Sequential([keras.Input(shape), getattr(keras_act, name)(*args, **given), keras.layers.Flatten()])
        path = saved(filled(model), tmp_path / f"{number}.keras")
        assert difference(rebuilt_whole(path), loaded(path)) < CLOSE


def test_what_is_not_in_the_file_is_missing(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation=keras.layers.PReLU())])
    found = rebuild(graph_of(saved(model, tmp_path / "model.keras")))
    assert "alpha is not in the file" in found.missing[0].reason


def test_nothing_is_computed_without_its_weights(tmp_path: Path) -> None:
    """What zeros would give in their place is not what the model does: units after them would look dead."""
    layers = [keras.layers.Dense(3, activation="relu", name=name) for name in ("one", "two", "three")]
    path = saved(keras.Sequential([keras.Input((4,)), *layers]), tmp_path / "model.h5")
    with h5py.File(path, "r+") as file:
        group = file["model_weights/two"]
        group.attrs["weight_names"] = [name for name in group.attrs["weight_names"] if "kernel" not in str(name)]
    found = rebuild(graph_of(path))
    assert [(item.layer, item.reason) for item in found.missing] == [("two", "weights: kernel is not in the file")]
    assert any(name.startswith("one") for name in found.tensors)
    assert not any(name.startswith(("two", "three")) for name in found.tensors)


@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
def test_quantised_layers_are_not_run(mode: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, activation="relu", name="one")])
    with quiet():
        model.layers[0].quantize(mode)
    found = rebuild(graph_of(saved(model, tmp_path / "model.keras")))
    assert [item.reason for item in found.missing] == ["'one' is quantised"]
    assert list(found.tensors) == ["input_layer"]


def test_low_rank_updates_of_a_legacy_file_are_added_to_the_kernel(tmp_path: Path) -> None:
    model = filled(zoo.MODELS["low rank"]())
    assert difference(rebuilt_whole(saved(model, tmp_path / "model.h5")), model) < CLOSE


def test_a_foreign_activation_inside_a_recurrent_layer_is_missing(tmp_path: Path) -> None:
    built = trained(chain(input(5, 2), lstm(3, activation="mine>swoosh"), dense(1)))
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(built))
    found = rebuild(graph_of(path))
    assert "not among those that are rebuilt" in found.missing[0].reason


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    with quiet():
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save_weights(tmp_path / "a.weights.h5")
    with pytest.raises(CannotRebuildError, match="cannot be rebuilt"):
        rebuild(graph_of(tmp_path / "a.weights.h5"))


def test_a_subclassed_model_is_called_so(tmp_path: Path) -> None:
    built = trained(chain(input(4), dense(1)))
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(built))
    graph = graph_of(path)
    bare = replace(graph, nodes=(), unanalysed=(Unanalysed("", "Mine", "a subclassed model"),))
    for make in (rebuild, expected_of):
        with pytest.raises((ValueError, CannotRebuildError), match=r"cannot be rebuilt: a subclassed model"):
            make(bare)
