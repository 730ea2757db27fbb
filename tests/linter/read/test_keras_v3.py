"""`.keras` archives: what stands where, how it is found when names and counters disagree, and what may be absent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from linter import lint
from linter.options import Limits
from linter.read import read
from linter.read.weights import PIECE_BYTES, LoadedWeight, SlabWeight, StoredWeight
from tests.linter.read import compare
from tests.linter.read.quiet import quiet

Saved = Callable[..., bytes]
Members = dict[str, bytes]


def opened(data: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def closed(members: Members, method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def weights(members: Members, change: Callable[[h5py.File], None]) -> Members:
    """Return the archive after a change of its weights."""
    buffer = io.BytesIO(members["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        change(file)
    return {**members, "model.weights.h5": buffer.getvalue()}


@pytest.fixture(scope="module")
def model(keras_3: Any) -> Any:
    with quiet():
        made = keras_3.Sequential(
            [
                keras_3.Input((6, 3)),
                keras_3.layers.LSTM(4, return_sequences=True, name="lstm"),
                keras_3.layers.ReLU(name="relu"),
                keras_3.layers.Dense(3, name="zulu"),
                keras_3.layers.BatchNormalization(name="norm"),
                keras_3.layers.Dropout(0.5, name="drop"),
                keras_3.layers.Dense(2, name="alpha"),
            ]
        )
        made.compile("adam", "mse")
        made.fit(np.ones((4, 6, 3)), np.ones((4, 6, 2)), verbose=0)
    return made


@pytest.fixture
def members(model: Any, saved: Saved) -> Members:
    return opened(saved(model, ".keras"))


def test_as_it_was_saved(model: Any, members: Members) -> None:
    """The optimizer's variables and the seeds of Dropout are no weights."""
    graph = read(closed(members), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)
    assert graph.parameters == compare.size(model)
    assert graph.format == "keras"
    assert set(graph.documents) == {"config.json", "metadata.json"}
    assert graph.training is not None
    assert (graph.training.optimizer, graph.training.iterations) == ("Adam", 1)


def test_stored_members_are_read_in_place(members: Members, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(closed(members))
    for node in read(path, Limits()).nodes:
        for weight in node.weights.values():
            assert isinstance(weight, StoredWeight)


def test_deflated_members(model: Any, members: Members) -> None:
    graph = read(closed(members, zipfile.ZIP_DEFLATED), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)


@pytest.mark.parametrize(
    "options", [{"chunks": True}, {"compression": "gzip", "shuffle": True}, {"compression": "lzf"}]
)
def test_chunked_data(options: dict[str, Any], model: Any, members: Members) -> None:
    def change(file: h5py.File) -> None:
        names: list[str] = []
        file.visititems(
            lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) and item.shape else None
        )
        for name in names:
            values = file[name][()]
            del file[name]
            file.create_dataset(name, data=values, **options)

    graph = read(closed(weights(members, change)), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)
    kinds = {type(weight) for node in graph.nodes for weight in node.weights.values()}
    assert kinds == {SlabWeight}


def test_large_chunked_data_come_in_pieces() -> None:
    """Never the whole tensor, always a multiple of what was asked for."""
    values = np.arange(600 * 500, dtype="f4").reshape(600, 500)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=values, chunks=(64, 500))
    (node,) = read(buffer.getvalue(), Limits()).nodes
    pieces = [piece.copy() for piece in node.weights["kernel"].chunks(500)]
    assert len(pieces) > 3
    assert all(piece.size % 500 == 0 and piece.nbytes <= 2 * PIECE_BYTES for piece in pieces)
    np.testing.assert_array_equal(np.concatenate(pieces), values.reshape(-1))


def test_names_correct_the_counters(model: Any, members: Members) -> None:
    """Files without a group for every layer, or with other counters, are put right by the names that Keras stores."""

    def change(file: h5py.File) -> None:
        file.move("layers/dense", "layers/dense_7")
        file.move("layers/dense_1", "layers/dense")

    graph = read(closed(weights(members, change)), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)


def test_without_names_the_counters_count(model: Any, members: Members) -> None:
    """Keras before 3.6 stores no names, and Keras 3.4 no group for a layer without weights."""

    def change(file: h5py.File) -> None:
        file.visititems(lambda name, item: [item.attrs.pop(key) for key in list(item.attrs)] and None)

    graph = read(closed(weights(members, change)), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)


@pytest.mark.parametrize("folder", ["layers\\", "_layer_checkpoint_dependencies/"])
def test_other_names_of_the_folders(folder: str, model: Any, members: Members) -> None:
    """Windows wrote backslashes into names, and Keras 2.13 another word for layers."""

    def change(file: h5py.File) -> None:
        for name in list(file["layers"]):
            file.move(f"layers/{name}", f"{folder}{name}")
        del file["layers"]

    graph = read(closed(weights(members, change)), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)


def test_missing_misshapen_and_surplus(members: Members) -> None:
    def missing(file: h5py.File) -> None:
        del file["layers/dense/vars/1"]

    def misshapen(file: h5py.File) -> None:
        del file["layers/lstm/cell/vars/1"]
        file["layers/lstm/cell/vars/1"] = np.zeros((5, 16), "f4")

    def surplus(file: h5py.File) -> None:
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 2, 2), "f4")

    expected = {
        missing: ("in zulu", ("zulu",)),
        misshapen: ("lstm recurrent_kernel is (5, 16), expected (4, 16)", ("lstm",)),
    }
    for change, (text, layers) in {**expected, surplus: ("/layers/conv2d/vars/0", ())}.items():
        (defect,) = read(closed(weights(members, change)), Limits()).defects
        assert defect.code == "CMP952"
        assert text in defect.message
        assert defect.layers == layers


def test_without_weights_or_metadata(members: Members) -> None:
    del members["metadata.json"]
    graph = read(closed(members), Limits())
    compare.clean(graph)
    assert graph.keras_version == ""
    del members["model.weights.h5"]
    graph = read(closed(members), Limits())
    assert [defect.code for defect in graph.defects] == ["CMP952"]
    assert graph.parameters is None


def test_an_unknown_layer_is_neither_a_crash_nor_silence(members: Members) -> None:
    config = json.loads(members["config.json"])
    config["config"]["layers"][3].update(module="my.own", class_name="Strange", registered_name="my>Strange")
    graph = read(closed({**members, "config.json": json.dumps(config).encode()}), Limits())
    assert [(item.layer, item.class_name) for item in graph.unanalysed] == [("zulu", "Strange")]
    (strange,) = [node for node in graph.nodes if node.layer == "zulu"]
    assert (strange.op, strange.shape) == ("Unknown", None)


def test_a_subclassed_model_says_so(keras_3: Any, saved: Saved) -> None:
    class Own(keras_3.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = keras_3.layers.Dense(3, name="first")

        def call(self, inputs: Any) -> Any:
            return self.first(inputs)

    with quiet():
        model = Own()
        model(np.ones((1, 2), "f4"))
    graph = read(saved(model, ".keras"), Limits())
    assert [item.class_name for item in graph.unanalysed] == ["Own"]
    assert graph.parameters == model.count_params() == 9
    assert sorted(weight.shape for node in graph.nodes for weight in node.weights.values()) == [(2, 3), (3,)]
    assert graph.defects == ()


def test_the_weights_of_a_subclassed_model_are_judged(keras_3: Any, saved: Saved) -> None:
    class Sick(keras_3.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.memory = keras_3.layers.LSTM(4)
            self.first = keras_3.layers.Dense(3, bias_initializer=keras_3.initializers.Constant(float("nan")))

        def call(self, inputs: Any) -> Any:
            return self.first(self.memory(inputs))

    with quiet():
        model = Sick()
        model(np.ones((1, 5, 2), "f4"))
    (report,) = lint(saved(model, ".keras")).models
    assert [(f.code, f.layers) for f in report.findings] == [("NUM701", ("first",)), ("SEC011", ())], "no setting"


def test_scalars_are_read_when_asked(members: Members) -> None:
    def change(file: h5py.File) -> None:
        del file["optimizer"]

    graph = read(closed(weights(members, change)), Limits())
    assert graph.training is not None
    assert graph.training.iterations is None
    assert not any(isinstance(w, LoadedWeight) for node in graph.nodes for w in node.weights.values())


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
def test_a_compiled_model_inside_another_keeps_its_optimizer(version: str, saved: Any, request: Any) -> None:
    """As in a GAN, whose discriminator is compiled and trained by itself."""
    keras = request.getfixturevalue(version)
    with quiet():
        judge = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, "relu"), keras.layers.Dense(1)])
        judge.compile("adam", "mse", metrics=["mae"])
        judge.fit(np.zeros((4, 4)), np.zeros(4), verbose=0)
        given = keras.Input((3,))
        whole = keras.Model(given, judge(keras.layers.Dense(4)(given)))
        whole.compile("adam", "mse")
        whole.fit(np.zeros((4, 3)), np.zeros(4), verbose=0)
    for suffix in (".keras", ".h5"):
        graph = read(saved(whole, suffix), Limits())
        assert not [defect.message for defect in graph.defects]
        assert not graph.surplus
        assert graph.parameters == compare.size(whole)
