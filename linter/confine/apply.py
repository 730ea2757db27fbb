"""All layers, one after another, in the one order in which they work. Called in the child, before it has threads."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from linter.confine import landlock, layer, libc, namespaces, rlimits, seccomp
from linter.confine.policy import ConfinedError, Mode, Policy, Reason


def confine(policy: Policy) -> tuple[str, ...]:
    """Confine this process for good; return each layer by name, those that are missing as "no <name>: <why>".

    Raises ConfinedError where the mode is `require` and limits, files or network could not be confined. Nothing is done
    in mode `off`.
    """
    if policy.mode is Mode.OFF:
        return ()
    preload()
    if threads() > 1:  # only the calling thread would be confined
        raise ConfinedError(Reason.SANDBOX, f"confined too late: the process has {threads()} threads already")
    _drop_privileges(policy)
    _end_with_parent()
    layers = (
        layer.put_on(layer.RLIMITS, lambda: rlimits.apply(policy)),
        layer.put_on(layer.NETWORK, namespaces.apply),
        layer.put_on(layer.PRIVILEGES, _no_new_privileges),
        layer.put_on(layer.FILES, lambda: landlock.apply(policy)),
        layer.put_on(layer.CALLS, seccomp.apply),
    )
    lacking = layer.missing(layers)
    if policy.mode is Mode.REQUIRE and lacking:
        raise ConfinedError(Reason.SANDBOX, f"the sandbox is required and this system lacks it: {'; '.join(lacking)}")
    return layers


def threads() -> int:
    """Return how many threads this process has, those of libraries included where the system tells."""
    tasks = Path("/proc/self/task")
    return len(os.listdir(tasks)) if tasks.is_dir() else threading.active_count()


def preload() -> None:
    """Import what can no longer be imported once files are confined."""
    if sys.platform.startswith("linux"):
        libc.library()
        try:
            import pyseccomp  # noqa: F401 - it starts a program to find its library
        except (ImportError, RuntimeError, OSError):
            return


def _drop_privileges(policy: Policy) -> None:
    if policy.user is None or not hasattr(os, "setresuid") or os.geteuid() != 0:
        return
    if policy.scratch:
        os.chown(policy.scratch, policy.user, policy.user)
    os.setgroups([])
    os.setresgid(policy.user, policy.user, policy.user)
    os.setresuid(policy.user, policy.user, policy.user)
    libc.prctl(libc.PR_SET_DUMPABLE, 1)  # else /proc/self belongs to root


def _end_with_parent() -> None:
    """Where a parent is killed before it can clean up, let the kernel do it."""
    if sys.platform.startswith("linux"):
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)


def _no_new_privileges() -> str:
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    return ""
