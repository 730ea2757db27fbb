"""A confined audit tells how many rules have judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from linter.build import chain, dense, input
from linter.commands import isolated_work
from linter.commands.isolation import _hear
from linter.options import Options
from linter.reporters.json import plain_data
from linter.rules import RULES
from linter.write import keras_archive


def test_every_rule_is_told_of_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated_work, "TELL_SECONDS", 0.0)
    (tmp_path / "m.keras").write_bytes(keras_archive(chain(input(4), dense(2))))
    heard: list[Mapping[str, Any]] = []
    options = plain_data(Options(select=tuple(rule.code for rule in RULES)))
    job = {"path": str(tmp_path / "m.keras"), "found": False, "name": "m", "options": options, "data": False}
    isolated_work.work({**job, "trust": False, "digest": False}, heard.append)
    assert heard == [{"stage": "judging", "done": number} for number in range(len(RULES))]


def test_nonsense_is_not_handed_on() -> None:
    heard: list[tuple[str, int]] = []
    for event in ({"stage": "judging", "done": 3}, {"stage": "x", "done": 1}, {"stage": "judging", "done": "y"}, {}):
        _hear(event, lambda stage, done: heard.append((stage, done)))
    assert heard == [("judging", 3)]
