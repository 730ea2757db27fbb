"""GELU compiled by Numba on PyTorch's CPU: as right as the formula, everywhere, whatever the layout of the tensor."""

import math
import os
import sys

import numpy as np
import pytest

import keras_act
from tests.keras_act.backend import BACKEND, gradients
from tests.keras_act.oracle import CASES
from tests.keras_act.test_float32 import GRID, SMALLEST

if BACKEND != "torch":
    pytest.skip("for PyTorch", allow_module_level=True)

import torch

from keras_act.functions import _torch_compiled

GELU = next(case for case in CASES if case.name == "gelu")
DENSE = np.unique(np.concatenate([GRID, np.linspace(-14, 14, 1_000_001, dtype=np.float32)]))


@pytest.fixture
def runs(monkeypatch):
    """How often compiled code ran; short tensors are worth it here."""
    pytest.importorskip("numba", reason="Numba, which compiles, is not installed")
    seen, run = [], _torch_compiled._run
    monkeypatch.setattr(_torch_compiled, "_run", lambda *arguments: (seen.append(1), run(*arguments)))
    monkeypatch.setattr(_torch_compiled, "WORTH", 1)
    return seen


def errors(found, true, condition):
    """The errors in ulp, as shares of what the condition of the problem makes of one ulp of the input."""
    counts = np.abs(true) >= SMALLEST
    ulp = np.spacing(np.abs(true[counts]).astype(np.float32))
    return np.abs(found[counts] - true[counts]) / ulp / np.maximum(1, condition[counts])


def test_value_and_gradient_are_right_to_4_ulp(runs):
    y, (slope,) = gradients(GELU, DENSE)
    assert len(runs) == 2
    x = DENSE.astype(float)
    with np.errstate(all="ignore"):
        value, first = GELU.value(x), GELU.slope(x)
        bump = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        terms = np.abs(first - x * bump) + np.abs(x * bump)  # the slope is their sum, and 0 at -0.75
        assert errors(y, value, np.abs(x * first / value)).max() <= 4
        assert errors(slope, first, np.fmax(terms, np.abs(x * (2 - x**2) * bump)) / np.abs(first)).max() <= 4
    assert np.isfinite(slope).all()


def test_beyond_all_numbers(runs):
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 3e38, -3e38], np.float32)
    y, (slope,) = gradients(GELU, x)
    np.testing.assert_array_equal(y, np.array([np.nan, np.inf, 0, 0, 0, 3e38, 0], np.float32))
    np.testing.assert_array_equal(slope, [np.nan, 1, 0, 0.5, 0.5, 1, 0])
    assert len(runs) == 2


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("order", ["rows", "columns", "gaps", "expanded"])
def test_every_number_is_in_its_place(order, threads, runs):
    line = torch.linspace(-3, 3, 60)
    table = line.view(5, 12)
    x = {"rows": table, "columns": table.T, "gaps": table[:, ::2], "expanded": line[:, None].expand(60, 3)}[order]
    upstream = torch.arange(x.numel(), dtype=x.dtype).view(x.shape)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        y = keras_act.gelu(x.requires_grad_(True))
        (slope,) = torch.autograd.grad(y, x, upstream)
    finally:
        torch.set_num_threads(before)
    at = x.detach().numpy().astype(float)
    np.testing.assert_allclose(y.detach().numpy(), GELU.value(at), rtol=1e-6)
    np.testing.assert_allclose(slope.numpy(), upstream.numpy() * GELU.slope(at), rtol=1e-5)
    assert len(runs) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_computes_too(runs):
    x = torch.ones(10, requires_grad=True)
    assert keras_act.gelu(x).shape == (10,)
    child = os.fork()
    if child == 0:
        os._exit(int(keras_act.gelu(x).shape != (10,)))
    assert os.waitpid(child, 0)[1] == 0
    assert runs


def test_without_numba_pytorch_does_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.setattr(_torch_compiled, "WORTH", 1)
    monkeypatch.setattr(_torch_compiled, "_gelu", _torch_compiled._gelu.__wrapped__)
    y, _ = gradients(GELU, np.array([-8.0], np.float32))
    np.testing.assert_allclose(y, GELU.value(np.array([-8.0])), rtol=1e-5)


def test_a_numba_that_must_not_compile_is_left_alone(runs, monkeypatch):
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    monkeypatch.setattr(_torch_compiled, "_gelu", _torch_compiled._gelu.__wrapped__)
    gradients(GELU, np.array([-8.0], np.float32))
    assert not runs


@pytest.mark.parametrize(("worth", "learns"), [(1001, True), (1, False)])
def test_nothing_is_compiled_for_short_tensors_nor_where_nothing_is_trained(worth, learns, monkeypatch):
    monkeypatch.setattr(_torch_compiled, "WORTH", worth)
    monkeypatch.setattr(_torch_compiled, "_gelu", lambda part: pytest.fail("compiled"))
    keras_act.gelu(torch.zeros(1000, requires_grad=learns))
