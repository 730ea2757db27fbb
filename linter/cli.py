"""keras-lint: argv -> Options and Invocation -> api -> reporter -> exit code. No decisions of its own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from linter import arguments, terminal
from linter.options import FailOn

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
        print(f"keras-lint: {terminal.line(error)}", file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        print("keras-lint: interrupted", file=sys.stderr)
        return 130


def _check(given: argparse.Namespace) -> int:
    from linter import api, output
    from linter.given import invocation_of, options_of
    from linter.progress import advancing

    options, invocation = options_of(given), invocation_of(given)
    for path in (invocation.output, invocation.write_baseline):
        if path is not None:
            output.check(path)
    with advancing(invocation.paths, invocation.data) as steps:
        report = api.check(invocation, options, steps.finished, steps.sampled)
    if invocation.write_baseline:
        api.write_baseline(report, invocation.write_baseline)
        return CANNOT if report.errors else 0
    terminal.put(api.render(report, invocation.format, colour=terminal.colour(invocation)), invocation.output)
    terminal.complain(report)
    return api.exit_code(report, options)


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

    print(api.convert(given.old, given.output, given.architecture, tuple(given.modules)))
    return 0


def _fix(given: argparse.Namespace) -> int:
    from linter import api, settings
    from linter.given import codes

    fixed = api.fix(
        given.model,
        given.output,
        settings.load(None, Path.cwd()),
        select=codes(given.select),
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

    terminal.put(api.render_catalogue(), given.output)
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
