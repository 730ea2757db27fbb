"""What the backward pass keeps: at most 1.05 times the input, and the switch that turns the saving off."""

import keras
import numpy as np
import pytest

import keras_act
from tests.keras_act.backend import BACKEND, array, tensor
from tests.keras_act.oracle import CASES

SIZE = 64 * 1024
BY_NAME = {c.name: c for c in CASES}


def kept(function):
    """Bytes kept for the backward pass, in units of the input."""
    x = tensor(np.random.default_rng(0).normal(size=SIZE).astype("float32"))
    if BACKEND == "jax":
        import jax

        _, pull = jax.vjp(function, x)
        leaves = jax.tree_util.tree_leaves(pull)
        return sum(leaf.nbytes for leaf in leaves if hasattr(leaf, "nbytes")) / (4 * SIZE)
    import gc

    import torch

    leaf = x.clone().requires_grad_(True)
    gc.collect()
    before = {id(o) for o in gc.get_objects() if issubclass(type(o), torch.Tensor)}
    seen = {}

    def pack(t):
        seen[t.data_ptr()] = t.untyped_storage().nbytes()
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        y = function(leaf)
    for o in gc.get_objects():  # what closures hold does not pass through the hooks
        if issubclass(type(o), torch.Tensor) and id(o) not in before and o is not y and o.data_ptr() != y.data_ptr():
            seen[o.data_ptr()] = o.untyped_storage().nbytes()
    return sum(seen.values()) / (4 * SIZE)


@pytest.mark.skipif(BACKEND == "tensorflow", reason="TensorFlow shows nobody what its tape keeps")
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_only_the_input_is_kept(case):
    assert 0.95 <= kept(case) <= 1.05


@pytest.mark.skipif(BACKEND == "tensorflow", reason="TensorFlow shows nobody what its tape keeps")
@pytest.mark.parametrize("name", ["glu", "reglu", "geglu", "swiglu", "crelu", "maxout", "multivariate_softplus"])
def test_only_the_input_is_kept_across_features(name):
    function = getattr(keras_act, name)
    assert 0.95 <= kept(lambda x: function(keras.ops.reshape(x, (-1, 8)))) <= 1.05


@pytest.mark.skipif(BACKEND == "tensorflow", reason="TensorFlow shows nobody what its tape keeps")
def test_the_measure_sees_what_others_keep():
    assert kept(keras.activations.mish) >= 1.9
    with keras_act.memory_efficient(False):
        assert kept(keras_act.mish) >= 1.9


@pytest.mark.parametrize("case", [c for c in CASES if not c.kinks], ids=lambda c: c.name)
def test_off_the_values_are_the_same(case):
    x = np.linspace(-5, 5, 41)
    on = array(case(tensor(x)))
    with keras_act.memory_efficient(False):
        off = array(case(tensor(x)))
    np.testing.assert_allclose(on, off, rtol=1e-13)  # on, PyTorch's own kernel may take the formula's place


@pytest.mark.skipif(BACKEND != "jax", reason="forward mode is JAX's")
@pytest.mark.parametrize("case", [c for c in CASES if not c.kinks], ids=lambda c: c.name)
def test_forward_mode_with_the_saving_off(case):
    import jax

    x = np.linspace(-5, 5, 40)
    with keras_act.memory_efficient(False):
        _, slope = jax.jvp(case, (tensor(x),), (np.ones_like(x),))
    np.testing.assert_allclose(array(slope), case.slope(x), rtol=1e-10, atol=1e-12)


@pytest.mark.skipif(BACKEND != "jax", reason="forward mode is JAX's")
def test_forward_mode_with_the_saving_on_is_refused_by_jax():
    import jax

    with pytest.raises(TypeError, match="forward-mode"):
        jax.jvp(keras_act.mish, (tensor(np.ones(3)),), (np.ones(3),))


@pytest.mark.skipif(BACKEND != "torch", reason="torch.func is PyTorch's")
@pytest.mark.parametrize("case", [c for c in CASES if not c.kinks], ids=lambda c: c.name)
def test_transforms_of_pytorch_differentiate_and_map(case):
    import torch

    x = np.linspace(-5, 5, 40)
    points = tensor(x)
    _, forwards = torch.func.jvp(case, (points,), (torch.ones_like(points),))
    backwards = torch.func.vmap(torch.func.grad(case))(points)
    for slope in (forwards, backwards):
        np.testing.assert_allclose(array(slope), case.slope(x), rtol=1e-10, atol=1e-12)
    with torch.no_grad():
        np.testing.assert_allclose(array(torch.func.vmap(case)(points)), array(case(points)), rtol=1e-13)


def test_the_switch_goes_back():
    with pytest.raises(RuntimeError), keras_act.memory_efficient(False):
        raise RuntimeError
    from keras_act.functions import _elementwise

    assert _elementwise._efficient.get()
