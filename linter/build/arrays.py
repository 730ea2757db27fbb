"""Values for variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def zeros(*shape: int) -> np.ndarray:
    """Return zeros."""
    return full(0.0, *shape)


def full(value: float, *shape: int) -> np.ndarray:
    """Return one value everywhere."""
    import numpy as np

    return np.full(shape, value, dtype=np.float32)


def normal(*shape: int, std: float = 1.0, seed: int = 0) -> np.ndarray:
    """Return normal values, always the same for a seed."""
    import numpy as np

    return np.random.default_rng(seed).normal(0, std, shape).astype(np.float32)


def array(*rows: Any) -> np.ndarray:
    """Return the given values."""
    import numpy as np

    return np.array(rows, dtype=np.float32)
