"""Every attack is reported by its rule, and its twin, which differs in one thing, is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from linter.api import lint
from linter.finding import Severity
from tests.hostile.attacks import ATTACKS, Attack


def codes(path: Path) -> dict[str, Severity]:
    report = lint(path)
    assert not report.errors, report.errors
    assert not [failure for model in report.models for failure in model.failures]
    return {finding.code: finding.severity for _, finding in report.findings() if finding.code.startswith("SEC")}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_reported(attack: Attack, tmp_path: Path) -> None:
    path = tmp_path / f"hostile{attack.suffix}"
    path.write_bytes(attack.hostile())
    assert attack.code in codes(path)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_its_twin_is_not(attack: Attack, tmp_path: Path) -> None:
    path = tmp_path / f"benign{attack.suffix}"
    path.write_bytes(attack.benign())
    assert codes(path) in ({}, {"SEC011": Severity.INFO})


def test_names_are_unique() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
