"""MultivariateSoftplus: the layer around `keras_act.multivariate_softplus`."""

from typing import Any

from keras_act.functions._check import has_axis
from keras_act.functions._registry import Tensor, public
from keras_act.functions.pieces import multivariate_softplus
from keras_act.layers._base import ActivationLayer, Shape, mask_without


@public
class MultivariateSoftplus(ActivationLayer):
    """LSE0+ as a layer; formula, derivative and source: `keras_act.multivariate_softplus`.

    Shape: any; the output has no `axis`, or size 1 there.

    Args:
        axis: The axis to sum over.
        keepdims: Whether the axis stays, with size 1.

    >>> [round(float(y), 4) for y in MultivariateSoftplus()(np.array([[0.0, 0.0], [-1.0, 2.0]]))]
    [1.0986, 2.1698]

    Raises:
        ValueError: the input has no such axis.
    """

    settings = ("axis", "keepdims")

    def __init__(self, axis: int = -1, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.keepdims = keepdims

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return multivariate_softplus(inputs, axis=self.axis, keepdims=self.keepdims)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape without the axis, or with size 1 there."""
        has_axis("inputs", input_shape, self.axis)
        at = self.axis % len(input_shape)
        return (*input_shape[:at], *((1,) if self.keepdims else ()), *input_shape[at + 1 :])

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor = None) -> Tensor:
        """The mask, unless it runs along the axis."""
        return mask_without(self.axis, len(inputs.shape), previous_mask)
