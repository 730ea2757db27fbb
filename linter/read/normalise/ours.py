"""What keras_act stores: its functions, layers and initializers by their registered names, `keras_act>Mish`.

Most layers are an activation. A Maxout layer with a kernel is that layer of Keras with all pieces as its units,
followed by Maxout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linter.graph import Activation, Initializer, Shape
from linter.read.normalise.variable import Variable

PACKAGE = "keras_act>"
FUNCTIONS: Mapping[str, Mapping[str, Any]] = {
    **{name: {} for name in ("relu", "relu6", "selu", "mish", "telu", "lisht", "relu_squared", "tanh_shrink")},
    **{name: {} for name in ("sparse_plus", "sigmoid", "tanh", "silu")},
    **{name: {"axis": -1} for name in ("glu", "reglu", "geglu", "swiglu", "crelu")},
    "acon_c": {"p1": 1.0, "p2": 0.0, "beta": 1.0},
    "celu": {"alpha": 1.0},
    "clipped_relu": {"max_value": 6.0},
    "dyt": {"alpha": 0.5, "gamma": 1.0, "beta": 0.0},
    "elu": {"alpha": 1.0},
    "gelu": {"approximate": False},
    "hard_shrink": {"lower": -0.5, "upper": 0.5},
    "hard_sigmoid": {"slope": 1 / 6, "offset": 0.5},
    "hard_tanh": {"min_value": -1.0, "max_value": 1.0},
    "leaky_relu": {"negative_slope": 0.01},
    "maxout": {"pieces": 2, "axis": -1},
    "multivariate_softplus": {"axis": -1, "keepdims": False},
    "prelu": {"negative_slope": 0.25},
    "rrelu": {"lower": 1 / 8, "upper": 1 / 3},
    "shifted_relu": {"a": 1.0},
    "smu": {"alpha": 0.25, "mu": 1.0},
    "snake": {"frequency": 1.0},
    "soft_shrink": {"lower": -0.5, "upper": 0.5},
    "softplus": {"sharpness": 1.0},
    "squareplus": {"b": 4.0},
    "star_relu": {"scale": 0.8944271909999159, "bias": -0.4472135954999579},
    "swish": {"beta": 1.0},
    "xielu": {"alpha_positive": 0.8, "alpha_negative": 0.8, "beta": 0.5},
}
"""The functions, and the values of their parameters where none are stored."""

SPELLED = {
    "ACONC": "acon_c",
    "ClippedReLU": "clipped_relu",
    "HardShrink": "hard_shrink",
    "HardSigmoid": "hard_sigmoid",
    "HardTanh": "hard_tanh",
    "LeakyReLU": "leaky_relu",
    "MultivariateSoftplus": "multivariate_softplus",
    "ReLUSquared": "relu_squared",
    "ShiftedReLU": "shifted_relu",
    "SoftShrink": "soft_shrink",
    "SparsePlus": "sparse_plus",
    "StarReLU": "star_relu",
    "TanhShrink": "tanh_shrink",
}
KERNELS = {"MaxoutDense": "Dense", "MaxoutConv1D": "Conv1D", "MaxoutConv2D": "Conv2D", "MaxoutConv3D": "Conv3D"}
LEARNT: Mapping[str, tuple[str, ...]] = {
    "acon_c": ("p1", "p2", "beta"),
    "dyt": ("alpha", "gamma", "beta"),
    "smu": ("mu",),
    "star_relu": ("scale", "bias"),
    "xielu": ("upper", "lower"),
}
"""Variables in the order in which Keras stores them."""
LEARNT_IF_TOLD: Mapping[str, tuple[str, ...]] = {"snake": ("frequency",), "squareplus": ("b",), "swish": ("beta",)}
NOT_PARAMETERS = frozenset(("name", "trainable", "dtype", "autocast", "seed"))


def is_ours(registered: object) -> bool:
    """Whether a registered name is one of keras_act's."""
    return isinstance(registered, str) and registered.startswith(PACKAGE)


def function(registered: str) -> Activation | None:
    """Return the function of a registered name; None where keras_act has no such function."""
    name = registered.removeprefix(PACKAGE)
    return Activation(name, FUNCTIONS[name], registered) if name in FUNCTIONS else None


def layer(class_name: str, config: Mapping[str, Any], registered: str) -> Activation | None:
    """Return the activation that a layer is; None where keras_act has no such layer."""
    name = SPELLED.get(class_name, class_name.lower())
    if name not in FUNCTIONS:
        return None
    scalars = (bool, int, float, type(None))
    stored = {k: v for k, v in config.items() if k not in NOT_PARAMETERS and isinstance(v, scalars)}
    if name == "prelu":
        stored = {"negative_slope": start(config), "shared_axes": config.get("shared_axes")}
        stored["per_channel"] = stored["shared_axes"] is None
    return Activation(name, {**FUNCTIONS[name], **stored}, registered)


def start(config: Mapping[str, Any]) -> float:
    """Return the constant at which the slopes of a PReLU start; 0 where it is none."""
    initializer = config.get("alpha_initializer")
    inner = initializer.get("config") if isinstance(initializer, Mapping) else None
    value = inner.get("value", 0.0) if isinstance(inner, Mapping) else 0.0
    return float(value) if isinstance(value, int | float) else 0.0


def operation(class_name: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the op of a layer and its configuration."""
    if class_name not in KERNELS:
        known = SPELLED.get(class_name, class_name.lower()) in FUNCTIONS
        return ("Activation" if known else "Unknown"), dict(config)
    key = "units" if class_name == "MaxoutDense" else "filters"
    width, pieces = config.get(key), config.get("pieces")
    first = config.get("activation") in (None, "linear")
    if not (first and isinstance(width, int) and isinstance(pieces, int) and width > 0 and pieces > 0):
        return "Unknown", dict(config)
    axis = 1 if config.get("data_format") == "channels_first" else -1
    maxout = {"class_name": f"{PACKAGE}Maxout", "config": {"name": "maxout", "pieces": pieces, "axis": axis}}
    return KERNELS[class_name], {**config, key: width * pieces, "activation": {**maxout, "registered_name": None}}


def variables(activation: Activation, inputs: Shape) -> tuple[Variable, ...]:
    """Return the variables of a layer that is this activation."""
    given = activation.parameters
    if activation.name == "prelu":
        return (Variable("alpha", shape=_slopes(given.get("shared_axes"), inputs)),)
    roles = LEARNT.get(activation.name) or (LEARNT_IF_TOLD.get(activation.name, ()) if given.get("learnable") else ())
    shape = _along(given.get("axis"), inputs)
    return tuple(Variable(role, shape=() if (activation.name, role) == ("dyt", "alpha") else shape) for role in roles)


def _slopes(shared: Any, inputs: Shape) -> Shape | None:
    """One slope an entry of the axes that do not share theirs; all but the last do where nothing is said."""
    rank = len(inputs)
    if not rank or (shared is not None and not isinstance(shared, list | tuple)):
        return None
    axes = range(rank - 1) if shared is None else [axis % rank for axis in shared if isinstance(axis, int)]
    return tuple(1 if axis in set(axes) else inputs[axis] for axis in range(1, rank))


def _along(axis: Any, inputs: Shape) -> Shape | None:
    if axis is None:
        return ()
    if not inputs or not isinstance(axis, int):
        return None
    at = axis % len(inputs)
    return (inputs[at], *(1 for _ in inputs[at + 1 :]))


def initializer(class_name: str, config: Mapping[str, Any], registered: str) -> Initializer:
    """Translate an initializer; `layer` in its parameters is the layer for which it counts the fans, where told."""
    mode, distribution = str(config.get("mode", "fan_in")), str(config.get("distribution", "truncated_normal"))
    scales: dict[str, tuple[float | None, str]] = {
        "Glorot": (1.0, "fan_avg"),
        "LeCun": (1.0, "fan_in"),
        "FanInUniform": (1 / 3, "fan_in"),
        "He": (_scale(config, mode), mode),
    }
    scale, fan = scales.get(class_name, (None, ""))
    if scale is not None:
        given = {"scale": scale, "mode": fan, "distribution": distribution, "layer": config.get("layer")}
        return Initializer("variance_scaling", given, registered)
    if class_name == "Orthogonal" and (gain := _gain(config)) is not None:
        return Initializer("orthogonal", {"gain": gain, "layer": config.get("layer")}, registered)
    if class_name == "IRNN" and isinstance(config.get("scale"), int | float):
        return Initializer("identity", {"gain": float(config["scale"])}, registered)
    if class_name == "SmallBias" and isinstance(config.get("value"), int | float):
        return Initializer("constant", {"value": float(config["value"])}, registered)
    return Initializer("unknown", dict(config), registered)


def _gain(config: Mapping[str, Any]) -> float | None:
    """The gain that is stored, else that of the activation."""
    stored = config.get("gain")
    if isinstance(stored, int | float):
        return float(stored)
    scale = _scale(config, "fan_in")
    return None if scale is None else float(scale**0.5)


def _scale(config: Mapping[str, Any], mode: str) -> float | None:
    """1 / E f^2 forward, 1 / E f'^2 backward, of the activation that feeds the kernel."""
    from linter.activations import facts
    from linter.analysis.quadrature import moments
    from linter.read.normalise import values

    activation = values.activation(config.get("activation")) or Activation("linear")
    slope = config.get("negative_slope")
    if isinstance(slope, int | float) and activation.name in ("relu", "leaky_relu", "prelu"):
        activation = Activation("leaky_relu", {"negative_slope": float(slope)})
    known = facts(activation)
    if known is None or not known.elementwise:
        return None
    found = moments(known)
    power = {"fan_in": found.second, "fan_out": found.derivative}.get(mode, (found.second + found.derivative) / 2)
    return 1 / power if power > 0 else None
