"""SEC009."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Severity
from linter.rule import Rule, Subject, defects


@final
class SavedModelOps(Rule):
    """A SavedModel whose graph runs Python, touches files or holds another graph.

    ## What it does
    Reads the graph, its function library and graphs hidden in string constants, and finds operations that run Python
    or remote code, read or write files and databases, or build a graph from bytes. The operations of the saver itself
    are normal and never reported; tables initialised from the model's own assets neither.

    ## Why is this bad?
    A SavedModel is a program: loading and calling it runs these operations with your rights, and there is no safe mode.

    ## The numbers behind
    TensorFlow registers some 1 900 operations; a model needs arithmetic, control flow, variables, tables and strings.

    ## References
    TensorFlow's SECURITY.md: models are programs.
    """

    code: ClassVar = "SEC009"
    name: ClassVar = "saved-model-ops"
    severity: ClassVar = Severity.ERROR

    def check(self, model: Subject) -> Iterator[Finding]:
        yield from defects(self, model)
