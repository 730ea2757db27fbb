"""CMP952."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Severity
from linter.rule import Example, Rule, Subject, defects


@final
class WeightsMismatch(Rule):
    """Stored weights that do not fit the stored architecture.

    ## What it does
    Derives from the configuration which variables each layer has and of what shape, and compares them with what the
    file holds: weights that are missing, weights of another shape, weights that no layer claims, a damaged or absent
    weights file.

    ## Why is this bad?
    Keras refuses to load such a file or, where it matches by name, leaves the layers that found nothing at their
    random start without a word: the model runs and predicts noise.

    ## The numbers behind
    None: shapes either fit or do not. Only shapes that the configuration determines are compared.

    ## References
    Keras documentation, `keras.Model.load_weights`, argument `skip_mismatch`.
    """

    code: ClassVar = "CMP952"
    name: ClassVar = "weights-mismatch"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example(
            "chain(input(4), dense(8, kernel=zeros(4, 7), bias=zeros(8)), dense(1, kernel=zeros(8, 1), bias=zeros(1)))",
            "the first kernel has 7 columns",
        ),
        Example(
            "chain(input(4), dense(8, kernel=zeros(4, 8), bias=zeros(8)), dense(1, kernel=zeros(8, 1)))",
            "the last bias is missing",
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(4), dense(8, kernel=zeros(4, 8), bias=zeros(8)), dense(1, kernel=zeros(8, 1), bias=zeros(1)))"
        ),
        Example("chain(input(4), dense(8), dense(1))", "a configuration alone"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        yield from defects(self, model)
