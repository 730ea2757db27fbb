"""Every fix on the examples of the rules whose findings it ends: they are gone, and nothing else has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linter import api
from linter.finding import Safety
from linter.fixes import FIXES, Repair
from linter.options import Options
from linter.rules import RULES
from tests.linter.fixes.models import apart, loaded, made, stored

LEFT = {
    "ACT301-2": "a convolution before a Dense layer is no matrix of its size",
    "ACT301-3": "two convolutions that pad are not one at the borders",
}
"""Examples that a fix leaves, and why."""
OTHERS = {"ACT303-0": Safety.UNSAFE, "ACT303-1": Safety.SAFE, "ACT303-2": Safety.UNSAFE, "ACT303-3": Safety.SAFE}
"""Examples that are a matter of another fix for the same rule."""


def cases(safety: Safety) -> list[Any]:
    """A case for each example and format."""
    return [
        pytest.param(repair, code, example.model, suffix, id=f"{code}-{i}{suffix}")
        for repair in FIXES
        if repair.safety is safety and not repair.needs_data
        for rule in RULES
        for code in repair.codes
        if rule.code == code
        for i, example in enumerate(rule.flagged)
        if f"{code}-{i}" not in LEFT and OTHERS.get(f"{code}-{i}") is not safety
        for suffix in ((".keras", ".h5") if i == 0 else (".keras",))
    ]


@pytest.mark.parametrize(("repair", "code", "text", "suffix"), cases(Safety.SAFE))
def test_a_safe_fix_ends_its_finding(repair: type[Repair], code: str, text: str, suffix: str, tmp_path: Path) -> None:
    old, new, again = stored(made(text), tmp_path, suffix), tmp_path / f"new{suffix}", tmp_path / f"again{suffix}"
    assert code in codes(old, code), "the example is flagged as a file"
    fixed = api.fix(old, new, select=(code,))
    assert repair.name in fixed.text
    assert code not in codes(new, code)
    assert apart(old, new) < 1e-5
    assert "nothing to fix" in api.fix(new, again, select=(code,)).text
    assert again.read_bytes() == new.read_bytes()


@pytest.mark.parametrize(("repair", "code", "text", "suffix"), cases(Safety.UNSAFE))
def test_an_unsafe_fix_ends_its_finding(
    repair: type[Repair], code: str, text: str, suffix: str, tmp_path: Path
) -> None:
    old, new, again = (tmp_path / f"{name}{suffix}" for name in ("model", "new", "again"))
    stored(made(text), tmp_path, suffix, drawn="fresh")
    assert repair.name not in api.fix(old, again, select=(code,)).text
    fixed = api.fix(old, new, select=(code,), unsafe=True)
    assert repair.name in fixed.text
    assert code not in codes(new, code)
    assert loaded(new).count_params() > 0
    assert "nothing to fix" in api.fix(new, again, select=(code,), unsafe=True).text
    assert again.read_bytes() == new.read_bytes()


def codes(path: Path, code: str) -> set[str]:
    """What is found with one rule."""
    report = api.lint(path, options=Options(select=(code,)))
    assert not report.errors
    return {finding.code for _, finding in report.findings()}
