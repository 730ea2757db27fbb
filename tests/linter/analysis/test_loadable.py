"""What is said about loading, against Keras itself: files of Keras 2 and 3, and whether `load_model` takes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from linter.analysis.loadable import obstacles
from linter.graph import ModelGraph
from linter.options import Limits
from linter.read import read
from linter.rule import Subject
from tests.linter.read.quiet import quiet

with quiet():
    tf_keras = pytest.importorskip("tf_keras")

Layer = Callable[[Any], Any]
IMAGE, SERIES, VECTOR = (8, 8, 4), (6, 4), (4,)
LAYERS: dict[str, tuple[tuple[int, ...], Layer]] = {
    "Dense": (VECTOR, lambda k: k.layers.Dense(3)),
    "Conv2D grouped": (IMAGE, lambda k: k.layers.Conv2D(4, 3, groups=2)),
    "Conv2DTranspose": (IMAGE, lambda k: k.layers.Conv2DTranspose(3, 3)),
    "DepthwiseConv2D": (IMAGE, lambda k: k.layers.DepthwiseConv2D(3)),
    "SeparableConv2D": (IMAGE, lambda k: k.layers.SeparableConv2D(3, 3)),
    "SpatialDropout2D": (IMAGE, lambda k: k.layers.SpatialDropout2D(0.2)),
    "BatchNormalization": (IMAGE, lambda k: k.layers.BatchNormalization()),
    "LayerNormalization": (IMAGE, lambda k: k.layers.LayerNormalization()),
    "MaxPooling2D": (IMAGE, lambda k: k.layers.MaxPooling2D()),
    "RandomFlip": (IMAGE, lambda k: k.layers.RandomFlip()),
    "LSTM": (SERIES, lambda k: k.layers.LSTM(3)),
    "GRU": (SERIES, lambda k: k.layers.GRU(3)),
    "Bidirectional": (SERIES, lambda k: k.layers.Bidirectional(k.layers.LSTM(3))),
    "RNN": (SERIES, lambda k: k.layers.RNN(k.layers.LSTMCell(3))),
    "TimeDistributed": (SERIES, lambda k: k.layers.TimeDistributed(k.layers.Dense(3))),
    "LeakyReLU": (VECTOR, lambda k: k.layers.LeakyReLU()),
    "ReLU": (VECTOR, lambda k: k.layers.ReLU()),
    "PReLU": (VECTOR, lambda k: k.layers.PReLU()),
    "Dropout": (VECTOR, lambda k: k.layers.Dropout(0.2)),
    "nested": (VECTOR, lambda k: k.Sequential([k.Input(VECTOR), k.layers.Dense(3)])),
}
OLD: dict[str, tuple[tuple[int, ...], Layer]] = {
    "ThresholdedReLU": (VECTOR, lambda k: k.layers.ThresholdedReLU()),
    "LocallyConnected1D": (SERIES, lambda k: k.layers.LocallyConnected1D(3, 3)),
}
MODELS: dict[str, Callable[[Any], Any]] = {
    "operation": lambda k: _functional(k, lambda a, b: a + b),
    "MultiHeadAttention": lambda k: _functional(k, lambda a, b: k.layers.MultiHeadAttention(2, 3)(a, b)),
    "Attention": lambda k: _functional(k, lambda a, b: k.layers.Attention()([a, b])),
    "Concatenate": lambda k: _functional(k, lambda a, b: k.layers.Concatenate()([a, b])),
    "no input layer": lambda k: k.Sequential([k.layers.Dense(3, input_shape=VECTOR)]),
    "shared": lambda k: _shared(k, k.layers.Dense(4)),
    "nested, called twice": lambda k: _shared(k, _shared(k, k.layers.Dense(4))),
    "nested, two outputs": lambda k: _two_ends(k),
}
ONLY_3: dict[str, Callable[[Any], Any]] = {
    "ReversibleEmbedding": lambda k: chain(k, VECTOR, lambda k: k.layers.ReversibleEmbedding(7, 3)),
    "softmax as a function": lambda k: _functional(k, lambda a, b: k.ops.softmax(a, axis=1)),
    "one_hot": lambda k: _functional(k, lambda a, b: k.ops.one_hot(k.ops.cast(a, "int32"), 3)),
    "low rank": lambda k: _low_rank(chain(k, VECTOR, lambda k: k.layers.Dense(3))),
}


def _functional(k: Any, join: Callable[[Any, Any], Any]) -> Any:
    one, two = k.Input(SERIES), k.Input(SERIES)
    return k.Model([one, two], join(one, two))


def _shared(k: Any, layer: Any) -> Any:
    inputs = k.Input(VECTOR)
    return k.Model(inputs, layer(layer(inputs)))


def _two_ends(k: Any) -> Any:
    start, given = k.Input(VECTOR), k.Input(VECTOR)
    first, second = k.Model(start, [k.layers.Dense(3)(start), k.layers.Dense(2)(start)])(given)
    return k.Model(given, [k.layers.Dense(1)(second), first])


def _low_rank(model: Any) -> Any:
    model.layers[0].enable_lora(2)
    return model


def chain(k: Any, shape: tuple[int, ...], make: Layer) -> Any:
    """A Sequential model of one layer."""
    return k.Sequential([k.Input(shape), make(k)])


def functional(k: Any, shape: tuple[int, ...], make: Layer) -> Any:
    """A functional model of one layer."""
    inputs = k.Input(shape)
    return k.Model(inputs, make(k)(inputs))


def cases() -> list[Any]:
    """Every model of every Keras."""
    out = []
    for version, k in (("2", tf_keras), ("3", keras)):
        for name, (shape, make) in {**LAYERS, **(OLD if version == "2" else {})}.items():
            out += [
                pytest.param(lambda k=k, s=shape, m=make, b=build: b(k, s, m), id=f"{version} {build.__name__} {name}")
                for build in (chain, functional)
            ]
        out += [
            pytest.param(lambda k=k, m=make: m(k), id=f"{version} {name}")
            for name, make in {**MODELS, **(ONLY_3 if version == "3" else {})}.items()
        ]
    return out


def loads(path: Path) -> bool:
    """Whether Keras takes the file."""
    with quiet():
        try:
            keras.models.load_model(path, compile=False)
        except Exception:  # whatever it says: it does not load
            return False
    return True


def said(graph: ModelGraph) -> tuple[str, ...]:
    """The reasons that are found."""
    return tuple(item.reason for item in obstacles(Subject(graph)))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("make", cases())
def test_as_keras_says(make: Callable[[], Any], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    with quiet():
        make().save(path)
    assert (said(read(path, Limits())) == ()) == loads(path)


def test_saved_models_do_not_load() -> None:
    assert said(ModelGraph("saved_model"))
    assert not said(ModelGraph("memory"))
    assert not said(ModelGraph("weights"))


@pytest.mark.parametrize(
    ("config", "loaded"),
    [
        ({"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "d", "units": 3}}]}, False),
        ({"class_name": "Sequential", "config": {"name": "s", "layers": []}}, True),
        (
            {
                "class_name": "Model",
                "config": {"layers": [{"class_name": "Dense", "config": {"name": "d", "output_dim": 3}}]},
            },
            False,
        ),
        (
            {"class_name": "Model", "config": {"layers": [{"class_name": "Convolution2D", "config": {"name": "c"}}]}},
            False,
        ),
        ({"class_name": "Model", "config": {"layers": "nonsense", "output_layers": [[1, 2]]}}, True),
    ],
)
def test_old_dialects(config: dict[str, Any], loaded: bool) -> None:
    assert (said(ModelGraph("h5", documents={"model_config": config})) == ()) == loaded
