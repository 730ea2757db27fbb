"""What needs code of the user's is told of every file that Keras cannot load without it, and of no other.

Keras itself says which files those are: it is asked to load each.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from linter.analysis.keras_names import is_keras
from linter.api import lint
from linter.options import Options
from linter.write import keras_archive
from tests.linter.read.quiet import quiet

SUFFIXES = (".keras", ".h5")


def steep(x: Any) -> Any:
    return x * 1.5


def far(y: Any, p: Any) -> Any:
    return (y - p) ** 2


def dense(keras: ModuleType, **own: Any) -> list[Any]:
    return [keras.layers.Dense(3, **own), keras.layers.Dense(1)]


def initializer(keras: ModuleType) -> Any:
    class Tenth(keras.initializers.Initializer):  # type: ignore[name-defined, misc]
        def __call__(self, shape: Any, dtype: Any = None, **rest: Any) -> Any:
            return keras.initializers.Zeros()(shape)

        def get_config(self) -> dict[str, Any]:
            return {}

    return Tenth()


def penalty(keras: ModuleType) -> Any:
    class Odd(keras.regularizers.Regularizer):  # type: ignore[name-defined, misc]
        def __call__(self, x: Any) -> Any:
            return 0.0

        def get_config(self) -> dict[str, Any]:
            return {}

    return Odd()


def bound(keras: ModuleType) -> Any:
    class Loose(keras.constraints.Constraint):  # type: ignore[name-defined, misc]
        def __call__(self, x: Any) -> Any:
            return x

    return Loose()


def descent(keras: ModuleType) -> Any:
    class Descent(keras.optimizers.SGD):  # type: ignore[name-defined, misc]
        pass

    return Descent()


OWN: dict[str, tuple[Callable[[ModuleType], list[Any]], Callable[[ModuleType], dict[str, Any]], str]] = {
    "activation": (lambda k: dense(k, activation=steep), lambda k: {}, "steep (activation)"),
    "activation layer": (
        lambda k: [k.layers.Dense(3), k.layers.Activation(steep), k.layers.Dense(1)],
        lambda k: {},
        "steep (activation)",
    ),
    "recurrent": (
        lambda k: [k.layers.Reshape((2, 2)), k.layers.LSTM(2, recurrent_activation=steep)],
        lambda k: {},
        "steep (activation)",
    ),
    "initializer": (lambda k: dense(k, kernel_initializer=initializer(k)), lambda k: {}, "Tenth (initializer)"),
    "regularizer": (lambda k: dense(k, bias_regularizer=penalty(k)), lambda k: {}, "Odd (regularizer)"),
    "constraint": (lambda k: dense(k, kernel_constraint=bound(k)), lambda k: {}, "Loose (constraint)"),
    "loss": (dense, lambda k: {"loss": far}, "far (loss)"),
    "metric": (dense, lambda k: {"loss": "mse", "metrics": ["mae", far]}, "far (metric)"),
    "optimizer": (dense, lambda k: {"loss": "mse", "optimizer": descent(k)}, "Descent (optimizer)"),
}
NOT_OWN: dict[str, Callable[[ModuleType], list[Any]]] = {
    "functions": lambda k: dense(k, activation=k.activations.swish, kernel_regularizer=k.regularizers.l2(0.1)),
    "objects": lambda k: dense(
        k,
        kernel_initializer=k.initializers.VarianceScaling(),
        kernel_constraint=k.constraints.MaxNorm(2),
        bias_regularizer=k.regularizers.L1L2(0.1, 0.1),
    ),
    "a layer": lambda k: dense(k, activation=k.layers.LeakyReLU()),
    "recurrent": lambda k: [
        k.layers.Reshape((2, 2)),
        k.layers.GRU(2, activation="elu", recurrent_constraint="non_neg"),
    ],
}


def saved(keras: ModuleType, layers: list[Any], compiled: dict[str, Any], path: Path) -> Path:
    with quiet():
        model = keras.Sequential([keras.Input((4,)), *layers])
        if compiled:
            model.compile(**compiled)
        model.save(path)
    return path


def loads(keras: ModuleType, path: Path) -> bool:
    with quiet():
        try:
            keras.models.load_model(path)
        except Exception:
            return False
    return True


def told(path: Path) -> list[str]:
    return [found.message for _, found in lint(path).findings() if found.code == "SEC011"]


@pytest.fixture(params=["keras_3", "keras_2"])
def keras(request: pytest.FixtureRequest) -> ModuleType:
    found: ModuleType = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("what", OWN)
def test_code_that_the_file_lacks_is_named(
    what: str, suffix: str, keras: ModuleType, keras_3: ModuleType, tmp_path: Path
) -> None:
    layers, compiled, name = OWN[what]
    path = saved(keras, layers(keras), compiled(keras), tmp_path / f"model{suffix}")
    assert not loads(keras_3, path)
    (message,) = told(path)
    bare = name.partition(" ")[0]
    assert message.endswith((f"not in Keras: {name}", f"not in Keras: {__name__}.{bare}"))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("what", NOT_OWN)
def test_what_keras_has_is_not(what: str, suffix: str, keras: ModuleType, tmp_path: Path) -> None:
    k = keras
    rates = k.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    compiled = {
        "loss": k.losses.Huber(),
        "optimizer": k.optimizers.Adam(rates),
        "metrics": ["acc", "mae", k.metrics.AUC(), k.metrics.TopKCategoricalAccuracy(), k.losses.cosine_similarity],
    }
    path = saved(k, NOT_OWN[what](k), compiled, tmp_path / f"model{suffix}")
    assert loads(k, path)
    assert told(path) == []


def test_a_folder_of_keras_2(keras_2: ModuleType, tmp_path: Path) -> None:
    compiled = {"loss": far, "metrics": ["mae", far]}
    path = saved(
        keras_2, [*dense(keras_2, activation=steep), *dense(keras_2, activation="elu")], compiled, tmp_path / "model"
    )
    assert (path / "saved_model.pb").exists()
    assert told(path) == ["needs code that is not in Keras: steep (activation), far (loss), far (metric)"]


def test_classes_come_first_in_the_advice() -> None:
    """They are listed first, and the model does not run without them; a lambda beside them may be the loss."""
    from linter.build import chain, custom, dense, input

    built = chain(input(4), custom("Attend", "mine"), dense(1), loss="<lambda>")
    ((_, found),) = lint(keras_archive(built), options=Options(select=("SEC011",))).findings()
    assert found.message.endswith("mine.Attend, <lambda> (loss)")
    assert found.fix is not None
    assert found.fix.summary.startswith("pass it with --import")


def test_the_reader_knows_no_name_that_this_does_not() -> None:
    from linter.read.normalise import initializers, losses, training, values

    known = {
        *(*values.KERAS_FUNCTIONS, *losses.KNOWN, *losses.ALIASES, *training.OPTIMIZERS),
        *(*initializers.INITIALIZER_KINDS, *(name for name in initializers.SCALED if "xavier" not in name)),
    }
    assert len(known) > 90
    assert not [name for name in known if not is_keras(name)]


def test_a_lambda_of_which_only_the_name_is_stored(keras: ModuleType, tmp_path: Path) -> None:
    path = saved(keras, dense(keras), {"loss": lambda y, p: y - p}, tmp_path / "model.h5")
    assert not loads(keras, path)
    (found,) = (item for _, item in lint(path).findings() if item.code == "SEC011")
    assert found.message.endswith("<lambda> (loss)")
    assert found.fix is not None
    assert found.fix.summary.startswith("write the lambda as a function with a name")


PARTS = ("activations", "constraints", "initializers", "losses", "metrics", "optimizers", "regularizers")
NO_OBJECT = frozenset(("get", "serialize", "deserialize", "schedules", "experimental", "legacy"))
BASES = frozenset(
    (
        *("Constraint", "Initializer", "LearningRateSchedule", "Loss", "Metric", "Optimizer", "Regularizer"),
        *("OptimizerMap", "Reduction"),  # of no file
    )
)


@pytest.mark.parametrize("part", [*PARTS, "optimizers.schedules"])
def test_every_name_of_either_keras_is_known(part: str, keras: ModuleType) -> None:
    module: Any = keras
    for name in part.split("."):
        module = getattr(module, name)
    names = {name for name in dir(module) if not name.startswith("_")} - NO_OBJECT - BASES
    assert len(names) > 4
    assert not [name for name in names if not is_keras(name)]


@pytest.mark.parametrize(
    "name", ["Custom>Adam", "keras_act>mish", "GlorotUniformV2", "LossScaleOptimizer", "Keras>relu"]
)
def test_names_with_a_prefix_that_says_nothing(name: str) -> None:
    assert is_keras(name)


@pytest.mark.parametrize("name", ["<lambda>", "mine>relu", "Custom>Attend", "dice_coef", "f1_m", ""])
def test_names_of_others(name: str) -> None:
    assert not is_keras(name)
