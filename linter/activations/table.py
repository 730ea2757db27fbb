"""Every activation by its canonical name: those of Keras 1 to 3 and those of keras_act."""

from __future__ import annotations

from collections.abc import Mapping

from linter.activations import bounded, curves, rectifiers, smooth
from linter.activations.facts import Facts, Maker, across, fixed, number
from linter.graph import Activation

MISH_LOW, TELU_LOW = -0.30884341301725043, -0.35328657643882

TABLE: Mapping[str, Maker] = {
    "linear": fixed(lambda np, x, p: x, idempotent=True),
    "relu": rectifiers.relu,
    "relu6": lambda p: rectifiers.relu({"max_value": 6.0}),
    "clipped_relu": rectifiers.clipped_relu,
    "leaky_relu": rectifiers.leaky(0.2),
    "prelu": rectifiers.leaky(0.0),
    "rrelu": rectifiers.rrelu,
    "shifted_relu": rectifiers.shifted,
    "thresholded_relu": lambda p: rectifiers.relu({"threshold": number(p, "theta", 1.0)}),
    "threshold": rectifiers.threshold,
    "relu_squared": rectifiers.square,
    "star_relu": rectifiers.star,
    "xielu": smooth.xielu,
    "elu": smooth.exponential_unit("elu"),
    "celu": smooth.exponential_unit("celu"),
    "selu": smooth.exponential_unit("selu"),
    "gelu": smooth.gelu,
    "silu": smooth.swish,
    "swish": smooth.swish,
    "acon_c": smooth.acon,
    "smu": smooth.smu,
    "mish": fixed(lambda np, x, p: curves.mish(np, x), low=MISH_LOW),
    "telu": fixed(lambda np, x, p: curves.telu(np, x), low=TELU_LOW),
    "lisht": fixed(lambda np, x, p: x * np.tanh(x), low=0.0),
    "hard_silu": fixed(
        lambda np, x, p: x * np.clip(x / 6 + 0.5, 0, 1), low=-0.375, kinks=(-3.0, 3.0), silent_below=-3.0
    ),
    "snake": smooth.snake,
    "softplus": rectifiers.softplus,
    "squareplus": rectifiers.squareplus,
    "sparse_plus": fixed(lambda np, x, p: curves.sparse_plus(np, x), low=0.0, kinks=(-1.0, 1.0), silent_below=-1.0),
    "softsign": fixed(lambda np, x, p: x / (1 + np.abs(x)), low=-1.0, high=1.0, saturates=True),
    "sigmoid": fixed(lambda np, x, p: curves.sigmoid(np, x), low=0.0, high=1.0, saturates=True),
    "hard_sigmoid": bounded.hard_sigmoid,
    "sparse_sigmoid": lambda p: bounded.hard_sigmoid({"slope": 0.5, "offset": 0.5}),
    "tanh": fixed(lambda np, x, p: np.tanh(x), low=-1.0, high=1.0, saturates=True),
    "hard_tanh": bounded.clip(-1.0, 1.0),
    "dyt": bounded.dyt,
    "hard_shrink": bounded.shrink("hard"),
    "soft_shrink": bounded.shrink("soft"),
    "tanh_shrink": fixed(lambda np, x, p: curves.tanh_shrink(np, x)),
    "exponential": fixed(lambda np, x, p: np.exp(x), low=0.0),
    "log_sigmoid": fixed(lambda np, x, p: -curves.softplus(np, -x), high=0.0),
    "softmax": across(0.0, 1.0),
    "log_softmax": across(high=0.0),
    "sparsemax": across(0.0, 1.0),
    "glu": across(),
    "reglu": across(),
    "geglu": across(),
    "swiglu": across(),
    "maxout": across(),
    "crelu": across(low=0.0),
    "multivariate_softplus": across(low=0.0),
}


def facts(activation: Activation) -> Facts | None:
    """Return what is known of `activation`; None for foreign code."""
    maker = TABLE.get(activation.name)
    return maker(activation.parameters) if maker else None
