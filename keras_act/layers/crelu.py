"""CReLU: the layer around `keras_act.crelu`."""

from typing import Any

from keras_act.functions._check import has_axis
from keras_act.functions._registry import Tensor, public
from keras_act.functions.pieces import crelu
from keras_act.layers._base import ActivationLayer, Shape, mask_without, resized


@public
class CReLU(ActivationLayer):
    """Concatenated rectifier as a layer; formula, derivative and source: `keras_act.crelu`.

    Shape: any; the output is twice as long along `axis`.

    Args:
        axis: The axis along which `max(x, 0)` and `max(-x, 0)` stand side by side.

    >>> [float(y) for y in CReLU()(np.array([[-1.0, 0.5, 2.0]]))[0]]
    [0.0, 0.5, 2.0, 1.0, 0.0, 0.0]

    Raises:
        ValueError: the input has no such axis.
    """

    settings = ("axis",)

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return crelu(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Twice the size along the axis."""
        has_axis("inputs", input_shape, self.axis)
        return resized(input_shape, self.axis, 2, 1)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor = None) -> Tensor:
        """The mask, unless it runs along the axis."""
        return mask_without(self.axis, len(inputs.shape), previous_mask)
