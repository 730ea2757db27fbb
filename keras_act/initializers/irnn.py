"""IRNN: a recurrent kernel that starts as the identity, also for LSTM and GRU, gate by gate."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_act.functions._registry import Tensor, public

GATES = {
    1: ("state",),
    3: ("update", "reset", "candidate"),  # the order in which Keras stacks a GRU
    4: ("input", "forget", "candidate", "output"),  # and an LSTM
}


@public
class IRNN(keras.initializers.Initializer):  # type: ignore[misc]  # Keras ships no types
    """Scaled identity for the recurrent kernel of SimpleRNN, GRU and LSTM.

    A SimpleRNN of ReLUs with it, zero biases and a small input kernel (normal, deviation 0.001) copies its state from
    step to
    step at the start, and learns dependencies over many steps that a tanh network does not:
    `SimpleRNN(100, activation="relu", recurrent_initializer=IRNN(), kernel_initializer=RandomNormal(stddev=0.001))`.

    The recurrent kernels of LSTM and GRU hold 4 and 3 matrices side by side. Keras's `identity` fills that wide
    matrix's
    diagonal: the first gate gets the identity, the others 0, by accident. Here every gate, or those that you name,
        get it.

    Args:
        scale: On the diagonal; below 1 the state decays.
        gates: Names of the gates that get the identity, the others 0; None: all. LSTM: "input", "forget", "candidate",
            "output"; GRU: "update", "reset", "candidate"; SimpleRNN: "state".

    >>> [[float(v) for v in row] for row in IRNN(gates=["candidate"])((1, 4))]
    [[0.0, 0.0, 1.0, 0.0]]

    Raises:
        ValueError: a scale that is not finite, an unknown gate, or a shape that is no recurrent kernel with such gates.

    Source: Le, Jaitly and Hinton, A simple way to initialize recurrent networks of rectified linear units,
    arXiv:1504.00941.
    """

    def __init__(self, scale: float = 1.0, gates: Sequence[str] | None = None) -> None:
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not math.isfinite(scale):
            raise ValueError(f"scale must be a finite number. Received: scale={scale!r}")
        known = {name for names in GATES.values() for name in names}
        if gates is not None and (isinstance(gates, str) or not gates or not set(gates) <= known):
            raise ValueError(f"gates must be None or a list of {', '.join(sorted(known))}. Received: gates={gates!r}")
        self.scale = scale
        self.gates = None if gates is None else list(gates)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        """The kernel of shape (units, gates * units)."""
        shape = tuple(shape)
        count = shape[1] // shape[0] if len(shape) == 2 and shape[0] and shape[1] % shape[0] == 0 else 0
        if count not in GATES:
            raise ValueError(
                f"a recurrent kernel has the shape (units, 1, 3 or 4 times units). Received: shape={shape}"
            )
        chosen = GATES[count] if self.gates is None else self.gates
        if not set(chosen) <= set(GATES[count]):
            raise ValueError(f"a kernel of shape {shape} has the gates {GATES[count]}. Received: gates={self.gates}")
        dtype = keras.backend.standardize_dtype(dtype)
        eye = ops.eye(shape[0], dtype=dtype) * self.scale
        return ops.concatenate([eye if gate in chosen else ops.zeros_like(eye) for gate in GATES[count]], axis=1)

    def get_config(self) -> dict[str, Any]:
        """Scale and gates."""
        return {"scale": self.scale, "gates": self.gates}
