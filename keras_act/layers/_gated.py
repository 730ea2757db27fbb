"""What the layers of the GLU family share: an axis that halves."""

from collections.abc import Callable
from typing import Any, ClassVar

from keras_act.functions._check import divisible
from keras_act.functions._registry import Tensor
from keras_act.layers._base import ActivationLayer, Shape, mask_without, resized


class GatedLayer(ActivationLayer):
    """Halves `axis` by one of the gated functions."""

    settings = ("axis",)
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return type(self).function(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Half the size along the axis."""
        divisible("inputs", input_shape, self.axis, 2)
        return resized(input_shape, self.axis, 1, 2)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor = None) -> Tensor:
        """The mask, unless it runs along the axis."""
        return mask_without(self.axis, len(inputs.shape), previous_mask)
