"""ACT301."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class LinearStack(Rule):
    """Two linear layers in a row with no activation between them.

    ## What it does
    Finds a Dense or convolution layer without an activation whose output reaches the next one through nothing but
    affine layers (BatchNormalization, Rescaling), dropout or reshaping, where the width between them is at least the
    smaller of what goes in and what comes out. Left alone: bottlenecks, which are there to limit the rank, query, key
    and value projections, pairs with a depthwise convolution, the projection of an inverted residual, kernels that
    factorise a window (1 x k, then k x 1), and a layer that something else reads too.

    ## Why is this bad?
    A linear map of a linear map is one linear map. The first layer's parameters and time buy no function that the
    second could not compute alone; most often its activation was forgotten, and the network is one nonlinearity
    shallower than it looks.

    ## The numbers behind
    W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2). The product has rank at most the middle width, so only a middle
    that is narrower than both ends changes what can be expressed.

    ## References
    Saxe, McClelland, Ganguli (2014), arXiv:1312.6120: what deep linear networks can and cannot learn.
    """

    code: ClassVar = "ACT301"
    name: ClassVar = "linear-stack"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(32), dense(1), loss='mse')", "a forgotten activation"),
        Example(
            "chain(input(8), dense(32), dropout(0.2), dense(4, 'softmax'))", "dropout is no nonlinearity at inference"
        ),
        Example("chain(input(28, 28, 1), conv(8), flatten(), dense(10, 'softmax'))"),
        Example(
            "chain(input(28, 28, 3), conv(8), batch_normalization(), conv(8, activation='relu'), "
            "global_average_pooling(), dense(10))"
        ),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(32, 'relu'), dense(1), loss='mse')"),
        Example("chain(input(784), dense(16), dense(784))", "a bottleneck: a linear autoencoder"),
        Example(
            "chain(input(28, 28, 8), depthwise(3), conv(16, 1), relu(), global_average_pooling(), dense(10))",
            "depthwise, then pointwise",
        ),
        Example(
            "model(x := input(8), dense(1)(add()(h := dense(16)(x), dense(16, 'relu')(h))))",
            "the shortcut reads the projection too",
        ),
        Example("chain(input(8), dense(32), layer_normalization(), dense(1))", "layer normalization is no linear map"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.linear import linear_pairs

        pairs = [pair for pair in linear_pairs(model) if pair.is_redundant]
        if not pairs:
            return
        first = tuple(dict.fromkeys(pair.first.layer for pair in pairs))
        shown = ", ".join(f"{pair.first.layer} -> {pair.second.layer}" for pair in pairs[:3]) + (
            ", ..." if len(pairs) > 3 else ""
        )
        yield self.finding(
            f"no activation between two linear layers ({shown}): together they are one linear map, the first adds "
            "parameters and no expressive power; "
            "give it an activation or leave it out",
            first,
            pointer=pairs[0].first.pointer,
            fix=Fix(Safety.SAFE, "merge the two layers into one, or give the first one an activation")
            if all(pair.first.op == pair.second.op == "Dense" for pair in pairs)
            else Fix(Safety.UNSAFE, "give the first layer an activation, such as 'relu'"),
        )
