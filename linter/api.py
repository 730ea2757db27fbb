"""The one entry for the command line, the service, pytest and notebooks: the verbs, each imported when first called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linter.commands.isolation_error import IsolationError as IsolationError
from linter.confine.policy import SCRATCH as SCRATCH
from linter.finding import Report, Tool, Unreadable
from linter.invocation import Invocation
from linter.options import Options

if TYPE_CHECKING:
    from linter.commands.diff import Difference
    from linter.commands.fix import Fixed
    from linter.commands.isolation import Isolation as Isolation


def lint(
    model: str | Path | bytes | Any, data: Any = None, options: Options | None = None, *, isolated: bool = False
) -> Report:
    """Return the report of one model.

    model: a path, a file's bytes, or a Keras model in memory.
    data: sample data, on which the model is run in a confined process: a path (or "module:function"), an array, a
        mapping of input names to arrays, or a pair of those and the labels.
    isolated: read a file in a confined process of its own, too (`isolation` is quicker for many); no "module:function".
    Never raises for a bad file: what could not be read, or run, stands under `errors`. Raises UnknownCodeError for
    options that name no rule.
    """
    from linter import __version__
    from linter.commands import handed

    given = options or Options()
    validate(given)
    where = Path(model) if isinstance(model, str) else model
    name = str(model) if isinstance(model, str | Path) else "<memory>"
    if isolated and isinstance(where, Path):
        return _isolated(where, data, given)
    return replace(handed.lint(where, data, given, name), tool=Tool(version=__version__))


def _isolated(model: Path, data: Any, options: Options) -> Report:
    from linter import __version__
    from linter.commands import handed
    from linter.live.errors import RunError

    try:
        with isolation(plugins=options.plugins) as confined, handed.as_file(data) as samples:
            return lint_isolated(confined, model, samples, options)
    except (IsolationError, RunError) as error:
        return Report(Tool(version=__version__), errors=(Unreadable(str(model), str(error)),))


def isolation(*, sandbox: str = "auto", memory: int = 1 << 30, plugins: tuple[str, ...] = ()) -> Isolation:
    """Return what lints files in confined processes, quickly once it is started; a context manager, for any number of
    threads.

    sandbox: "auto", "require" or "off". memory: bytes that one process may have resident. plugins: whose rules the
    options of its models may name.
    """
    from linter.commands.isolation import Bounds, Isolation

    return Isolation(Bounds(sandbox, memory, plugins=plugins))


def lint_isolated(
    isolation: Isolation,
    model: Path,
    data: str | Path | None = None,
    options: Options | None = None,
    *,
    name: str | None = None,
    tell: Callable[[str, int], None] | None = None,
) -> Report:
    """Return the report of one file of strangers, read and, where there are data, run in confined processes.

    data: a file of samples. name: what the report calls the model. tell: hears of progress, a stage ("reading",
    "sampling") and how much of it is done. Raises IsolationError where a process was ended or gave no report.
    """
    from linter import __version__
    from linter.commands.isolated import lint_stranger

    return lint_stranger(isolation, model, data, options or Options(), name or str(model), tell, __version__)


def rule_set(plugins: tuple[str, ...] = ()) -> str:
    """Return a name for what judges: the version, and a digest of the code, of the Python it runs on and of the
    plugins' versions. Equal names give equal reports.
    """
    from linter.commands import rules as verb

    return verb.rule_set(plugins)


def validate(options: Options) -> None:
    """Raise UnknownCodeError or PluginError (ValueErrors) for options that name no rule, or a plugin that is none."""
    from linter.plugins import catalogue
    from linter.selection import selected

    selected(catalogue(options.plugins), options)


def check(
    invocation: Invocation,
    options: Options,
    advance: Callable[[Path], None] = lambda path: None,
    sampled: Callable[[int], None] = lambda done: None,
) -> Report:
    """Return the report of a run over files and folders.

    advance, sampled: called with each finished path, and with the number of samples that a run on data has done.
    """
    from linter import __version__
    from linter.commands import check as verb

    return verb.check(invocation, options, __version__, advance, sampled)


def exit_code(report: Report, options: Options) -> int:
    """Return 0, 1 or 2 as the command line does."""
    from linter.commands import check as verb

    return verb.exit_code(report, options)


def write_baseline(report: Report, path: Path) -> None:
    """Write the report's findings as what is known from now on; raises ValueError where it cannot be written."""
    from linter import baseline, output

    output.write(baseline.dump(report), path)


def render(report: Report, format: str, *, colour: bool = False) -> str:
    """Return the report in one of `linter.reporters.REPORTERS`."""
    from linter.reporters import REPORTERS

    return REPORTERS[format](report, colour=True) if colour else REPORTERS[format](report)


def render_page(report: Report, **frame: Any) -> str:
    """Return the report as a page inside another site's frame; `frame` is for `linter.reporters.html.render`."""
    from linter.reporters import REPORTERS

    return REPORTERS["html"](report, **frame)


def explain(code: str, plugins: tuple[str, ...] = ()) -> str:
    """Return the page of a rule as Markdown; raises UnknownCodeError or PluginError."""
    from linter.commands import explain as verb

    return verb.explain(code, plugins)


def list_rules(format: str = "text", plugins: tuple[str, ...] = ()) -> str:
    """Return the catalogue, with the rules of plugins, a line a rule, or as JSON; raises PluginError."""
    from linter.commands import rules as verb

    return verb.render(format, plugins)


def render_catalogue() -> str:
    """Return the catalogue's document as Markdown."""
    from linter.commands import docs as verb

    return verb.render_catalogue()


def convert(old: Path, new: Path, architecture: Path | None = None, modules: tuple[str, ...] = ()) -> str:
    """Write an old model as a `.keras` file and return what was done; raises ValueError or OSError.

    architecture: the JSON of `model.to_json()`, where `old` holds weights alone. modules: of yours, whose classes and
    functions the model needs.
    """
    from linter.commands import convert as verb

    return verb.convert(old, new, architecture, modules)


def fix(
    model: Path,
    output: Path,
    options: Options | None = None,
    *,
    select: tuple[str, ...] = (),
    unsafe: bool = False,
    data: str | None = None,
    overwrite: bool = False,
) -> Fixed:
    """Write a fixed model and return what was done, and what was not; raises ValueError or OSError, nothing written.

    select: codes, prefixes or names of fixes. unsafe: also change where training starts and what is computed.
    data: a file of samples. overwrite: whether `output` may be the model itself.
    """
    from linter.commands import fix as verb

    given = options or Options()
    return verb.fix(model, output, given, select=select, unsafe=unsafe, data=data, overwrite=overwrite)


def diff(old: Path, new: Path, options: Options, data: str | None = None) -> Difference:
    """Return what changed between two models; raises ValueError or OSError."""
    from linter.commands import diff as verb

    return verb.diff(old, new, options, data)


def render_diff(difference: Difference) -> str:
    """Return a difference as text."""
    from linter.commands import diff as verb

    return verb.render(difference)


def diff_exit_code(difference: Difference, options: Options) -> int:
    """Return 0, 1 for new findings, or 2."""
    from linter.commands import diff as verb

    return verb.exit_code(difference, options)


def demo(folder: Path | None = None) -> int:
    """Write a small model with planted problems, lint it, and print the report; return 0."""
    from linter.commands import demo as verb

    return verb.demo(folder)
