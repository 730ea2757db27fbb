"""Attacks in weights that are stored as NumPy arrays."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.hostile import base
from tests.hostile.attack import Attack


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def npz_weights(content: Callable[[], bytes]) -> Callable[[], bytes]:
    def make() -> bytes:
        found = {name: data for name, data in base.members(base.keras_file()).items() if name != "model.weights.h5"}
        return base.archive({**found, "model.weights.npz": content()})

    return make


def npz_bomb() -> bytes:
    """An array that declares a terabyte."""
    out = io.BytesIO()
    np.save(out, np.zeros(8, "f4"))
    honest, lying = b"(8,), }" + b" " * 11, b"(274877906944,), }"
    header = out.getvalue()[:-32]
    assert honest in header
    header = header.replace(honest, lying)
    return base.archive({"layers.npy": header + b"\0" * 32})


ARRAYS = (
    Attack("npz-objects", "SEC008", ".keras", npz_weights(lambda: npz(layers=np.array([{"a": 1}], dtype=object)))),
    Attack("npz-bomb", "SEC007", ".keras", npz_weights(npz_bomb)),
)
