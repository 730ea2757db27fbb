"""fix, as one runs it: what is written, what is said, what it exits with."""

from __future__ import annotations

import zipfile
from pathlib import Path

import h5py
import pytest

from linter import api
from tests.linter.fixes.models import apart, made, stored

BIASED = "chain(input(8), dense(16), batch_normalization(), relu(), dense(1))"


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_bias_that_batch_normalization_cancels_goes(tmp_path: Path, suffix: str) -> None:
    old, new = stored(made(BIASED), tmp_path, suffix), tmp_path / f"new{suffix}"
    fixed = api.fix(old, new)
    assert fixed.exit_code == 0
    assert "dense: bias dropped" in fixed.text
    assert apart(old, new) < 1e-5
    assert "NRM601" not in {finding.code for _, finding in api.lint(new).findings()}


def test_what_is_not_changed_stays_to_the_byte(tmp_path: Path) -> None:
    old, new = stored(made(BIASED), tmp_path), tmp_path / "new.keras"
    api.fix(old, new)
    with zipfile.ZipFile(old) as one, zipfile.ZipFile(new) as two:
        assert one.namelist() == two.namelist()
        assert one.read("metadata.json") == two.read("metadata.json")
        with h5py.File(one.open("model.weights.h5")) as before, h5py.File(two.open("model.weights.h5")) as after:
            paths: list[str] = []
            before.visititems(lambda path, item: paths.append(path) if isinstance(item, h5py.Dataset) else None)
            kept = [
                path for path in paths if path in after and after[path][...].tobytes() == before[path][...].tobytes()
            ]
            assert set(paths) - set(kept) == {"layers/dense/vars/1", "layers/batch_normalization/vars/2"}
