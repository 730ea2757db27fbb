"""OUT502."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.activations import Facts
    from linter.analysis.outputs import Output

Verdict = tuple[Severity, str, str]
SOFTMAXES = frozenset(("softmax", "sparsemax"))


@final
class LossActivationMismatch(Rule):
    """An output activation and a loss that do not belong together.

    ## What it does
    Compares the activation that really makes each output, found by walking back through pooling, flattening, reshaping
    and dropout, with what the compiled loss expects: probabilities that sum to 1, single probabilities, logits,
    positive rates, scores or any real number.

    ## Why is this bad?
    Crossentropy takes the logarithm of what it is given. Values that are no probabilities are clipped to [1e-7, 1]
    first, and where they are clipped the gradient is zero: training stalls, or the loss rewards the wrong thing. A
    softmax under a squared error, or under a binary crossentropy over several units, does train, but with weak
    gradients where the model is surely wrong.

    ## The numbers behind
    A linear output of -3 under binary crossentropy is clipped to 1e-7: loss 16.1 and gradient 0. For two classes of
    which the wrong one is ahead by 5, the gradient of the squared error through the softmax is 2 p (1 - p)^2 = 0.013
    with p = 0.0067; that of crossentropy is 1 - p = 0.99.

    ## References
    Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.6: canonical link functions.
    """

    code: ClassVar = "OUT502"
    name: ClassVar = "loss-activation-mismatch"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(4, 'sigmoid'), loss='categorical_crossentropy')"),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(4), loss='sparse_categorical_crossentropy')",
            "no activation and no from_logits",
        ),
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='binary_crossentropy')"),
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'tanh'), loss='binary_crossentropy')"),
        Example("chain(input(8), dense(16, 'relu'), dense(4, 'softmax'), loss='mse')", "a warning"),
        Example("chain(input(8), dense(16, 'relu'), dense(3, 'softmax'), loss='binary_crossentropy')", "a warning"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'sigmoid'), loss='binary_crossentropy')"),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(5, 'sigmoid'), loss='binary_crossentropy')",
            "several labels at once",
        ),
        Example("chain(input(8), dense(16, 'relu'), dense(4, 'softmax'), loss='categorical_crossentropy')"),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(4), loss={'class_name': 'SparseCategoricalCrossentropy', "
            "'config': {'from_logits': True}})"
        ),
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse')"),
        Example("chain(input(8), dense(16, 'relu'), dense(8, 'sigmoid'), loss='mse')", "targets between 0 and 1"),
        Example(
            "chain(input(8, 8, 3), conv(4, 1), global_average_pooling(), activation('softmax'), "
            "loss='categorical_crossentropy')"
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import outputs

        for output in outputs.of(model):
            verdict = _judge(output)
            if verdict is None or output.loss is None:
                continue
            severity, why, advice = verdict
            shown = output.activation if output.activation.name != "linear" else "no activation"
            made_by = output.acting or output.made_by or output.node
            yield self.finding(
                f"{shown} at the output does not go with {output.loss.name}: {why}; {advice}",
                (made_by.layer,),
                severity=severity,
                pointer=made_by.pointer,
                fix=Fix(Safety.UNSAFE, advice),
            )


def _judge(output: Output) -> Verdict | None:
    from linter.activations import facts
    from linter.analysis import losses

    known = facts(output.activation)
    if output.loss is None or known is None or output.activation.name == "log_softmax":
        return None
    if losses.takes_logits(output.loss):
        return _logits(known)
    if output.loss.name in losses.CATEGORICAL:
        return _categorical(output)
    if output.loss.name in losses.BINARY:
        return _binary(output, known)
    return _others(output, known)


def _logits(known: Facts) -> Verdict | None:
    if known.bounded and not known.in_unit_interval:
        return (
            Severity.ERROR,
            f"logits bounded to [{known.low:g}, {known.high:g}] can say no class with confidence",
            "leave the activation away",
        )
    return None


def _categorical(output: Output) -> Verdict | None:
    if output.activation.name in SOFTMAXES or output.units == 1:  # one unit is categorical-on-one-unit
        return None
    if output.activation.name == "sigmoid":
        return (
            Severity.ERROR,
            "its values are not one distribution over the classes",
            "use 'softmax', or binary_crossentropy where classes do not exclude each other",
        )
    return (
        Severity.ERROR,
        "it expects probabilities that sum to 1, what it cannot use it clips and gets no gradient",
        "use 'softmax', or from_logits=True without an activation",
    )


def _binary(output: Output, known: Facts) -> Verdict | None:
    if output.activation.name in SOFTMAXES:
        advice = "use categorical_crossentropy, or 'sigmoid' for labels that do not exclude each other"
        return (
            None
            if output.units == 1
            else (Severity.WARNING, "units that compete are judged as if they were independent", advice)
        )
    if known.in_unit_interval:
        return None
    return (
        Severity.ERROR,
        "it expects probabilities, what lies outside (0, 1) is clipped and gets no gradient",
        "use 'sigmoid', or from_logits=True without an activation",
    )


def _others(output: Output, known: Facts) -> Verdict | None:
    from linter.analysis import losses

    assert output.loss is not None
    name = output.loss.name
    if name in losses.SQUARED_OR_ABSOLUTE and output.activation.name in SOFTMAXES and output.units != 1:
        return (
            Severity.WARNING,
            "where the model is surely wrong the gradient vanishes",
            "use categorical_crossentropy, or a linear output for a regression",
        )
    if name in losses.SHARES and not known.in_unit_interval:
        return Severity.ERROR, "it expects values between 0 and 1", "use 'softmax' or 'sigmoid'"
    if name in losses.RATES and known.low < 0:
        return (
            Severity.ERROR,
            "it takes the logarithm, and negative outputs give NaN",
            "use 'softplus' or 'exponential'",
        )
    if name in losses.MARGIN and known.in_unit_interval:
        return (
            Severity.ERROR,
            "a negative label asks for a score of -1 or less, which it cannot give",
            "use a linear output, or binary_crossentropy",
        )
    return None
