"""TanhShrink: the layer around `keras_act.tanh_shrink`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.shrink import tanh_shrink
from keras_act.layers._base import ActivationLayer


@public
class TanhShrink(ActivationLayer):
    """`x - tanh(x)` as a layer; derivative and source: `keras_act.tanh_shrink`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in TanhShrink()(np.array([-1.0, 0.0, 2.0]))]
    [-0.2384, 0.0, 1.036]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return tanh_shrink(inputs)
