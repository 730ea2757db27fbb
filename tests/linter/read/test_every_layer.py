"""Every layer that Keras offers is known by name, so that no report says that its code is not in Keras."""

from __future__ import annotations

import inspect

import pytest

from linter.api import lint
from linter.build import chain, dense, input, layer
from linter.read.normalise import names, operations
from linter.write import keras_archive

keras = pytest.importorskip("keras", reason="the names are Keras's")

BASES = frozenset(("Layer", "Wrapper"))
OFFERED = sorted(
    name
    for name, item in vars(keras.layers).items()
    if inspect.isclass(item) and issubclass(item, keras.layers.Layer) and name not in BASES
)


@pytest.mark.parametrize("name", OFFERED)
def test_is_known(name: str) -> None:
    stored = {"layers": []} if name == "Pipeline" else {}
    op, _ = operations.operation(name, "keras.layers", None, stored)
    assert op != "Unknown"


def test_augmenting_layers_keep_the_shape() -> None:
    missing = names.AUGMENTING - set(OFFERED)
    assert not missing
    for name in names.AUGMENTING:
        assert tuple(augmenting(name)(keras.Input((8, 8, 3))).shape) == (None, 8, 8, 3)


def augmenting(name: str) -> keras.Layer:
    """Return such a layer, with what it cannot do without."""
    made = getattr(keras.layers, name)
    wanted = inspect.signature(made).parameters.values()
    return made(
        **{
            item.name: 1 if item.name == "factor" else 0.2
            for item in wanted
            if item.name.endswith("factor") and item.default is item.empty
        }
    )


def test_a_layer_of_a_later_keras_is_not_called_foreign() -> None:
    (report,) = lint(keras_archive(chain(input(4), layer("OfTomorrow"), dense(2)))).models
    assert [item.reason for item in report.unanalysed] == ["a layer of Keras that is not known here"]
    assert not [finding for finding in report.findings if finding.code.startswith("SEC")]


@pytest.mark.parametrize("function", ["nn.relu", "math.tanh", "math.sigmoid", "tf.nn.softplus", "compat.v1.nn.elu"])
def test_functions_that_keras_2_applied_to_tensors_are_activations(function: str) -> None:
    op, settings = operations.operation("TFOpLambda", None, None, {"function": function})
    assert (op, settings["activation"]) == ("Activation", function.rpartition(".")[2])
