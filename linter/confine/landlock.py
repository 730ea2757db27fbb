"""The layer of files: Landlock, by raw system calls. What is not listed can be neither opened nor created. Before any
thread starts.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from linter.confine import libc
from linter.confine.layer import LayerError
from linter.confine.policy import Policy

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG, RULE_PATH_BENEATH = 1, 1
O_PATH = getattr(os, "O_PATH", 0)

READ_FILE, READ_DIR = 1 << 2, 1 << 3
ACCESS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights over files that each version of the interface knows; from 5 on the same."""
OF_FILES = 1 << 0 | 1 << 1 | READ_FILE | 1 << 14 | 1 << 15
"""Rights that a file has; all others are a folder's."""
TCP = 0b11
SCOPES = 0b11
"""From version 6 on: abstract Unix sockets, signals."""

SYSTEM = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
)
"""What a Python with numerical libraries reads of a system."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def apply(policy: Policy) -> str:
    """Restrict this process and all it starts, for good; raises LayerError where the kernel has no Landlock."""
    version = _version()
    known = ACCESS[min(version, max(ACCESS))]
    attributes = _Ruleset(known, TCP if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path in (*SYSTEM, *python_paths(), *policy.read):
            _allow(ruleset, path, READ_FILE | READ_DIR)
        if policy.scratch:
            _allow(ruleset, policy.scratch, known)
        libc.syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return f"version {version}"


def _version() -> int:
    try:
        return libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION_FLAG))
    except OSError as error:
        why = {errno.ENOSYS: "the kernel has none", errno.EOPNOTSUPP: "it is switched off in the kernel"}
        raise LayerError(why.get(error.errno or 0, str(error))) from None


def _allow(ruleset: int, path: str, access: int) -> None:
    """Allow `access` at and below `path`; what does not exist stays forbidden."""
    try:
        descriptor = os.open(path, O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rule = _Beneath(access if folder else access & OF_FILES, descriptor)
        libc.syscall(
            ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(RULE_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0)
        )
    finally:
        os.close(descriptor)


def python_paths() -> Iterator[str]:
    """Yield what Python itself and its packages are read from: prefixes, and the folders of packages found outside
    them.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    yield from sorted(prefixes)
    yield from sorted(_outside(Path(prefix) for prefix in prefixes))


def _outside(prefixes: Iterable[Path]) -> set[str]:
    """Folders of loaded packages that lie elsewhere, such as those of an editable installation."""
    inside = tuple(prefixes)
    found = set()
    for module in tuple(sys.modules.values()):
        for place in getattr(module, "__path__", ()):
            if isinstance(place, str) and not any(Path(place).is_relative_to(prefix) for prefix in inside):
                found.add(place)
    return found
