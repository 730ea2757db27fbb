"""SEC008."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Severity
from linter.rule import Example, Rule, Subject, defects


@final
class PickledContent(Rule):
    """Pickled objects inside the model.

    ## What it does
    Finds pickles among the members of the archive, arrays of objects in `.npz` weights, and TorchModuleWrapper
    layers, whose configuration is a pickled PyTorch module. Nothing is unpickled.

    ## Why is this bad?
    Unpickling runs whatever the pickle says. TorchModuleWrapper was unpickled on loading even in safe mode
    (CVE-2025-49655).

    ## The numbers behind
    Keras stores weights as plain numbers; only TorchModuleWrapper writes a pickle.

    ## References
    CVE-2025-49655.
    """

    code: ClassVar = "SEC008"
    name: ClassVar = "pickled-content"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(4), layer('TorchModuleWrapper', module='gAQVCg==', output_shape=None), dense(1))"),
    )
    passing: ClassVar = (Example("chain(input(4), dense(8), dense(1))"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents

        yield from defects(self, model)
        for item in documents.of(model):
            if item.bare_name == "TorchModuleWrapper":
                name = item.config.get("name")
                yield self.finding(
                    f"TorchModuleWrapper at {item.place} holds a pickled PyTorch module: loading it runs what "
                    "the pickle says (CVE-2025-49655)",
                    (name,) if isinstance(name, str) else (),
                    pointer=item.place,
                )
