"""SEC005."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Severity
from linter.rule import Rule, Subject, defects


@final
class Hdf5Link(Rule):
    """An HDF5 file that points out of itself.

    ## What it does
    Finds external and soft links, values kept in other files, virtual data sets, user-defined links and filters that
    HDF5 would have to load as plug-ins. None of them is followed: links are read as links.

    ## Why is this bad?
    A link makes the loader read a local file into a weight, from where it can be read back (CVE-2026-1669); a plug-in
    is a program. Keras writes none of these.

    ## The numbers behind
    Keras writes hard links to contiguous or gzip-compressed data sets and nothing else.

    ## References
    CVE-2026-1669.
    """

    code: ClassVar = "SEC005"
    name: ClassVar = "hdf5-link"
    severity: ClassVar = Severity.ERROR

    def check(self, model: Subject) -> Iterator[Finding]:
        yield from defects(self, model)
