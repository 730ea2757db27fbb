"""What is no model, or no sound one: one clear line that says what was received, quickly, and never a traceback."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from linter.graph import ModelGraph
from linter.options import Limits
from linter.read import read
from linter.read.errors import NotAModelError, UnreadableError

Layer = dict[str, Any]


def dense(name: str, *sources: str, units: int = 2) -> Layer:
    """Return a Dense layer of Keras 3 that is fed by the named layers."""
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [source, 0, 0]}} for source in sources]
    return {
        "module": "keras.layers",
        "class_name": "Dense" if len(sources) < 2 else "Add",
        "name": name,
        "config": {"name": name, "units": units, "activation": "linear"},
        "inbound_nodes": [{"args": [tensors if len(sources) > 1 else tensors[0]], "kwargs": {}}] if sources else [],
    }


def given(name: str = "given") -> Layer:
    config = {"name": name, "batch_shape": [None, 2]}
    return {"module": "keras.layers", "class_name": "InputLayer", "name": name, "config": config, "inbound_nodes": []}


def functional(layers: list[Any], end: str) -> dict[str, Any]:
    config = {"name": "m", "layers": layers, "input_layers": [["given", 0, 0]], "output_layers": [[end, 0, 0]]}
    return {"module": "keras", "class_name": "Functional", "config": config}


def sequential(layers: list[Any]) -> dict[str, Any]:
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": layers}}


def keras(config: object, *, name: str = "config.json") -> bytes:
    """Return a `.keras` with this configuration; bytes are taken as they are."""
    weights = io.BytesIO()
    with h5py.File(weights, "w"):
        pass
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, config if isinstance(config, bytes) else json.dumps(config))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", weights.getvalue())
    return buffer.getvalue()


def legacy(config: object) -> bytes:
    """Return an `.h5` with this configuration."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["model_config"] = config if isinstance(config, bytes) else json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = np.array([], "S1")
    return buffer.getvalue()


CHAIN = sequential([dense("one"), dense("two")])


def refused(data: bytes | Path, limits: Limits = Limits()) -> str:  # noqa: B008 - frozen
    """Return the one line with which `data` is refused."""
    with pytest.raises(UnreadableError) as caught:
        read(data, limits)
    message = str(caught.value)
    assert message
    assert "\n" not in message
    assert len(message) < 400
    return message


@pytest.mark.parametrize("made", [keras(CHAIN), legacy(CHAIN)])
def test_the_sound_one(made: bytes) -> None:
    """The builders of this file make models that are read."""
    assert [node.op for node in read(made, Limits()).nodes] == ["InputLayer", "Dense", "Dense"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ([], "the configuration is a list, not an object"),
        (7, "the configuration is a number, not an object"),
        (None, "the configuration is missing, not an object"),
        ("text", "the configuration is a string, not an object"),
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"\xff\xfe{}", "is not UTF-8 text"),
        (b'{"a": "\xe9"}', "is not UTF-8 text"),
        (b"[" * 100_000, "levels deep"),
        (sequential([]), "the model has no layers"),
        (functional([], "x"), "the model has no layers"),
        (sequential([7]), "/config/layers/0 is a number, not a layer"),
        (sequential([None]), "/config/layers/0 is missing, not a layer"),
        (sequential([{"config": {}}]), "/config/layers/0/class_name is missing, not a class name"),
        (sequential([{"class_name": ["Dense"], "config": {}}]), "class_name is a list, not a class name"),
        (functional([given(), dense("one", "gone")], "one"), "'one' is fed by 'gone', which the model does not have"),
        (
            functional([given(), dense("one", "two"), dense("two", "one")], "two"),
            "a call that is never made, at 'one', 'two'",
        ),
        (functional([given(), dense("one", "one")], "one"), "has a cycle"),
        (functional([given(), dense("one", "given", "two"), dense("two", "one")], "two"), "has a cycle"),
    ],
)
def test_configurations(config: object, message: str) -> None:
    for made in (keras(config), legacy(config)):
        assert message in refused(made)


def test_nested_without_end() -> None:
    config: Any = CHAIN
    for _ in range(150):
        config = sequential([config])
    assert "nested" in refused(keras(config))


@pytest.mark.parametrize("flat", [True, False])
def test_ten_thousand_layers(flat: bool) -> None:
    """Counted over all nested models, and refused before anything is made of them."""
    layers: list[Any] = [dense(f"d{i}") for i in range(10_001)]
    config = sequential(layers if flat else [sequential(layers[:5000]), sequential(layers[5000:])])
    start = time.process_time()
    assert "more than 10,000 layers" in refused(keras(config))
    assert time.process_time() - start < 5


def test_shared_without_end() -> None:
    """A model that calls itself into millions of nodes is stopped by the same limit."""
    inner: dict[str, Any] = functional([given(), dense("one", "given")], "one")
    for depth in range(6):
        nested = {**inner, "name": f"n{depth}", "config": {**inner["config"], "name": f"n{depth}"}}
        calls = [
            {"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["given", 0, 0]}}], "kwargs": {}}
        ]
        for i in range(19):
            history = {"class_name": "__keras_tensor__", "config": {"keras_history": [f"n{depth}", i, 0]}}
            calls.append({"args": [history], "kwargs": {}})
        inner = functional([given(), {**nested, "inbound_nodes": calls}], f"n{depth}")
        inner["config"]["output_layers"] = [[f"n{depth}", 20, 0]]
    start = time.process_time()
    assert "max_layers" in refused(keras(inner))
    assert time.process_time() - start < 30


def test_five_thousand_layers_are_read_at_once() -> None:
    """In a chain, and each fed by all of the last hundred."""
    chain = [given(), dense("d0", "given"), *(dense(f"d{i}", f"d{i - 1}") for i in range(1, 5000))]
    wide = [
        given(),
        dense("d0", "given"),
        *(dense(f"d{i}", *(f"d{k}" for k in range(max(0, i - 9), i))) for i in range(1, 2000)),
    ]
    for layers in (chain, wide):
        data = keras(functional(layers, layers[-1]["name"]))
        start = time.process_time()
        graph = read(data, Limits())
        assert len(graph.nodes) == len(layers)
        assert time.process_time() - start < 6  # ten times what it takes


def test_cut_short() -> None:
    """Every beginning of a model is a sound model without weights, or refused in one line."""
    for made in (keras(CHAIN), legacy(CHAIN)):
        for length in range(0, len(made) - 1, max(1, len(made) // 150)):
            try:
                graph = read(made[:length], Limits())
            except UnreadableError as error:
                assert "\n" not in str(error)  # noqa: PT017 - most cuts raise, some fall behind all that is read
            else:
                assert isinstance(graph, ModelGraph)


def test_bytes_that_are_changed() -> None:
    """No byte that is turned over brings more than a refusal or a defect."""
    draw = np.random.default_rng(0)
    for made in (keras(CHAIN), legacy(CHAIN)):
        for place in draw.integers(0, len(made), 200):
            damaged = bytearray(made)
            damaged[place] ^= 0xFF
            try:
                graph = read(bytes(damaged), Limits())
                [list(weight.chunks()) for node in graph.nodes for weight in node.weights.values()]
            except UnreadableError as error:
                assert "\n" not in str(error)  # noqa: PT017 - see above


def torch_archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}, protocol=2))
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


def script_archive() -> bytes:
    buffer = io.BytesIO(torch_archive())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("archive/constants.pkl", pickle.dumps((), protocol=2))
    return buffer.getvalue()


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.zeros(3))
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


def packed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("models/net.keras", keras(CHAIN))
    return buffer.getvalue()


SAFETENSORS = b'{"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (torch_archive(), "a PyTorch file"),
        (script_archive(), "a TorchScript file"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", "an old PyTorch file"),
        (pickle.dumps([1, 2]), "a pickle"),
        (npz(), r"a NumPy archive (.npz)"),
        (npy(), "a NumPy array"),
        (packed(), "a zip archive with a model in it (models/net.keras)"),
        (b"\x1c\x00\x00\x00TFL3" + b"\0" * 64, "a TFLite file"),
        (b"\x08\x08\x12\x07pytorch\x1a\x052.3.0:\x10", "an ONNX file"),
        (b"\x08\x0a\x3a\x90\x01\x0a\x05", "an ONNX file"),
        (struct.pack("<Q", len(SAFETENSORS)) + SAFETENSORS + b"\0" * 4, "a safetensors file"),
        (b"GGUF\x03\0\0\0", "a GGUF file"),
        (b"\x08\x01\x12\xf0\x01", "a SavedModel's graph without its folder"),
        (b"\n\x14\n\x05image\x12\x0bPlaceholder", "a frozen TensorFlow graph"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a Git LFS pointer"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (json.dumps(CHAIN).encode(), "JSON text"),
        (json.dumps({"metadata": {}, "weight_map": {}}).encode(), "JSON that lists shards"),
    ],
)
def test_other_formats_are_named(data: bytes, message: str) -> None:
    assert message in refused(data)
    with pytest.raises(NotAModelError):
        read(data, Limits())


def test_what_torch_writes(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.save({"w": torch.zeros(2)}, tmp_path / "new.pt")
    torch.save({"w": torch.zeros(2)}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert "a PyTorch file" in refused(tmp_path / "new.pt")
    assert "an old PyTorch file" in refused(tmp_path / "old.pt")


def test_what_tensorflow_freezes() -> None:
    tf = pytest.importorskip("tensorflow")
    with tf.Graph().as_default() as graph:
        tf.compat.v1.placeholder("float32", (None, 5000, 4), name="a_name/of_some/length")
    assert "a frozen TensorFlow graph" in refused(graph.as_graph_def().SerializeToString())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"P", "it begins with b'P'"),
        (b"garbage all over", "it begins with b'garbage '"),
        (b"\nA\nfew lines of text", "it begins with"),
        (b"PK\x03\x04" + b"\0" * 60, "damaged zip archive"),
        (b"PK\x05\x06" + b"\0" * 18, "has no config.json"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 64, "damaged HDF5 file"),
        (keras(CHAIN, name="Config.json"), "has no config.json"),
    ],
)
def test_no_model_at_all(data: bytes, message: str) -> None:
    assert message in refused(data)


def test_folders(tmp_path: Path) -> None:
    names = {
        "orbax": ("_CHECKPOINT_METADATA", "an Orbax checkpoint"),
        "unpacked": ("metadata.json", "an unpacked .keras archive"),
        "hub": ("model.safetensors", "a folder of Hugging Face weights"),
        "checkpoint": ("ckpt.index", "a TensorFlow checkpoint"),
    }
    for folder, (name, message) in names.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"{}")
        if folder == "unpacked":
            (tmp_path / folder / "config.json").write_text("{}")
        if folder == "checkpoint":
            (tmp_path / folder / "checkpoint").write_text("")
        assert message in refused(tmp_path / folder)
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty")


def test_paths(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere.keras") == "no such file"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "neither a regular file nor a folder" in refused(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(keras(CHAIN))
    path.chmod(0)
    with pytest.raises(PermissionError):
        read(path, Limits())


def test_attributes_that_are_no_text() -> None:
    for value in (7, [1.0, 2.0], np.array([], "S1")):
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            file.attrs["model_config"] = value
        assert "model_config" in refused(buffer.getvalue())


STRANGE: list[Any] = [None, 7, -1, 1.5, True, "text", [], {}, [None], {"config": None}, [[[]]], {"class_name": "x"}]
PLACES = """
config config.layers config.output_layers config.input_layers config.name compile_config compile_config.loss
compile_config.optimizer class_name config.layers.1 config.layers.1.config config.layers.1.config.units
config.layers.1.config.activation config.layers.1.config.dtype config.layers.1.config.kernel_initializer
config.layers.1.module config.layers.1.name config.layers.1.registered_name config.layers.1.inbound_nodes
config.layers.1.inbound_nodes.0 config.layers.1.inbound_nodes.0.args config.layers.1.inbound_nodes.0.kwargs
config.layers.0.config.batch_shape
"""


@pytest.mark.parametrize("value", STRANGE)
def test_strange_values_anywhere(value: Any) -> None:
    """Whatever stands where something else was meant, the model is read, or refused in one line."""
    layers = [given(), dense("one", "given"), dense("two", "one")]
    whole = {**functional(layers, "two"), "compile_config": {"loss": "mse", "optimizer": "sgd"}}
    for place in PLACES.split():
        changed: Any = json.loads(json.dumps(whole))
        item = changed
        *keys, last = (int(key) if key.isdecimal() else key for key in place.split("."))
        for key in keys:
            item = item[key]
        item[last] = value
        for made in (keras(changed), legacy(changed)):
            try:
                assert isinstance(read(made, Limits()), ModelGraph)
            except UnreadableError as error:
                assert "\n" not in str(error)  # noqa: PT017 - either is right
