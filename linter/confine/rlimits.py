"""The layer of resource limits: memory, processor time, file size, descriptors, core dumps."""

from __future__ import annotations

import os
from math import ceil

from linter.confine.layer import LayerError
from linter.confine.policy import Policy


def apply(policy: Policy) -> str:
    """Limit this process for good; raises LayerError where the system has no such limits."""
    try:
        import resource
    except ImportError:
        raise LayerError("this system has no resource limits") from None
    seconds = ceil(policy.seconds * (os.cpu_count() or 1)) + 1  # threads count together
    wanted = {
        "RLIMIT_CPU": (seconds, seconds + 1),  # the first signal can be named, the second cannot be ignored
        "RLIMIT_AS": (policy.address_space,) * 2,
        "RLIMIT_FSIZE": (policy.file_size,) * 2,
        "RLIMIT_NOFILE": (policy.open_files,) * 2,
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_MEMLOCK": (0, 0),
        "RLIMIT_MSGQUEUE": (0, 0),
    }
    done = []
    for name, (soft, hard) in wanted.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        ceiling = resource.getrlimit(number)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        try:
            resource.setrlimit(number, (soft, hard))
        except (ValueError, OSError):  # macOS accepts some of them for show only
            continue
        done.append(name.removeprefix("RLIMIT_").lower())
    if "as" not in done or "cpu" not in done:
        raise LayerError(f"only {', '.join(done) or 'none'} could be set")
    return ""
