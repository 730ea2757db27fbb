"""NUM704."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

GREATEST = 65504.0
SIGMAS = 4.0


@final
class HalfPrecisionOverflow(Rule):
    """Values that float16 cannot hold.

    ## What it does
    For layers that compute in float16, predicts the size of their outputs as signal-fades does, and looks at their
    stored weights; with sample data it looks at the greatest output. It fires where four standard deviations of a
    layer's output, an output on the sample, or a stored weight lie past 65504.

    ## Why is this bad?
    float16 has no number beyond 65504: the value becomes infinite, the next subtraction NaN, and with it the loss.
    bfloat16 has the range of float32 and no such edge.

    ## The numbers behind
    `measured` holds the largest predicted value, or the largest stored one. Of normal outputs one in sixteen thousand
    lies beyond four standard deviations, so that a feature map holds some. The prediction is for white input of unit
    size.

    ## References
    Micikevicius et al. (2018), Mixed precision training, arXiv:1710.03740.
    """

    code: ClassVar = "NUM704"
    name: ClassVar = "half-precision-overflow"
    severity: ClassVar = Severity.WARNING
    certainty: ClassVar = Certainty.ESTIMATED
    flagged: ClassVar = (
        Example(
            "residual(32, lambda: [dense(64, 'relu', kernel_initializer='he_normal', dtype='mixed_float16')])",
            "the trunk doubles 32 times",
        ),
        Example(
            "trained(chain(input(4), dense(2, dtype='float16', kernel=full(7e4, 4, 2)), dense(1)))", "a stored weight"
        ),
        Example(
            "chain(input(64), *[dense(64, kernel_initializer=layer('RandomNormal', stddev=2.0), "
            "dtype='mixed_float16') for _ in range(4)])"
        ),
    )
    passing: ClassVar = (
        Example("residual(32, lambda: [dense(64, 'relu', kernel_initializer='he_normal')])", "float32 holds it"),
        Example("residual(32, lambda: [dense(64, 'relu', kernel_initializer='he_normal', dtype='mixed_bfloat16')])"),
        Example(
            "chain(input(64), *[dense(64, 'relu', kernel_initializer='he_normal', dtype='mixed_float16') for _ in "
            "range(8)])"
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import signal, statistics
        from linter.analysis.words import some, times

        half = [node for node in model.graph.nodes if node.dtype == "float16" and node.op != "InputLayer"]
        if not half:
            return
        found = signal.of(model)
        predicted: dict[str, float] = {}
        stored: dict[str, float] = {}
        for node in half:
            state = found.forward.get(node.name)
            if state is not None and SIGMAS * state.second**0.5 > GREATEST:
                predicted[node.layer] = max(SIGMAS * state.second**0.5, predicted.get(node.layer, 0.0))
            for weight in node.weights.values():
                values = statistics.of(model, weight)
                if max(abs(values.minimum), abs(values.maximum)) > GREATEST:
                    stored[node.layer] = max(abs(values.minimum), abs(values.maximum))
        if stored:
            yield self.finding(
                f"{some(stored)} computes in float16 and stores weights past its greatest number, 65504: they "
                f"become infinite; compute in bfloat16",
                tuple(stored),
                evidence=Evidence.WEIGHTS,
                certainty=Certainty.PROVEN,
                measured={"largest": max(stored.values())},
                fix=Fix(Safety.UNSAFE, "use the policy mixed_bfloat16"),
            )
        seen = _seen(model, {node.layer for node in half})
        if seen:
            yield self.finding(
                f"outputs of {some(seen)} pass 65504, the greatest number of float16, on the sample: they become "
                "infinite and the loss NaN; compute in bfloat16, or keep the signal small by normalisation",
                tuple(seen),
                evidence=Evidence.SAMPLE,
                certainty=Certainty.OBSERVED,
                measured={"largest": max(seen.values())},
                fix=Fix(Safety.UNSAFE, "use the policy mixed_bfloat16"),
            )
        predicted = {layer: value for layer, value in predicted.items() if layer not in seen}
        if predicted:
            yield self.finding(
                f"outputs of {some(predicted)} are predicted to reach {times(max(predicted.values()))}, past "
                f"65504, the greatest number of "
                "float16: they become infinite and the loss NaN; compute in bfloat16, or keep the signal small by "
                "normalisation",
                tuple(predicted),
                severity=self.severity if found.fresh else Severity.INFO,
                evidence=Evidence.CONFIG if found.fresh else Evidence.WEIGHTS,
                measured={"largest": max(predicted.values())},
                fix=Fix(Safety.UNSAFE, "use the policy mixed_bfloat16"),
            )


def _seen(model: Subject, half: set[str]) -> dict[str, float]:
    """Return the layers whose greatest output on the sample passed what float16 can hold."""
    rows = model.observation.signal.values() if model.observation else ()
    return {row.layer: row.largest for row in rows if row.layer in half and row.largest and row.largest > GREATEST}
