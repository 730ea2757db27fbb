"""diff: what changed between two files, and what it exits with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from linter import api
from linter.build import Built, chain, dense, input, lstm, trained
from linter.compare import compare
from linter.options import Options
from linter.write import keras_archive
from tests.linter.test_cli import run

OLD = trained(chain(input(20, 3), lstm(8), dense(1), loss="mse"))


def save(built: Built, path: Path) -> Path:
    path.write_bytes(keras_archive(built))
    return path


def moved(built: Built, layer: str, factor: float) -> Built:
    values = {path: dict(found) for path, found in built.values.items()}
    values[layer] = {role: (array * factor).astype(np.float32) for role, array in values[layer].items()}
    return replace(built, values=values)


def test_a_model_does_not_differ_from_itself(tmp_path: Path) -> None:
    path = save(OLD, tmp_path / "old.keras")
    difference = api.diff(path, path, Options())
    assert api.render_diff(difference).endswith("no difference")
    assert api.diff_exit_code(difference, Options()) == 0


def test_weights_that_moved_are_measured() -> None:
    found = compare(OLD.graph(), moved(OLD, "dense", 1.25).graph())
    assert [(item.layer, item.settings) for item in found.changed] == [("dense", ())]
    assert abs((found.changed[0].moved or 0) - 0.25) < 1e-6


def test_new_findings_exit_1_and_gone_ones_0(tmp_path: Path) -> None:
    old = save(OLD, tmp_path / "old.keras")
    new = save(trained(chain(input(20, 3), lstm(8, activation="relu"), dense(1), loss="mse")), tmp_path / "new.keras")
    worse, better = run("diff", old, new), run("diff", new, old)
    assert (worse.returncode, better.returncode) == (1, 0)
    assert "+ error RNN101" in worse.stdout
    assert "- error RNN101" in better.stdout
    assert "activation: tanh -> relu" in worse.stdout


def test_layers_that_came_and_went(tmp_path: Path) -> None:
    new = trained(chain(input(20, 3), lstm(8), dense(4, "relu", name="head"), dense(1, name="dense"), loss="mse"))
    found = compare(OLD.graph(), new.graph())
    assert found.added == ("head",)
    assert found.removed == ()


def test_a_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    old = save(OLD, tmp_path / "old.keras")
    result = run("diff", old, tmp_path / "absent.keras")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
