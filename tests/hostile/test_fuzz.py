"""A short run of the fuzzer: `make fuzz` makes the long one."""

from __future__ import annotations

import subprocess
import sys


def test_mutated_files_neither_crash_nor_hang_nor_reach_out() -> None:
    command = [sys.executable, "-m", "tests.hostile.fuzz", "--inputs", "400", "--seed", "1000000", "--processes", "1"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout
    assert "0 failures" in result.stdout
