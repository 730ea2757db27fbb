"""The layer that takes the network away: a network namespace of its own, in which not even the loopback is up. Before
any thread starts.
"""

from __future__ import annotations

import os
from pathlib import Path

from linter.confine import libc

CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000


def apply() -> str:
    """Leave the network for good; raises OSError where the kernel does not let this user."""
    user, group = os.geteuid(), os.getegid()
    try:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC)
    except OSError:
        if user != 0:
            raise
        libc.unshare(CLONE_NEWNET | CLONE_NEWIPC)  # root needs no namespace of users for that
        return ""
    _keep_identity(user, group)
    return ""


def _keep_identity(user: int, group: int) -> None:
    """Map this user to itself: without a map, no file can be created."""
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:  # some systems forbid it; reading works without
        return
