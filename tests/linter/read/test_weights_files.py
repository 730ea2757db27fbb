"""Files of weights alone, and weights in a `.keras` that are no HDF5: arrays in an npz, shards with an index."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from linter import lint
from linter.finding import Evidence, Graph
from linter.graph import ModelGraph
from linter.options import Limits
from linter.read import read
from linter.read.errors import NotAModelError
from linter.read.keras_1 import whole
from tests.linter.read import compare, trap
from tests.linter.read.quiet import quiet

Files = dict[str, bytes]


def members(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def totals(graph: ModelGraph) -> list[tuple[int, float]]:
    """Return size and sum of every weight, sorted."""
    return sorted(
        (prod(w.shape), float(whole(w).sum(dtype="f8"))) for node in graph.nodes for w in node.weights.values()
    )


def truth(model: Any) -> list[tuple[int, float]]:
    values = [np.asarray(value) for layer in trap.leaves(model).values() for value in layer.get_weights()]
    return sorted((value.size, float(value.sum(dtype="f8"))) for value in values)


@pytest.mark.parametrize(
    ("version", "name"), [("keras_3", "m.weights.h5"), ("keras_2", "m.weights.h5"), ("keras_2", "old.h5")]
)
def test_weights_alone(version: str, name: str, trap_models: dict[str, Any], tmp_path: Path) -> None:
    """Every tensor is there, the layers that can be told are told, none is told wrongly."""
    model = trap_models[version]
    with quiet():
        model.save_weights(str(tmp_path / name))
    graph = read((tmp_path / name).read_bytes(), Limits())
    assert graph.format == "weights"
    assert graph.defects == ()
    assert len(graph.unanalysed) == 1
    assert "weights only" in graph.unanalysed[0].reason
    assert graph.parameters == compare.size(model)
    assert totals(graph) == truth(model)
    nodes = {node.layer: node for node in read(model, Limits()).nodes if node.weights}
    told = Counter(node.op for node in graph.nodes if node.op != "Unknown")
    assert not told - Counter(node.op for node in nodes.values())
    assert told.total() >= 12
    by_name = {path.rpartition("/")[2]: node.op for path, node in nodes.items()}
    for node in graph.nodes:
        last = node.name.rpartition("/")[2]
        assert node.inputs == ()
        assert node.op in ("Unknown", by_name.get(last, node.op)), node.name
    (report,) = lint(tmp_path / name).models
    assert {finding.evidence for finding in report.findings} <= {Evidence.WEIGHTS}, "the file states nothing"
    assert report.graph == Graph()
    assert report.layers


def test_what_shapes_tell() -> None:
    """A kernel of rank 2 is Dense's; one of rank 4 whose two widths are equal may be transposed or not: not told."""
    shapes = {
        "d": {"kernel": (3, 4), "bias": (4,)},
        "c": {"kernel": (3, 3, 4, 8), "bias": (8,)},
        "t": {"kernel": (3, 3, 8, 4), "bias": (8,)},
        "q": {"kernel": (3, 3, 8, 8), "bias": (8,)},
        "l": {"kernel": (3, 16), "recurrent_kernel": (4, 16), "bias": (16,)},
        "g": {"kernel": (3, 12), "recurrent_kernel": (4, 12), "bias": (2, 12)},
        "b": {"gamma": (4,), "beta": (4,), "moving_mean": (4,), "moving_variance": (4,)},
        "s": {"depthwise_kernel": (3, 3, 4, 1), "pointwise_kernel": (1, 1, 4, 8)},
        "x": {"mystery": (3, 4)},
    }
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in shapes]
        for name, roles in shapes.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}/{role}:0".encode() for role in roles]
            for role, shape in roles.items():
                group[f"{name}/{role}:0"] = np.zeros(shape, "f4")
    graph = read(buffer.getvalue(), Limits())
    assert {node.name: node.op for node in graph.nodes} == {
        "d": "Dense", "c": "Conv2D", "t": "Conv2DTranspose", "q": "Unknown", "l": "LSTM", "g": "GRU",
        "b": "BatchNormalization", "s": "SeparableConv2D", "x": "Unknown",
    }  # fmt: skip
    assert {node.name: set(node.weights) for node in graph.nodes} == {
        name: set(roles) for name, roles in shapes.items()
    }
    assert graph.nodes[1].config == {"filters": 8, "kernel_size": [3, 3], "use_bias": True}


def test_weights_of_keras_1_alone() -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["layer_names"] = [b"dense_1", b"lstm_1"]
        stored = {"dense_1": {"W": (3, 4), "b": (4,)}}
        stored["lstm_1"] = {
            f"{part}_{gate}": shape for gate in "icfo" for part, shape in (("W", (3, 4)), ("U", (4, 4)), ("b", (4,)))
        }
        for name, shapes in stored.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}_{role}:0".encode() for role in shapes]
            for role, shape in shapes.items():
                group[f"{name}_{role}:0"] = np.zeros(shape, "f4")
    graph = read(buffer.getvalue(), Limits())
    found = {
        node.name: (node.op, {role: weight.shape for role, weight in node.weights.items()}) for node in graph.nodes
    }
    assert found == {
        "dense_1": ("Dense", {"kernel": (3, 4), "bias": (4,)}),
        "lstm_1": ("LSTM", {"kernel": (3, 16), "recurrent_kernel": (4, 16), "bias": (16,)}),
    }


def test_hdf5_of_another_kind() -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["images"] = np.zeros((4, 4))
        file.create_group("labels")
    with pytest.raises(NotAModelError, match=r"without a Keras model or Keras weights \(it holds labels\)"):
        read(buffer.getvalue(), Limits())


@pytest.fixture(scope="module")
def archive(trap_models: dict[str, Any], trap_file: Callable[[str], Path]) -> tuple[Any, Files]:
    """Return the trap model of Keras 3 and the members of its archive, without the weights."""
    found = members(trap_file("keras_3.keras").read_bytes())
    del found["model.weights.h5"]
    return trap_models["keras_3"], found


def test_shards(archive: tuple[Any, Files], tmp_path: Path) -> None:
    """What `save_weights(max_shard_size=)` writes: an index, and files over which one layer's tensors may be spread."""
    model, files = archive
    with quiet():
        model.save_weights(str(tmp_path / "model.weights.json"), max_shard_size=1e-6)
    shards = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(shards) > 4
    graph = read(zipped({**files, **shards}), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)
    lost = next(name for name in shards if name.endswith(".h5"))
    del shards[lost]
    messages = [defect.message for defect in read(zipped({**files, **shards}), Limits()).defects]
    assert f"the archive holds no {lost!r}, which model.weights.json names" in messages


def test_npz_as_keras_writes_it(keras_3: Any, tmp_path: Path) -> None:
    """Keras 3 pickles these weights, and then refuses to read them itself."""
    from keras.src.saving import saving_lib

    path = tmp_path / "model.keras"
    with quiet():
        model = keras_3.Sequential([keras_3.Input((3,)), keras_3.layers.Dense(2, name="dense")])
        saving_lib.save_model(model, str(path), weights_format="npz")
    graph = read(path.read_bytes(), Limits())
    assert [defect.code for defect in graph.defects] == ["SEC008"]
    assert "layers/dense" in graph.defects[0].message or "__root__" in graph.defects[0].message
    assert graph.parameters is None
    assert [node.op for node in graph.nodes] == ["InputLayer", "Dense"]
    with pytest.raises(ValueError, match="allow_pickle"), quiet():
        keras_3.saving.load_model(str(path))


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def dense(weights: bytes) -> bytes:
    """Return a `.keras` of one Dense layer whose weights are `weights`."""
    layer = {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"name": "dense", "units": 2, "batch_input_shape": [None, 3]},
    }
    config = {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": [layer]}}
    return zipped({"config.json": json.dumps(config).encode(), "metadata.json": b"{}", "model.weights.npz": weights})


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f2", "<f8"])
def test_plain_arrays(kind: str, order: Any) -> None:
    kernel = np.asarray(np.random.default_rng(0).normal(size=(3, 2)).astype(kind), order=order)
    graph = read(dense(npz(**{"layers/dense/vars/0": kernel, "layers/dense/vars/1": np.zeros(2, kind)})), Limits())
    compare.clean(graph)
    np.testing.assert_array_equal(whole(graph.nodes[1].weights["kernel"]), kernel)


def header(text: bytes, version: int = 1) -> bytes:
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes((version, 0)) + length + text


@pytest.mark.parametrize("version", [1, 2])
def test_an_array_that_declares_more_than_it_holds(version: int) -> None:
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000)}\n"
    inner = zipped({"layers/dense/vars/0.npy": header(text, version) + b"\0" * 64})
    (defect,) = [d for d in read(dense(inner), Limits()).defects if d.code == "SEC007"]
    assert defect.measured == {"declared_bytes": 4e12, "stored_bytes": 64.0}


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"\x93NUMPY",
        b"no array at all",
        header(b"{'descr': '<f4'}"),
        header(b"[1, 2]"),
        header(b"__import__('os').system('true')"),
        header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"),
        header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2.5,)}"),
        header(b"(" * 5000),
        header(b"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}"),
        header(b"{'descr': '<U4', 'fortran_order': False, 'shape': ()}") + b"\0" * 16,
        header(b" " * 20_000),
    ],
)
def test_arrays_that_are_none(member: bytes) -> None:
    graph = read(dense(zipped({"layers/dense/vars/0.npy": member})), Limits())
    assert [defect.code for defect in graph.defects] == ["CMP952"]
    assert "layers/dense/vars/0" in graph.defects[0].message
