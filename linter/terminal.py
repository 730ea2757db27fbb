"""What the command line says: reports on stdout or in a file, everything else as single lines on stderr."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from linter import output as output_file
from linter.finding import Report
from linter.invocation import Invocation


def colour(invocation: Invocation) -> bool:
    """Return whether the report goes to somebody's screen, who has not asked for plain text."""
    return (
        invocation.format == "text"
        and invocation.output is None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
    )


def put(text: str, output: Path | None) -> None:
    """Write to stdout or to a file."""
    if output is None:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
        return
    output_file.write(text, output)


def complain(report: Report) -> None:
    """One line on stderr for every file not linted or not run, every gap in a sandbox, every rule that crashed."""
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


def line(error: BaseException) -> str:
    """Return an error as one line."""
    if isinstance(error, OSError) and error.filename is not None:
        return _printable(f"{error.filename}: {error.strerror}")
    return _printable(str(error).splitlines()[0] if str(error) else type(error).__name__)
