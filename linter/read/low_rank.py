"""Low-rank updates (LoRA) that HDF5 files and models in memory keep beside their kernel: they are added to it.

Keras does the same when it saves a `.keras` file, so that one model reads alike however it was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from linter.graph import Weight
from linter.read.bound import Bound
from linter.read.keras_1 import whole
from linter.read.normalise.spec import LayerSpec
from linter.read.normalise.variable import Variable
from linter.read.weights import LoadedWeight

if TYPE_CHECKING:
    import numpy as np

UPDATED = ("kernel", "embeddings")
"""Roles that can have an update, the product of two narrow matrices that are trained in their stead."""
MOST = 2**31


def with_updates(variables: tuple[Variable, ...], config: Mapping[str, Any]) -> tuple[Variable, ...]:
    """Return a layer's variables with the parts of its update, where it has one."""
    first = variables[0] if variables else None
    if first is None or first.role not in UPDATED or not config.get("lora_rank"):
        return variables
    parts = (Variable(role) for role in _parts(first.role))
    return (first._replace(trained=False), *variables[1:], *parts)


def merge(layers: Mapping[str, LayerSpec], bound: Bound) -> None:
    """Put each kernel with its update added in the place of both; parts that do not fit together become surplus."""
    for path, layer in layers.items():
        found = bound.weights.get(path, {})
        for role in UPDATED:
            kernel, left, right = (found.get(name) for name in (role, *_parts(role)))
            if kernel is None or left is None or right is None:
                continue
            if (scale := _scale(layer.config)) and _fit(kernel, left, right, layer.config["lora_rank"]):
                found[role] = _sum(kernel, left, right, scale)
            else:
                bound.surplus += [left, right]
            for name in _parts(role):
                del found[name]


def _parts(role: str) -> tuple[str, str]:
    return f"lora_{role}_a", f"lora_{role}_b"


def _scale(config: Mapping[str, Any]) -> float:
    """Return what the product is multiplied by; 0 where the configuration makes no sense."""
    rank = config.get("lora_rank")
    alpha = config.get("lora_alpha") or rank
    if not isinstance(rank, int) or not isinstance(alpha, int | float):
        return 0.0
    return alpha / rank if 0 < rank < MOST and abs(alpha) < MOST else 0.0


def _fit(kernel: Weight, left: Weight, right: Weight, rank: int) -> bool:
    """Whether the product has the kernel's shape, and the kernel is made of real numbers: a quantised one is not."""
    if "f" not in kernel.dtype or not kernel.shape:
        return False
    return left.shape == (*kernel.shape[:-1], rank) and right.shape == (rank, kernel.shape[-1])


def _sum(kernel: Weight, left: Weight, right: Weight, scale: float) -> Weight:
    def load() -> np.ndarray:
        stored = whole(kernel)
        total: np.ndarray = stored + scale * (whole(left) @ whole(right))
        return total.astype(stored.dtype)

    dtype = "<f4" if kernel.dtype == "bfloat16" else kernel.dtype
    return LoadedWeight(kernel.name, kernel.shape, dtype, load)
