"""SEC007."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Severity
from linter.rule import Rule, Subject, defects


@final
class DecompressionBomb(Rule):
    """Declared sizes out of proportion to what is stored.

    ## What it does
    Compares what members and data sets declare with what they store, before anything is unpacked, and stops reading
    where a member turns out longer than declared. The limits can be set under `limits`.

    ## Why is this bad?
    A file of a few kilobytes that declares gigabytes ends the process that loads it, and with it whatever else runs
    on the machine (CVE-2026-0897). Keras's own guard sets in above 4 GiB.

    ## The numbers behind
    Deflate reaches at most about 1030:1; trained weights hardly compress. Reported from 100:1 above 16 MiB.

    ## References
    CVE-2026-0897.
    """

    code: ClassVar = "SEC007"
    name: ClassVar = "decompression-bomb"
    severity: ClassVar = Severity.ERROR

    def check(self, model: Subject) -> Iterator[Finding]:
        yield from defects(self, model)
