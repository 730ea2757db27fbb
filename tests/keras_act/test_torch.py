"""PyTorch on the CPU: blocks and PyTorch's own kernels give what the formulas give, or step aside."""

import ml_dtypes
import numpy as np
import pytest

import keras_act
from tests.keras_act.backend import BACKEND, gradients
from tests.keras_act.oracle import CASES, Case
from tests.keras_act.test_float32 import GRID
from tests.keras_act.test_half_precision import HALVES, all_finite, ulps

if BACKEND != "torch":
    pytest.skip("the one file for PyTorch", allow_module_level=True)

import torch

from keras_act.functions import _torch
from keras_act.functions._torch_kernels import WHOLE

# the lowest x for which PyTorch's kernel stands in, and the highest where there is one
LOWEST = {"elu": -80, "elu_half": -80, "celu": -40, "selu": -80, "silu": -80, "softplus": -80, "softplus_5": -16}
LOWEST |= {"mish": -80, "tanh": -40, "gelu": -12, "gelu_tanh": -9, "snake": -1e9, "snake_2": -1e9}
HIGHEST = {"tanh": 40, "gelu_tanh": 1e10, "snake": 1e9, "snake_2": 1e9}
ALWAYS = {"relu", "relu6", "clipped_relu", "leaky_relu", "prelu", "rrelu", "shifted_relu", "sigmoid", "tanh_shrink"}
ALWAYS |= {"hard_sigmoid", "hard_tanh", "hard_shrink"}
SYMMETRIC = Case(
    "soft_shrink_half", keras_act.soft_shrink, lambda x: x - np.clip(x, -0.5, 0.5), lambda x: (np.abs(x) > 0.5) * 1.0,
    lambda x: x, (-np.inf, np.inf), (0, 0),
)  # fmt: skip
NATIVE = [c for c in CASES if c.name in ALWAYS | set(LOWEST)] + [SYMMETRIC]


@pytest.fixture
def calls(monkeypatch):
    """How often a kernel of PyTorch's stood in."""
    seen, write = [], _torch._write
    monkeypatch.setattr(_torch, "_write", lambda *arguments: (seen.append(1), write(*arguments)))
    return seen


def inside(case, x):
    """The numbers for which the kernel stands in."""
    wide = x.astype(float)
    return x[(wide >= LOWEST.get(case.name, -3e38)) & (wide <= HIGHEST.get(case.name, 3e38))]


@pytest.mark.parametrize("dtype", HALVES, ids=["float16", "bfloat16"])
@pytest.mark.parametrize("case", NATIVE, ids=lambda c: c.name)
def test_kernels_in_half_precision(case, dtype, calls):
    x = inside(case, all_finite(dtype))
    x64 = x.astype(float)
    normal = np.abs(x64) >= float(ml_dtypes.finfo(dtype).smallest_normal)
    y, (slope,) = gradients(case, x)
    assert len(calls) == 2
    assert ulps(y, case.value(x64))[normal].max() <= 1
    assert ulps(slope, case.slope(x64))[normal].max() <= 2


@pytest.mark.parametrize("case", [c for c in NATIVE if c.name not in WHOLE], ids=lambda c: c.name)
def test_kernels_in_single_precision(case, calls):
    x = inside(case, GRID)
    y, (slope,) = gradients(case, x)
    assert len(calls) == 2
    value, true = case.value(x.astype(float)), case.slope(x.astype(float))
    well = np.abs(value) >= 1e-36
    condition = np.maximum(1, np.abs(x * true / np.where(well, value, 1)))
    assert (np.abs(y - value) <= 4 * np.spacing(np.abs(value).astype(np.float32)) * condition)[well].all()
    np.testing.assert_allclose(slope, true, rtol=2e-6 * condition.max() if case.kinks else 1e-4, atol=1e-36)


@pytest.mark.parametrize("case", [c for c in CASES if c.name in WHOLE], ids=lambda c: c.name)
def test_gradients_that_are_pytorchs_own_are_right_to_a_rounding_of_1(case, calls):
    _, (slope,) = gradients(case, GRID)
    assert not calls
    np.testing.assert_allclose(slope, case.slope(GRID.astype(float)), rtol=0, atol=2**-23)


@pytest.mark.parametrize("case", NATIVE, ids=lambda c: c.name)
def test_a_block_with_nan_takes_the_formula(case):
    _, (slope,) = gradients(case, np.array([np.nan, 1.5, -1.5, np.inf, -np.inf], np.float32))
    assert np.isnan(slope[0])
    np.testing.assert_allclose(slope[1:3], case.slope(np.array([1.5, -1.5])), rtol=1e-5)


@pytest.mark.parametrize("case", [c for c in NATIVE if "snake" not in c.name], ids=lambda c: c.name)
def test_infinities_have_the_limit_and_its_slope(case):
    y, (slope,) = gradients(case, np.array([-np.inf, np.inf, 1.5], np.float32))
    np.testing.assert_allclose(y[:2], case.limits)
    np.testing.assert_allclose(slope[:2], case.slope(np.array([-1e30, 1e30])), rtol=1e-6, atol=1e-36)


def test_the_numbers_are_looked_over_once_for_value_and_gradient(monkeypatch):
    looks, within = [], _torch._within
    monkeypatch.setattr(_torch, "_within", lambda *arguments: looks.append(1) or within(*arguments))
    _, (slope,) = gradients(keras_act.silu, np.array([-1.0, 2.0], np.float32))
    assert len(looks) == 1
    _, (slope,) = gradients(keras_act.silu, np.array([-85.0, 2.0], np.float32))
    assert len(looks) == 3
    silu = next(c for c in CASES if c.name == "silu")
    np.testing.assert_allclose(slope, silu.slope(np.array([-85.0, 2.0])), rtol=1e-5)


@pytest.mark.parametrize("name", ["relu", "gelu", "telu", "swish"])
@pytest.mark.parametrize("order", ["rows", "columns", "gaps", "expanded"])
def test_blocks_put_everything_in_its_place(name, order, monkeypatch):
    monkeypatch.setattr(_torch, "BLOCK", 7)
    x = torch.linspace(-3, 3, 60, dtype=torch.float64)
    table = x.view(5, 12)
    x = {"rows": table, "columns": table.T, "gaps": table[:, ::2], "expanded": x[:, None].expand(60, 3)}[order]
    leaf = x.requires_grad_(True)
    upstream = torch.arange(x.numel(), dtype=x.dtype).view(x.shape)
    case = next(c for c in CASES if c.name == {"swish": "swish_2"}.get(name, name))
    y = case(leaf)
    (slope,) = torch.autograd.grad(y, leaf, upstream)
    at = x.detach().numpy()
    np.testing.assert_allclose(y.detach().numpy(), case.value(at), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(slope.numpy(), upstream.numpy() * case.slope(at), rtol=1e-9, atol=1e-12)


def test_an_empty_tensor():
    assert keras_act.gelu(torch.zeros((0, 3))).shape == (0, 3)


def test_a_tensor_under_a_tracer_takes_the_formula(calls):
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        assert keras_act.mish(torch.zeros(3)).shape == (3,)
    assert not calls
