"""He: a kernel's variance from the gain of the activation that feeds it."""

from typing import Any, cast

import keras

from keras_act.functions._check import between
from keras_act.functions._registry import public
from keras_act.gains.measure import gain
from keras_act.gains.resolve import Activation
from keras_act.gains.result import Gain
from keras_act.initializers.layout import Layout
from keras_act.initializers.scaling import FanScaling

MODES = ("fan_in", "fan_out", "fan_avg")


@public
class He(FanScaling):
    """Keeps the second moment of the signal (or of its gradient) from layer to layer, for any activation.

    Whose activation? The one that FEEDS the kernel, not the one that follows it. The kernel sees f(x), x the
    pre-activation of
    the layer before; its variance 1 / (fan_in E f(x)^2) makes up for what f did, and x is N(0, 1) again. A gradient
    passes the
    same f on its way back from this kernel to that pre-activation: mode "fan_out" has 1 / (fan_out E f'(x)^2). So the
    first kernel
    of a network, fed by data of second moment 1, takes activation="linear", and so does a kernel behind a
    normalisation.
    In He's own network all activations are equal and ReLU does not care about scale: there the question does not show.

    The gain is exact for infinitely wide layers. For self-gated activations (GELU, SiLU, Mish) it is an unstable
    fixed point:
    `keras_act.gains.gain(activation).unstable`. Past some twenty plain layers add normalisation or shortcuts, or use
    `lsuv_`.

    Args:
        activation: Name, function or layer: `"relu"`, `keras_act.mish`, `keras_act.Squareplus(b=1.0)`; None is
            "linear".
            Pass it by name or as a registered function or layer if the model is to be saved.
        mode: "fan_in" keeps the signal, "fan_out" the gradient, "fan_avg" compromises:
            2 / (fan_in E f^2 + fan_out E f'^2).
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        negative_slope: In [0, 1]; for "relu", "leaky_relu" and "prelu": the slope below 0.
        kwargs: layer, groups, strides, input_axes, output_axes, seed: see `FanScaling`.

    >>> keras.layers.Dense(64, kernel_initializer=He("gelu"))  # doctest: +ELLIPSIS
    <Dense ...>
    >>> round(float(He("relu").variance(layout_of((100, 10)))), 12)
    0.02

    Raises:
        ValueError: an unknown activation or mode, a slope outside [0, 1] or for an activation without one, an
        activation through
            which no signal passes, or what `FanScaling` refuses.

    Source: He et al., Delving deep into rectifiers, arXiv:1502.01852.
    """

    def __init__(
        self,
        activation: Activation | dict[str, Any] = "relu",
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        negative_slope: float | None = None,
        **kwargs: Any,
    ) -> None:
        activation = revived(activation)
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}. Received: mode={mode!r}")
        super().__init__(distribution=distribution, **kwargs)
        self.activation, self.mode, self.negative_slope = activation, mode, negative_slope
        self.gain = gain_with_slope(activation, negative_slope)
        if self.gain.power <= 0.0 or self.gain.slope_power <= 0.0:
            raise ValueError(
                f"no signal passes this activation, so no gain exists. Received: activation={activation!r}"
            )

    def variance(self, layout: Layout) -> float:
        """The variance of a kernel of this layout."""
        forward, backward = layout.fan_in * self.gain.power, layout.fan_out * self.gain.slope_power
        return {"fan_in": 1.0 / forward, "fan_out": 1.0 / backward, "fan_avg": 2.0 / (forward + backward)}[self.mode]

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        named = self.activation is None or isinstance(self.activation, str)
        activation = self.activation if named else keras.saving.serialize_keras_object(self.activation)
        own = {"activation": activation, "mode": self.mode, "negative_slope": self.negative_slope}
        return {**super().get_config(), **own}


def revived(activation: Activation | dict[str, Any]) -> Activation:
    """An activation, also from the dictionary that a saved model holds."""
    return (
        cast(Activation, keras.saving.deserialize_keras_object(activation))
        if isinstance(activation, dict)
        else activation
    )


def gain_with_slope(activation: Activation, negative_slope: float | None) -> Gain:
    """The gain; a negative slope turns ReLU into leaky ReLU, and is PReLU's alpha."""
    if negative_slope is None:
        return gain(activation)
    between("negative_slope", negative_slope, 0.0, 1.0)
    names = {"relu": "negative_slope", "leaky_relu": "negative_slope", "prelu": "alpha"}
    if not isinstance(activation, str) or activation not in names:
        raise ValueError(
            f"negative_slope goes with the names {', '.join(names)}. "
            f"Received: negative_slope={negative_slope!r}, activation={activation!r}"
        )
    slope: dict[str, Any] = {names[activation]: float(negative_slope)}
    return gain(activation, **slope)
