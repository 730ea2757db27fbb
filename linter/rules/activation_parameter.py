"""ACT305."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.graph import Activation, Node

Check = tuple[str, Callable[[float], bool], str]


@final
class ActivationParameter(Rule):
    """An activation with a parameter that turns it into something else.

    ## What it does
    Checks the parameters of every activation, of recurrent layers too: slopes below zero outside (0, 1), alpha <= 0
    in ELU and CELU, a ceiling <= 0, sharpness <= 0, b < 0 in Squareplus, bounds in the wrong order, and values that
    are no finite numbers.

    ## Why is this bad?
    Outside its range an activation is another function: a slope of 1 makes a leaky ReLU the identity and the layer
    linear, a larger or a negative one makes negative inputs count more or turns their sign, a ceiling of 0 gives 0
    for everything. Keras accepts most of them without a word.

    ## The numbers behind
    Each message states the value and the range in which the activation is what its name says.

    ## References
    Maas, Hannun, Ng (2013), Rectifier Nonlinearities Improve Neural Network Acoustic Models. Clevert, Unterthiner,
    Hochreiter (2016), arXiv:1511.07289.
    """

    code: ClassVar = "ACT305"
    name: ClassVar = "activation-parameter"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(8), dense(16), leaky_relu(1.0), dense(1))", "the identity"),
        Example("chain(input(8), dense(16), leaky_relu(-0.2), dense(1))", "negative inputs change their sign"),
        Example("chain(input(8), dense(16), layer('ELU', alpha=-1.0), dense(1))"),
        Example("chain(input(8), dense(16), relu(max_value=0.0), dense(1))", "0 for every input"),
        Example(
            "chain(input(8), dense(16), "
            "custom('RReLU', 'keras_act.layers.rrelu', 'keras_act>RReLU', lower=0.5, upper=0.1), dense(1))"
        ),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16), leaky_relu(0.2), dense(1))"),
        Example("chain(input(8), dense(16), layer('ELU', alpha=0.5), dense(1))"),
        Example("chain(input(8), dense(16), relu(max_value=6.0), dense(1))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        found = [(node, problem) for node in model.graph.nodes for used in _used(node) for problem in _problems(used)]
        if found:
            reasons = dict.fromkeys(problem for _, problem in found)
            yield self.finding(
                f"{'; '.join(reasons)}: outside its range the activation is another function than its name says",
                tuple(dict.fromkeys(node.layer for node, _ in found)),
                pointer=found[0][0].pointer,
                fix=Fix(Safety.UNSAFE, "set the parameter within its range"),
            )


def _used(node: Node) -> Iterator[Activation]:
    from linter.graph import Activation

    held = (node.activation, node.config.get("activation"), node.config.get("recurrent_activation"))
    return (item for item in held if isinstance(item, Activation))


SLOPE: Check = ("negative_slope", lambda v: 0 < v < 1, "between 0 and 1")
START: Check = ("negative_slope", lambda v: 0 <= v < 1, "from 0 to below 1")
ALPHA: Check = ("alpha", lambda v: v > 0, "above 0")
CEILING: Check = ("max_value", lambda v: v > 0, "above 0")
POSITIVE: Callable[[str], Check] = lambda key: (key, lambda v: v > 0, "above 0")  # noqa: E731
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "leaky_relu": (SLOPE,),
    "relu": (("negative_slope", lambda v: 0 <= v < 1, "from 0 to below 1"), CEILING),
    "clipped_relu": (CEILING,),
    "prelu": (START,),
    "rrelu": (
        ("lower", lambda v: 0 <= v < 1, "from 0 to below 1"),
        ("upper", lambda v: 0 < v <= 1, "above 0, at most 1"),
    ),
    "elu": (ALPHA,),
    "celu": (ALPHA,),
    "squareplus": (("b", lambda v: v >= 0, "0 or more"),),
    "softplus": (POSITIVE("sharpness"),),
    "swish": (POSITIVE("beta"),),
    "hard_sigmoid": (POSITIVE("slope"),),
    "shifted_relu": (("a", lambda v: v >= 0, "0 or more"),),
    "smu": (("alpha", lambda v: 0 <= v < 1, "from 0 to below 1"),),
    "snake": (("frequency", lambda v: v != 0, "other than 0"),),
    "dyt": (("alpha", lambda v: v != 0, "other than 0"),),
    "hard_shrink": (("threshold", lambda v: v >= 0, "0 or more"),),
    "soft_shrink": (("threshold", lambda v: v >= 0, "0 or more"),),
}
ORDERED = {
    "rrelu": ("lower", "upper"),
    "hard_tanh": ("min_value", "max_value"),
    "hard_shrink": ("lower", "upper"),
    "soft_shrink": ("lower", "upper"),
}


def _problems(activation: Activation) -> Iterator[str]:
    """Yield what is wrong with the parameters; those that are not stored are right."""
    from math import isfinite

    given = activation.parameters
    for key, holds, wanted in CHECKS.get(activation.name, ()):
        value = given.get(key)
        if _is_number(value) and not (isfinite(value) and holds(value)):
            yield f"{activation} with {key}={value:g}, which must be {wanted}"
    if activation.name in ORDERED:
        low, high = (given.get(key) for key in ORDERED[activation.name])
        if _is_number(low) and _is_number(high) and not low <= high:
            yield f"{activation} with {' > '.join(ORDERED[activation.name])} ({low:g} > {high:g})"


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
