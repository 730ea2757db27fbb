"""RNN104."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.graph import Node


@final
class NoForgetBias(Rule):
    """An LSTM whose forget gate starts half closed.

    ## What it does
    Finds LSTM and ConvLSTM layers with `unit_forget_bias=False` whose bias starts at zero.

    ## Why is this bad?
    With a zero bias the forget gate starts near 0.5, so the cell state halves at every step, and with it the gradient
    that comes back through time. The layer cannot learn what lies far back until the gate has opened by itself. Keras
    starts this bias at 1 for that reason.

    ## The numbers behind
    sigmoid(0) = 0.5: after 20 steps 1e-6 of the state is left. sigmoid(1) = 0.73 leaves 2e-3.

    ## References
    Gers, Schmidhuber, Cummins (2000), Learning to Forget. Jozefowicz, Zaremba, Sutskever (2015), An Empirical
    Exploration of Recurrent Network Architectures.
    """

    code: ClassVar = "RNN104"
    name: ClassVar = "no-forget-bias"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example("chain(input(20, 3), lstm(8, unit_forget_bias=False), dense(1))"),
        Example("chain(input(20, 3), bidirectional(lstm(8, unit_forget_bias=False)), dense(1))"),
    )
    passing: ClassVar = (
        Example("chain(input(20, 3), lstm(8), dense(1))"),
        Example("chain(input(20, 3), lstm(8, unit_forget_bias=False, bias_initializer='ones'), dense(1))"),
        Example("chain(input(20, 3), lstm(8, unit_forget_bias=False, use_bias=False), dense(1))", "has no bias at all"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        found = [node for node in model.graph.nodes if _starts_half_closed(node)]
        if found:
            yield self.finding(
                "the forget gate starts at one half, so the cell state fades within some ten steps and long "
                "dependencies are learned late; set "
                "unit_forget_bias=True",
                tuple(dict.fromkeys(node.layer for node in found)),
                pointer=f"{found[0].pointer}/config/unit_forget_bias",
                fix=Fix(Safety.UNSAFE, "set unit_forget_bias=True"),
            )


def _starts_half_closed(node: Node) -> bool:
    from linter.graph import Initializer

    if not (node.op == "LSTM" or node.op.startswith("ConvLSTM")) or node.config.get("unit_forget_bias") is not False:
        return False
    start = node.config.get("bias_initializer")
    zero = isinstance(start, Initializer) and start.kind == "constant" and start.parameters.get("value") == 0
    return zero and node.config.get("use_bias", True) is not False
