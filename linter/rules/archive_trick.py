"""SEC006."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Severity
from linter.rule import Example, Rule, Subject, defects


@final
class ArchiveTrick(Rule):
    """An archive that different programs read differently, or that writes outside its folder.

    ## What it does
    Finds duplicate, traversing, absolute, symlinked, encrypted, overlapping and unexpected members, names that differ
    between the archive's two headers, bytes before or after the archive, and layer names that would leave their
    folder (`..`, absolute, backslash, NUL and other control characters).

    ## Why is this bad?
    Two members of one name show one model to a scanner and another to Keras. A traversing name, of a member or of a
    layer (CVE-2026-12479), writes files where the loader may write.

    ## The numbers behind
    Keras writes config.json, metadata.json, the weights and assets/, each once, stored or deflated.

    ## References
    CVE-2026-12479, CVE-2025-12060, GHSA-hqp4-2352-xf5r.
    """

    code: ClassVar = "SEC006"
    name: ClassVar = "archive-trick"
    severity: ClassVar = Severity.ERROR

    flagged: ClassVar = (
        Example("chain(input(4), dense(8, name='../../etc/cron.d/x'), dense(1))", "the layer's name is a path"),
        Example("chain(input(4), dense(8, name='a\\\\..\\\\b'), dense(1))"),
    )
    passing: ClassVar = (
        Example("chain(input(4), dense(8, name='encoder/dense'), dense(1))", "a plain slash is legal in Keras 2"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import documents

        yield from defects(self, model)
        for item in documents.of(model):
            name = item.config.get("name") if item.class_name else None
            if isinstance(name, str) and _leaves(name):
                yield self.finding(
                    f"the name {name[:200]!r} of a {item.class_name} at {item.place} would leave the folder its "
                    "variables are written to (CVE-2026-12479)",
                    (name,),
                    pointer=f"{item.place}/config/name",
                )


def _leaves(name: str) -> bool:
    control = any(character < " " for character in name)
    return control or name.startswith("/") or "\\" in name or ".." in name.split("/")
