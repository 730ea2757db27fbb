"""SiLU: the layer around `keras_act.silu`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.self_gated import silu
from keras_act.layers._base import ActivationLayer


@public
class SiLU(ActivationLayer):
    """Sigmoid linear unit as a layer; formula, derivative and source: `keras_act.silu`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in SiLU()(np.array([-1.0, 0.0, 2.0]))]
    [-0.2689, 0.0, 1.7616]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return silu(inputs)
