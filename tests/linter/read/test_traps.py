"""Every way of writing a model that a reader can trip over, against what Keras itself says of the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linter.graph import Edge, ModelGraph
from linter.options import Limits
from linter.read import read
from linter.read.keras_1 import whole
from tests.linter.read import compare, trap, zoo
from tests.linter.read.quiet import quiet

Saved = Callable[..., bytes]
UNSAVED = {("AugMix", ".h5")}
"""What Keras itself fails to save."""


def _halves(layer: Any) -> bool:
    """Keras states the shape of a Dense with a gated activation as if it did not halve its input."""
    return getattr(getattr(layer, "activation", None), "__name__", "") == "glu"


def judge(model: Any, data: bytes) -> ModelGraph:
    """Check a saved model's graph against the model: weights by layer, number of values, shapes of the outputs."""
    graph = read(data, Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)
    shapes = {node.name: node.shape for node in graph.nodes}
    for layer in model.layers:  # the last node of a layer has the shape that Keras gives to the layer's output
        last = f"{layer.name}.activation" if f"{layer.name}.activation" in shapes else layer.name
        output = getattr(layer, "output", None) if len(getattr(layer, "_inbound_nodes", ())) == 1 else None
        if last in shapes and hasattr(output, "shape") and not (hasattr(layer, "layers") or _halves(layer)):
            assert compare.agree(shapes[last], output.shape), (last, shapes[last], output.shape)
    outputs = [shapes[edge.source] for edge in graph.outputs if edge.tensor == 0]
    stated = sorted(map(str, (tuple(output.shape) for output in model.outputs)))
    assert len(graph.outputs) == len(stated)
    if (
        not any(shape is None or None in shape[1:] for shape in outputs)
        and "None, None" not in str(stated)
        and not any(map(_halves, model.layers))
    ):
        assert sorted(map(str, outputs)) == stated
    return graph


@pytest.mark.parametrize("name", [*zoo.BOTH, *zoo.KERAS_3])
def test_keras_3(name: str, keras_3: Any, saved: Saved) -> None:
    with quiet():
        keras_3.utils.clear_session()
        model = (zoo.BOTH | zoo.KERAS_3)[name](keras_3)
    for suffix in (".keras", ".h5"):
        if (name, suffix) not in UNSAVED and not name.startswith("Spectral"):
            graph = judge(model, saved(model, suffix))
            if (name, suffix) != ("shared in two models", ".h5"):  # which stores its weights in both places
                assert (graph.parameters or 0) == compare.size(model)


@pytest.mark.parametrize("name", zoo.BOTH)
def test_keras_2(name: str, keras_2: Any, saved: Saved) -> None:
    with quiet():
        keras_2.backend.clear_session()
        model = zoo.BOTH[name](keras_2)
    for suffix in (".keras", ".h5"):
        graph = judge(model, saved(model, suffix))
        assert (graph.parameters or 0) == compare.size(model)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", zoo.QUANTIZED)
def test_quantised(name: str, suffix: str, keras_3: Any, saved: Saved) -> None:
    """Every variable of a quantised layer has its own role, whatever the order in which it is stored."""
    with quiet():
        model = zoo.QUANTIZED[name](keras_3)
    graph = read(saved(model, suffix), Limits())
    compare.clean(graph)
    assert graph.parameters == compare.size(model)
    for path, layer in trap.leaves(model).items():
        by_name = {variable.name: np.asarray(variable) for variable in layer.weights}
        found = {
            role.removeprefix("packed_"): whole(w)
            for n in graph.nodes
            if n.layer == path
            for role, w in n.weights.items()
        }
        assert set(found) == set(by_name)
        for role, values in found.items():
            np.testing.assert_array_equal(values, by_name[role])
    kernel = next(role for role in graph.nodes[1].weights if role.endswith(("kernel", "embeddings")))
    assert kernel.startswith("packed_") == (name == "int4")


def test_spectral_normalization(keras_3: Any, saved: Saved) -> None:
    """Keras 3 stores the kernel twice, with the wrapper and with the layer: it counts once."""
    with quiet():
        model = zoo.KERAS_3["SpectralNormalization"](keras_3)
    for suffix in (".keras", ".h5"):
        graph = read(saved(model, suffix), Limits())
        compare.clean(graph)
        assert graph.parameters == compare.size(model)
        dense = graph.nodes[1]
        assert (dense.op, dense.wrappers, list(dense.weights)) == (
            "Dense",
            ("SpectralNormalization",),
            ["kernel", "bias"],
        )


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
def test_calls_of_nested_models(version: str, request: pytest.FixtureRequest, saved: Saved) -> None:
    """Keras 2 counts the call that a functional model made while it was built, Keras 3 does so in the outputs alone."""
    keras = request.getfixturevalue(version)
    with quiet():
        thrice, several = zoo.BOTH["called thrice"](keras), zoo.BOTH["several outputs"](keras)
    for suffix in (".keras", ".h5"):
        graph = read(saved(thrice, suffix), Limits())
        fed = {node.name: [edge.source for edge in node.inputs] for node in graph.nodes}
        assert fed["inner/one"] == ["given"]
        assert fed["inner/one#2"] == ["inner/one.activation"]
        assert fed["inner/one#3"] == ["inner/one.activation#2"]
        assert graph.outputs == (Edge("inner/one.activation#3"),)
        graph = read(saved(several, suffix), Limits())
        assert {n.name: n.inputs for n in graph.nodes}["on_right"] == (Edge("inner/right"),)
        assert graph.outputs == (Edge("on_right"), Edge("inner/left"))


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
def test_states(version: str, request: pytest.FixtureRequest, saved: Saved) -> None:
    keras = request.getfixturevalue(version)
    with quiet():
        model, both = zoo.BOTH["states"](keras), zoo.BOTH["states of both directions"](keras)
    for suffix in (".keras", ".h5"):
        nodes = {node.name: node for node in read(saved(model, suffix), Limits()).nodes}
        states = (Edge("first", 1, "initial_state"), Edge("first", 2, "initial_state"))
        assert nodes["second"].inputs == (Edge("first"), *states)
        assert nodes["on_state"].inputs == (Edge("first", 2),)
        nodes = {node.name: node for node in read(saved(both, suffix), Limits()).nodes}
        assert nodes["sum"].inputs == (Edge("two/forward_layer", 1), Edge("two/backward_layer", 1))


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
def test_arguments_have_one_name(version: str, request: pytest.FixtureRequest, saved: Saved) -> None:
    with quiet():
        model = zoo.BOTH["cross attention"](request.getfixturevalue(version))
    for suffix in (".keras", ".h5"):
        attend = read(saved(model, suffix), Limits()).nodes[-1]
        assert set(attend.inputs) == {Edge("query"), Edge("memory", 0, "value"), Edge("memory", 0, "key")}


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
def test_cells_and_wrappers(version: str, request: pytest.FixtureRequest, saved: Saved) -> None:
    with quiet():
        model = zoo.BOTH["stacked cells"](request.getfixturevalue(version))
    for suffix in (".keras", ".h5"):
        _, low, high, top = read(saved(model, suffix), Limits()).nodes
        assert [node.op for node in (low, high, top)] == ["LSTM", "LSTM", "GRU"]
        assert low.wrappers == ("RNN", "StackedRNNCells", "LSTMCell")
        assert (low.shape, high.shape, top.shape) == ((None, 5, 3), (None, 5, 2), (None, 4))


def test_functions_on_tensors(keras_3: Any, saved: Saved) -> None:
    with quiet():
        model = zoo.KERAS_3["functions"](keras_3)
    for suffix in (".keras", ".h5"):
        nodes = read(saved(model, suffix), Limits()).nodes
        kinds = [node.op for node in nodes if node.op not in ("InputLayer", "Dense")]
        assert sorted(kinds) == sorted(
            [
                "Activation",
                "Transpose",
                "Concatenate",
                "Mean",
                "Reshape",
                "MatMul",
                "ExpandDims",
                "Activation",
                "Squeeze",
                "Sum",
            ]
        )
        found = [(n.activation.name, dict(n.activation.parameters)) for n in nodes if n.activation]
        assert found == [("relu", {}), ("softmax", {"axis": 1})]


def test_mixed_precision(keras_3: Any, saved: Saved) -> None:
    for policy, computed, stored in (("mixed_float16", "float16", "<f4"), ("bfloat16", "bfloat16", "bfloat16")):
        with quiet():
            model = keras_3.Sequential([keras_3.Input((4,)), keras_3.layers.Dense(3, dtype=policy, name="dense")])
        dense = read(saved(model, ".keras"), Limits()).nodes[1]
        assert dense.dtype == computed
        assert dense.weights["kernel"].dtype == stored


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
def test_initializers_by_their_parameters(version: str, request: pytest.FixtureRequest, saved: Saved) -> None:
    keras = request.getfixturevalue(version)
    init = keras.initializers
    spellings = [
        "glorot_uniform",
        init.GlorotUniform(),
        init.VarianceScaling(1.0, "fan_avg", "uniform"),
    ]
    with quiet():
        layers = [keras.layers.Dense(2, kernel_initializer=spelling) for spelling in spellings]
        model = keras.Sequential([keras.Input((2,)), *layers])
    for suffix in (".keras", ".h5"):
        dense = [node for node in read(saved(model, suffix), Limits()).nodes if node.op == "Dense"]
        found = [
            (node.config["kernel_initializer"].kind, dict(node.config["kernel_initializer"].parameters))
            for node in dense
        ]
        assert found == [("variance_scaling", {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"})] * 3


def test_held_activations(keras_3: Any, saved: Saved) -> None:
    """A layer given as `activation=` keeps its variable, which belongs to the activation's node."""
    with quiet():
        model = zoo.BOTH["PReLU as activation"](keras_3)
    for suffix in (".keras", ".h5"):
        _, dense, activation = read(saved(model, suffix), Limits()).nodes
        assert list(dense.weights) == ["kernel", "bias"]
        assert activation.activation is not None
        assert (activation.activation.name, list(activation.weights)) == ("prelu", ["alpha"])


def test_text(keras_3: Any, saved: Saved) -> None:
    """The vocabulary is an asset of the archive, and no weight."""
    with quiet():
        text = keras_3.layers.TextVectorization(10, output_sequence_length=5, name="text")
        text.adapt(["a b c", "d"])
        layers = [text, keras_3.layers.Embedding(10, 3, name="embed"), keras_3.layers.GlobalMaxPooling1D(name="top")]
        model = keras_3.Sequential([keras_3.Input((), dtype="string"), *layers], name="zoo")
    for suffix in (".keras", ".h5"):
        graph = read(saved(model, suffix), Limits())
        compare.clean(graph)
        compare.same_weights(graph, model)
        assert [node.shape for node in graph.nodes] == [(None,), (None, 5), (None, 5, 3), (None, 3)]


def test_a_model_that_was_never_built(keras_3: Any, saved: Saved) -> None:
    """It has no weights yet: that is no defect, and it is said."""
    with quiet():
        model = keras_3.Sequential([keras_3.layers.Dense(3, name="dense")], name="zoo")
    for suffix in (".keras", ".h5"):
        graph = read(saved(model, suffix), Limits())
        assert graph.defects == ()
        assert [item.reason for item in graph.unanalysed] == ["saved before it was built: it has no input shape yet"]


def test_one_model_five_times(trap_models: dict[str, Any], trap_file: Callable[[str], Path]) -> None:
    """Keras 3 as .keras and .h5, Keras 2 as .keras, .h5 and SavedModel: the same graph, the same weights."""
    graphs = {name: read(trap_file(name), Limits()) for name in trap.FORMATS}
    first = graphs["keras_3.keras"]
    assert len(first.nodes) == 48
    assert first.inputs == ("image", "words")
    assert first.output_names == ("label", "score")
    for name, graph in graphs.items():
        compare.clean(graph)
        assert list(map(compare.structure, graph.nodes)) == list(map(compare.structure, first.nodes)), name
        assert (graph.inputs, graph.outputs, graph.output_names) == (first.inputs, first.outputs, first.output_names)
        assert graph.parameters == compare.size(trap_models["keras_3"])
        assert graph.training is not None
        assert [loss and loss.name for loss in graph.training.losses] == [
            "categorical_crossentropy",
            "mean_squared_error",
        ]
        compare.same_weights(graph, trap_models["keras_3"])
