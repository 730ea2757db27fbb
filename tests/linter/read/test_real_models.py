"""Models that strangers trained: architecture as their authors describe it, weights as h5py reads them."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from linter.graph import ModelGraph, Weight
from linter.options import Limits
from linter.read import read
from linter.read.keras_1 import whole

MODELS = Path(__file__).parents[3] / "../shared/models"
LSTM_H5 = "DarmorizIhor+lstm_epidemy/weights.epoch_58-val_loss_0.55-val_accuracy_0.68.h5"
LSTM_SAVED = "DarmorizIhor+lstm_epidemy/my_model"
MLP_KERAS = "AbisheakJacob+ANN-Customer-Analytics/my_model.keras"
MLP_SAVED = "AbisheakJacob+ANN-Customer-Analytics/saved_model"
PITCH = "spotify+basic-pitch/nmp"
CNN = "full_CNN_model.h5"

EXPECTED: dict[str, tuple[str, str, dict[str, int], str]] = {
    "naokishibuya+car-behavioral-cloning/model.h5": (
        "h5",
        "1.2.1",
        {"Lambda": 1, "Conv2D": 5, "Dense": 4},
        "mean_squared_error",
    ),
    "oarriaga+face_classification/fer2013_mini_XCEPTION.119-0.65.hdf5": (
        "h5",
        "2.0.5",
        {"SeparableConv2D": 8, "Conv2D": 7, "BatchNormalization": 14, "Add": 4, "GlobalAveragePooling2D": 1},
        "categorical_crossentropy",
    ),
    "oarriaga+face_classification/gender_mini_XCEPTION.21-0.95.hdf5": (
        "h5",
        "2.0.5",
        {"SeparableConv2D": 8, "Conv2D": 7, "BatchNormalization": 14, "Add": 4, "GlobalAveragePooling2D": 1},
        "categorical_crossentropy",
    ),
    f"mvirgo+MLND-Capstone/{CNN}": ("h5", "2.0.8", {"Conv2D": 7, "Conv2DTranspose": 7}, "mean_squared_error"),
    "Naghipourfar+Kaggle-Competitions/model.hdf5": (
        "h5",
        "2.1.5",
        {"Conv2D": 3, "Dense": 2},
        "categorical_crossentropy",
    ),
    "1560800+CarND-Behavioral-Cloning-P3/model.h5": (
        "h5",
        "2.2.4",
        {"Lambda": 1, "Conv2D": 5, "Dense": 4},
        "mean_squared_error",
    ),
    LSTM_H5: ("h5", "2.5.0", {"LSTM": 6}, "mean_absolute_error"),
    LSTM_SAVED: ("saved_model", "2.5.0", {"LSTM": 6}, "mean_absolute_error"),
    MLP_KERAS: ("keras", "2.15.0", {"Dense": 3}, "binary_crossentropy"),
    MLP_SAVED: ("saved_model", "2.15.0", {"Dense": 3}, "binary_crossentropy"),
    "HarshadBhutal+transformer-energy-predictor/lstm_model.keras": (
        "keras",
        "3.12.0",
        {"LSTM": 2},
        "mean_squared_error",
    ),
    "Saiprakash-13+Predictive-Maintenance/gru_model.keras": ("keras", "3.12.1", {"GRU": 4}, "huber"),
    "Arshpreet-Singh-2005+Rolls-Royce-RUL/best_model.keras": (
        "keras",
        "3.13.2",
        {"BidirectionalMerge": 1, "LSTM": 3},
        "huber",
    ),
    PITCH: ("saved_model", "2.4.0", {"Conv2D": 6}, "unknown"),
}


def model(name: str) -> Path:
    """Return a real model's path; skip where the collection is absent."""
    path = MODELS / name
    if not path.exists():
        pytest.skip("the folder of real models (../shared/models) is not there")
    return path


def stored(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Return all weights of an HDF5 file or `.keras` archive by h5py alone."""
    data: Any = path
    if path.suffix == ".keras":
        data = io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))
    found: dict[str, np.ndarray[Any, Any]] = {}
    with h5py.File(data, "r") as file:
        file.visititems(
            lambda name, item: (
                found.update({"/" + name.replace("\\", "/"): item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    aside = ("/optimizer", "/metrics", "/_metrics")
    return {name: value for name, value in found.items() if not name.startswith(aside)}


def weights(graph: ModelGraph) -> dict[int, Weight]:
    """Return the graph's weights, each once."""
    return {id(weight): weight for node in graph.nodes for weight in node.weights.values()}


@pytest.mark.parametrize("name", EXPECTED)
def test_architecture(name: str) -> None:
    graph = read(model(name), Limits())
    kind, version, operations, loss = EXPECTED[name]
    assert (graph.format, graph.keras_version) == (kind, version)
    counts = Counter(node.op for node in graph.nodes)
    assert {op: counts[op] for op in operations} == operations
    assert [defect.message for defect in graph.defects if defect.code == "CMP952"] == []
    assert graph.surplus == ()
    assert graph.training is not None
    first = graph.training.losses[0]
    assert first is not None
    assert first.name == loss
    sources = {edge.source for node in graph.nodes for edge in node.inputs} | {edge.source for edge in graph.outputs}
    assert sources <= {node.name for node in graph.nodes}


@pytest.mark.parametrize("name", [name for name, (kind, *_) in EXPECTED.items() if kind != "saved_model"])
def test_weights_as_h5py_has_them(name: str) -> None:
    path = model(name)
    graph, truth = read(path, Limits()), stored(path)
    read_here = {weight.name: weight for weight in weights(graph).values()}
    assert set(read_here) == set(truth)
    assert graph.parameters == sum(value.size for value in truth.values())
    for place, weight in read_here.items():
        values = whole(weight)
        assert values.shape == truth[place].shape
        assert float(np.sum(values, dtype="f8")) == float(np.sum(truth[place], dtype="f8"))


@pytest.mark.parametrize(("saved", "other"), [(MLP_SAVED, MLP_KERAS), (LSTM_SAVED, LSTM_H5)])
def test_one_model_in_two_formats(saved: str, other: str) -> None:
    """Both authors saved their model twice, and in both files stands one architecture with as many parameters."""
    one, two = read(model(saved), Limits()), read(model(other), Limits())
    assert [(n.op, n.shape, [w.shape for w in n.weights.values()]) for n in one.nodes] == [
        (n.op, n.shape, [w.shape for w in n.weights.values()]) for n in two.nodes
    ]
    assert one.parameters == two.parameters


def test_gates_and_statistics_have_their_shapes() -> None:
    """The weights of an LSTM go by role, whatever group they stand in."""
    graph = read(model(LSTM_H5), Limits())
    shapes = [
        {role: weight.shape for role, weight in node.weights.items()} for node in graph.nodes if node.op == "LSTM"
    ]
    assert shapes == [{"kernel": (4, 16), "recurrent_kernel": (4, 16), "bias": (16,)}] * 6


def test_residual_edges() -> None:
    """Every Add of a mini Xception joins a convolution's branch and a pooled one."""
    graph = read(model("oarriaga+face_classification/gender_mini_XCEPTION.21-0.95.hdf5"), Limits())
    nodes = {node.name: node for node in graph.nodes}
    for node in graph.nodes:
        if node.op == "Add":
            assert [nodes[edge.source].op for edge in node.inputs] == ["MaxPooling2D", "BatchNormalization"]
    last = nodes[graph.outputs[0].source]
    assert last.activation is not None
    assert (last.activation.name, last.shape) == ("softmax", (None, 2))


def test_a_custom_layer_is_named_and_its_weights_are_read() -> None:
    graph = read(model("Arshpreet-Singh-2005+Rolls-Royce-RUL/best_model.keras"), Limits())
    assert [item.class_name for item in graph.unanalysed] == ["SelfAttention"]
    custom = next(node for node in graph.nodes if node.op == "Unknown")
    assert custom.weights
    assert sum(prod(weight.shape) for weight in weights(graph).values()) == graph.parameters == 242_178
