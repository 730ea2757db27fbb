"""Lambda layers that Keras itself has saved: the code that is reported is the function's, byte for byte."""

from __future__ import annotations

import base64
import marshal
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from linter.api import lint
from linter.build import chain, dense, input, layer
from linter.finding import Finding, Severity
from linter.write import keras_archive
from tests.linter.read.quiet import quiet

KERAS = ("keras", "tf_keras")


def doubled(x: Any) -> Any:
    """A function with a name, of which a file holds no more than that."""
    return x * 2


def embedded(path: Path) -> list[Finding]:
    (report,) = lint(path).models
    return [finding for finding in report.findings if finding.code == "SEC001"]


def check(path: Path, function: Callable[..., Any]) -> None:
    """That one error tells size and digest of the function's code, which `marshal` gives."""
    code = marshal.dumps(function.__code__)
    (finding,) = embedded(path)
    assert finding.severity is Severity.ERROR
    assert finding.measured["code_bytes"] == len(code)
    assert sha256(code).hexdigest() in finding.message


@pytest.mark.parametrize("suffix", [".keras", ".h5", ""])
@pytest.mark.parametrize("version", KERAS)
def test_a_lambda_layer(version: str, suffix: str, tmp_path: Path) -> None:
    if version == "keras" and not suffix:
        pytest.skip("Keras 3 writes no SavedModel of layers")
    function = lambda x: x * 2  # noqa: E731 - a lambda is what is looked for
    path = tmp_path / f"model{suffix}"
    with quiet():
        keras = pytest.importorskip(version)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(function), keras.layers.Dense(2)])
        model.save(str(path))
    check(path, function)


def test_code_beside_a_function_with_a_name(tmp_path: Path) -> None:
    """A Lambda whose function is elsewhere may hold code for its output's shape (Keras 2 would store both)."""
    shape = lambda given: given  # noqa: E731 - as above
    path = tmp_path / "model.keras"
    with quiet():
        keras = pytest.importorskip("keras")
        layer = keras.layers.Lambda(doubled, output_shape=shape)
        keras.Sequential([keras.Input((4,)), layer]).save(str(path))
    check(path, shape)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_an_activation(suffix: str, tmp_path: Path) -> None:
    """Keras 3 saves it in a form that it cannot load itself."""
    keras = pytest.importorskip("keras")
    function = lambda x: x * 2  # noqa: E731 - as above
    path = tmp_path / f"model{suffix}"
    with quiet():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation=function, name="hidden")])
        model.save(str(path))
        with pytest.raises((TypeError, ValueError)):
            keras.saving.load_model(str(path), safe_mode=False)
    check(path, function)
    (finding,) = embedded(path)
    assert finding.layers == ("hidden",)


def test_a_loss(tmp_path: Path) -> None:
    keras = pytest.importorskip("keras")
    function = lambda true, predicted: true - predicted  # noqa: E731 - as above
    path = tmp_path / "model.keras"
    with quiet():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        model.compile("sgd", function)
        model.save(str(path))
    check(path, function)


def test_a_pickled_module_is_told_once(tmp_path: Path) -> None:
    """As TorchModuleWrapper keeps one: under the key that names a Python module elsewhere."""
    wrapper = layer("TorchModuleWrapper", module=base64.b64encode(bytes(3000)).decode())
    (report,) = lint(keras_archive(chain(input(4), wrapper, dense(2)))).models
    assert [finding.code for finding in report.findings if finding.code.startswith("SEC")] == ["SEC008"]
