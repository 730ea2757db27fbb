"""--import: a model with layers of the user's own is run with them, and sees what Keras with them computes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from linter import api
from linter.cli import main
from linter.live.custom import admitted
from linter.live.rebuild import Rebuilt, rebuild
from linter.options import Limits
from linter.read import read
from tests.linter.read.quiet import quiet

CODE = """
import {keras} as keras
from {keras}.layers import BatchNormalization, Dense, Layer, LayerNormalization, MultiHeadAttention

UNITS = 6

class Block(Layer):
    def parts(self):
        return []

    def call(self, x):
        for part in self.parts():
            x = part(x)
        return x

    def get_config(self):  # Keras 2 keeps the name where this is written
        return super().get_config()

class LaterNameFirst(Block):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.second, self.first = Dense(UNITS, "tanh"), Dense(UNITS)

    def parts(self):
        return [self.second, self.first]

class Normalised(Block):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.before, self.norm, self.after = Dense(UNITS), BatchNormalization(), Dense(UNITS)

    def parts(self):
        return [self.before, self.norm, self.after]

class Frozen(Normalised):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.before.trainable = False

class Listed(Block):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.steps = [Dense(UNITS, "tanh") for _ in range(12)]

    def parts(self):
        return self.steps

class Keyed(Block):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.named = {{"z": Dense(UNITS, "tanh"), "a": Dense(UNITS), "norm": LayerNormalization()}}

    def parts(self):
        return self.named.values()

class Weighted(Block):
    def build(self, shape):
        self.shift = self.add_weight(shape=(UNITS,), name="second", trainable=False)
        self.scale = self.add_weight(shape=(UNITS,), name="first")
        super().build(shape)

    def call(self, x):
        return x * self.scale + self.shift

class Larger(Block):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.then = keras.Sequential([Dense(UNITS, "tanh"), Weighted(), Dense(UNITS)])
        self.at_first = LaterNameFirst()

    def parts(self):
        return [self.at_first, self.then]

class Called(Layer):
    def call(self, x, context=None, scale=1.0, steps=()):
        if isinstance(x, (list, tuple)):
            x = x[0] - 2.0 * x[1]
        if context is not None:
            x = x * (context[0] - 3.0 * context[1] if isinstance(context, (list, tuple)) else context)
        return x * scale + float(sum(steps))

def less(pair):
    return pair[0] - 2.0 * pair[1]

class Cell(Layer):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.state_size = UNITS

    def build(self, shape):
        self.recurrent = self.add_weight(shape=(UNITS, UNITS), name="second")
        self.kernel = self.add_weight(shape=(UNITS, UNITS), name="first")
        super().build(shape)

    def call(self, x, states):
        state = (x @ self.kernel - states[0] @ self.recurrent) / 9.0
        return state, [state]

    def get_config(self):
        return super().get_config()

class Attentive(Block):
    def __init__(self, **rest):
        super().__init__(**rest)
        self.norm2, self.norm1 = LayerNormalization(), LayerNormalization()
        self.attention = MultiHeadAttention(2, 3)

    def call(self, x):
        x = self.norm1(x[:, None, :])
        return self.norm2(self.attention(x, x))[:, 0, :]
"""
LAYERS = ("LaterNameFirst", "Normalised", "Frozen", "Listed", "Weighted", "Larger", "Attentive")
KERAS_2_SORTS = "Keyed"
"""Its layers stand in a dictionary, of which Keras 2 stores the values by sorted keys."""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Give what writes and imports the module of one's own layers, for one Keras or the other."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def imported(which: str) -> Any:
        (tmp_path / "own_layers.py").write_text(CODE.format(keras=which))
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, "own_layers", raising=False)
        return importlib.import_module("own_layers")

    with quiet():
        yield imported


def saved(library: Any, layer: Any, path: str, shape: tuple[int, ...] = (6,)) -> np.ndarray[Any, Any]:
    """Save a model with random weights and return what it predicts."""
    model = library.Sequential([library.Input(shape), layer, library.layers.Dense(3)])
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in model.get_weights()])
    model.save(path)
    predicted: np.ndarray[Any, Any] = model.predict(samples(*shape), verbose=0)
    assert np.ptp(predicted) > 0, "an oracle that says nothing"
    return predicted


def samples(*shape: int) -> np.ndarray[Any, Any]:
    """Return normal noise."""
    return np.random.default_rng(0).normal(size=(32, *shape)).astype("float32")


def rebuilt(path: str) -> Rebuilt:
    return rebuild(read(Path(path), Limits()), admitted(["own_layers"]))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", [*LAYERS, KERAS_2_SORTS])
def test_each_variable_gets_its_own_values(name: str, suffix: str, own: Callable[[str], Any]) -> None:
    theirs = saved(keras, getattr(own("keras"), name)(), f"model{suffix}")
    found = rebuilt(f"model{suffix}")
    assert found.complete, found.missing
    np.testing.assert_allclose(found.model.predict(samples(6), verbose=0), theirs, rtol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_files_of_keras_2(name: str, own: Callable[[str], Any], keras_2: Any) -> None:
    theirs = saved(keras_2, getattr(own("tf_keras"), name)(), "old.h5")
    own("keras")
    found = rebuilt("old.h5")
    assert found.complete, found.missing
    np.testing.assert_allclose(found.model.predict(samples(6), verbose=0), theirs, rtol=1e-5)


CALLS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "a list": lambda layers, mine, a, b: mine.Called()([a, b]),
    "a list and a constant": lambda layers, mine, a, b: mine.Called()([a, b], scale=0.5),
    "by name": lambda layers, mine, a, b: mine.Called()(a, context=b),
    "all by name": lambda layers, mine, a, b: mine.Called()(x=a, context=b),
    "a list by name": lambda layers, mine, a, b: mine.Called()(a, context=[b, a]),
    "by place": lambda layers, mine, a, b: mine.Called()(a, b),
    "a list of constants": lambda layers, mine, a, b: mine.Called()(a, b, steps=[1, 2]),
}
CALLS_OF_KERAS_3 = CALLS | {"a Lambda": lambda layers, mine, a, b: layers.Lambda(mine.less)([a, b])}
"""Keras 2 stores the code of the function."""
CALLS_OF_KERAS_2 = CALLS | {
    "constants by place": lambda layers, mine, a, b: mine.Called()(mine.Called()([a, b]), None, 0.5)
}
"""Keras 3 refuses them."""


def called(library: Any, mine: Any, how: str, path: str) -> np.ndarray[Any, Any]:
    """Save a model that calls code of one's own on two inputs, and return what it predicts."""
    one, two = library.Input((6,)), library.Input((6,))
    model = library.Model([one, two], (CALLS_OF_KERAS_2 | CALLS_OF_KERAS_3)[how](library.layers, mine, one, two))
    model.save(path)
    predicted: np.ndarray[Any, Any] = model.predict([samples(6), samples(6)[::-1]], verbose=0)
    return predicted


@pytest.mark.parametrize("path", ["model.keras", "model.h5"])
@pytest.mark.parametrize("how", CALLS_OF_KERAS_3)
def test_calls_keep_all_their_arguments(how: str, path: str, own: Callable[[str], Any]) -> None:
    theirs = called(keras, own("keras"), how, path)
    found = rebuilt(path)
    assert found.complete, found.missing
    ours = found.model.predict([samples(6), samples(6)[::-1]], verbose=0)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("how", CALLS_OF_KERAS_2)
def test_calls_of_keras_2(how: str, own: Callable[[str], Any], keras_2: Any) -> None:
    theirs = called(keras_2, own("tf_keras"), how, "old.h5")
    own("keras")
    found = rebuilt("old.h5")
    assert found.complete, found.missing
    ours = found.model.predict([samples(6), samples(6)[::-1]], verbose=0)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_cell(suffix: str, own: Callable[[str], Any]) -> None:
    around = {"go_backwards": True, "name": "around"}
    theirs = saved(keras, keras.layers.RNN(own("keras").Cell(), **around), f"model{suffix}", (4, 6))
    found = rebuilt(f"model{suffix}")
    assert found.complete, found.missing
    np.testing.assert_allclose(found.model.predict(samples(4, 6), verbose=0), theirs, rtol=1e-5)
    assert "around" in [layer.name for layer in found.model.layers]


def test_a_class_that_has_changed_is_not_run(own: Callable[[str], Any]) -> None:
    mine = own("keras")
    saved(keras, mine.LaterNameFirst(), "model.keras")
    code = Path("own_layers.py").read_text()
    Path("own_layers.py").write_text(code.replace("self.second", "self.third"))
    sys.modules.pop("own_layers")
    importlib.invalidate_caches()
    (missing,) = rebuilt("model.keras").missing
    assert missing.class_name == "LaterNameFirst"
    assert missing.reason == "weights: the stored ones do not fit the class"


def test_a_class_that_raises_is_not_run(own: Callable[[str], Any]) -> None:
    """Keras runs this one eagerly alone."""
    saved(keras, keras.layers.TimeDistributed(own("keras").Weighted()), "model.keras", (4, 6))
    (missing,) = rebuilt("model.keras").missing
    assert missing.class_name == "Weighted"
    assert missing.reason.startswith("cannot be rebuilt: Layer Weighted does not have a `compute_output_shape`")


@pytest.mark.parametrize("name", ["Larger", "Attentive"])
def test_converted(name: str, own: Callable[[str], Any], capsys: pytest.CaptureFixture[str]) -> None:
    mine = own("keras")
    theirs = saved(keras, getattr(mine, name)(), "model.h5")
    assert main(["convert", "model.h5", "-o", "new.keras"]) == 2
    assert "(--import MODULE admits your own classes and functions)" in capsys.readouterr().err
    assert not Path("new.keras").exists()
    assert main(["convert", "model.h5", "-o", "new.keras", "--import", "own_layers"]) == 0
    assert "Keras loads it with what own_layers has, and on random inputs" in capsys.readouterr().out
    new = keras.saving.load_model("new.keras", custom_objects={name: getattr(mine, name)}, safe_mode=True)
    np.testing.assert_allclose(new.predict(samples(6), verbose=0), theirs, rtol=1e-5)


def test_a_module_that_is_not_there(own: Callable[[str], Any]) -> None:
    saved(keras, own("keras").Weighted(), "model.h5")
    with pytest.raises(ValueError, match="--import nowhere: No module named 'nowhere'"):
        api.convert(Path("model.h5"), Path("new.keras"), modules=("nowhere",))
