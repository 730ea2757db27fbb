"""GLU: the layer around `keras_act.glu`."""

from keras_act.functions._registry import public
from keras_act.functions.gated import glu
from keras_act.layers._gated import GatedLayer


@public
class GLU(GatedLayer):
    """Gated linear unit as a layer; formula, derivative and source: `keras_act.glu`.

    Shape: any with an even size along `axis`; the output has half of it there.

    Args:
        axis: The axis that holds the values (first half) and the gates (second half).

    >>> [round(float(y), 4) for y in GLU()(np.array([[1.0, 2.0, -1.0, 3.0]]))[0]]
    [0.2689, 1.9051]

    Raises:
        ValueError: the input has no such axis, or its size there is odd.
    """

    function = staticmethod(glu)
