"""RNN101."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class UnboundedRecurrentActivation(Rule):
    """A recurrent layer whose `activation` has no upper bound.

    ## What it does
    Finds LSTM, GRU, SimpleRNN and ConvLSTM layers and cells, in any wrapper, whose `activation` is unbounded: the ReLU
    family, ELU, SELU, GELU, SiLU, softplus, linear and the like.

    ## Why is this bad?
    The same weights are applied at every time step. tanh keeps the state within [-1, 1] whatever they are; without a
    bound the state is multiplied by the recurrent kernel step after step, and where the kernel's spectral radius times
    the slope passes 1 it grows without limit: training ends in NaN, long sequences overflow. Keras's fused GPU kernel
    is not used either.

    ## The numbers behind
    With `measured` comes the spectral radius of the stored recurrent kernel's candidate block: past 1 a linear
    recurrence grows by that factor a step, 1.2 means 38-fold in 20 steps. With sample data also comes `state_growth`:
    the second moment of the state at the last time step over that at the first, the greatest of the layers.

    ## References
    Le, Jaitly, Hinton (2015), arXiv:1504.00941: ReLU recurrence is trainable when the recurrent kernel starts as the
    identity; a SimpleRNN with ReLU and an identity-like recurrent kernel is therefore not reported.
    """

    code: ClassVar = "RNN101"
    name: ClassVar = "unbounded-recurrent-activation"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(20, 3), lstm(8, activation='relu'), dense(1))"),
        Example("chain(input(20, 3), gru(8, activation='elu'), dense(1))"),
        Example("chain(input(20, 3), simple_rnn(8, activation=None), dense(1))"),
        Example("chain(input(20, 3), bidirectional(lstm(8, activation='relu')), dense(1))"),
        Example(
            "chain(input(20, 3), simple_rnn(8, activation='relu'), dense(1))",
            "not an IRNN: the recurrent kernel is orthogonal",
        ),
    )
    passing: ClassVar = (
        Example("chain(input(20, 3), lstm(8), dense(1))"),
        Example("chain(input(20, 3), gru(8, activation='hard_tanh'), dense(1))"),
        Example(
            "chain(input(20, 3), simple_rnn(8, activation='relu', recurrent_initializer='identity'), dense(1))",
            "an IRNN",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis.recurrence import is_identity_like, spectral_radius
        from linter.analysis.topology import RECURRENT
        from linter.graph import Activation

        flagged: dict[str, str] = {}
        measured: dict[str, float] = {}
        pointer = ""
        for node in model.graph.nodes:
            if node.op not in RECURRENT or node.layer in flagged:
                continue
            activation = node.config.get("activation") or Activation("linear")
            known = facts(activation)
            if (
                known is None
                or known.bounded
                or (node.op == "SimpleRNN" and known.rectifier and is_identity_like(node))
            ):
                continue
            flagged[node.layer] = str(activation)
            pointer = pointer or f"{node.pointer}/config/activation"
            radius = spectral_radius(node)
            if radius is not None:
                measured["spectral_radius"] = max(radius, measured.get("spectral_radius", 0.0))
        if flagged:
            names = ", ".join(dict.fromkeys(flagged.values()))
            growth = _growth(measured.get("spectral_radius"))
            grown = _grown(model, flagged)
            if grown is not None:
                measured["state_growth"] = grown
            yield self.finding(
                f"recurrent activation {names} is unbounded: the state can grow at every time "
                f"step{growth}{_seen(grown)} until training ends in NaN or long sequences overflow; use tanh, or an "
                "IRNN (SimpleRNN, ReLU, that starts as the identity) with clipped gradients",
                tuple(flagged),
                evidence=Evidence.SAMPLE if grown is not None and grown > 1 else Evidence.CONFIG,
                certainty=Certainty.OBSERVED if grown is not None and grown > 1 else Certainty.PROVEN,
                pointer=pointer,
                measured=measured,
                fix=Fix(Safety.UNSAFE, "set activation='tanh'"),
            )


def _growth(radius: float | None) -> str:
    if radius is None:
        return ""
    return f" (largest spectral radius of a stored recurrent kernel: {radius:.3g})"


def _grown(model: Subject, layers: Mapping[str, str]) -> float | None:
    """Return the greatest growth of a state's second moment from its first to its last step on the sample."""
    rows = model.observation.signal.values() if model.observation else ()
    found = [row.late / row.early for row in rows if row.layer in layers and row.early and row.late is not None]
    return max(found, default=None)


def _seen(growth: float | None) -> str:
    from linter.analysis.words import times

    if growth is None:
        return ""
    return f" (on the sample its second moment at the last step is {times(growth)} times that at the first)"
