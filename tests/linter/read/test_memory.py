"""Models in memory: the same graph as their file, of both Keras, without this package importing either."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linter.options import Limits
from linter.read import read
from linter.read.errors import UnreadableError
from linter.read.keras_1 import whole
from tests.linter.read import compare, zoo
from tests.linter.read.quiet import quiet


@pytest.mark.parametrize("version", ["keras_3", "keras_2"])
def test_as_its_file(version: str, trap_models: dict[str, Any], trap_file: Callable[[str], Path]) -> None:
    here, file = read(trap_models[version], Limits()), read(trap_file(f"{version}.keras"), Limits())
    compare.clean(here)
    assert here.format == "memory"
    assert here.keras_version == file.keras_version
    assert list(map(compare.structure, here.nodes)) == list(map(compare.structure, file.nodes))
    assert (here.inputs, here.outputs, here.parameters) == (file.inputs, file.outputs, file.parameters)
    assert here.training == file.training
    compare.same_weights(here, trap_models[version])


@pytest.mark.parametrize(
    "name", ["shared in two models", "TimeDistributed model", "stacked cells", "frozen model", "functions"]
)
def test_traps(name: str, keras_3: Any) -> None:
    with quiet():
        model = (zoo.BOTH | zoo.KERAS_3)[name](keras_3)
    graph = read(model, Limits())
    compare.clean(graph)
    compare.same_weights(graph, model)
    assert graph.parameters == compare.size(model)


def test_half_precision(keras_3: Any) -> None:
    with quiet():
        model = zoo.KERAS_3["bfloat16"](keras_3)
    kernel = read(model, Limits()).nodes[1].weights["kernel"]
    assert kernel.dtype == "bfloat16"
    np.testing.assert_array_equal(whole(kernel), np.asarray(model.layers[0].kernel).astype("f4"))


def test_a_weight_is_read_when_it_is_asked_for(keras_3: Any) -> None:
    with quiet():
        model = keras_3.Sequential([keras_3.Input((3,)), keras_3.layers.Dense(2, name="dense")])
    kernel = read(model, Limits()).nodes[1].weights["kernel"]
    model.layers[0].set_weights([np.full((3, 2), 7.0, "f4"), np.zeros(2, "f4")])
    np.testing.assert_array_equal(whole(kernel), np.full((3, 2), 7.0))


def test_steps_of_training(keras_3: Any, keras_2: Any) -> None:
    for keras in (keras_3, keras_2):
        with quiet():
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=2, epochs=3, verbose=0)
        training = read(model, Limits()).training
        assert training is not None
        assert (training.optimizer, training.iterations) == ("SGD", 12)


def test_a_subclassed_model_has_weights_and_no_architecture(keras_3: Any) -> None:
    class Own(keras_3.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = keras_3.layers.Dense(3, name="first")

        def call(self, inputs: Any) -> Any:
            return self.first(inputs)

    with quiet():
        model = Own()
        model(np.ones((1, 2), "f4"))
    graph = read(model, Limits())
    assert [item.class_name for item in graph.unanalysed] == ["Own"]
    assert graph.parameters == 9
    assert graph.guessed
    (node,) = graph.nodes
    assert {role: weight.shape for role, weight in node.weights.items()} == {"kernel": (2, 3), "bias": (3,)}
    assert node.op == "Dense"


@pytest.mark.parametrize("thing", [7, object(), {"class_name": "Sequential"}])
def test_other_objects(thing: object) -> None:
    with pytest.raises(UnreadableError, match=r"received an object of type \S+; expected a path"):
        read(thing, Limits())


def test_layers_that_cannot_be_serialised(keras_3: Any) -> None:
    class Sealed(keras_3.layers.Layer):  # type: ignore[misc, name-defined]
        def __init__(self, size: int, other: object) -> None:
            super().__init__()
            self.size, self.other = size, other

        def call(self, inputs: Any) -> Any:
            return inputs

    with quiet():
        model = keras_3.Sequential([keras_3.Input((3,)), Sealed(3, object())])
    with pytest.raises(UnreadableError, match=r"\Athe model cannot be serialised .*get_config`\Z"):
        read(model, Limits())


def test_keras_is_not_imported() -> None:
    code = (
        "import sys, linter.read.memory; sys.exit(any(m.split('.')[0] in ('keras', 'tensorflow') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
