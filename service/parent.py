"""Where a parent is killed before it can stop its children, the kernel tells them (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT = "KERAS_LINT_PARENT"
"""Variable in which a parent tells those that it keeps its number."""


def orphaned() -> bool:
    """Whether the process that was to keep this one has gone: for whoever has not heard the kernel."""
    return PARENT in os.environ and os.environ[PARENT] != str(os.getppid())


def end_with_parent(parent: int) -> None:
    """Have this process told to stop when the thread that started it, in the process `parent`, ends."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it has ended before we asked to hear of it
            os._exit(0)
