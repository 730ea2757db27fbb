"""Models with planted defects, drawn by Hypothesis: chains of dense or convolution layers and what stands between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from linter.build import (
    Built,
    Piece,
    activation,
    batch_normalization,
    chain,
    conv,
    dense,
    dropout,
    flatten,
    global_average_pooling,
    input,
    max_pooling,
    relu,
    trained,
)

PLANTED = ("none", "silent", "unheard", "dead", "both")
BETWEEN = ("nothing", "relu", "relu twice", "normalised", "normalised relu", "tanh", "dropout", "leaky after relu")
Block = tuple[int, str, str, bool]


@st.composite
def models(draw: st.DrawFn) -> Built:
    """A trained model of two to four blocks, flat or on images, with an output of its own."""
    blocks: list[Block] = draw(
        st.lists(
            st.tuples(st.integers(2, 6), st.sampled_from(BETWEEN), st.sampled_from(PLANTED), st.booleans()),
            min_size=2,
            max_size=4,
        )
    )
    seed, spatial = draw(st.integers(0, 99)), draw(st.booleans())
    last = activation("sigmoid") if draw(st.booleans()) else dropout(0.1)
    pieces = _images(blocks) if spatial else _flat(blocks)
    names = [f"piece_{i}" for i in range(len(pieces) + 2)]
    full = [*pieces, dense(2), last]
    for piece, name in zip(full, names, strict=True):
        piece.config["name"] = name
    return _planted(trained(chain(*full, loss="mse"), seed), pieces, blocks, seed)


def _flat(blocks: Sequence[Block]) -> list[Piece]:
    pieces = [input(5), activation("sigmoid")]
    for width, between, _, bias in blocks:
        pieces += [dense(width, use_bias=bias), *_between(between)]
    return pieces


def _images(blocks: Sequence[Block]) -> list[Piece]:
    pieces = [input(14, 14, 2), activation("sigmoid")]
    for i, (width, between, _, bias) in enumerate(blocks):
        padding = "same" if width % 2 else "valid"
        pieces += [conv(width, 1 + width % 3, padding=padding, use_bias=bias), *_between(between)]
        pieces += [max_pooling()] if i == 0 else []
    return [*pieces, flatten() if len(blocks) % 2 else global_average_pooling()]


def _between(kind: str) -> list[Piece]:
    made: dict[str, Any] = {
        "nothing": [],
        "relu": [relu()],
        "relu twice": [activation("relu"), dropout(0.2), relu()],
        "normalised": [batch_normalization()],
        "normalised relu": [batch_normalization(), relu()],
        "tanh": [activation("tanh")],
        "dropout": [dropout(0.3)],
        "leaky after relu": [relu(), relu(negative_slope=0.3)],
    }
    return list(made[kind])


def _planted(built: Built, pieces: list[Piece], blocks: Sequence[Block], seed: int) -> Built:
    """The model with units that nothing reaches, that nothing hears, or that cannot fire."""
    values = {path: {role: array.copy() for role, array in found.items()} for path, found in built.values.items()}
    hosts = [values[piece.config["name"]] for piece in pieces if piece.class_name in ("Dense", "Conv2D")]
    random = np.random.default_rng(seed)
    for i, (found, (width, _, planted, _)) in enumerate(zip(hosts, blocks, strict=True)):
        unit = int(random.integers(width))
        if planted in ("silent", "both"):
            found["kernel"][..., unit] = 0
        if planted in ("unheard", "both") and i + 1 < len(hosts):
            hosts[i + 1]["kernel"][..., unit, :] = 0
        if planted == "dead" and "bias" in found:
            found["bias"][unit] = -50
    return replace(built, values=values)
