"""Linting in confined processes: each model is read and judged by a fork of its own that can do little harm.

The parent only starts, watches and checks: what the child answers is taken as a JSON report of the published shape, or
not at all. A model that is to run on data is first judged without them; only then a second, separate child runs it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from linter import schema
from linter.commands.isolation_error import IsolationError
from linter.commands.request import request_of
from linter.confine import ConfinedError, ForkServer, Mode, Policy, stop
from linter.finding import Report
from linter.invocation import Invocation
from linter.live.errors import RunError
from linter.live.run import Request, observe
from linter.options import Options
from linter.plugins import folders, places
from linter.read.discover import Target, linked

TARGET = "linter.commands.isolated_work:work"
PACKAGES = ("linter.read", "linter.rules", "linter.analysis", "linter.activations", "linter.reporters.json")
CODECS = ("encodings.ascii", "encodings.cp437", "encodings.idna", "encodings.latin_1", "encodings.utf_16_le")
Tell = Callable[[str, int], None]
"""Hears of progress: a stage ("reading", "judging", "sampling"), and how much of it is done: rules, samples."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child may use. `user`: the user number to go on as where this process is root's. `plugins`: whose rules
    it is to have loaded."""

    sandbox: str = "auto"
    memory: int = 1 << 30
    user: int | None = None
    plugins: tuple[str, ...] = ()


class Isolation:
    """A fork server that has the linter loaded; any number of threads may lint through it at once."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        """Remember the bounds; the process starts with `start` or the first model."""
        self.bounds = bounds or Bounds()
        plugins = self.bounds.plugins
        theirs = [place.partition(":")[0] for place in places(plugins).values()]
        ours = (TARGET.partition(":")[0], *CODECS, *_modules(), "linter.commands.warm")
        self._server = ForkServer((*ours, *theirs), folders(plugins))

    def __enter__(self) -> Isolation:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def start(self) -> None:
        """Start the fork server; raises IsolationError where it does not come up."""
        try:
            self._server.start()
        except ConfinedError as error:
            raise IsolationError(error.reason.value, str(error)) from None

    def close(self) -> None:
        """End it, and whatever it runs."""
        self._server.close()

    def stop(self, model: Path) -> bool:
        """End what is at work on a file just now, without a result; whether anything was."""
        return stop(os.path.abspath(model))

    def report(
        self,
        target: Target,
        options: Options,
        invocation: Invocation,
        name: str | None = None,
        tell: Tell | None = None,
    ) -> Report:
        """Return what is said of one model, nothing where a folder walk passes it over; raises IsolationError where its
        process gave no answer.

        name: what the report calls the model, instead of its path.
        """
        job = _job(target, options, invocation, name or str(target.path))
        answer = self._answer(job, options, tell)
        if answer.get("run"):
            (tell or _silent)("sampling", 0)
            seen = _seen(request_of(target.path, options, invocation), tell or _silent)
            answer = self._answer({**job, **seen}, options, tell)
        return checked(answer, target)

    def _answer(self, job: Mapping[str, Any], options: Options, tell: Tell | None) -> Mapping[str, Any]:
        policy = Policy(
            mode=Mode(self.bounds.sandbox),
            seconds=max(options.limits.max_seconds, 1.0),
            memory=self.bounds.memory,
            address_space=2 * self.bounds.memory,
            read=(job["path"], *linked(Path(job["path"]))),
            user=self.bounds.user,
        )
        (tell or _silent)("reading", 0)
        try:
            outcome = self._server.run(TARGET, job, policy, on_event=lambda event: _hear(event, tell or _silent))
        except ConfinedError as error:
            raise IsolationError(error.reason.value, str(error)) from None
        if not isinstance(outcome.result, dict):
            raise IsolationError("crash", "the confined process answered nonsense")
        return {**outcome.result, "layers": outcome.layers}


def _job(target: Target, options: Options, invocation: Invocation, name: str) -> dict[str, Any]:
    from linter.reporters.json import plain_data

    return {
        "path": os.path.abspath(target.path),
        "found": target.found,
        "name": name,
        "options": plain_data(options),
        "plugins": places(options.plugins),
        "data": invocation.data is not None,
        "trust": invocation.trust,
        "digest": invocation.digest,
    }


def _seen(request: Request, tell: Tell) -> dict[str, Any]:
    """Return what a run on data saw, or why it saw nothing."""
    try:
        seen = observe(request, lambda done: tell("sampling", done))
    except RunError as error:
        return {"not_run": str(error)}
    return {"observation": json.loads(json.dumps(asdict(seen)))}


def checked(answer: Mapping[str, Any], target: Target) -> Report:
    """Return what the child says, if it is a report of one model; only what a folder walk found may be passed over."""
    if answer.get("passed_over") and target.found:
        return Report()
    try:
        report: Report = schema.report(str(answer.get("report", "")))
    except schema.SchemaError as error:
        raise IsolationError("crash", f"the confined process answered no report: {str(error)[:200]}") from None
    said = len({model.path for model in report.models} | {error.path for error in report.errors})
    if said != 1 or max(len(report.models), len(report.errors)) > 1:
        raise IsolationError("crash", f"the confined process answered of {said} models, not of one")
    layers = tuple(answer["layers"])
    return replace(report, models=tuple(replace(one, sandbox=one.sandbox or layers) for one in report.models))


def _silent(stage: str, done: int) -> None:
    return None


def _hear(event: Mapping[str, Any], tell: Tell) -> None:
    """Hand on what a child says of its progress, if it is of the expected shape."""
    if event.get("stage") == "judging" and isinstance(event.get("done"), int):
        tell("judging", event["done"])


@cache
def _modules() -> tuple[str, ...]:
    """Return every module that reading or judging may want, so that no child has to load one."""
    from importlib import import_module

    names = []
    for name in PACKAGES:
        package = import_module(name)
        names.append(name)
        if hasattr(package, "__path__"):
            names += [item.name for item in walk_packages(package.__path__, f"{name}.")]
    return tuple(names)
