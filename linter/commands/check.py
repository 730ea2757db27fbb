"""check: paths -> one report. Finds the models, lints each, leaves out what the baseline knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from linter import baseline
from linter.commands.lint import Run, lint_model
from linter.commands.settle import settled
from linter.finding import Report, Tool, Unreadable
from linter.invocation import Invocation
from linter.options import Options
from linter.plugins import catalogue
from linter.read.discover import Target, targets
from linter.read.foreign import name_of_folder
from linter.selection import selected


def check(
    invocation: Invocation,
    options: Options,
    version: str,
    advance: Callable[[Path], None] = lambda path: None,
    sampled: Callable[[int], None] | None = None,
) -> Report:
    """Return the report of a run; `advance` is called with each path as it is finished, `sampled` with the number of
    samples done, where one model at a time is run.

    Raises UnknownCodeError, PluginError, BaselineError or OSError for options that cannot be followed; never for a bad
    model.
    """
    selected(catalogue(options.plugins), options)  # a wrong code must fail before any work
    known = baseline.load(invocation.baseline) if invocation.baseline else None
    listed, errors = _targets(invocation.paths)
    outcomes = list(_outcomes(listed, invocation, options, advance, sampled))
    models = tuple(model for outcome in outcomes for model in outcome.models)
    errors += [error for outcome in outcomes for error in outcome.errors]
    errors += _empty(invocation.paths, listed, outcomes)
    report = Report(Tool(version=version), models, tuple(errors))
    return baseline.beyond(report, known) if known is not None else report


def _targets(paths: Iterable[Path]) -> tuple[list[Target], list[Unreadable]]:
    listed: list[Target] = []
    errors: list[Unreadable] = []
    for path in paths:
        try:
            listed += targets(path)
        except OSError as error:
            errors.append(Unreadable(str(path), f"cannot be opened: {error.strerror or error}"))
    return listed, errors


def _empty(paths: Iterable[Path], listed: list[Target], outcomes: list[Report]) -> list[Unreadable]:
    """Return the folders in which no model was found."""
    spoken = [target.path for target, outcome in zip(listed, outcomes, strict=True) if not outcome.empty]
    folders = [
        path for path in paths if path.is_dir() and not any(item == path or path in item.parents for item in spoken)
    ]
    nothing = "no Keras model in this folder (.keras, .h5, .hdf5 or a SavedModel)"
    return [Unreadable(str(path), name_of_folder(path) or nothing) for path in folders]


def _outcomes(
    listed: list[Target],
    invocation: Invocation,
    options: Options,
    advance: Callable[[Path], None],
    sampled: Callable[[int], None] | None,
) -> Iterator[Report]:
    if invocation.isolate:
        from linter.commands import isolated

        yield from _watched(listed, isolated.outcomes(listed, options, invocation, sampled), advance)
        return
    work = partial(outcome, options=options, invocation=invocation)
    if invocation.jobs == 1 or len(listed) < 2:
        results: Iterable[Report] = map(partial(work, sampled=sampled), listed)
        yield from _watched(listed, results, advance)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(invocation.jobs or None) as pool:
        yield from _watched(listed, pool.map(work, listed), advance)


def _watched(listed: list[Target], results: Iterable[Report], advance: Callable[[Path], None]) -> Iterator[Report]:
    for target, result in zip(listed, results, strict=True):
        advance(target.path)
        yield result


def outcome(
    target: Target, options: Options, invocation: Invocation, sampled: Callable[[int], None] | None = None
) -> Report:
    """Return what is said of one model; nothing for a file that a folder walk passes over."""
    run = _run(target.path, options, invocation, sampled) if invocation.data is not None else None
    return settled(target, lambda: _linted(target.path, options, invocation, str(target.path), run))


def _linted(path: Path, options: Options, invocation: Invocation, name: str, run: Run | None) -> Report:
    if not invocation.digest or not path.exists():
        return lint_model(path, options, name, run, trusted=invocation.trust)
    from concurrent.futures import ThreadPoolExecutor

    from linter.read.digest import sha256

    with ThreadPoolExecutor(1) as pool:  # hashing lets other threads run
        digest = pool.submit(sha256, path)
        return lint_model(path, options, name, run, trusted=invocation.trust).each(sha256=digest.result())


def _run(path: Path, options: Options, invocation: Invocation, sampled: Callable[[int], None] | None) -> Run:
    """Return what runs the model on the invocation's data."""
    from linter.commands.request import request_of
    from linter.live.run import observe

    request = request_of(path, options, invocation)
    return lambda: observe(request, sampled or (lambda done: None))


def exit_code(report: Report, options: Options) -> int:
    """Return 2 where something could not be linted, else 1 where a finding reaches `fail_on`, else 0."""
    if report.errors or any(model.failures for model in report.models):
        return 2
    return int(any(options.fail_on.admits(finding.severity) for _, finding in report.findings()))
