"""MaxoutDense: a dense map followed by Maxout."""

from typing import Any

import keras

from keras_act.functions._check import whole
from keras_act.functions._registry import Tensor, public
from keras_act.functions.pieces import maxout
from keras_act.layers._base import Shape, resized


@public
class MaxoutDense(keras.layers.Dense):  # type: ignore[misc]  # Keras ships no types
    """Dense layer whose units are each the largest of `pieces` linear maps; derivative and source: `keras_act.maxout`.

    Shape: (..., features) becomes (..., units). The kernel has shape (features, units * pieces).

    Args:
        units: Size of the output, >= 1.
        pieces: How many maps compete for each unit, >= 1.
        kwargs: As for `keras.layers.Dense`; an `activation` acts on the maps before they compete.

    >>> MaxoutDense(3)(np.ones((2, 5))).shape[-1]
    3

    Raises:
        ValueError: `units` or `pieces` is no positive integer.
    """

    def __init__(self, units: int, pieces: int = 2, **kwargs: Any) -> None:
        whole("units", units, 1)
        whole("pieces", pieces, 1)
        super().__init__(units * pieces, **kwargs)
        self.pieces = pieces

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """The largest of each unit's maps."""
        return maxout(super().call(inputs, training=training), pieces=self.pieces)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The last axis becomes the units."""
        return resized(super().compute_output_shape(input_shape), -1, 1, self.pieces)

    def get_config(self) -> dict[str, Any]:
        """Keras's configuration with the units of the output, and the pieces."""
        return {**super().get_config(), "units": self.units // self.pieces, "pieces": self.pieces}
