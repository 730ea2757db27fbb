"""An audit's course as server-sent events: `progress` with each stage, and at last `end`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from flask import Response

from service.answers import body
from service.context import Context, context
from service.jobs import State
from service.problems import ProblemError
from service.tables import Audit

LONGEST = 3600.0
"""Seconds after which a client has to ask anew; it does so by itself."""


def stream(audit: Audit) -> Response:
    """Return the events of an audit from now on; raises ProblemError where too many are followed."""
    here, stack = context(), ExitStack()
    if not stack.enter_context(here.waiting.seat()):
        stack.close()
        raise ProblemError("busy", "too many clients wait already", headers={"Retry-After": "2"})
    response = Response(_events(here, audit, stack), content_type="text/event-stream; charset=utf-8")
    response.call_on_close(stack.close)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(here: Context, audit: Audit, stack: ExitStack) -> Iterator[str]:
    last = None
    with stack:
        yield "retry: 2000\n\n"
        for standing in here.waiting.changes(audit.id, LONGEST):
            if standing == last:
                yield ": still here\n\n"
                continue
            last = standing
            state, stage, done = standing
            yield _event("progress", {"state": state, "stage": stage, "done": done})
            if state.over:
                found = here.store.get(audit.id)
                yield _event("end", body(found, here.settings).model_dump() if found else {"state": State.CANCELLED})


def _event(name: str, data: Mapping[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
