"""Twins, clones and disconnected units against plain loops over columns and rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.analysis import batchnorm, duplicates
from linter.build import chain, dense, input, relu
from linter.rule import Subject


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 8))
@settings(max_examples=150, deadline=None)
def test_against_loops(seed: int, rows: int, units: int) -> None:
    random = np.random.default_rng(seed)
    kernel = random.integers(-1, 2, size=(rows, units)).astype(np.float32) * random.integers(0, 2, size=(1, units))
    kernel[:, random.random(units) < 0.3] = kernel[:, [0]]
    bias = random.integers(0, 2, units).astype(np.float32)
    other = random.integers(0, 2, size=(units, 3)).astype(np.float32)
    model = Subject(
        chain(
            input(rows), dense(units, kernel=kernel, bias=bias), relu(), dense(3, kernel=other, bias=np.zeros(3))
        ).graph()
    )
    columns = [(*kernel[:, i], bias[i]) for i in range(units)]
    twins = tuple(i for i in range(units) if columns[i] in columns[:i] and kernel[:, i].any())
    assert duplicates.twins(model).get("dense", ((), 0))[0] == twins
    silent = tuple(i for i in range(units) if not kernel[:, i].any())
    unheard = tuple(i for i in range(units) if not other[i].any())
    found = duplicates.unconnected(model).get("dense", ((), ()))
    assert found[0] == (silent if len(silent) < units else ())
    assert found[1] == (unheard if len(unheard) < units else ())


def test_large_kernels_over_several_pieces() -> None:
    kernel = np.random.default_rng(0).normal(size=(3000, 64)).astype(np.float32)
    kernel[:, 40] = kernel[:, 3]
    kernel[:, 50] = kernel[:, 3]
    kernel[2999, 50] += 1  # differs in the very last row
    kernel[:, 60] = 0
    model = Subject(chain(input(3000), dense(64, kernel=kernel, bias=np.zeros(64)), relu(), dense(1)).graph())
    assert duplicates.twins(model)["dense"] == ((40,), 64)
    assert duplicates.unconnected(model)["dense"][0] == (60,)


def test_clones_that_agree_in_every_moment_but_not_in_order_are_none() -> None:
    kernel = np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)
    turned = kernel[::-1].copy()
    model = Subject(
        chain(
            input(8), dense(8, kernel=kernel), relu(), dense(8, kernel=turned), relu(), dense(8, kernel=kernel)
        ).graph()
    )
    assert duplicates.clones(model) == (("dense", "dense_2"),)


def test_how_often_a_channel_fires_against_random_numbers() -> None:
    z = np.random.default_rng(0).normal(size=1_000_000)
    for beta, gamma in ((0.3, 1.0), (-1.0, 0.5), (-2.0, 1.0)):
        assert abs(batchnorm.fires(beta, gamma) - (beta + gamma * z > 0).mean()) < 2e-3
    assert (batchnorm.fires(0.0, 0.0), batchnorm.fires(1.0, 0.0)) == (0.0, 1.0)
