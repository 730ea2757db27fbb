"""Statistics against NumPy in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.analysis import statistics
from linter.graph import ModelGraph
from linter.rule import Subject
from tests.linter.analysis.weights import Held


def agrees(values: np.ndarray, found: statistics.Statistics) -> None:
    exact = values.astype(np.float64)
    exact = exact[np.isfinite(exact)]
    scale = max(abs(exact.mean()), exact.std(), 1e-300)
    assert found.count == values.size
    assert abs(found.mean - exact.mean()) <= 1e-6 * scale
    assert found.second_moment == pytest.approx((exact**2).mean(), rel=2e-6)
    assert found.minimum == exact.min()
    assert found.maximum == exact.max()


@pytest.mark.parametrize("offset", [0.0, 3.0, -1000.0])
@pytest.mark.parametrize("size", [1, 7, 8192, 65536, 400_001])
def test_moments_in_single_precision(size: int, offset: float) -> None:
    values = (np.random.default_rng(size).normal(size=size) + offset).astype(np.float32)
    found = statistics.measure(Held(values))
    agrees(values, found)
    assert found.non_finite == 0


@pytest.mark.parametrize("dtype", ["float16", "float64", "int8", "int64", "uint8"])
def test_other_types(dtype: str) -> None:
    values = (np.random.default_rng(0).normal(size=100_000) * 20).astype(dtype)
    agrees(values, statistics.measure(Held(values)))


def test_bfloat16() -> None:
    wide = np.random.default_rng(0).normal(size=70_000).astype(np.float32)
    stored = (wide.view(np.uint32) >> 16).astype(np.uint16)
    cut = (stored.astype(np.uint32) << 16).view(np.float32)
    agrees(cut, statistics.measure(Held(stored, kind="bfloat16")))


def test_values_that_are_not_finite_are_counted_and_left_out() -> None:
    values = np.random.default_rng(0).normal(size=200_000).astype(np.float32)
    values[[3, 70_000, 70_001, 199_999]] = [np.nan, np.inf, -np.inf, np.nan]
    found = statistics.measure(Held(values))
    assert found.non_finite == 4
    agrees(values, found)


def test_nothing_finite() -> None:
    found = statistics.measure(Held(np.full(10, np.nan, dtype=np.float32)))
    assert (found.count, found.non_finite) == (10, 10)
    assert np.isnan(found.mean)
    assert not found.constant


def test_squares_past_the_range_of_single_precision() -> None:
    for scale in (3e37, 1e-30):
        values = (np.random.default_rng(1).uniform(-1, 1, 100_000) * scale).astype(np.float32)
        agrees(values, statistics.measure(Held(values)))


def test_a_constant_tensor() -> None:
    assert statistics.measure(Held(np.full((4, 4), 0.5, dtype=np.float32))).constant
    assert not statistics.measure(Held(np.array([0.5, 0.25], dtype=np.float32))).constant


def test_a_tensor_is_read_once_for_all_rules() -> None:
    model, held = Subject(ModelGraph("keras")), Held(np.ones(100_000, dtype=np.float32))
    assert statistics.of(model, held) is statistics.of(model, held)
    assert len(held.reads) == 1


@given(st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), min_size=1, max_size=50))
@settings(max_examples=200, deadline=None)
def test_any_values(items: list[float]) -> None:
    values = np.array(items, dtype=np.float32)
    found = statistics.measure(Held(values))
    assert found.non_finite == int((~np.isfinite(values)).sum())
    if found.non_finite < len(items):
        exact = values[np.isfinite(values)].astype(np.float64)
        assert found.minimum == exact.min()
        assert found.maximum == exact.max()
        assert abs(found.mean - exact.mean()) <= 1e-5 * np.abs(exact).mean() + 1e-40
        assert found.second_moment == pytest.approx((exact**2).mean(), rel=1e-5, abs=1e-70)
