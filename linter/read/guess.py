"""Which layer a group of stored tensors belongs to, where names and shapes leave no doubt; "Unknown" else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from linter.graph import Weight
from linter.read.normalise import names, values
from linter.read.normalise.layout import GATES

Roles = Mapping[str, Weight]
CLASSES = {values.snake(name): name for name in (*names.FUSED, *names.RECURRENT, *names.PLAIN, *names.CELLS)}
CLASSES.update({values.snake(old): new for old, new in names.RENAMED.items()})
ORDERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "BatchNormalization": (("gamma", "beta", "moving_mean", "moving_variance"), ("moving_mean", "moving_variance")),
    "Embedding": (("embeddings",),),
    **{
        f"SeparableConv{n}D": (
            ("depthwise_kernel", "pointwise_kernel", "bias"),
            ("depthwise_kernel", "pointwise_kernel"),
        )
        for n in (1, 2)
    },
    **dict.fromkeys(
        (*names.RECURRENT, *names.CELLS), (("kernel", "recurrent_kernel", "bias"), ("kernel", "recurrent_kernel"))
    ),
    **dict.fromkeys(("LayerNormalization", "GroupNormalization"), (("gamma", "beta"),)),
    "RMSNormalization": (("scale",),),
    "Normalization": (("mean", "variance", "count"),),
}
"""Roles of a layer's tensors in stored order, by how many there are. A count that is not listed leaves their
numbers."""
KERNEL_RANKS = {
    "Dense": 2,
    **{
        f"{kind}{n}D{end}": n + 2
        for n in (1, 2, 3)
        for kind, end in (("Conv", ""), ("DepthwiseConv", ""), ("Conv", "Transpose"))
    },
}
KERNEL_ORDERS = (("kernel", "bias"), ("kernel",))


def by_class(folder: str, found: Sequence[Weight]) -> tuple[str, dict[str, Weight]]:
    """Return op and roles of tensors in Keras's order, stored in a folder such as dense_1.

    The class in the name is believed where the shapes agree.
    """
    op = CLASSES.get(re.sub(r"_\d+$", "", folder), CLASSES.get(folder, ""))
    if op in KERNEL_RANKS and len(found[0].shape) != KERNEL_RANKS[op]:
        op = ""
    orders = KERNEL_ORDERS if op in KERNEL_RANKS else ORDERS.get(op, ())
    roles = next((order for order in orders if len(order) == len(found)), None)
    if roles is None and (gates := recurrent_op(found)):
        op, roles = op if op in names.RECURRENT else gates, ORDERS["LSTM"][3 - len(found)]
    if roles is None:
        return "Unknown", {str(i): weight for i, weight in enumerate(found)}
    return names.CELLS.get(op, op), dict(zip(roles, found, strict=True))


def by_roles(found: Roles) -> str:
    """Return the op of tensors whose roles their names tell."""
    roles = set(found)
    if {"moving_mean", "moving_variance"} <= roles <= {"gamma", "beta", "moving_mean", "moving_variance"}:
        return "BatchNormalization"
    if "recurrent_kernel" in roles:
        return recurrent_op([found[role] for role in ("kernel", "recurrent_kernel", "bias") if role in found])
    if roles == {"embeddings"}:
        return "Embedding"
    if {"depthwise_kernel", "pointwise_kernel"} <= roles <= {"depthwise_kernel", "pointwise_kernel", "bias"}:
        return _ranked("SeparableConv{}D", found["depthwise_kernel"], (3, 4))
    if "depthwise_kernel" in roles <= {"depthwise_kernel", "bias"}:
        return _ranked("DepthwiseConv{}D", found["depthwise_kernel"], (3, 4))
    if "kernel" in roles <= {"kernel", "bias"}:
        return _kernel_op(found)
    return "Unknown"


def _ranked(pattern: str, kernel: Weight, ranks: tuple[int, ...]) -> str:
    rank = len(kernel.shape)
    return pattern.format(rank - 2) if rank in ranks else "Unknown"


def _kernel_op(found: Roles) -> str:
    """A kernel of rank 2 is Dense's; one of rank 4 or 5 a convolution's, transposed or not as its bias tells."""
    kernel, bias = found["kernel"].shape, found["bias"].shape if "bias" in found else None
    if len(kernel) == 2:
        return "Dense" if bias in (None, kernel[1:]) else "Unknown"
    if len(kernel) not in (4, 5) or bias is None or kernel[-1] == kernel[-2]:
        return "Unknown"
    if bias == kernel[-1:]:
        return f"Conv{len(kernel) - 2}D"
    return f"Conv{len(kernel) - 2}DTranspose" if bias == kernel[-2:-1] else "Unknown"


def recurrent_op(found: Sequence[Weight]) -> str:
    """Return LSTM, GRU or SimpleRNN for kernel (i, g·u), recurrent kernel (u, g·u) and, if there, a bias of g·u or
    2·g·u values; "" else."""
    if len(found) not in (2, 3) or any(len(weight.shape) != 2 for weight in found[:2]):
        return ""
    (_, wide), (units, width) = found[0].shape, found[1].shape
    op = next((op for op, gates in GATES.items() if width == gates * units == wide), "")
    if len(found) == 2 and op == "SimpleRNN":
        return ""  # two square kernels may be anything
    return op if len(found) == 2 or found[2].shape in ((wide,), (2, wide), (2 * wide,)) else ""


def settings(op: str, found: Roles) -> dict[str, Any]:
    """Return what the shapes tell of a layer's configuration."""
    kernel = found.get("kernel")
    if op in GATES:
        return {"units": found["recurrent_kernel"].shape[0], "use_bias": "bias" in found}
    if kernel is None or op == "Unknown":
        return {}
    shape = kernel.shape
    if op == "Dense":
        return {"units": shape[1], "use_bias": "bias" in found}
    if op.endswith("Transpose"):
        return {"filters": shape[-2], "kernel_size": list(shape[:-2]), "use_bias": "bias" in found}
    if op.startswith("Conv") and not op.startswith("ConvLSTM"):
        return {"filters": shape[-1], "kernel_size": list(shape[:-2]), "use_bias": "bias" in found}
    return {"use_bias": "bias" in found}
