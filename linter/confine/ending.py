"""How a process ended, in words and as a Reason; and how much memory it has. Nothing here starts or stops anything."""

from __future__ import annotations

import signal
from pathlib import Path

from linter.confine.policy import ConfinedError, Policy, Reason

OF_SIGNAL = {"SIGXCPU": Reason.TIME}


def crashed(code: int | None, noise: str) -> ConfinedError:
    """Return the error for a process that ended without an answer; `code` is negative for a signal, None where it is
    not known.
    """
    if code is not None and code < 0:
        name = _signal(-code)
        return ConfinedError(OF_SIGNAL.get(name, Reason.CRASH), f"the confined process was ended by {name}", noise)
    how = "ended" if code is None else f"ended with exit status {code}"
    return ConfinedError(Reason.CRASH, f"the confined process {how} and gave no result", noise)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def resident(pid: int) -> int:
    """Return the bytes that a process has in memory; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * PAGE


def over_time(policy: Policy, noise: str) -> ConfinedError:
    """Return the error for a job past its wall time."""
    return ConfinedError(Reason.TIME, f"the confined process took more than {policy.seconds:g} s", noise)


def over_memory(policy: Policy, noise: str) -> ConfinedError:
    """Return the error for a job past its memory."""
    return ConfinedError(Reason.MEMORY, f"the confined process used more than {policy.memory:,} bytes of memory", noise)


def over_noise(policy: Policy, noise: str) -> ConfinedError:
    """Return the error for a job that printed too much."""
    return ConfinedError(Reason.OUTPUT, f"the confined process printed more than {policy.noise:,} bytes", noise)


def over_output(policy: Policy, noise: str) -> ConfinedError:
    """Return the error for a job that answered too much."""
    return ConfinedError(Reason.OUTPUT, f"the confined process answered more than {policy.output:,} bytes", noise)


def _page() -> int:
    try:
        import resource
    except ImportError:
        return 4096
    return resource.getpagesize()


PAGE = _page()
