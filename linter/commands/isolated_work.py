"""The child's side of isolated linting: one model in, one JSON report out. Confined; nothing it says is trusted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from linter import __version__, plugins, schema
from linter.commands.lint import lint_model
from linter.commands.settle import settled
from linter.finding import Report, Tool
from linter.live.errors import RunError
from linter.observation import Observation
from linter.read.digest import sha256
from linter.read.discover import Target
from linter.reporters.json import render

TELL_SECONDS = 0.2


def work(job: Mapping[str, Any], emit: Callable[[Mapping[str, Any]], None]) -> dict[str, Any]:
    """Return {"report": JSON}, {"passed_over": true} for what is no model, or {"run": true} where data are to be run
    first.

    job: path, found, name, options, plugins, data, trust, digest, and what the run on data saw as `observation`, or why
        it saw nothing as `not_run`.
    """
    plugins.tell(job.get("plugins", {}))
    target = Target(Path(job["path"]), bool(job["found"]))
    runner = _Runner(job.get("observation"), job.get("not_run"))
    tell = _Telling(emit)
    said = settled(target, lambda: _linted(target.path, job, runner, tell))
    if runner.wanted:
        return {"run": True}
    if said.empty:
        return {"passed_over": True}
    errors = tuple(replace(error, path=job["name"]) for error in said.errors)
    return {"report": render(Report(Tool(version=__version__), said.models, errors))}


def _linted(path: Path, job: Mapping[str, Any], runner: _Runner, tell: Callable[[str, int], None]) -> Report:
    options = schema.options(job["options"])
    run = runner.run if job["data"] else None
    report = lint_model(path, options, job["name"], run, trusted=bool(job["trust"]), tell=tell)
    return report.each(sha256=sha256(path)) if job["digest"] else report


class _Telling:
    """Tells of progress where the work takes long enough for somebody to ask."""

    def __init__(self, emit: Callable[[Mapping[str, Any]], None]) -> None:
        self.emit, self.last = emit, time.monotonic()

    def __call__(self, stage: str, done: int) -> None:
        if time.monotonic() - self.last >= TELL_SECONDS:
            self.last = time.monotonic()
            self.emit({"stage": stage, "done": done})


class _Runner:
    """Gives the observation where the parent has made one, and remembers that it is wanted where not."""

    def __init__(self, stored: Mapping[str, Any] | None, not_run: str | None) -> None:
        self.stored, self.not_run, self.wanted = stored, not_run, False

    def run(self) -> Observation:
        """Return the observation; raises RunError where there can be none, LookupError where there is none yet."""
        if self.not_run is not None:
            raise RunError(self.not_run)
        if self.stored is None:
            self.wanted = True
            raise LookupError("the model has not been run yet")
        return schema.observation(self.stored)
