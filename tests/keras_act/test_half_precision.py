"""Every finite float16 and bfloat16 input: values within 1 ulp, gradients within 2, of the double result rounded."""

import keras
import ml_dtypes
import numpy as np
import pytest

import keras_act
from tests.keras_act import across
from tests.keras_act.backend import gradients
from tests.keras_act.oracle import CASES

HALVES = [np.float16, ml_dtypes.bfloat16]


def all_finite(dtype):
    """Each finite number of a 16-bit type once."""
    x = np.arange(2**16, dtype=np.uint16).view(dtype)
    with np.errstate(invalid="ignore"):  # of the NaN that are sorted out here
        return x[np.isfinite(x.astype(float))]


def ulps(got, wanted):
    """How many representable numbers `got` is from `wanted` rounded; results below the smallest normal may be 0."""
    assert got.dtype != np.float64
    with np.errstate(over="ignore"):
        rounded = wanted.astype(got.dtype)
    distance = np.abs(_rank(got) - _rank(rounded))
    tiny = float(ml_dtypes.finfo(got.dtype).smallest_normal)
    distance[(np.abs(wanted) < tiny) & (got == 0)] = 0
    return distance


def _rank(x):
    bits = x.view(np.int16).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFF), bits)


def test_the_ruler_counts_numbers_between():
    x = np.array([1.0, 1.0, -1.0, 6e-8, 0.0], np.float16)
    assert ulps(x, np.array([1.0, 1.0009765625, -1.001953125, 0.0, 3e-5])).tolist() == [0, 1, 2, 1, 0]


def test_there_are_as_many_inputs_as_the_formats_have():
    assert [len(all_finite(d)) for d in HALVES] == [63488, 65280]


@pytest.mark.parametrize("dtype", HALVES, ids=["float16", "bfloat16"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_sweep(case, dtype):
    x = all_finite(dtype)
    x64 = x.astype(float)
    normal = np.abs(x64) >= float(ml_dtypes.finfo(dtype).smallest_normal)
    y, (slope,) = gradients(case, x)
    assert y.dtype == slope.dtype == dtype
    with np.errstate(all="ignore"):
        value, derivative = case.value(x64), case.slope(x64)
    assert ulps(y, value)[normal].max() <= 1
    if case.name == "snake_2":  # 2 x itself overflows, and with it where in the wave x is
        normal &= np.abs(x64) < 1.7e38
    assert ulps(slope, derivative)[normal].max() <= 2


@pytest.mark.parametrize("dtype", HALVES, ids=["float16", "bfloat16"])
@pytest.mark.parametrize("case", across.CASES, ids=lambda c: c.name)
def test_functions_across_features_on_a_grid(case, dtype):
    x = across.grid(case).astype(dtype)
    y, (slope,) = gradients(case, x)
    assert y.dtype == slope.dtype == dtype
    with np.errstate(over="ignore"):
        assert ulps(y, case.value(x.astype(float))).max() <= 1
        assert ulps(slope, case.slope(x.astype(float))).max() <= 2


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_gradients_of_parameters_are_summed_in_float32(dtype):
    x = np.full((4096, 1), -1.0)
    _, (_, slope) = gradients(keras_act.prelu, keras.ops.cast(x, dtype), np.array([0.25], "float32"))
    assert slope.dtype == np.float32
    assert slope[0] == -4096.0  # a float16 sum of ones stops at 2048, a bfloat16 one at 256
