"""Everything public in keras_act, saved by Keras as `.keras` and `.h5`, gives the nodes it should.

And no finding of security or fit.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import keras_act
from linter.activations import facts
from linter.api import lint
from linter.finding import ModelReport
from linter.graph import Activation, Initializer, ModelGraph, Node
from linter.options import Limits, Options
from linter.read import read

REGISTERED = {
    k.removeprefix("keras_act>"): v for k, v in keras.saving.get_custom_objects().items() if k.startswith("keras_act>")
}
LAYERS = sorted(n for n, v in REGISTERED.items() if isinstance(v, type) and issubclass(v, keras.Layer))
FUNCTIONS = sorted(n for n, v in REGISTERED.items() if not isinstance(v, type))
INITIALIZERS = sorted(n for n, v in REGISTERED.items() if isinstance(v, type) and not issubclass(v, keras.Layer))
FORMATS = (".keras", ".h5")
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "LeakyReLU": [{}, {"negative_slope": 0.2}],
    "PReLU": [{}, {"shared_axes": [1]}, {"alpha_initializer": "zeros"}],
    "Swish": [{}, {"beta": 2.0, "learnable": True, "axis": -1}],
    "Snake": [{}, {"frequency": 3.0, "learnable": True}],
    "Squareplus": [{}, {"b": 1.0, "learnable": True}],
    "SMU": [{}, {"axis": -1}],
    "XIELU": [{}, {"axis": -1}],
    "DyT": [{}, {"axis": -1}],
    "GELU": [{}, {"approximate": True}],
    "HardSigmoid": [{}, {"slope": 0.2}],
    "ClippedReLU": [{}, {"max_value": 3.0}],
    "Softplus": [{}, {"sharpness": 3.0}],
    "HardShrink": [{}, {"lower": -1.0, "upper": 2.0}],
    "MultivariateSoftplus": [{}, {"keepdims": True}],
    "Maxout": [{}, {"pieces": 4}],
}
KERNELS: dict[str, tuple[tuple[int, ...], tuple[Any, ...], str]] = {
    "MaxoutDense": ((8,), (3,), "Dense"),
    "MaxoutConv1D": ((9, 8), (3, 2), "Conv1D"),
    "MaxoutConv2D": ((9, 9, 8), (3, 2), "Conv2D"),
    "MaxoutConv3D": ((5, 5, 5, 8), (3, 2), "Conv3D"),
}


def saved(model: keras.Model, path: Path) -> ModelGraph:
    """The graph of a model as Keras stores it."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # Keras warns that .h5 is a legacy format
        model.save(path)
    return read(path, Limits())


def report(path: Path) -> ModelReport:
    """What the linter says of a file."""
    found = lint(path, options=Options(select=("SEC", "CMP952")))
    assert not found.errors
    return found.models[0]


def acting(graph: ModelGraph) -> Node:
    """The only activation of a model."""
    (node,) = [node for node in graph.nodes if node.op == "Activation"]
    return node


def checked(path: Path, graph: ModelGraph) -> None:
    """Nothing is unanalysed, surplus or reported."""
    assert not graph.unanalysed
    assert not graph.surplus
    assert not report(path).findings


def layer_cases() -> Iterator[Any]:
    """Every activation layer with each of its settings, in both formats."""
    for name in LAYERS:
        if name not in KERNELS:
            for given in SETTINGS.get(name, [{}]):
                for suffix in FORMATS:
                    yield pytest.param(name, given, suffix, id=f"{name}{given or ''}{suffix}")


def test_the_walk_finds_them_all() -> None:
    assert (len(LAYERS), len(FUNCTIONS), len(INITIALIZERS)) >= (40, 30, 6)
    assert set(LAYERS) == {n for n, v in vars(keras_act).items() if isinstance(v, type) and issubclass(v, keras.Layer)}


@pytest.mark.parametrize(("name", "given", "suffix"), list(layer_cases()))
def test_layers(name: str, given: dict[str, Any], suffix: str, tmp_path: Path) -> None:
    inputs = keras.Input((4, 8))
    layer = REGISTERED[name](**given)
    model = keras.Model(inputs, keras.layers.Dense(2, name="last")(layer(inputs)))
    graph = saved(model, tmp_path / f"model{suffix}")
    node = acting(graph)
    assert node.activation is not None
    assert facts(node.activation) is not None
    for key, value in given.items():
        if not key.startswith("alpha_"):
            assert node.activation.parameters[key] == value
    assert node.shape == (None, *layer.compute_output_shape((None, 4, 8))[1:])
    assert sorted(w.shape for w in node.weights.values()) == sorted(tuple(w.shape) for w in layer.weights)
    assert all(not role.isdigit() for role in node.weights)
    checked(tmp_path / f"model{suffix}", graph)


@pytest.mark.parametrize(
    ("name", "given", "suffix"), [c for c in layer_cases() if c.values[0] not in ("MultivariateSoftplus",)]
)
def test_formula_is_that_of_the_layer(name: str, given: dict[str, Any], suffix: str, tmp_path: Path) -> None:
    inputs = keras.Input((4, 8))
    layer = REGISTERED[name](**given)
    graph = saved(keras.Model(inputs, layer(inputs)), tmp_path / f"model{suffix}")
    activation = acting(graph).activation
    assert activation is not None
    known = facts(activation)
    assert known is not None
    if known.elementwise:
        x = np.linspace(-4, 4, 32, dtype=np.float32).reshape(1, 4, 8)
        np.testing.assert_allclose(known.formula(np, x, {}), np.asarray(layer(x)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", [n for n in FUNCTIONS if n not in ("prelu", "multivariate_softplus")])
def test_functions_as_activation(name: str, suffix: str, tmp_path: Path) -> None:
    inputs = keras.Input((8,))
    model = keras.Model(inputs, keras.layers.Dense(4, activation=REGISTERED[name])(inputs))
    graph = saved(model, tmp_path / f"model{suffix}")
    activation = acting(graph).activation
    assert activation is not None
    assert activation.name == name
    assert activation.spelling == f"keras_act>{name}"
    known = facts(activation)
    assert known is not None
    if known.elementwise:
        x = np.linspace(-4, 4, 33)
        np.testing.assert_allclose(known.formula(np, x, {}), np.asarray(REGISTERED[name](x)), rtol=1e-5, atol=1e-6)
    checked(tmp_path / f"model{suffix}", graph)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", ["Swish", "PReLU", "Mish", "XIELU", "ClippedReLU"])
def test_layers_as_activation(name: str, suffix: str, tmp_path: Path) -> None:
    inputs = keras.Input((8,))
    given = {"learnable": True} if name == "Swish" else {}
    model = keras.Model(inputs, keras.layers.Dense(4, activation=REGISTERED[name](**given))(inputs))
    graph = saved(model, tmp_path / f"model{suffix}")
    assert acting(graph).activation == Activation(
        name.lower() if name != "ClippedReLU" else "clipped_relu",
        acting(graph).activation.parameters,
        f"keras_act>{name}",
    )  # type: ignore[union-attr]
    stored = sum(int(np.prod(w.shape)) for node in graph.nodes for w in node.weights.values())
    assert stored == model.count_params()
    checked(tmp_path / f"model{suffix}", graph)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", KERNELS)
def test_maxout_with_a_kernel_is_that_layer_and_maxout(name: str, suffix: str, tmp_path: Path) -> None:
    shape, args, op = KERNELS[name]
    inputs = keras.Input(shape)
    layer = (
        REGISTERED[name](*args, pieces=3, data_format="channels_last")
        if "Conv" in name
        else REGISTERED[name](*args, pieces=3)
    )
    model = keras.Model(inputs, layer(inputs))
    graph = saved(model, tmp_path / f"model{suffix}")
    (kernel,) = [node for node in graph.nodes if node.op == op]
    assert acting(graph).activation.parameters["pieces"] == 3  # type: ignore[union-attr]
    assert kernel.weights["kernel"].shape == tuple(layer.kernel.shape)
    assert acting(graph).shape == tuple(model.output_shape)
    checked(tmp_path / f"model{suffix}", graph)


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "Glorot": ("variance_scaling", {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"}),
    "LeCun": ("variance_scaling", {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"}),
    "FanInUniform": ("variance_scaling", {"scale": 1 / 3, "mode": "fan_in", "distribution": "uniform"}),
    "He": ("variance_scaling", {"scale": 2.0, "mode": "fan_in", "distribution": "truncated_normal"}),
    "Orthogonal": ("orthogonal", {"gain": 1.0}),
    "DeltaOrthogonal": ("unknown", {}),
    "IRNN": ("identity", {"gain": 1.0}),
    "SmallBias": ("constant", {"value": 0.1}),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers(name: str, suffix: str, tmp_path: Path) -> None:
    kind, parameters = KINDS[name]
    made = REGISTERED[name]()
    inputs = keras.Input((6, 6, 4))
    if name == "DeltaOrthogonal":
        outputs = keras.layers.Conv2D(8, 3, kernel_initializer=made)(inputs)
    elif name == "SmallBias":
        outputs = keras.layers.Dense(4, bias_initializer=made)(inputs)
    else:
        outputs = keras.layers.Dense(4, kernel_initializer=made)(inputs)
    path = tmp_path / f"model{suffix}"
    graph = saved(keras.Model(inputs, outputs), path)
    config = next(node for node in graph.nodes if node.op in ("Dense", "Conv2D")).config
    found = config["bias_initializer" if name == "SmallBias" else "kernel_initializer"]
    assert isinstance(found, Initializer)
    assert found.kind == kind
    assert found.spelling == f"keras_act>{name}"
    for key, value in parameters.items():
        assert found.parameters[key] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-12))
    checked(path, graph)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("activation", "mode"), [("gelu", "fan_in"), ("gelu", "fan_out"), ("relu", "fan_avg"), (keras_act.mish, "fan_in")]
)
def test_he_has_the_variance_of_its_activation(activation: Any, mode: str, suffix: str, tmp_path: Path) -> None:
    made = keras_act.initializers.He(activation, mode=mode, distribution="untruncated_normal", seed=3)
    inputs = keras.Input((200,))
    model = keras.Model(inputs, keras.layers.Dense(300, kernel_initializer=made)(inputs))
    graph = saved(model, tmp_path / f"model{suffix}")
    found = next(node for node in graph.nodes if node.op == "Dense").config["kernel_initializer"]
    fan = {"fan_in": 200, "fan_out": 300, "fan_avg": 250}[mode]
    drawn = np.asarray(made((200, 300)), dtype=np.float64)
    assert found.parameters["scale"] / fan == pytest.approx(float((drawn**2).mean()), rel=0.03)
