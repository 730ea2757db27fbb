"""Fixes that go by what a run on data saw, and the comparison on the user's own samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from linter import api
from linter.build import trained
from linter.live.run import Request, observe
from linter.options import Limits
from tests.linter.fixes.models import apart, made, stored
from tests.linter.fixes.test_fix import BIASED


def sample(folder: Path, features: int) -> str:
    """A file of samples that are never negative."""
    path = folder / "sample.npy"
    np.save(path, np.random.default_rng(3).uniform(0, 1, (200, features)).astype(np.float32))
    return str(path)


def test_both_models_are_compared_on_the_samples(tmp_path: Path) -> None:
    fixed = api.fix(stored(made(BIASED), tmp_path), tmp_path / "new.keras", data=sample(tmp_path, 8))
    assert "on the samples" in fixed.text


def test_dead_units_are_drawn_anew_and_fire(tmp_path: Path) -> None:
    built = trained(made("chain(input(4), dense(8, 'relu'), dense(2))"))
    values = {path: {role: array.copy() for role, array in found.items()} for path, found in built.values.items()}
    values["dense"]["bias"][[1, 5]] = -100
    old, new, data = stored(replace(built, values=values), tmp_path), tmp_path / "new.keras", sample(tmp_path, 4)
    fixed = api.fix(old, new, select=("DED401",), unsafe=True, data=data)
    assert "dense: 2 dead units drawn anew" in fixed.text
    assert apart(old, new) < 1e-3, "what takes them hardly hears them"
    seen = observe(Request(new, data, Limits(), sandbox="off")).units["dense.activation"]
    assert min(seen.fired) > 0
    assert "DED408" not in {finding.code for _, finding in api.lint(new).findings()}
