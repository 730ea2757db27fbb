"""Maxout: the layer around `keras_act.maxout`."""

from typing import Any

from keras_act.functions._check import divisible, whole
from keras_act.functions._registry import Tensor, public
from keras_act.functions.pieces import maxout
from keras_act.layers._base import ActivationLayer, Shape, mask_without, resized


@public
class Maxout(ActivationLayer):
    """Maxout of neighbouring features as a layer; formula, derivative and source: `keras_act.maxout`.

    With a linear map before it: `MaxoutDense`, `MaxoutConv1D`, `MaxoutConv2D`, `MaxoutConv3D`.
    Shape: any; the size along `axis` is divided by `pieces`.

    Args:
        pieces: How many neighbours compete, >= 1.
        axis: The axis of the features.

    >>> [float(y) for y in Maxout()(np.array([[-1.0, 3.0, 0.0, -2.0]]))[0]]
    [3.0, 0.0]

    Raises:
        ValueError: `pieces` is no positive integer, or the size along `axis` is unknown or no multiple of it.
    """

    settings = ("pieces", "axis")

    def __init__(self, pieces: int = 2, axis: int = -1, **kwargs: Any) -> None:
        whole("pieces", pieces, 1)
        super().__init__(**kwargs)
        self.pieces = pieces
        self.axis = axis

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return maxout(inputs, pieces=self.pieces, axis=self.axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The axis holds one feature per group."""
        divisible("inputs", input_shape, self.axis, self.pieces)
        return resized(input_shape, self.axis, 1, self.pieces)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor = None) -> Tensor:
        """The mask, unless it runs along the axis."""
        return mask_without(self.axis, len(inputs.shape), previous_mask)
