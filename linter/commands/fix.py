"""fix: a model's file -> a better one. Reads, plans, edits, verifies; writes whole or not at all."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from linter.commands.fix_steps import Step, Stepping
from linter.commands.fix_words import render
from linter.finding import Severity
from linter.fixes import CannotFixError, Draft
from linter.graph import ModelGraph
from linter.options import Options
from linter.output import draft_of
from linter.read import UnreadableError, read
from linter.rule import Subject
from linter.rules import RULES

SUFFIXES = {"keras": (".keras",), "h5": (".h5", ".hdf5")}


class FixError(ValueError):
    """A model that cannot be fixed; the message says why."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was done, as text; `complete` where no fix that could be planned had to be left out."""

    text: str
    complete: bool

    @property
    def exit_code(self) -> int:
        """0 done or nothing to fix, 2 nothing could be done of what there was to do."""
        return 0 if self.complete else 2


def fix(
    model: Path,
    output: Path,
    options: Options,
    *,
    select: tuple[str, ...] = (),
    unsafe: bool = False,
    data: str | None = None,
    overwrite: bool = False,
) -> Fixed:
    """Write the fixed model to `output` and return what was done; raises ValueError or OSError, nothing written.

    select: codes, prefixes, or names of fixes; replaces the default set. data: a file of samples.
    overwrite: whether `output` may be the model itself.
    """
    if output.exists() and model.exists() and os.path.samefile(model, output) and not overwrite:
        raise FixError(f"{output} is the model itself: name another file, or say --overwrite")
    graph = _read(model, options)
    if output.suffix not in SUFFIXES[graph.format]:
        raise FixError(f"{output} must end in {' or '.join(SUFFIXES[graph.format])}, as the model does")
    with draft_of(output) as draft:
        stepping = Stepping([Step(model, graph)], draft.parent, options, select, data)
        stepping.run(unsafe=unsafe)
        left_out = bool(stepping.rejected) and not stepping.told
        if not left_out:
            _place(stepping.step.path, model, output, draft)
        return Fixed(render(stepping, output, written=not left_out, unsafe=unsafe), not left_out)


def _read(model: Path, options: Options) -> ModelGraph:
    """Return the model; raises FixError for one that is not edited."""
    try:
        graph = read(model, options.limits)
    except UnreadableError as error:
        raise FixError(f"{model}: {error}") from None
    if found := _hostile(graph, options):
        raise FixError(f"{model} is not touched: {found} must be settled first (see keras-lint check)")
    try:
        Draft.of(graph)
    except CannotFixError as error:
        raise FixError(f"{model}: {error}") from None
    if model.is_dir():
        raise FixError(f"{model} is a folder, which is not edited: `keras-lint convert` first")
    if graph.keras_version.startswith("1."):
        raise FixError(f"{model} is of Keras {graph.keras_version}: `keras-lint convert` first")
    return graph


def _hostile(graph: ModelGraph, options: Options) -> str:
    """Return the security rules that find an error, whatever the options say of them."""
    subject = Subject(graph, Options(limits=options.limits))
    rules = [rule for rule in RULES if rule.code.startswith("SEC")]
    found = [finding for rule in rules for finding in rule().check(subject) if finding.severity is Severity.ERROR]
    return ", ".join(dict.fromkeys(f"{finding.code} {finding.name}" for finding in found))


def _place(made: Path, model: Path, output: Path, draft: Path) -> None:
    """Put the result where it is to be taken from; a model that stays as it is, is not written again."""
    if made != model:
        made.replace(draft)
    elif not (output.exists() and os.path.samefile(model, output)):
        shutil.copyfile(model, draft)
