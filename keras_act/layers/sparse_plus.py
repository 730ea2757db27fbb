"""SparsePlus: the layer around `keras_act.sparse_plus`."""

from keras_act.functions._registry import Tensor, public
from keras_act.functions.smooth import sparse_plus
from keras_act.layers._base import ActivationLayer


@public
class SparsePlus(ActivationLayer):
    """Quadratic smooth rectifier as a layer; formula, derivative and source: `keras_act.sparse_plus`.

    Shape: any; the output has the input's.

    >>> [round(float(y), 4) for y in SparsePlus()(np.array([-2.0, 0.0, 2.0]))]
    [0.0, 0.25, 2.0]
    """

    def call(self, inputs: Tensor) -> Tensor:
        """Applies the function."""
        return sparse_plus(inputs)
