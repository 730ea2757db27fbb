"""Verbs that lint in confined processes: many files of one's own, or one that came from outside."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from linter.commands.isolation import Bounds, Isolation, Tell
from linter.commands.isolation_error import IsolationError
from linter.commands.settle import settled
from linter.finding import Report, Tool
from linter.invocation import Invocation
from linter.options import Options
from linter.read.discover import Target
from linter.read.errors import UnreadableError


def outcomes(
    listed: Iterable[Target], options: Options, invocation: Invocation, sampled: Callable[[int], None] | None = None
) -> Iterator[Report]:
    """Yield what is said of each model, as many at a time as the invocation's jobs; `sampled` hears of samples run."""
    from concurrent.futures import ThreadPoolExecutor

    def tell(stage: str, done: int) -> None:
        if stage == "sampling" and sampled is not None:
            sampled(done)

    def one(target: Target) -> Report:
        return settled(target, lambda: _lint(isolation, target, options, invocation, tell))

    jobs = invocation.jobs or os.cpu_count() or 1
    with Isolation(Bounds(invocation.sandbox, plugins=options.plugins)) as isolation, ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(one, listed)


def lint_stranger(
    isolation: Isolation,
    model: Path,
    data: str | Path | None,
    options: Options,
    name: str,
    tell: Tell | None,
    version: str,
) -> Report:
    """Return the report of one file that came from outside; raises IsolationError."""
    invocation = Invocation(
        (model,),
        data=str(data) if data is not None else None,
        sandbox=isolation.bounds.sandbox,
        generators=False,
        digest=True,
    )
    said = isolation.report(Target(model, found=False), options, invocation, name, tell)
    return replace(said, tool=Tool(version=version))


def _lint(isolation: Isolation, target: Target, options: Options, invocation: Invocation, tell: Tell) -> Report:
    try:
        return isolation.report(target, options, invocation, tell=tell)
    except IsolationError as error:
        raise UnreadableError(str(error)) from None
