"""The confined jobs that this process waits for, by the files that they read, so that another thread can end them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from linter.confine.policy import Policy

End = Callable[[], object]
_lock = threading.Lock()
_jobs: dict[str, list[End]] = {}


@contextlib.contextmanager
def listed(policy: Policy, end: End) -> Iterator[None]:
    """Have `stop` call `end` while a job with this policy runs."""
    with _lock:
        for path in policy.read:
            _jobs.setdefault(path, []).append(end)
    try:
        yield
    finally:
        with _lock:
            for path in policy.read:
                _jobs[path].remove(end)
                if not _jobs[path]:
                    del _jobs[path]


def stop(path: str) -> bool:
    """End every job that reads `path`, which then gives no result; whether there was one."""
    with _lock:
        ends = list(_jobs.get(path, ()))
        for end in ends:
            with contextlib.suppress(OSError):  # it is ending by itself
                end()
    return bool(ends)
