"""What a confined process finds around it: a folder of its own, a fixed environment, and where this package is imported
from.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from linter.confine.policy import SCRATCH, Policy

ROOT = str(Path(__file__).resolve().parents[2])


@contextlib.contextmanager
def scratch(policy: Policy) -> Iterator[Policy]:
    """Give a job a folder of its own, empty and gone afterwards, unless the policy names one."""
    if policy.scratch:
        yield policy
        return
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as folder:
        yield replace(policy, scratch=folder)


def variables(folder: str) -> dict[str, str]:
    """Return the whole environment of a confined process."""
    fixed = {
        "HOME": folder,
        "TMPDIR": folder,
        "KERAS_HOME": folder,
        "LANG": "C.UTF-8",
        "CUDA_VISIBLE_DEVICES": "-1",
        "HDF5_PLUGIN_PRELOAD": "::",
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "MALLOC_ARENA_MAX": "2",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    }
    kept = {
        name: os.environ[name] for name in ("SYSTEMROOT", "SYSTEMDRIVE") if name in os.environ
    }  # Windows needs them
    return {**fixed, **kept}
