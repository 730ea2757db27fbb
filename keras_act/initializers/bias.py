"""SmallBias: a small positive start for the biases of rectifiers."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_act.functions._registry import Tensor, public


@public
class SmallBias(keras.initializers.Initializer):  # type: ignore[misc]  # Keras ships no types
    """A constant small positive bias, so that most rectifiers fire at the start.

    It lowers the share of narrow deep networks that are born dead by a factor of 2 to 5 (see this package's README);
    `rai_` lowers it further.

    Args:
        value: The bias, > 0.

    >>> [round(float(b), 3) for b in SmallBias()((2,))]
    [0.1, 0.1]

    Raises:
        ValueError: `value` is not positive and finite.

    Source: Goodfellow, Bengio and Courville, Deep learning, 2016, section 6.3.1.
    """

    def __init__(self, value: float = 0.1) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise ValueError(f"a small bias must be positive and finite. Received: value={value!r}")
        self.value = value

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        """The bias vector."""
        return ops.full(tuple(shape), self.value, dtype=keras.backend.standardize_dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        """The value."""
        return {"value": self.value}
