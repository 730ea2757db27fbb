"""The activations whose moments are known by name: an explicit table, name -> its shape or moments with the
parameters filled in.
"""

import inspect
from collections.abc import Callable
from typing import Any

from keras_act.gains import bounded, rectifiers, several, smooth
from keras_act.gains.pieces import exact_moments
from keras_act.gains.quadrature import fixed, panel_edges
from keras_act.gains.result import Moments
from keras_act.gains.shape import Shape

SHAPES: dict[str, Callable[..., Shape]] = {
    shape.__name__: shape
    for shape in (
        *(rectifiers.linear, rectifiers.relu, rectifiers.relu6, rectifiers.clipped_relu, rectifiers.leaky_relu),
        *(rectifiers.prelu, rectifiers.rrelu, rectifiers.shifted_relu, rectifiers.relu_squared, rectifiers.star_relu),
        *(rectifiers.xielu, rectifiers.threshold, rectifiers.elu, rectifiers.celu, rectifiers.selu),
        *(smooth.gelu, smooth.swish, smooth.silu, smooth.hard_silu, smooth.softplus, smooth.log_sigmoid),
        *(
            smooth.sparse_plus,
            smooth.mish,
            smooth.telu,
            smooth.squareplus,
            smooth.lisht,
            smooth.snake,
            smooth.acon_c,
            smooth.smu,
        ),
        *(bounded.sigmoid, bounded.tanh, bounded.dyt, bounded.softsign, bounded.hard_sigmoid, bounded.sparse_sigmoid),
        *(bounded.hard_tanh, bounded.hard_shrink, bounded.soft_shrink, bounded.tanh_shrink),
    )
}
GATES = {"glu": "sigmoid", "reglu": "relu", "geglu": "gelu", "swiglu": "silu"}
SEVERAL: dict[str, Callable[..., tuple[Moments, float]]] = {
    "crelu": several.crelu,
    "maxout": several.maxout,
    "multivariate_softplus": several.multivariate_softplus,
}
ALIASES = {"hard_swish": "hard_silu", "leakyrelu": "leaky_relu", "leaky": "leaky_relu", "identity": "linear"}
NAMES = (*SHAPES, *GATES, *SEVERAL)
GOOD_ENOUGH = 1e-13  # a closed form that has lost more digits to cancellation gives way to quadrature


def parameters_of(name: str) -> dict[str, Any]:
    """The names and defaults of an activation's parameters."""
    if name in GATES:
        return {}
    maker: Callable[..., Any] = SHAPES[name] if name in SHAPES else SEVERAL[name]
    return {key: p.default for key, p in inspect.signature(maker).parameters.items() if key != "q"}


def moments_of(name: str, q: float, **parameters: Any) -> tuple[Moments, float, str]:
    """Moments under N(0, q), their accuracy, and whether "closed form" or "quadrature" gave them."""
    if name in SEVERAL:
        moments, accuracy = SEVERAL[name](q, **parameters)
        return moments, accuracy, "closed form" if name == "crelu" else "quadrature"
    if name in GATES:
        gate, accuracy, source = moments_of(GATES[name], q)
        return *several.gated((gate, accuracy), q), source
    shape = SHAPES[name](**parameters)
    try:
        moments, accuracy = closed_form(shape, q)
        if accuracy <= GOOD_ENOUGH:
            return moments, accuracy, "closed form"
    except OverflowError:
        pass
    return *by_quadrature(shape, q), "quadrature"


def closed_form(shape: Shape, q: float) -> tuple[Moments, float]:
    """The exact moments; accuracy infinity where no closed form is known."""
    if shape.closed:
        return shape.closed(q)
    return exact_moments(shape.pieces, q) if shape.pieces else (Moments(0.0, 0.0, 0.0, 0.0), float("inf"))


def by_quadrature(shape: Shape, q: float) -> tuple[Moments, float]:
    """The same by quadrature, split at the kinks."""
    return fixed(shape.both, panel_edges(q, shape.kinks, shape.feature, shape.periodic), q)
