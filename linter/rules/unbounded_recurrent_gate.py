"""RNN102."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class UnboundedRecurrentGate(Rule):
    """A recurrent layer whose `recurrent_activation` leaves the interval [0, 1].

    ## What it does
    Finds LSTM, GRU and ConvLSTM layers and cells, in any wrapper, whose gates are computed by a function that takes
    values below 0 or above 1: ReLU, tanh, linear (`recurrent_activation=None`) and the like.

    ## Why is this bad?
    A gate says which share of the state is kept, written or shown. Outside [0, 1] it is no share any more: a forget
    gate above 1 multiplies the cell state at every step, one below 0 turns its sign. What tanh promises for the state
    does not hold then, because the gate scales it without limit.

    ## The numbers behind
    The cell state of an LSTM is c(t) = f(t) c(t-1) + i(t) g(t). With a forget gate of 1.1 it grows 117-fold in 50
    steps, with one of 2 it passes the range of float32 after 128 steps. With f in [0, 1] and |g| <= 1, |c(t)| can
    never exceed t.

    ## References
    Hochreiter, Schmidhuber (1997), Long Short-Term Memory. Gers, Schmidhuber, Cummins (2000), Learning to Forget.
    """

    code: ClassVar = "RNN102"
    name: ClassVar = "unbounded-recurrent-gate"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(20, 3), lstm(8, recurrent_activation='relu'), dense(1))"),
        Example(
            "chain(input(20, 3), gru(8, recurrent_activation='tanh'), dense(1))", "a gate of -1 turns the state's sign"
        ),
        Example(
            "chain(input(20, 3), lstm(8, recurrent_activation=None), dense(1))", "no function at all: linear gates"
        ),
        Example("chain(input(20, 3), bidirectional(gru(8, recurrent_activation='softplus')), dense(1))"),
    )
    passing: ClassVar = (
        Example("chain(input(20, 3), lstm(8), dense(1))"),
        Example("chain(input(20, 3), gru(8, recurrent_activation='hard_sigmoid'), dense(1))"),
        Example("chain(input(20, 3), simple_rnn(8), dense(1))", "has no gates"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis.topology import RECURRENT
        from linter.graph import Activation

        flagged: dict[str, str] = {}
        pointer = ""
        for node in model.graph.nodes:
            if node.op not in RECURRENT or node.op == "SimpleRNN" or node.layer in flagged:
                continue
            gate = node.config.get("recurrent_activation") or Activation("linear")
            known = facts(gate)
            if known is None or known.in_unit_interval:
                continue
            flagged[node.layer] = f"{gate} with values in [{known.low:.3g}, {known.high:.3g}]"
            pointer = pointer or f"{node.pointer}/config/recurrent_activation"
        if flagged:
            yield self.finding(
                f"gates computed by {', '.join(dict.fromkeys(flagged.values()))} are no shares between 0 and 1: the "
                "forget gate can multiply the state at "
                "every step until it overflows; use recurrent_activation='sigmoid'",
                tuple(flagged),
                pointer=pointer,
                fix=Fix(Safety.UNSAFE, "set recurrent_activation='sigmoid'"),
            )
