"""rai_: randomised asymmetric initialisation of a layer, kernel and bias together."""

import math
from typing import Any

import numpy as np

from keras_act.initializers.draw import fresh
from keras_act.initializers.orthogonal import assemble
from keras_act.initializers.slots import Slot, slots_of

# the deviation that keeps the second moment, given one entry from Beta(2, 1) per unit
DEVIATION = math.sqrt(1 + 8 / (9 * math.pi)) - 2 * math.sqrt(2) / (3 * math.sqrt(math.pi))


def rai_(layer: Any, seed: int | None = None) -> Any:
    """Sets kernel and bias of a layer so that its ReLUs are rarely born dead.

    For each unit, kernel column and bias together are drawn from N(0, 0.6007^2 / fan_in); then one entry of the
    fan_in + 1,
    chosen at random, is replaced by a draw from Beta(2, 1), which is positive. Kernel and bias depend on each other,
    so no
    pair of `kernel_initializer` and `bias_initializer` can express it: hence a function of a layer that is already
    built.
    Made for narrow deep networks of ReLUs with inputs >= 0; the first layer may keep an ordinary initializer.

    Args:
        layer: A built Dense, EinsumDense or convolution layer (of any kind but separable) with a bias; changed in
            place.
        seed: None (anew at each call) or an integer.

    Returns:
        The layer.

    Raises:
        ValueError: the layer is not built, has no bias, or is of another kind.

    >>> layer = keras.layers.Dense(3, activation="relu")
    >>> layer.build((None, 5))
    >>> rai_(layer, seed=0)  # doctest: +ELLIPSIS
    <Dense ...>

    Source: Lu, Shin, Su and Karniadakis, Dying ReLU and initialization: theory and numerical examples,
    arXiv:1903.06733.
    """
    slots = slots_of(layer)
    whole = len(slots) == 1 and slots[0].bias is not None
    if not whole or math.prod(slots[0].bias.shape) * slots[0].layout.rows != math.prod(slots[0].layout.shape):
        raise ValueError(
            "rai_ sets kernel and bias of one map together and needs a layer with one kernel and a bias per output. "
            f"Received: {type(layer).__name__} {layer.name!r} with {len(slots)} kernels"
            f"{'' if not slots or slots[0].bias is not None else ' and no bias'}"
        )
    _fill(slots[0], np.random.default_rng(fresh(seed)))
    return layer


def _fill(slot: Slot, generator: np.random.Generator) -> None:
    layout = slot.layout
    count = math.prod(layout.shape) // (layout.rows * layout.columns)
    together = generator.normal(0.0, DEVIATION / math.sqrt(layout.fan_in), (count, layout.rows + 1, layout.columns))
    chosen = generator.integers(0, layout.rows + 1, (count, 1, layout.columns))
    np.put_along_axis(together, chosen, generator.beta(2.0, 1.0, chosen.shape), axis=1)
    slot.kernel.assign(assemble(together[:, :-1].astype("float32"), layout, slot.kernel.dtype))
    slot.bias.assign(together[:, -1].reshape(tuple(slot.bias.shape)).astype("float32"))
