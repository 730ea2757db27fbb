"""Which fixes are done for which findings, and what is found in a model at any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from linter.finding import Evidence, Finding
from linter.fixes import FIXES, Repair
from linter.options import Options
from linter.plugins import catalogue
from linter.rule import Subject
from linter.selection import judged, selected


def codes_of(repair: type[Repair], select: tuple[str, ...], options: Options) -> tuple[str, ...]:
    """Return the codes for which a fix is chosen; its own name for one that has none, nothing for one that is not.

    Raises UnknownCodeError for a selection that is neither a code, a prefix nor a fix.
    """
    if repair.name in select:
        return repair.codes or (repair.name,)
    names = {other.name for other in FIXES}
    codes = tuple(item for item in select if item not in names)
    if select and not codes:
        return ()
    rules = selected(catalogue(options.plugins), replace(options, select=codes) if codes else options)
    return tuple(rule.code for rule in rules if rule.code in repair.codes)


def findings(subject: Subject, codes: tuple[str, ...], options: Options) -> Iterator[Finding]:
    """Yield what the rules of these codes find, as far as there is evidence for them."""
    for rule in catalogue(options.plugins):
        if rule.code in codes and (subject.observation is not None or rule.evidence is not Evidence.SAMPLE):
            with np.errstate(all="ignore"):  # stored values may be anything
                found = [judged(finding, options) for finding in rule().check(subject.shown(rule))]
            yield from (finding for finding in found if finding is not None)


def all_codes(options: Options) -> tuple[str, ...]:
    """Return the codes of the rules that run."""
    return tuple(rule.code for rule in selected(catalogue(options.plugins), options))
