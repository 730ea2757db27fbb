"""The few calls to the C library that the layers need, with its error as OSError. Linux only."""

from __future__ import annotations

import ctypes
import os
from functools import cache

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38


@cache
def library() -> ctypes.CDLL:
    """Return the C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *arguments: object) -> int:
    """Make a system call; raises OSError."""
    return _checked(library().syscall(ctypes.c_long(number), *arguments))


def prctl(option: int, value: int) -> None:
    """Set one attribute of the process; raises OSError."""
    unsigned = [ctypes.c_ulong(value), *(ctypes.c_ulong(0),) * 3]
    _checked(library().prctl(ctypes.c_int(option), *unsigned))


def unshare(flags: int) -> None:
    """Leave namespaces; raises OSError."""
    _checked(library().unshare(ctypes.c_int(flags)))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
