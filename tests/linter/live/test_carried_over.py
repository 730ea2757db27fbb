"""What a conversion keeps of a model beside what it computes: settings of training, names; and what it says it lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from linter import api
from linter.build import chain, dense, input, trained
from linter.compare import Comparison, compare
from linter.options import Options
from linter.read import read
from linter.read.normalise.training import OPTIMIZERS
from linter.write import keras_archive
from tests.linter.live.test_rebuild import UNFINISHED
from tests.linter.read import zoo
from tests.linter.read.quiet import quiet

SAME = {
    "cross attention": "output_shape: 8 -> [8]",
    "operators": "call: ",
    "preprocessing": "factor: 0.1 -> [-0.1, 0.1]",
}
"""Settings that mean the same, written in another way."""
TOLD = ("nesting", "RNN", "StackedRNNCells", "SpectralNormalization")
"""What is said where layers have other names in the new file."""


@pytest.fixture(autouse=True)
def _fresh() -> None:
    keras.backend.clear_session()


def save(model: Any, path: Path) -> Path:
    with quiet():
        model.save(str(path))
    return path


def convert(old: Path, folder: Path) -> tuple[Any, list[str]]:
    """Return the converted model and what it is said to have lost."""
    new = folder / "new.keras"
    with quiet():
        said = api.convert(old, new)
        model = keras.saving.load_model(new, compile=False)
    start = "not carried over: "
    return model, [line.removeprefix(start) for line in said.splitlines() if line.startswith(start)]


def differ(old: Path, new: Path) -> Comparison:
    limits = Options().limits
    return compare(read(old, limits), read(new, limits))


@pytest.mark.parametrize("version", ["keras_2", "keras_3"])
@pytest.mark.parametrize("name", [name for name in zoo.BOTH if name not in UNFINISHED])
def test_the_readers_zoo(name: str, version: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with quiet():
        model = zoo.BOTH[name](request.getfixturevalue(version))
    old = save(model, tmp_path / ("old.h5" if version == "keras_2" else "old.keras"))
    _, lost = convert(old, tmp_path)
    found = differ(old, tmp_path / "new.keras")
    settings = [text for layer in found.changed for text in layer.settings if not text.startswith(SAME.get(name, "?"))]
    assert settings == []
    assert [layer.layer for layer in found.changed if layer.moved] == []
    if found.removed:
        assert [item for item in lost if item.startswith(TOLD)], found.removed


@pytest.mark.parametrize("version", ["keras_2", "keras_3"])
def test_regularizers_and_constraints(version: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    lib = request.getfixturevalue(version)
    penalties, constraints = lib.regularizers, lib.constraints
    with quiet():
        layer = lib.layers.Dense(
            4,
            kernel_regularizer=penalties.OrthogonalRegularizer(0.25, mode="columns"),
            bias_regularizer=penalties.L1L2(0.125, 0.5),
            activity_regularizer=penalties.L2(0.0625),
            kernel_constraint=constraints.MinMaxNorm(0.5, 1.5, 0.75, axis=1),
            bias_constraint=constraints.NonNeg(),
        )
        conv = lib.layers.Conv2D(
            2, 3, kernel_constraint=constraints.MaxNorm(3.0, axis=[0, 1, 2]), bias_constraint=constraints.UnitNorm()
        )
        model = lib.Sequential([lib.Input((6, 6, 1)), conv, lib.layers.Flatten(), layer])
        given = {made.name: made for made in (layer, conv)}
    old = save(model, tmp_path / ("old.h5" if version == "keras_2" else "old.keras"))
    new, lost = convert(old, tmp_path)
    assert lost == []
    for name, made in given.items():
        for key in ("kernel_regularizer", "bias_regularizer", "activity_regularizer"):
            assert _numbers(getattr(new.get_layer(name), key)) == _numbers(getattr(made, key))
        for key in ("kernel_constraint", "bias_constraint"):
            assert _numbers(getattr(new.get_layer(name), key)) == _numbers(getattr(made, key))


def _numbers(made: Any) -> Any:
    return made and (type(made).__name__, {key: np.array(value).tolist() for key, value in made.get_config().items()})


def test_a_constraint_of_ones_own_and_a_state_are_said_to_be_lost(tmp_path: Path) -> None:
    class Odd(keras.constraints.Constraint):
        pass

    given = keras.Input(batch_shape=(4, 6, 4))
    state = keras.layers.LSTM(3, stateful=True, kernel_constraint=Odd(), name="memory")(given)
    _, lost = convert(save(keras.Model(given, state), tmp_path / "old.keras"), tmp_path)
    assert lost == [
        "stateful of 'memory': it starts each batch anew",
        "kernel_constraint of 'memory', which Keras has not, or not with these settings",
    ]


def test_names_of_the_model_and_of_layers_at_each_step(tmp_path: Path) -> None:
    layers = keras.layers
    given = keras.Input((5, 8, 8, 3), name="clip")
    x = layers.TimeDistributed(layers.Conv2D(4, 3, activation="relu", name="conv"), name="frames")(given)
    x = layers.TimeDistributed(layers.TimeDistributed(layers.Conv1D(2, 3, name="rows"), name="within"), name="all")(x)
    x = layers.TimeDistributed(layers.Flatten(), name="flat")(x)
    x = layers.TimeDistributed(layers.Bidirectional(layers.LSTM(2), name="both"), name="turns")(x[..., None])
    old = keras.Model(given, x, name="video")
    new, lost = convert(save(old, tmp_path / "old.keras"), tmp_path)
    assert lost == []
    assert new.name == "video"
    assert [layer.name for layer in new.layers] == [layer.name for layer in old.layers]
    assert new.get_layer("all").layer.name == "within"
    assert new.get_layer("all").layer.layer.name == "rows"
    assert new.get_layer("turns").layer.name == "both"


def test_layers_of_a_model_at_each_step_have_names_of_their_own(tmp_path: Path) -> None:
    layers = keras.layers
    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten()], name="picture")
    old = keras.Sequential([keras.Input((5, 8, 8, 3)), layers.TimeDistributed(inner, name="frames"), layers.LSTM(3)])
    new, lost = convert(save(old, tmp_path / "old.keras"), tmp_path)
    assert lost == ["nesting: the layers of inner models stand side by side"]
    assert len({layer.name for layer in new.layers}) == 4


def test_a_sample_of_which_all_is_masked_is_no_difference(tmp_path: Path) -> None:
    given = keras.Input((6,), dtype="int32")
    x = keras.layers.Embedding(5, 3, mask_zero=True)(given)
    old = keras.Model(given, keras.layers.GlobalAveragePooling1D()(x))
    with np.errstate(invalid="ignore"):
        assert np.isnan(old.predict(np.zeros((1, 6), "int32"), verbose=0)).all(), "what this is about"
        new, _ = convert(save(old, tmp_path / "old.keras"), tmp_path)
    ids = np.array([[1, 2, 0, 0, 3, 4]])
    np.testing.assert_array_equal(new.predict(ids, verbose=0), old.predict(ids, verbose=0))


def loaded(folder: Path) -> Any:
    with quiet():  # a warning that there are no moments
        return keras.saving.load_model(folder / "new.keras")


def two_heads(lib: Any) -> Any:
    given = lib.Input((4,))
    return lib.Model(given, [lib.layers.Dense(3, name="kind")(given), lib.layers.Dense(1, name="size")(given)])


@pytest.mark.parametrize("version", ["keras_2", "keras_3"])
@pytest.mark.parametrize("form", ["list", "dict"])
def test_how_a_model_was_compiled(form: str, version: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    lib = request.getfixturevalue(version)
    rate = lib.optimizers.schedules.PiecewiseConstantDecay([10, 20], [0.5, 0.25, 0.125])
    losses = {
        "kind": lib.losses.CategoricalFocalCrossentropy(alpha=0.75, gamma=3.0),
        "size": lib.losses.BinaryCrossentropy(label_smoothing=0.25),
    }
    weights = {"kind": 0.25, "size": 2.0}
    with quiet():
        old = two_heads(lib)
        old.compile(
            lib.optimizers.SGD(rate, momentum=0.75, nesterov=True, global_clipnorm=1.5),
            losses if form == "dict" else list(losses.values()),
            loss_weights=weights if form == "dict" else list(weights.values()),
            metrics={"size": ["mae"]} if form == "dict" else [[], ["mae"]],
        )
    suffix = "old.h5" if version == "keras_2" else "old.keras"
    new, lost = convert(save(old, tmp_path / suffix), tmp_path)
    assert lost == ["the optimizer's state: its moments start anew"]
    new = loaded(tmp_path)
    schedule = new.optimizer.get_config()["learning_rate"]["config"]
    assert (schedule["boundaries"], schedule["values"]) == ([10, 20], [0.5, 0.25, 0.125])
    assert (new.optimizer.momentum, new.optimizer.nesterov, new.optimizer.global_clipnorm) == (0.75, True, 1.5)
    stored = new.get_compile_config()
    assert stored["loss_weights"] == [0.25, 2.0]
    focal, binary = (item["config"] for item in stored["loss"])
    assert (focal["alpha"], focal["gamma"], binary["label_smoothing"]) == (0.75, 3.0, 0.25)


@pytest.mark.parametrize("name", sorted({*OPTIMIZERS.values()}))
def test_every_optimizer_of_keras(name: str, tmp_path: Path) -> None:
    made = getattr(keras.optimizers, name)(0.0625, clipvalue=0.5, weight_decay=0.25, use_ema=True, ema_momentum=0.75)
    old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    old.compile(made, "mse")
    _, lost = convert(save(old, tmp_path / "old.keras"), tmp_path)
    assert lost == ["the optimizer's state: its moments start anew"]
    new = loaded(tmp_path).optimizer
    kept = {key: value for key, value in made.get_config().items() if key != "name"}
    assert {key: value for key, value in new.get_config().items() if key != "name"} == kept


def test_settings_that_keras_does_not_take_are_said(tmp_path: Path) -> None:
    """As of a file that was edited: a rate of clipping that is both by value and by norm."""
    built = chain(
        input(4), dense(2), loss="mse", optimizer="Adam", optimizer_config={"clipnorm": 1.0, "clipvalue": 1.0}
    )
    path = tmp_path / "old.keras"
    path.write_bytes(keras_archive(trained(built)))
    _, lost = convert(path, tmp_path)
    assert lost == ["the optimizer 'Adam', which Keras has not, or not with these settings"]


class Own(keras.metrics.MeanSquaredError):
    """A metric that is not Keras's."""


def far(y: Any, p: Any) -> Any:
    return y - p


METRICS: dict[str, Callable[[Any], list[Any]]] = {
    "names": lambda lib: ["accuracy", "mae", "binary_crossentropy"],
    "functions": lambda lib: [lib.losses.mean_absolute_error, lib.metrics.binary_accuracy],
    "objects": lambda lib: [
        lib.metrics.AUC(num_thresholds=50, curve="PR", name="area"),
        lib.metrics.Precision(thresholds=0.25, name="right"),
        lib.metrics.BinaryAccuracy(threshold=0.75, name="high"),
        lib.metrics.RootMeanSquaredError(),
    ],
}


@pytest.mark.parametrize("version", ["keras_2", "keras_3"])
@pytest.mark.parametrize(("what", "outputs"), [("names", 1), *((what, 2) for what in METRICS)])
def test_metrics_measure_what_they_did(
    what: str, version: str, outputs: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    lib = request.getfixturevalue(version)
    random = np.random.default_rng(0)
    x = random.normal(size=(64, 4)).astype("float32")
    y = [random.integers(0, 2, (64, 2)).astype("float32") for _ in range(outputs)]
    with quiet():
        given = lib.Input((4,))
        heads = [lib.layers.Dense(2, "sigmoid", name=f"head_{i}")(given) for i in range(outputs)]
        old = lib.Model(given, heads if outputs > 1 else heads[0])
        listed = METRICS[what](lib)
        old.compile("sgd", "binary_crossentropy", metrics=[listed, []] if outputs > 1 else listed)
        old.fit(
            x, y if outputs > 1 else y[0], epochs=1, verbose=0
        )  # Keras 2 stores metrics as the first step made them
        expected = old.evaluate(x, y if outputs > 1 else y[0], verbose=0, return_dict=True)
        _, lost = convert(save(old, tmp_path / ("old.h5" if version == "keras_2" else "old.keras")), tmp_path)
        found = loaded(tmp_path).evaluate(x, y if outputs > 1 else y[0], verbose=0, return_dict=True)
    assert lost == ["the optimizer's state: its moments start anew"]
    assert set(found) == set(expected)
    assert len(found) == 1 + (outputs if outputs > 1 else 0) + len(METRICS[what](keras))
    np.testing.assert_allclose([found[key] for key in expected], list(expected.values()), rtol=1e-4)


def test_a_function_that_may_be_the_loss_or_the_metric_is_said(tmp_path: Path) -> None:
    old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    old.compile("sgd", "mse", metrics=[keras.losses.cosine_similarity])
    _, lost = convert(save(old, tmp_path / "old.keras"), tmp_path)
    assert lost[1:] == ["the metrics cosine_similarity, which Keras has not, or not with these settings"]


def test_metrics_of_ones_own_are_said(tmp_path: Path) -> None:
    old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    old.compile("sgd", "mse", metrics=["mae", far, Own(name="mine")], weighted_metrics=["mse", far])
    _, lost = convert(save(old, tmp_path / "old.keras"), tmp_path)
    assert lost[1:] == ["the metrics far, mine, which Keras has not, or not with these settings"]
    stored = loaded(tmp_path).get_compile_config()
    assert (stored["metrics"], stored["weighted_metrics"]) == (["mae"], ["mse"])


def test_names_from_the_file_steer_no_terminal(tmp_path: Path) -> None:
    old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    old.compile("sgd", "mse", metrics=[Own(name="\x1b[2Jgone\nnot carried over: all")])
    _, lost = convert(save(old, tmp_path / "old.keras"), tmp_path)
    assert lost[1:] == [
        "the metrics \\x1b[2Jgone\\nnot carried over: all, which Keras has not, or not with these settings"
    ]
