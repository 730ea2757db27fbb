"""OUT501."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.graph import Node

NORMALIZING = frozenset(("softmax", "log_softmax", "sparsemax"))


@final
class SoftmaxOnOneUnit(Rule):
    """A softmax over an axis that holds one value.

    ## What it does
    Finds every softmax, log_softmax or sparsemax, output or not, whose axis has size 1: `Dense(1,
    activation="softmax")`, attention weights over the wrong axis.

    ## Why is this bad?
    The result is the constant 1 (0 for log_softmax), whatever comes in, and its derivative is exactly 0: the model
    predicts the same class for every sample and nothing before the softmax can learn.

    ## The numbers behind
    softmax(z) = exp(z) / exp(z) = 1 and d softmax / dz = 0 for a single z.

    ## References
    Bridle (1990), Probabilistic Interpretation of Feedforward Classification Network Outputs.
    """

    code: ClassVar = "OUT501"
    name: ClassVar = "softmax-on-one-unit"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'softmax'), loss='binary_crossentropy')"),
        Example("chain(input(8), dense(16, 'relu'), dense(1), activation('softmax'))"),
        Example(
            "model(x := input(12, 8), multiply()(x, dense(1, 'softmax')(x)))",
            "attention weights over the wrong axis: all are 1",
        ),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss='binary_crossentropy')"),
        Example("chain(input(8), dense(16, 'relu'), dense(2, 'softmax'), loss='categorical_crossentropy')"),
        Example(
            "model(x := input(12, 8), multiply()(x, layer('Softmax', axis=1)(dense(1)(x))))",
            "attention weights over time",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        flagged = [node for node in model.graph.nodes if _is_constant(node)]
        if flagged:
            names = ", ".join(dict.fromkeys(node.activation.name for node in flagged if node.activation))
            yield self.finding(
                f"{names} over an axis of size 1 is constant and passes no gradient: nothing before it can learn; "
                "use 'sigmoid' with binary_crossentropy, "
                "two units, or the axis that is meant",
                tuple(dict.fromkeys(node.layer for node in flagged)),
                pointer=flagged[0].pointer,
                fix=Fix(Safety.UNSAFE, "use 'sigmoid' instead"),
            )


def _is_constant(node: Node) -> bool:
    if node.activation is None or node.activation.name not in NORMALIZING or not node.shape:
        return False
    axis = node.activation.parameters.get("axis", -1)
    axes = axis if isinstance(axis, list | tuple) else [axis]
    if any(not isinstance(one, int) for one in axes):
        return False
    shift = 1 if "TimeDistributed" in node.wrappers else 0
    places = [one + shift if one > 0 else one for one in axes]
    return bool(places) and all(
        -len(node.shape) < one < len(node.shape) and one != 0 and node.shape[one] == 1 for one in places
    )
