"""RNN103."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.graph import Node


@final
class SlowRecurrentPath(Rule):
    """An LSTM or GRU with a setting that rules out the fused GPU kernel.

    ## What it does
    Finds LSTM and GRU layers with another `activation` than tanh or `recurrent_activation` than sigmoid, recurrent
    dropout, unrolling, no bias, a GRU with `reset_after=False`, and cells that are wrapped in `RNN`.

    ## Why is this bad?
    On a GPU, Keras runs the whole sequence in one cuDNN call where these settings allow it, and else step by step in
    a loop. The result is the same, training takes several times as long. On a CPU it makes little difference.

    ## The numbers behind
    A loop starts some ten small kernels a step, each of which waits for the one before: the time grows with the
    number of steps however idle the GPU is. The fused kernel joins the input products of all steps into one.

    ## References
    Keras documentation, `keras.layers.LSTM`, argument `use_cudnn`. Appleyard, Kocisky, Blunsom (2016),
    arXiv:1604.01946.
    """

    code: ClassVar = "RNN103"
    name: ClassVar = "slow-recurrent-path"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example("chain(input(20, 3), lstm(8, recurrent_dropout=0.2), dense(1))"),
        Example("chain(input(20, 3), gru(8, reset_after=False), dense(1))"),
        Example(
            "chain(input(20, 3), lstm(8, recurrent_activation='hard_sigmoid'), dense(1))",
            "the default of Keras before 2.3",
        ),
        Example(
            "chain(input(20, 3), layer('RNN', cell=layer('LSTMCell', units=8)), dense(1))",
            "the same LSTM without a fused kernel",
        ),
    )
    passing: ClassVar = (
        Example("chain(input(20, 3), lstm(8), dense(1))"),
        Example("chain(input(20, 3), gru(8, dropout=0.2), dense(1))", "dropout on the inputs does not matter"),
        Example("chain(input(20, 3), simple_rnn(8), dense(1))", "there is no fused kernel for it"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        found = {node.layer: list(_obstacles(node)) for node in model.graph.nodes if node.op in ("LSTM", "GRU")}
        slow = {layer: reasons for layer, reasons in found.items() if reasons}
        if slow:
            reasons = dict.fromkeys(reason for listed in slow.values() for reason in listed)
            first = next(node for node in model.graph.nodes if node.layer in slow)
            yield self.finding(
                f"no fused GPU kernel ({', '.join(reasons)}): on a GPU every time step is run by itself, which "
                "takes several times as long; use the "
                "defaults of LSTM and GRU where speed matters",
                tuple(slow),
                pointer=first.pointer,
                fix=Fix(
                    Safety.ADVICE, "use tanh, sigmoid, a bias, no recurrent dropout, no unrolling, reset_after=True"
                ),
            )


def _obstacles(node: Node) -> Iterator[str]:
    from linter.graph import Activation

    config = node.config
    for key, wanted in (("activation", "tanh"), ("recurrent_activation", "sigmoid")):
        given = config.get(key) or Activation("linear")
        if given.name != wanted:
            yield f"{key}={given.name!r}"
    if config.get("recurrent_dropout"):
        yield "recurrent_dropout"
    if config.get("unroll"):
        yield "unroll"
    if config.get("use_bias") is False:
        yield "use_bias=False"
    if node.op == "GRU" and config.get("reset_after") is False:
        yield "reset_after=False"
    if {"RNN", "StackedRNNCells"} & set(node.wrappers):
        yield "a cell in RNN"
