"""keras-lint: argv -> Options and Invocation -> api -> reporter -> exit code. No decisions of its own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from linter import __version__, arguments
from linter.finding import Report, Severity
from linter.invocation import Invocation
from linter.options import FailOn, Options

CANNOT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every expected trouble is one line on stderr."""
    given = arguments.parser().parse_args(argv)
    try:
        return VERBS[given.verb](given)
    except BrokenPipeError:  # the reader of our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANNOT
    except (ValueError, OSError) as error:
        print(f"keras-lint: {_line(error)}", file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        print("keras-lint: interrupted", file=sys.stderr)
        return 130


def _check(given: argparse.Namespace) -> int:
    from linter import api
    from linter.progress import advancing

    options, invocation = options_of(given), invocation_of(given)
    with advancing(invocation.paths, invocation.data) as steps:
        report = api.check(invocation, options, steps.finished, steps.sampled)
    if invocation.write_baseline:
        api.write_baseline(report, invocation.write_baseline)
        return CANNOT if report.errors else 0
    _put(api.render(report, invocation.format, colour=_colour(invocation)), invocation.output)
    _complain(report)
    return api.exit_code(report, options)


def options_of(given: argparse.Namespace) -> Options:
    """Return what to judge: the settings file, overridden by argv."""
    from linter import settings

    options = settings.load(given.config, Path.cwd())
    changes: dict[str, object] = {}
    if given.select:
        changes["select"] = _codes(given.select)
    if given.ignore:
        changes["ignore"] = (*options.ignore, *_codes(given.ignore))
    if given.severity:
        changes["severity"] = {**options.severity, **dict(map(_override, _codes(given.severity)))}
    if given.fail_on:
        changes["fail_on"] = FailOn(given.fail_on)
    if given.input_range:
        changes["input_range"] = settings.input_range(given.input_range)
    lowered = {"max_samples": given.max_samples, "max_seconds": given.max_seconds}
    limits = replace(options.limits, **{key: value for key, value in lowered.items() if value is not None})
    return replace(options, limits=limits, **changes)  # type: ignore[arg-type]


def invocation_of(given: argparse.Namespace) -> Invocation:
    """Return this run."""
    return Invocation(
        paths=tuple(given.paths),
        data=given.data,
        format=given.format,
        output=given.output,
        baseline=given.baseline,
        write_baseline=given.write_baseline,
        modules=tuple(given.modules),
        trust=given.trust,
        isolate=given.isolate,
        sandbox=given.sandbox,
        jobs=given.jobs,
        config=given.config,
        digest=given.format != "text",
    )


def _codes(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(code.strip() for item in given for code in item.split(",") if code.strip())


def _override(item: str) -> tuple[str, Severity]:
    code, found, level = item.partition("=")
    if not found or level not in ("info", "warning", "error"):
        raise ValueError(f"--severity {item!r} is not CODE=LEVEL with level info, warning or error")
    return code, Severity(level)


def _rules(given: argparse.Namespace) -> int:
    from linter import api, settings

    print(api.list_rules(given.format, settings.load(None, Path.cwd()).plugins))
    return 0


def _explain(given: argparse.Namespace) -> int:
    from linter import api, settings

    text = api.explain(given.code, settings.load(None, Path.cwd()).plugins)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text)
    return 0


def _convert(given: argparse.Namespace) -> int:
    from linter import api

    print(api.convert(given.old, given.output, given.architecture))
    return 0


def _fix(given: argparse.Namespace) -> int:
    from linter import api, settings

    fixed = api.fix(
        given.model,
        given.output,
        settings.load(None, Path.cwd()),
        select=_codes(given.select),
        unsafe=given.unsafe,
        data=given.data,
        overwrite=given.overwrite,
    )
    print(fixed.text)
    return fixed.exit_code


def _diff(given: argparse.Namespace) -> int:
    from linter import api, settings

    options = settings.load(None, Path.cwd())
    if given.fail_on:
        options = replace(options, fail_on=FailOn(given.fail_on))
    difference = api.diff(given.old, given.new, options, given.data)
    print(api.render_diff(difference))
    return api.diff_exit_code(difference, options)


def _demo(given: argparse.Namespace) -> int:
    from linter import api

    return api.demo(given.output)


def _docs(given: argparse.Namespace) -> int:
    from linter import api

    _put(api.render_catalogue(), given.output)
    return 0


VERBS = {
    "check": _check,
    "rules": _rules,
    "explain": _explain,
    "fix": _fix,
    "convert": _convert,
    "diff": _diff,
    "demo": _demo,
    "docs": _docs,
}


def _colour(invocation: Invocation) -> bool:
    return (
        invocation.format == "text"
        and invocation.output is None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
    )


def _put(text: str, output: Path | None) -> None:
    """Write whole or not at all."""
    if output is None:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
        return
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


def _complain(report: Report) -> None:
    """One line on stderr for every file that could not be linted, every gap in a sandbox, every rule that crashed."""
    for error in report.errors:
        print(f"keras-lint: {_printable(error.path)}: {_printable(error.message)}", file=sys.stderr)
    for gap in _gaps(report):
        print(f"keras-lint: warning: the run on data was not wholly confined: {_printable(gap)}", file=sys.stderr)
    for model in report.models:
        for failure in model.failures:
            print(
                f"keras-lint: {_printable(model.path)}: rule {failure.code} failed: {_printable(failure.message)}",
                file=sys.stderr,
            )


def _gaps(report: Report) -> tuple[str, ...]:
    """Return the layers that the sandboxes of runs on data lacked."""
    sandboxes = [model.sandbox for model in report.models if model.sandbox]
    if not sandboxes:
        return ()
    from linter.confine.layer import missing

    return tuple(dict.fromkeys(gap for sandbox in sandboxes for gap in missing(sandbox)))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return _printable(f"{error.filename}: {error.strerror}")
    return _printable(str(error).splitlines()[0] if str(error) else type(error).__name__)


__all__ = ["__version__", "main"]
