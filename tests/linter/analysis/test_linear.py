"""Pairs of linear layers: which count, which are meant."""

from __future__ import annotations

import pytest

from linter import build
from linter.analysis.linear import LinearPair, linear_pairs

CASES = {
    "dense, dense": ("chain(input(8), dense(16), dense(4))", [(8, 16, 4, True)]),
    "a bottleneck": ("chain(input(8), dense(3), dense(5))", [(8, 3, 5, False)]),
    "as wide as its input": ("chain(input(8), dense(8), dense(32))", [(8, 8, 32, True)]),
    "widths are those of what is flattened": (
        "chain(input(4, 4, 2), conv(3), flatten(), dense(5))",
        [(32, 48, 5, True)],
    ),
    "channels first": (
        "chain(input(2, 9, 9), conv(3, data_format='channels_first'), conv(4, data_format='channels_first'))",
        [(2, 3, 4, True)],
    ),
    "an explicit linear activation is none": (
        "chain(input(8), dense(16), activation('linear'), dense(4))",
        [(8, 16, 4, True)],
    ),
    "three": ("chain(input(8), dense(16), dense(12), dense(4))", [(8, 16, 12, True), (16, 12, 4, True)]),
    "two readers, both linear": (
        "model(x := input(8), [dense(2)(h := dense(16)(x)), dense(3)(h)])",
        [(8, 16, 2, True), (8, 16, 3, True)],
    ),
    "in a nested model": ("chain(input(8), dense(16), nested(chain(input(16), dense(4))))", [(8, 16, 4, True)]),
    "it is an output itself": ("model(x := input(8), [h := dense(16)(x), dense(2)(h)])", []),
    "pooling lies between": ("chain(input(8, 8, 2), conv(3), max_pooling(), conv(4))", []),
    "a window in two halves": (
        "chain(input(9, 9, 4), layer('Conv2D', filters=4, kernel_size=[1, 5], padding='same'), "
        "layer('Conv2D', filters=4, kernel_size=[5, 1], padding='same'))",
        [],
    ),
    "an inverted residual": (
        "chain(input(9, 9, 4), depthwise(), batch_normalization(), relu(), conv(4, 1), batch_normalization(), "
        "conv(8, 1))",
        [],
    ),
    "queries and keys": (
        "model(x := input(6, 8), layer('Dot', axes=[2, 2])(dense(8)(h := dense(8)(x)), dense(8)(h)))",
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_pairs(name: str) -> None:
    model, expected = CASES[name]
    found: list[LinearPair] = list(linear_pairs(eval(model, vars(build)).subject()))
    assert [(p.width_in, p.width_between, p.width_out, p.is_redundant) for p in found] == expected


def test_nothing_is_said_of_widths_that_are_not_known() -> None:
    found = list(
        linear_pairs(build.chain(build.input(None, None, 3), build.conv(4), build.flatten(), build.dense(2)).subject())
    )
    assert [pair.is_redundant for pair in found] == [False]
