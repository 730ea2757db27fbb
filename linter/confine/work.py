"""What runs inside the confined process: take a job, put the layers on, do it, answer. Trusted until the work begins,
and not after.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Mapping
from typing import Any

from linter.confine import frames
from linter.confine.apply import confine, preload
from linter.confine.policy import ConfinedError, from_json

REQUEST_LIMIT = 64 << 20
MAX_TEXT = 2000

Emit = Callable[[Mapping[str, Any]], None]
Work = Callable[[Mapping[str, Any], Emit], Any]
"""Takes the job and a way to tell of progress; returns what JSON can hold."""


def main() -> None:
    """Serve one job: asked on standard input, answered on what was standard output, which then joins standard error."""
    answers = os.dup(1)
    os.dup2(2, 1)
    os.set_inheritable(answers, False)
    serve(0, answers)


def serve(questions: int, answers: int) -> None:
    """Serve one job."""
    request = frames.Inbox(questions, REQUEST_LIMIT).next()
    if request is not None:
        answer(request, answers)


def answer(request: Mapping[str, Any], answers: int) -> None:
    """Do what `request` asks, confined, and send the result or what went wrong."""
    try:
        preload()
        for name in request["preload"]:
            importlib.import_module(name)
        work = target(request["target"])
        layers = confine(from_json(request["policy"]))
        frames.send(answers, {"layers": layers})
        result = work(request["job"], lambda event: frames.send(answers, {"event": dict(event)}))
        frames.send(answers, {"result": result})
    except ConfinedError as error:
        _report(answers, error.reason.value, str(error))
    except MemoryError:
        _report(answers, "memory", "an allocation failed")
    except Exception as error:
        _report(answers, "failed", f"{type(error).__name__}: {error}")


def target(name: str) -> Work:
    """Return the function "package.module:function"."""
    module, _, function = name.partition(":")
    work: Work = getattr(importlib.import_module(module), function)
    return work


def _report(answers: int, reason: str, message: str) -> None:
    with contextlib.suppress(OSError, MemoryError):  # nobody listens any more
        frames.send(answers, {"error": reason, "message": message[:MAX_TEXT]})
