"""The plugin, in a pytest of its own in an empty folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from linter.write import keras_archive
from tests.linter.test_cli import HEALTHY, SICK


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_each_model_is_a_test_that_fails_with_its_report(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/healthy.keras").write_bytes(keras_archive(HEALTHY))
    (tmp_path / "models/sick.keras").write_bytes(keras_archive(SICK))
    result = run(tmp_path, "--keras-lint", "models")
    assert result.returncode == 1
    assert "1 failed, 1 passed" in result.stdout
    assert "RNN101" in result.stdout
    assert "FAILED models/sick.keras::keras-lint" in result.stdout
    assert "Traceback" not in result.stdout


def test_without_the_option_nothing_is_linted(tmp_path: Path) -> None:
    (tmp_path / "sick.keras").write_bytes(keras_archive(SICK))
    assert "no tests ran" in run(tmp_path).stdout


def test_wrong_settings_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "sick.keras").write_bytes(keras_archive(SICK))
    for text, message in (
        ("plugins = acme", "plugin 'acme' is not installed"),
        ("ignore = XYZ9", "unknown rule code 'XYZ9'"),
    ):
        (tmp_path / "setup.cfg").write_text(f"[keras-lint]\n{text}\n")
        result = run(tmp_path, "--keras-lint", ".")
        assert result.returncode == pytest.ExitCode.USAGE_ERROR
        assert f"ERROR: keras-lint: {message}" in result.stdout + result.stderr
        assert "Traceback" not in result.stdout + result.stderr
