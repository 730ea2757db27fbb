"""What a run on data is asked for, by this invocation."""

from __future__ import annotations

from pathlib import Path

from linter.invocation import Invocation
from linter.live.run import Request
from linter.options import Options


def request_of(path: Path, options: Options, invocation: Invocation) -> Request:
    """Return the request for one model; the invocation has data."""
    assert invocation.data is not None
    return Request(
        model=path,
        data=invocation.data,
        limits=options.limits,
        sandbox=invocation.sandbox,
        modules=invocation.modules,
        trust=invocation.trust,
        generators=invocation.generators,
    )
