"""A bound on what a library may allocate while it reads a stranger's file, where the system has one (Linux)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def bounded(headroom: int) -> Iterator[None]:
    """Let this process map at most `headroom` bytes more while the block runs: an allocation past it fails at once."""
    limits = _limits(headroom)
    if limits is None:
        yield
        return
    import resource

    before, during = limits
    try:
        resource.setrlimit(resource.RLIMIT_AS, during)
    except (ValueError, OSError):  # a confined process may change no limits: it has its own
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _limits(headroom: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the limits as they are and as they should be; None where there is nothing to set."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            mapped = int(file.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError, ValueError):
        return None
    wanted = mapped + headroom
    if soft != resource.RLIM_INFINITY and soft <= wanted:
        return None
    if hard != resource.RLIM_INFINITY and hard < wanted:
        return None
    return (soft, hard), (wanted, hard)
