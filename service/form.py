"""The form of a new audit: a model, perhaps data, perhaps options; each checked, limits lowered to the service's."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any, cast

from flask import request

from linter import api, schema
from linter.options import Limits, Options
from service.accept import Order
from service.context import context
from service.jobs import Upload
from service.problems import ProblemError, Wrong
from service.settings import Settings
from service.upload import FORM_MEMORY, Streamed, StreamingRequest

FILES, FIELDS = ("model", "data"), ("options",)
KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
LONGEST_NAME = 255


def order(owner: str) -> Order:
    """Return what the form of this request asks for; raises ProblemError."""
    if request.mimetype != "multipart/form-data":
        detail = f"send multipart/form-data with a file `model`, not {request.mimetype or 'a body without a type'}"
        raise ProblemError("unsupported-media-type", detail)
    key = _key()
    uploads, text = _uploads(), _options_text()
    options = _spelled(text, context().settings)
    return Order(owner, uploads["model"], uploads.get("data"), options, api.rule_set(context().settings.plugins), key)


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.match(key):
        raise _invalid("Idempotency-Key", "is not 1 to 255 visible ASCII characters")
    return key


def _uploads() -> dict[str, Upload]:
    wrong = [Wrong(name, "is not known; known are model, data and options") for name in _strangers()]
    uploads = {}
    for name in FILES:
        found = [item for item in request.files.getlist(name) if item.filename]  # a browser sends an empty one
        if len(found) > 1:
            wrong.append(Wrong(name, f"stands there {len(found)} times"))
        elif found:
            stream = cast("Streamed", found[0].stream)
            uploads[name] = stream.done(clean(found[0].filename or name))
        elif request.form.get(name):
            wrong.append(Wrong(name, "is a field; send it as a file, with a file name"))
    if "model" not in uploads and not wrong:
        wrong.append(Wrong("model", "is missing"))
    if wrong:
        raise ProblemError("invalid", "the form is not as expected", wrong)
    return uploads


def _strangers() -> list[str]:
    return sorted({*request.files, *request.form} - {*FILES, *FIELDS})


def clean(name: str) -> str:
    """Return a file's name as it may be shown: without folders, and of visible characters only."""
    last = re.split(r"[\\/]", name)[-1] or "model"
    return "".join(c if c.isprintable() else "?" for c in last)[-LONGEST_NAME:]


def _options_text() -> str:
    texts = request.form.getlist("options")
    for item in request.files.getlist("options"):  # some clients send JSON as a file
        stream = cast("Streamed", item.stream)
        if stream.size > FORM_MEMORY:
            raise ProblemError("too-large", f"options of {stream.size:,} bytes")
        texts.append(stream.artefacts.read(stream.place).decode("utf-8", "replace"))
    if len(texts) > 1:
        raise _invalid("options", f"stand there {len(texts)} times")
    return (texts[0] if texts else "").strip() or "{}"


def _options(text: str, settings: Settings) -> Options:
    """Return the options; limits that are not given are the service's, and none is beyond it."""
    try:
        given = schema.options(_ordered(text))
        if given.plugins:
            raise _invalid("options.plugins", "are set by who runs the service; leave them out")
        given = replace(given, plugins=settings.plugins)
        api.validate(given)
    except schema.SchemaError as error:
        wrong = [Wrong(f"options.{item.where}".rstrip("."), item.what) for item in error.problems]
        raise ProblemError("invalid", "the options are not as expected", wrong) from None
    except ValueError as error:
        raise _invalid("options", str(error)) from None
    stated: dict[str, Any] = json.loads(text).get("limits", {})
    wrong = []
    for field in fields(Limits):
        most = getattr(most_of(settings), field.name)
        if field.name in stated and getattr(given.limits, field.name) > most:
            wrong.append(Wrong(f"options.limits.{field.name}", f"can only be lowered; here it is {most:,}"))
    if wrong:
        raise ProblemError("invalid", "limits can only be lowered", wrong)
    stated_limits = {name: getattr(given.limits, name) for name in stated}
    return replace(given, limits=replace(most_of(settings), **stated_limits))


def _ordered(text: str) -> str:
    """Return the options with `input_range` in order: here it may be sent in either."""
    try:
        found = json.loads(text)
        low, high = found["input_range"]
        swapped = {**found, "input_range": [high, low]} if low > high else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return text
    return json.dumps(swapped) if swapped else text


def most_of(settings: Settings) -> Limits:
    """Return the limits that clients can only lower."""
    return Limits(max_samples=settings.max_samples, max_seconds=settings.max_seconds)


@lru_cache(maxsize=64)
def _spelled(text: str, settings: Settings) -> str:
    """Return options as JSON that is equal where they are; raises ProblemError."""
    return schema.options_json(_options(text, settings))


def _invalid(where: str, what: str) -> ProblemError:
    return ProblemError("invalid", f"{where} {what}", [Wrong(where, what)])


def is_streaming() -> StreamingRequest:
    """Return this request as what it is."""
    return cast("StreamingRequest", request._get_current_object())  # type: ignore[attr-defined]
