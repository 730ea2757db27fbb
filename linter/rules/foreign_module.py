"""SEC002."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class ForeignModule(Rule):
    """A configuration that names a module no model needs.

    ## What it does
    Finds objects, at any depth, whose `module` belongs to Python's standard library, to `builtins` (other than the
    way Keras stores functions), or to a package that is known to hold ways to run, load or fetch things. The check is
    a comparison of names: nothing is imported.

    ## Why is this bad?
    Keras before 3.9 imported any module named in `config.json` and called what it found there with the stored
    arguments, whatever `safe_mode` said (CVE-2025-1550); before 3.11 any class of Keras's own dependencies could be
    reached (GHSA-pwq7-2gvj-vg9v). A model has no reason to name `os`, `subprocess` or `builtins.exec`.

    ## The numbers behind
    None of the models that Keras itself writes names such a module.

    ## References
    CVE-2025-1550, CVE-2025-8747.
    """

    code: ClassVar = "SEC002"
    name: ClassVar = "foreign-module"
    severity: ClassVar = Severity.ERROR
    flagged: ClassVar = (
        Example("chain(input(4), dense(8, activation=function('system', 'os')))"),
        Example("chain(input(4), dense(8, kernel_initializer=stored('Popen', 'subprocess', args=['id'])))"),
        Example("chain(input(4), dense(8, activation=function('exec', 'builtins')))"),
    )
    passing: ClassVar = (
        Example(
            "chain(input(4), dense(8, activation=function('mine>swoosh', 'builtins')))",
            "how a registered one is stored",
        ),
        Example("chain(input(4), dense(8, kernel_initializer=stored('HeNormal', 'keras.initializers')))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents
        from linter.analysis.modules import Origin, origin

        for item in documents.of(model):
            if origin(item) is Origin.FOREIGN:
                what = item.function or item.class_name or str(item.value.get("spec_name", "?"))
                yield self.finding(
                    f"{item.place} names {what[:100]!r} of module {str(item.module)[:100]!r}: Keras before 3.9 "
                    "imports it and calls it (CVE-2025-1550)",
                    pointer=item.place,
                    fix=Fix(Safety.ADVICE, "do not load this file; ask where it comes from"),
                )
