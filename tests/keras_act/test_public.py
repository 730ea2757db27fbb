"""The public face: every name documented, with an example that gives what it says."""

import doctest
import importlib
import inspect
import pkgutil

import keras
import numpy as np
import pytest

import keras_act
import keras_act.functions
import keras_act.layers

PUBLIC = {n: v for n, v in vars(keras_act).items() if not n.startswith("_") and not inspect.ismodule(v)}
OURS = {
    n: v
    for n, v in PUBLIC.items()
    if v.__module__.startswith(("keras_act.functions", "keras_act.layers")) and n != "memory_efficient"
}
ACTIVATIONS = {n: f for n, f in OURS.items() if inspect.isfunction(f)}
MODULES = [
    f"{package.__name__}.{m.name}"
    for package in (keras_act.functions, keras_act.layers)
    for m in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")  # PyTorch, of float() in an example
@pytest.mark.parametrize("module", MODULES)
def test_examples_give_what_they_say(module):
    if "._torch" in module:
        pytest.importorskip("torch", reason="the files for PyTorch alone")
    names = {**PUBLIC, "np": np, "keras_act": keras_act}
    found = doctest.DocTestFinder().find(importlib.import_module(module), module, extraglobs=names)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for example in found:
        runner.run(example)
    assert runner.failures == 0


@pytest.mark.parametrize("name", OURS)
def test_every_name_has_an_example_and_a_source(name):
    text = inspect.getdoc(OURS[name])
    assert ">>> " in text
    assert "Shape: " in text
    assert "ource" in text
    assert len(text.splitlines()[0]) <= 120


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_function_states_derivative_and_range(name):
    text = inspect.getdoc(ACTIVATIONS[name])
    assert "Derivative" in text
    assert "Range: " in text


@pytest.mark.parametrize("name", OURS)
def test_every_name_is_registered(name):
    assert keras.saving.get_registered_object(f"keras_act>{name}") is OURS[name]


def test_everything_registered_is_public():
    mine = {n.removeprefix("keras_act>") for n in keras.saving.get_custom_objects() if n.startswith("keras_act>")}
    assert mine <= set(PUBLIC)
