"""HDF5 files of Keras 1, 2 and 3: every way in which attributes, groups and names have been written."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from linter.graph import ModelGraph
from linter.options import Limits
from linter.read import read
from linter.read.keras_1 import whole
from tests.linter.read import compare, zoo
from tests.linter.read.quiet import quiet

Saved = Callable[..., bytes]
Array = np.ndarray[Any, Any]


def edited(data: bytes, change: Callable[[h5py.File], None]) -> bytes:
    """Return an HDF5 file after `change`."""
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def keras_1(layers: list[dict[str, Any]], weights: dict[str, dict[str, Array]], version: str | None = "1.2.2") -> bytes:
    """Return a Sequential model as Keras 1 wrote it."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers}).encode()
        if version:
            file.attrs["keras_version"] = version.encode()
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [layer["config"]["name"].encode() for layer in layers]
        for layer in layers:
            name = layer["config"]["name"]
            group = root.create_group(name)
            stored = weights.get(name, {})
            group.attrs["weight_names"] = [f"{name}_{key}:0".encode() for key in stored]
            for key, value in stored.items():
                group[f"{name}_{key}:0"] = value
    return buffer.getvalue()


def arrays(graph: ModelGraph, layer: str) -> dict[str, Array]:
    return {role: whole(weight) for node in graph.nodes if node.layer == layer for role, weight in node.weights.items()}


@pytest.fixture(scope="module")
def plain(keras_3: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, bytes]:
    """Return a small compiled model of Keras 3 and its file."""
    path = tmp_path_factory.mktemp("plain") / "model.h5"
    with quiet():
        layers = [keras_3.layers.Dense(4, activation="relu", name="one"), keras_3.layers.Dense(2, name="two")]
        model = keras_3.Sequential([keras_3.Input((3,)), *layers])
        model.compile("adam", "mse")
        model.save(str(path))
    return model, path.read_bytes()


@pytest.mark.parametrize("form", ["text", "fixed", "padded", "array"])
def test_attributes_as_text_or_bytes(form: str, plain: tuple[Any, bytes]) -> None:
    model, data = plain

    def change(file: h5py.File) -> None:
        for name in ("model_config", "training_config", "keras_version"):
            text = file.attrs[name]
            text = text.decode() if isinstance(text, bytes) else text
            del file.attrs[name]
            if form == "text":
                file.attrs[name] = text
            elif form == "fixed":
                file.attrs[name] = np.bytes_(text.encode())
            elif form == "padded":
                file.attrs.create(name, np.bytes_(text.encode()), dtype=f"S{len(text) + 7}")
            else:
                file.attrs[name] = [text.encode()]

    graph = read(edited(data, change), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)
    assert graph.training is not None
    assert graph.training.optimizer == "Adam"


def test_groups_at_the_root(plain: tuple[Any, bytes]) -> None:
    model, data = plain

    def change(file: h5py.File) -> None:
        for name in list(file["model_weights"]):
            file.move(f"model_weights/{name}", name)
        for name, value in file["model_weights"].attrs.items():
            file.attrs[name] = value
        del file["model_weights"]

    graph = read(edited(data, change), Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)


def test_long_lists_of_names_in_pieces(
    keras_3: Any, keras_2: Any, monkeypatch: pytest.MonkeyPatch, saved: Saved
) -> None:
    """Keras splits an attribute past HDF5's limit into layer_names0, layer_names1 ...; here that limit is small."""
    from keras.src.legacy.saving import legacy_h5_format
    from tf_keras.src.saving.legacy import hdf5_format

    monkeypatch.setattr(legacy_h5_format, "HDF5_OBJECT_HEADER_LIMIT", 90)
    monkeypatch.setattr(hdf5_format, "HDF5_OBJECT_HEADER_LIMIT", 90)
    for keras in (keras_3, keras_2):
        with quiet():
            model = zoo.BOTH["nested thrice"](keras)
            inner = keras.Sequential(
                [keras.Input((2,)), *(keras.layers.Dense(2, name=f"inner_{i}") for i in range(9))], name="many"
            )
            model.add(inner)
        data = saved(model, ".h5")
        with h5py.File(io.BytesIO(data)) as file:
            assert "weight_names1" in file["model_weights/many"].attrs
        graph = read(data, Limits())
        compare.clean(graph)
        compare.same_weights(graph, model)


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
@pytest.mark.parametrize("order", ["as stored", "turned round"])
@pytest.mark.parametrize("names", ["kept", "lost"])
def test_order_and_names_are_two_witnesses(
    order: str, names: str, version: str, request: pytest.FixtureRequest, saved: Saved
) -> None:
    """Either is enough. Where both are gone, what can still be told is told: that something does not fit."""
    with quiet():
        model = zoo.BOTH["nested thrice"](request.getfixturevalue(version))

    def change(file: h5py.File) -> None:
        group = file["model_weights/middle"]
        listed = [n.decode() if isinstance(n, bytes) else n for n in group.attrs["weight_names"]]
        if names == "lost":
            for i, name in enumerate(listed):
                group.move(name, f"w{i}")
            listed = [f"w{i}" for i in range(len(listed))]
        group.attrs["weight_names"] = [name.encode() for name in (listed[::-1] if order != "as stored" else listed)]

    graph = read(edited(saved(model, ".h5"), change), Limits())
    if order == "as stored" or names == "kept":
        compare.clean(graph)
        compare.same_weights(graph, model)
    else:
        assert [defect.code for defect in graph.defects] == ["CMP952"]


def test_steps_of_training(keras_3: Any, keras_2: Any, saved: Saved) -> None:
    for keras in (keras_3, keras_2):
        with quiet():
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            model.compile(keras.optimizers.Adam(0.02), keras.losses.Huber())
            model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=2, epochs=2, verbose=0)
        for suffix in (".keras", ".h5"):  # Keras 3 forgets the optimizer when it has once saved as .h5
            training = read(saved(model, suffix), Limits()).training
            assert training is not None
            assert (training.optimizer, training.iterations) == ("Adam", 8)
            assert training.optimizer_config["learning_rate"] == pytest.approx(0.02)
            assert [loss and loss.name for loss in training.losses] == ["huber"]


@pytest.mark.parametrize(
    ("stored", "name", "losses"),
    [
        (
            {"optimizer_config": {"class_name": "Custom>Adam", "config": {"lr": 0.5}}, "loss": "mse"},
            "Adam",
            ["mean_squared_error"],
        ),
        (
            {"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.5}}, "loss": ["mae"]},
            "SGD",
            ["mean_absolute_error"],
        ),
        (
            {"optimizer_config": {"class_name": "SGD", "config": {"learning_rate": 0.5}}, "loss": {"two": "hinge"}},
            "SGD",
            ["hinge"],
        ),
        (
            {
                "optimizer_config": {"class_name": "SGD", "config": {"lr": 0.5}},
                "loss": {"class_name": "BinaryCrossentropy", "config": {}},
            },
            "SGD",
            ["binary_crossentropy"],
        ),
        ({"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.5}}, "loss": "our_own"}, "SGD", ["unknown"]),
    ],
)
def test_training_in_every_version(
    stored: dict[str, Any], name: str, losses: list[str], plain: tuple[Any, bytes]
) -> None:
    data = edited(plain[1], lambda file: file.attrs.__setitem__("training_config", json.dumps(stored)))
    training = read(data, Limits()).training
    assert training is not None
    assert training.optimizer == name
    assert training.optimizer_config["learning_rate"] == 0.5
    assert [loss and loss.name for loss in training.losses] == losses


def converted(keras_2: Any, layer: Any, shape: tuple[int, ...], stored: list[Array]) -> list[Array]:
    """Return what Keras 2 makes of a Keras 1 layer's weights."""
    from tf_keras.src.saving.legacy.hdf5_format import preprocess_weights_for_loading

    with quiet():
        keras_2.Sequential([keras_2.Input(shape), layer])
        return list(preprocess_weights_for_loading(layer, list(stored), "1", "tensorflow"))


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_gates_of_keras_1(kind: str, keras_2: Any) -> None:
    """Input, cell, forget, output became input, forget, cell, output."""
    draw = np.random.default_rng(0)
    shapes = {"W": (3, 4), "U": (4, 4), "b": (4,)}
    gates = "icfo" if kind == "LSTM" else "zrh"
    stored = {f"{part}_{gate}": draw.normal(size=shapes[part]).astype("f4") for gate in gates for part in "WUb"}
    config = {
        "name": "cell_1",
        "output_dim": 4,
        "inner_activation": "hard_sigmoid",
        "activation": "tanh",
        "batch_input_shape": [None, 5, 3],
    }
    if kind == "GRU":
        config["reset_after"] = False
    graph = read(keras_1([{"class_name": kind, "config": config}], {"cell_1": stored}), Limits())
    compare.clean(graph)
    layer = keras_2.layers.LSTM(4) if kind == "LSTM" else keras_2.layers.GRU(4, reset_after=False)
    expected = converted(keras_2, layer, (5, 3), list(stored.values()))
    found = arrays(graph, "cell_1")
    assert list(found) == ["kernel", "recurrent_kernel", "bias"]
    for ours, theirs in zip(found.values(), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("order", ["tf", "th"])
@pytest.mark.parametrize("kind", ["Convolution1D", "Convolution2D", "Deconvolution2D", "Convolution3D"])
def test_kernels_of_keras_1(kind: str, order: str, keras_2: Any) -> None:
    """With Theano's order of dimensions the filters came first; today they are last, whatever the data's format."""
    rank, filters, channels = int(kind[-2]), 5, 3
    window = (2, 3, 4)[:rank]
    stated = {"nb_filter": filters, "border_mode": "valid", "dim_ordering": order, "activation": "linear"}
    sizes = {1: {"filter_length": 2}, 2: {"nb_row": 2, "nb_col": 3}, 3: {"kernel_size": [2, 3, 4]}}[rank]
    if rank == 1:
        kernel = (2, 1, channels, filters) if order == "tf" else (filters, channels, 2, 1)
    else:
        kernel = (*window, channels, filters) if order == "tf" else (filters, channels, *window)
    shape = (9, channels) if rank == 1 else (*(9,) * rank, channels) if order == "tf" else (channels, *(9,) * rank)
    draw = np.random.default_rng(0)
    stored = {"W": draw.normal(size=kernel).astype("f4"), "b": draw.normal(size=filters).astype("f4")}
    if rank == 1:
        del stated["dim_ordering"]
    config = {"name": "conv_1", **stated, **sizes, "batch_input_shape": [None, *shape]}
    graph = read(keras_1([{"class_name": kind, "config": config}], {"conv_1": stored}), Limits())
    compare.clean(graph)
    name = {"Deconvolution2D": "Conv2DTranspose"}.get(kind, kind.replace("Convolution", "Conv"))
    form = "channels_first" if order == "th" and rank > 1 else "channels_last"
    layer = getattr(keras_2.layers, name)(filters, window[:rank], data_format=form)
    expected = converted(keras_2, layer, shape, list(stored.values()))
    assert [node.op for node in graph.nodes] == ["InputLayer", name]
    for ours, theirs in zip(arrays(graph, "conv_1").values(), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_names_and_arguments_of_keras_1() -> None:
    dense = {"name": "dense_1", "output_dim": 4, "init": "he_normal", "bias": True, "activation": "relu"}
    layers = [
        {"class_name": "Dense", "config": {**dense, "batch_input_shape": [None, 3]}},
        {"class_name": "BatchNormalization", "config": {"name": "batchnormalization_1", "mode": 0, "axis": -1}},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "p": 0.4}},
    ]
    ones = np.ones(4, "f4")
    statistics = {"gamma": ones, "beta": ones * 2, "running_mean": ones * 3, "running_std": ones * 4}
    graph = read(
        keras_1(layers, {"dense_1": {"W": np.ones((3, 4), "f4"), "b": ones}, "batchnormalization_1": statistics}, None),
        Limits(),
    )
    compare.clean(graph)
    assert [node.op for node in graph.nodes] == ["InputLayer", "Dense", "Activation", "BatchNormalization", "Dropout"]
    first, norm, dropout = graph.nodes[1], graph.nodes[3], graph.nodes[4]
    assert (first.config["units"], first.config["kernel_initializer"].parameters["scale"], first.shape) == (
        4,
        2.0,
        (None, 4),
    )
    assert dropout.config["rate"] == 0.4
    values = {role: float(whole(weight)[0]) for role, weight in norm.weights.items()}
    assert values == {"gamma": 1.0, "beta": 2.0, "moving_mean": 3.0, "moving_variance": 4.0}


def test_merge_of_keras_1() -> None:
    """Edges without keyword arguments, and one Merge layer for what later became eight."""
    inputs = [
        {"class_name": "InputLayer", "config": {"name": name, "batch_input_shape": [None, 3]}, "inbound_nodes": []}
        for name in ("a", "b")
    ]
    merge = {"class_name": "Merge", "config": {"name": "m", "mode": "mul", "concat_axis": -1}}
    merge["inbound_nodes"] = [[["a", 0, 0], ["b", 0, 0]]]  # type: ignore[assignment]
    ends = {"input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["m", 0, 0]]}
    config = {"class_name": "Model", "config": {"name": "model_1", "layers": [*inputs, merge], **ends}}
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = [b"a", b"b", b"m"]
    graph = read(buffer.getvalue(), Limits())
    compare.clean(graph)
    assert graph.nodes[-1].op == "Multiply"
    assert [edge.source for edge in graph.nodes[-1].inputs] == ["a", "b"]


@pytest.mark.parametrize(("kind", "gates"), [("CuDNNLSTM", 4), ("CuDNNGRU", 3)])
def test_two_biases_of_cudnn(kind: str, gates: int) -> None:
    shapes = {"kernel": (3, 4 * gates), "recurrent_kernel": (4, 4 * gates), "bias": (8 * gates,)}
    stored = {role: np.zeros(shape, "f4") for role, shape in shapes.items()}
    config = {"name": "rnn", "units": 4, "use_bias": True, "batch_input_shape": [None, 5, 3]}
    graph = read(keras_1([{"class_name": kind, "config": config}], {"rnn": stored}, "2.2.4"), Limits())
    compare.clean(graph)
    assert {role: weight.shape for role, weight in graph.nodes[1].weights.items()} == shapes


def test_weights_that_are_missing_misshapen_or_too_many(plain: tuple[Any, bytes]) -> None:
    def missing(file: h5py.File) -> None:
        group = file["model_weights/one"]
        group.attrs["weight_names"] = group.attrs["weight_names"][:1]
        names: list[str] = []
        group.visit(names.append)
        del group[next(name for name in names if name.endswith("bias"))]

    def misshapen(file: h5py.File) -> None:
        name = file["model_weights/two"].attrs["weight_names"][0]
        name = name.decode() if isinstance(name, bytes) else name
        del file[f"model_weights/two/{name}"]
        file[f"model_weights/two/{name}"] = np.zeros((9, 2), "f4")

    def surplus(file: h5py.File) -> None:
        file["model_weights/three/kernel"] = np.zeros((2, 2), "f4")

    def gone(file: h5py.File) -> None:
        del file["model_weights"]

    expectations = {
        missing: "one",
        misshapen: r"two kernel is \(9, 2\), expected \(4, 2\)",
        surplus: "three/kernel",
        gone: "no weights",
    }
    for change, what in expectations.items():
        graph = read(edited(plain[1], change), Limits())
        assert [defect.code for defect in graph.defects] == ["CMP952"]
        with pytest.raises(AssertionError, match=what):
            raise AssertionError(graph.defects[0].message)


def test_low_rank_updates_are_added_as_keras_does(keras_3: Any, saved: Saved) -> None:
    """Keras adds them itself when it writes a `.keras` file: that is the oracle for the others."""
    layers = keras_3.layers
    with quiet():
        given = keras_3.Input((6,), dtype="int32")
        wide = layers.EinsumDense("abc,cd->abd", output_shape=(4, 5), bias_axes="d")
        chain = (layers.Embedding(9, 6), layers.Conv1D(4, 3), wide, layers.TimeDistributed(layers.Dense(3)))
        made = given
        for layer in chain:
            made = layer(made)
        model = keras_3.Model(given, made)
        for layer in chain:
            getattr(layer, "layer", layer).enable_lora(2, lora_alpha=3)
    random = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(random.normal(size=weight.shape))

    def values(found: ModelGraph) -> dict[str, Array]:
        assert not found.defects
        return {f"{n.layer}/{role}": whole(weight) for n in found.nodes for role, weight in n.weights.items()}

    expected = values(read(saved(model, ".keras"), Limits()))
    assert len(expected) == 7
    for form in (saved(model, ".h5"), model):
        compare_values(values(read(form, Limits())), expected)


@pytest.mark.parametrize(("rank", "alpha"), [(0, 2), (-1, 2), ("2", 2), (2, "x"), (10**40, 2), (2, 10**40), (5, 2)])
def test_low_rank_updates_that_make_no_sense_are_told(keras_3: Any, saved: Saved, rank: Any, alpha: Any) -> None:
    with quiet():
        model = keras_3.Sequential([keras_3.Input((4,)), keras_3.layers.Dense(3, name="one")])
        model.layers[0].enable_lora(2)

    def change(file: h5py.File) -> None:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["config"].update(lora_rank=rank, lora_alpha=alpha)
        file.attrs["model_config"] = json.dumps(config)

    graph = read(edited(saved(model, ".h5"), change), Limits())
    assert [defect.code for defect in graph.defects] == ["CMP952"]
    assert "lora_kernel_a" in graph.defects[0].message
    np.testing.assert_array_equal(whole(graph.nodes[1].weights["kernel"]), model.layers[0]._kernel)


def test_a_file_reads_the_same_from_disk_and_memory(plain: tuple[Any, bytes], tmp_path: Path) -> None:
    """On disk HDF5 opens the file itself, unless this process has it open for writing; both ends give one model."""
    path = tmp_path / "model.h5"
    path.write_bytes(plain[1])

    def values(model: Path | bytes) -> dict[str, Array]:
        return {
            f"{node.layer}/{role}": whole(weight)
            for node in read(model, Limits()).nodes
            for role, weight in node.weights.items()
        }

    expected = values(plain[1])
    assert expected
    with h5py.File(path, "r+") as being_written:
        compare_values(values(path), expected)
        assert being_written.attrs["keras_version"]
    compare_values(values(path), expected)


def compare_values(found: dict[str, Array], expected: dict[str, Array]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
