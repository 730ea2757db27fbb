"""Recurrent kernels: their candidate blocks, how fast they let a state grow, whether they are an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.graph import Initializer, Node

if TYPE_CHECKING:
    import numpy as np

MAX_UNITS = 2048
CANDIDATE = {"LSTM": 2, "GRU": 2, "SimpleRNN": 0}
"""Which block of columns of the recurrent kernel feeds the candidate state (Keras orders i, f, c, o and z, r, h)."""


def candidate_block(node: Node) -> np.ndarray | None:
    """Return the (units, units) block of the recurrent kernel that feeds the candidate; None where it is not stored."""
    import numpy as np

    weight = node.weights.get("recurrent_kernel")
    if weight is None or len(weight.shape) != 2 or node.op not in CANDIDATE or weight.shape[0] > MAX_UNITS:
        return None
    units = weight.shape[0]
    kernel = np.concatenate([piece.astype(np.float64) for piece in weight.chunks(weight.shape[1])]).reshape(
        weight.shape
    )
    start = CANDIDATE[node.op] * units
    return kernel[:, start : start + units] if kernel.shape[1] >= start + units else None


def spectral_radius(node: Node) -> float | None:
    """Return the largest absolute eigenvalue of the candidate block; None where there is no finite stored one."""
    import numpy as np

    block = candidate_block(node)
    if block is None or not np.isfinite(block).all():
        return None
    return float(np.abs(np.linalg.eigvals(block)).max(initial=0.0))


def is_identity_like(node: Node) -> bool:
    """Whether the recurrent kernel starts as a multiple of the identity, or is still near one."""
    import numpy as np

    initializer = node.config.get("recurrent_initializer")
    if isinstance(initializer, Initializer) and initializer.kind == "identity":
        return True
    block = candidate_block(node)
    if block is None:
        return False
    off = np.linalg.norm(block - np.diag(np.diag(block)))
    return bool(off < 0.5 * np.linalg.norm(np.diag(block)))
