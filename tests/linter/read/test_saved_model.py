"""SavedModel folders: architecture and weights as Keras 2 and TensorFlow have them, and every way in which a folder can
be wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linter import lint
from linter.graph import ModelGraph, Weight
from linter.options import Limits
from linter.read import read
from linter.read.discover import is_saved_model
from linter.read.errors import UnreadableError
from linter.read.weights import StoredWeight
from tests.linter.read import hostile_graphs, trap
from tests.linter.read.hostile_graphs import tensorflow

MODELS = Path(__file__).parents[3] / "../shared/models"
REAL = {
    "AbisheakJacob+ANN-Customer-Analytics/saved_model": (["Dense", "Dense", "Dense"], "RMSprop", 160_000),
    "DarmorizIhor+lstm_epidemy/my_model": (["LSTM"] * 6, "Adam", None),
    "spotify+basic-pitch/nmp": (["BatchNormalization", "Conv2D"], "Adam", 17_900),
}
"""Folder -> operations with weights, in order (of the last one: among others), optimizer, its steps as TensorFlow reads
them.
"""


@pytest.fixture
def reading() -> Iterator[Callable[..., ModelGraph]]:
    """Return a `read` whose data files are closed at the end."""
    graphs: list[ModelGraph] = []

    def reader(path: Path, limits: Limits = Limits()) -> ModelGraph:  # noqa: B008 - frozen
        graphs.append(read(path, limits))
        return graphs[-1]

    yield reader
    for graph in graphs:
        for weight in (*graph.surplus, *(w for node in graph.nodes for w in node.weights.values())):
            if isinstance(weight, StoredWeight):
                weight.source.close()  # type: ignore[attr-defined]


@pytest.fixture
def saved(trap_models: dict[str, Any], trap_file: Callable[[str], Path]) -> tuple[Path, dict[str, list[np.ndarray]]]:
    """Return the trap model as Keras 2 saves it, and its weights by layer."""
    return trap_file("keras_2_saved_model"), trap.truth(trap_models["keras_2"])


@pytest.fixture
def copied(saved: tuple[Path, Any], tmp_path: Path) -> Path:
    """Return a copy of the trap model's folder, to be damaged."""
    return Path(shutil.copytree(saved[0], tmp_path / "copy"))


def keras_2() -> Any:
    tensorflow()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("tf_keras", reason="Keras 2 (tf_keras) is not installed")


def values(weight: Weight) -> np.ndarray:
    return np.concatenate([piece.copy() for piece in weight.chunks()]).reshape(weight.shape)


def of_layer(graph: ModelGraph, path: str) -> list[np.ndarray]:
    """Return the weights of a layer and of what it wraps, in order, those of further calls left out."""
    found: dict[int, Weight] = {}
    for node in graph.nodes:
        if node.layer == path or node.layer.startswith(f"{path}/"):
            found.update({id(weight): weight for weight in node.weights.values()})
    return [values(weight) for weight in found.values()]


def test_trap_model_has_every_weight_in_its_place(saved: tuple[Path, Any], reading: Any) -> None:
    path, truth = saved
    graph = reading(path)
    for layer, expected in truth.items():
        found = of_layer(graph, layer)
        assert [f.shape for f in found] == [e.shape for e in expected], layer
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other, err_msg=layer)
    assert graph.parameters == sum(value.size for layer in truth.values() for value in layer)
    assert (graph.defects, graph.surplus, graph.unanalysed) == ((), (), ())


def test_trap_model_has_its_architecture(saved: tuple[Path, Any], reading: Any) -> None:
    graph = reading(saved[0])
    calls = [node.name for node in graph.nodes if node.layer == "shared" and node.op == "Dense"]
    assert sorted(calls) == ["shared", "shared#2"]
    assert graph.inputs == ("image", "words")
    assert graph.output_names == ("label", "score")
    assert graph.training is not None
    assert [loss and loss.name for loss in graph.training.losses] == ["categorical_crossentropy", "mean_squared_error"]
    assert next(node for node in graph.nodes if node.layer == "picture/depthwise").shape == (None, 8, 8, 6)


@pytest.mark.parametrize("name", REAL)
def test_real_models_have_the_values_that_tensorflow_reads(name: str, reading: Any) -> None:
    folder = MODELS / name
    if not folder.is_dir():
        pytest.skip("the real models are not beside this checkout")
    checkpoint = tensorflow().train.load_checkpoint(str(folder / "variables" / "variables"))
    ops, optimizer, steps = REAL[name]
    graph = reading(folder)
    weighty = [node for node in graph.nodes if node.weights]
    assert [node.op for node in weighty][: len(ops)] == ops
    sizes = 0
    for node in weighty:
        for weight in node.weights.values():
            stored = checkpoint.get_tensor(f"{weight.name}/.ATTRIBUTES/VARIABLE_VALUE")
            np.testing.assert_array_equal(values(weight), stored)
            assert float(values(weight).sum(dtype="float64")) == float(stored.sum(dtype="float64"))
            sizes += stored.size
    not_weights = ("optimizer/", "keras_api/", "save_counter")
    shapes = checkpoint.get_variable_to_shape_map()
    of_model = [
        key for key in shapes if not key.startswith(not_weights) and "OPTIMIZER_SLOT" not in key and "OBJECT" not in key
    ]
    assert graph.parameters == sizes == sum(int(np.prod(shapes[key])) for key in of_model)
    assert graph.training is not None
    assert (graph.training.optimizer, graph.training.iterations) == (optimizer, steps)
    assert (graph.defects, graph.surplus) == ((), ())


def small(folder: Path, *layers: Any, compiled: bool = False, inputs: Any = (3,)) -> Any:
    """Save a Sequential of Keras 2; return it."""
    k = keras_2()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = k.Sequential([k.Input(inputs), *layers])
        if compiled:
            model.compile("sgd", "mse")
            model.fit(np.ones((4, *inputs)), np.ones((4, 2)), epochs=3, batch_size=2, verbose=0)
        model.save(str(folder), save_format="tf")
    return model


def test_optimizer_and_metrics_are_no_weights(tmp_path: Path, reading: Any) -> None:
    k = keras_2()
    small(tmp_path / "model", k.layers.Dropout(0.5), k.layers.Dense(2, name="head"), compiled=True)
    graph = reading(tmp_path / "model")
    assert (graph.parameters, graph.surplus, graph.defects) == (8, (), ())
    assert graph.training is not None
    assert (graph.training.optimizer, graph.training.iterations) == ("SGD", 6)


def test_layer_given_as_activation_has_its_own_weights(tmp_path: Path, reading: Any) -> None:
    k = keras_2()
    model = small(
        tmp_path / "model", k.layers.Dense(2, activation=k.layers.PReLU(alpha_initializer="ones"), name="head")
    )
    graph = reading(tmp_path / "model")
    found = {f"{node.name}/{role}": values(weight) for node in graph.nodes for role, weight in node.weights.items()}
    assert set(found) == {"head/kernel", "head/bias", "head.activation/alpha"}
    np.testing.assert_array_equal(found["head/kernel"], model.layers[-1].kernel.numpy())
    assert found["head.activation/alpha"].tolist() == [1.0, 1.0]


def test_stacked_cells_and_normalisation(tmp_path: Path, reading: Any) -> None:
    k = keras_2()
    cells = [k.layers.LSTMCell(2, name="first"), k.layers.GRUCell(3, name="second")]
    normal = k.layers.Normalization(name="normal")
    normal.adapt(np.array([[1.0, 2.0], [3.0, 6.0]]))
    model = small(tmp_path / "model", normal, k.layers.RNN(cells, name="loop"), inputs=(4, 2))
    graph = reading(tmp_path / "model")
    assert graph.defects == ()
    expected = [value for layer in model.layers for value in layer.get_weights()]
    found = [values(weight) for node in graph.nodes for weight in node.weights.values()]
    assert [f.tolist() for f in found] == [e.tolist() for e in expected]


def test_subclassed_model_shows_its_weights_and_says_why_no_more(tmp_path: Path, reading: Any) -> None:
    k = keras_2()

    class Own(k.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = k.layers.Dense(4)
            self.second = k.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.second(self.first(x))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = Own()
        model(np.ones((1, 3), "float32"))
        model.save(str(tmp_path / "model"), save_format="tf")
    graph = reading(tmp_path / "model")
    assert [entry.class_name for entry in graph.unanalysed] == ["Own"]
    found = {f"{node.layer}/{role}": values(weight) for node in graph.nodes for role, weight in node.weights.items()}
    np.testing.assert_array_equal(found["second/kernel"], model.second.kernel.numpy())
    assert set(found) == {"first/kernel", "first/bias", "second/kernel", "second/bias"}
    (report,) = lint(tmp_path / "model").models
    assert {finding.code: finding.fix.summary for finding in report.findings if finding.fix} == {
        "CMP951": "load it there, and save it as a keras.Model(inputs, outputs)",
        "SEC011": "have it importable wherever the model is loaded",
    }


def test_lookup_tables_of_keras_raise_no_alarm(tmp_path: Path, reading: Any) -> None:
    tf, k = tensorflow(), keras_2()
    vocabulary = tmp_path / "words.txt"
    vocabulary.write_text("a\nb\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = k.Input((1,), dtype=tf.string)
        rows = [
            k.layers.StringLookup(vocabulary=["x", "y"])(text),
            k.layers.StringLookup(vocabulary=str(vocabulary))(text),
        ]
        k.Model(text, rows).save(str(tmp_path / "model"), save_format="tf")
    assert [d for d in reading(tmp_path / "model").defects if d.code == "SEC009"] == []


def test_exported_model_says_so(tmp_path: Path) -> None:
    import keras

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        model.export(str(tmp_path / "model"), verbose=False)
    with pytest.raises(UnreadableError, match="exported for serving"):
        read(tmp_path / "model", Limits())


def test_keras_model_with_a_hostile_graph_is_read_and_reported(copied: Path, tmp_path: Path, reading: Any) -> None:
    """The metadata is that of the trap model, the graph one that writes a file: both are seen."""
    from tensorflow.core.protobuf import saved_model_pb2

    hostile = hostile_graphs.module(tmp_path / "hostile", hostile_graphs.write_file)
    theirs, ours = saved_model_pb2.SavedModel(), saved_model_pb2.SavedModel()
    theirs.ParseFromString((hostile / "saved_model.pb").read_bytes())
    ours.ParseFromString((copied / "saved_model.pb").read_bytes())
    ours.meta_graphs[0].graph_def.library.function.extend(theirs.meta_graphs[0].graph_def.library.function)
    (copied / "saved_model.pb").write_bytes(ours.SerializeToString())
    graph = reading(copied)
    assert any("WriteFile" in d.message for d in graph.defects if d.code == "SEC009")
    assert graph.parameters == 1518


def test_metadata_that_the_model_does_not_show_is_handed_on(copied: Path, reading: Any) -> None:
    """A loader revives each object from its own JSON: a layer that differs there must not hide from the rules."""
    data = (copied / "keras_metadata.pb").read_bytes()
    assert not [key for key in reading(copied).documents if key.endswith("root.layer_with_weights-9")]
    named = b'"name": "shared", '
    end = data.rindex(named + b'"trainable": true') + len(named)  # the object's own, not the copy in the model's JSON
    changed = data[:end] + data[end:].replace(b"trainable", b"planted__", 1)
    assert len(changed) == len(data)
    assert changed != data
    (copied / "keras_metadata.pb").write_bytes(changed)
    documents = reading(copied).documents
    assert "planted" in json.dumps(
        next(value for key, value in documents.items() if key.endswith("layer_with_weights-9"))
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("saved_model.pb", b"", "exported for serving|cannot be read|no Keras"),
        ("saved_model.pb", b"\x12\xff\xff\xff", r"saved_model\.pb is damaged"),
        ("keras_metadata.pb", b"", "it holds a TensorFlow graph and no Keras layers"),
        ("keras_metadata.pb", b"\x0a\x7f", r"keras_metadata\.pb is damaged"),
        ("keras_metadata.pb", b"\x0a\x06\x10\x00\x2a\x02{]", "is not JSON"),
        ("keras_metadata.pb", b"\x0a\x06\x10\x00\x2a\x02[]", "no Keras model"),
    ],
)
def test_damaged_protobuf_is_one_clear_error(
    copied: Path, name: str, content: bytes, message: str, reading: Any
) -> None:
    (copied / name).write_bytes(content)
    if name == "saved_model.pb" and not content:  # the metadata alone still tell the architecture
        assert reading(copied).parameters == 1518
        return
    with pytest.raises(UnreadableError, match=message):
        read(copied, Limits())


@pytest.mark.parametrize("cut", range(0, 100, 9))
def test_truncated_files_end_in_a_graph_or_one_clear_error(copied: Path, cut: int, reading: Any) -> None:
    for name in (
        "saved_model.pb",
        "keras_metadata.pb",
        "variables/variables.index",
        "variables/variables.data-00000-of-00001",
    ):
        data = (copied / name).read_bytes()
        (copied / name).write_bytes(data[: len(data) * cut // 100])
        try:
            graph = reading(copied)
            assert graph.nodes
            assert name.startswith("variables") <= any(d.code == "CMP952" for d in graph.defects)
        except UnreadableError as error:
            assert not name.startswith("variables")
            assert len(str(error)) > 10  # noqa: PT017 - most cuts raise, weights alone do not
        (copied / name).write_bytes(data)


@pytest.mark.parametrize("name", ["variables.index", "variables.data-00000-of-00001"])
def test_missing_weights_are_one_finding(copied: Path, name: str, reading: Any) -> None:
    (copied / "variables" / name).unlink()
    graph = reading(copied)
    assert [defect.code for defect in graph.defects] == ["CMP952"]
    assert len(graph.nodes) > 20


def test_links_out_of_the_folder_are_reported_and_not_followed(copied: Path, tmp_path: Path, reading: Any) -> None:
    outside = tmp_path / "outside"
    shard = copied / "variables" / "variables.data-00000-of-00001"
    shard.rename(outside)
    shard.symlink_to(outside)
    (copied / "assets").mkdir(exist_ok=True)
    (copied / "assets" / "words.txt").symlink_to("/etc/hostname")
    graph = reading(copied)
    links = [defect.pointer for defect in graph.defects if defect.code == "SEC006"]
    assert sorted(links) == ["assets/words.txt", "variables/variables.data-00000-of-00001"]
    assert graph.parameters is None


def test_link_in_place_of_the_graph_is_a_finding_without_a_graph(copied: Path, tmp_path: Path) -> None:
    (copied / "saved_model.pb").rename(tmp_path / "outside.pb")
    (copied / "saved_model.pb").symlink_to(tmp_path / "outside.pb")
    graph = read(copied, Limits())
    assert [defect.code for defect in graph.defects] == ["SEC006"]
    assert (graph.nodes, len(graph.unanalysed)) == ((), 1)


def test_code_among_the_assets_is_reported(copied: Path, reading: Any) -> None:
    (copied / "assets").mkdir(exist_ok=True)
    (copied / "assets" / "helper.py").write_text("pass")
    assert [(d.code, d.pointer) for d in reading(copied).defects] == [("SEC006", "assets/helper.py")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipe_in_place_of_the_graph_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "saved_model.pb")
    with pytest.raises(UnreadableError):
        read(tmp_path, Limits())


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "a folder without a model"),
        (("notes.txt",), r"it holds notes\.txt"),
        (("saved_model.pbtxt",), "in text form"),
        (("config.json", "metadata.json"), r"an unpacked \.keras archive"),
        (("_CHECKPOINT_METADATA",), "an Orbax checkpoint"),
        (("ckpt-1.index", "ckpt-1.data-00000-of-00001"), "a TensorFlow checkpoint"),
    ],
)
def test_folder_without_a_model_says_what_it_is(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    for name in names:
        (tmp_path / name).write_text("")
    with pytest.raises(UnreadableError, match=message):
        read(tmp_path, Limits())


def test_limits_at_and_past(copied: Path, reading: Any) -> None:
    members = sum(len(files) + len(folders) for _, folders, files in os.walk(copied))
    assert reading(copied, Limits(max_members=members)).nodes
    with pytest.raises(UnreadableError, match="max_members"):
        read(copied, Limits(max_members=members - 1))
    with pytest.raises(UnreadableError, match="max_protobuf_nodes"):
        read(copied, Limits(max_protobuf_nodes=100))
    size = (copied / "saved_model.pb").stat().st_size
    assert reading(copied, Limits(max_unpacked_bytes=size)).nodes
    with pytest.raises(UnreadableError, match=r"saved_model\.pb has more than"):
        read(copied, Limits(max_unpacked_bytes=size - 1))


def test_walks_can_tell(copied: Path, tmp_path: Path) -> None:
    assert is_saved_model(copied)
    assert not is_saved_model(copied / "variables")
    assert not is_saved_model(tmp_path / "absent")


def test_metadata_in_both_places_are_both_handed_on(copied: Path, reading: Any) -> None:
    """Loaders up to TensorFlow 2.4 take the objects' own metadata, later ones the file beside: rules see both."""
    from tensorflow.core.protobuf import saved_model_pb2

    model = saved_model_pb2.SavedModel()
    model.ParseFromString((copied / "saved_model.pb").read_bytes())
    model.meta_graphs[0].object_graph_def.nodes[0].user_object.metadata = '{"class_name": "Planted", "config": {}}'
    (copied / "saved_model.pb").write_bytes(model.SerializeToString())
    graph = reading(copied)
    assert graph.documents["saved_model.pb"] == {"class_name": "Planted", "config": {}}
    assert graph.documents["keras_metadata.pb"]["class_name"] == "Functional"
    assert graph.parameters == 1518
