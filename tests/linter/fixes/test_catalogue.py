"""The catalogue of fixes: complete, one file each, named after it, for findings that exist."""

from __future__ import annotations

import inspect
from pathlib import Path

from linter.finding import Safety
from linter.fixes import FIXES, Repair
from linter.rules import RULES


def test_each_fix_is_one_file_named_after_it() -> None:
    files = {Path(inspect.getfile(repair)).stem: repair.name for repair in FIXES}
    assert {stem: name.replace("-", "_") for stem, name in files.items()} == {stem: stem for stem in files}
    assert len(files) == len(FIXES) == len(Repair.__subclasses__())


def test_fixes_are_for_findings_that_exist() -> None:
    codes = {rule.code for rule in RULES}
    assert {code for repair in FIXES for code in repair.codes} <= codes
    assert [repair.name for repair in FIXES if not repair.codes] == ["fold-batchnorm"]


def test_safe_fixes_come_first() -> None:
    order = [repair.safety for repair in FIXES]
    assert order == sorted(order, key=[Safety.SAFE, Safety.UNSAFE].index)


def test_a_finding_that_a_safe_fix_ends_says_so() -> None:
    for rule in RULES:
        safe = [repair for repair in FIXES if rule.code in repair.codes and repair.safety is Safety.SAFE]
        if safe:
            assert "Safety.SAFE" in inspect.getsource(rule), f"{rule.code} is ended by {safe[0].name}"
