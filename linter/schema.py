"""Validation at the edges: settings and bodies -> Options, a JSON report -> Report, and the published JSON Schema.

The one file of the static part that imports pydantic: adapters are derived from the dataclasses of `linter.finding` and
`linter.options`, which know nothing of it. `python -m linter.schema` writes linter/report.schema.json anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import ErrorDetails, core_schema

from linter import finding
from linter.finding import Report
from linter.graph import Unanalysed
from linter.observation import Observation
from linter.options import Limits, Options

T = TypeVar("T")
PUBLISHED = Path(__file__).with_name("report.schema.json")
NON_FINITE = ("NaN", "Infinity", "-Infinity")
"""How a report spells what JSON has no number for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document: where (keys joined by "."), and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class SchemaError(ValueError):
    """A document that is not of its shape; `problems` says why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def _wire_name(name: str) -> str:
    return "class" if name == "class_name" else name


WIRE = ConfigDict(alias_generator=_wire_name, json_schema_serialization_defaults_required=True)
INPUT = ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)
# the dataclasses stay free of pydantic; what it asks of them is said here
_WIRE_SHAPES = (Unanalysed, *(item for item in vars(finding).values() if isinstance(item, type) and is_dataclass(item)))
for shapes, config in ((_WIRE_SHAPES, WIRE), ((Options, Limits), INPUT)):
    for shape in shapes:
        setattr(shape, "__pydantic_config__", config)  # noqa: B010  (no attribute that the classes declare)

_REPORT: TypeAdapter[Report] = TypeAdapter(Report)
_OBSERVATION: TypeAdapter[Observation] = TypeAdapter(Observation)
_OPTIONS: TypeAdapter[Options] = TypeAdapter(Options)


def report(text: str | bytes) -> Report:
    """Return the report that a JSON report describes; raises SchemaError. Fields of later versions are passed over."""
    found = _validated(_REPORT, text, strict=False)
    if found.schema != Report().schema:
        raise SchemaError(
            (Problem("schema", f"{found.schema} is not {Report().schema}, the number this version reads"),)
        )
    return found


def observation(value: Mapping[str, Any]) -> Observation:
    """Return the observation in what a confined process answered; raises SchemaError."""
    return _validated(_OBSERVATION, json.dumps(value), strict=False)


def options(value: Mapping[str, Any] | str | bytes) -> Options:
    """Return the options of a settings table or of a JSON body; raises SchemaError, which names unknown keys."""
    try:
        text = value if isinstance(value, str | bytes) else json.dumps(value)
    except (TypeError, ValueError) as error:
        raise SchemaError((Problem("", f"not what JSON can say: {error}"),)) from None
    found = _validated(_OPTIONS, text, strict=True)
    if problems := tuple(_senseless(found)):
        raise SchemaError(problems)
    return found


def options_json(value: Options) -> str:
    """Return options as JSON that `options` reads back, in one spelling for all that are equal."""
    return json.dumps(_OPTIONS.dump_python(value, mode="json"), sort_keys=True, separators=(",", ":"))


def _senseless(found: Options) -> list[Problem]:
    """Return what has the right type and no meaning."""
    limits = ((field.name, getattr(found.limits, field.name)) for field in fields(Limits))
    problems = [Problem(f"limits.{name}", f"{value} is below 0") for name, value in limits if value < 0]
    if found.input_range is not None and found.input_range[0] > found.input_range[1]:
        problems.append(Problem("input_range", f"{list(found.input_range)} is not [low, high]"))
    return problems


def _validated(adapter: TypeAdapter[T], text: str | bytes, *, strict: bool) -> T:
    try:
        return adapter.validate_json(text, strict=strict)
    except ValidationError as error:
        found = tuple(map(_problem, error.errors(include_url=False, include_context=False)))
        raise SchemaError(found) from None


def _problem(error: ErrorDetails) -> Problem:
    *above, last = error["loc"] or ("",)
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        shape = Limits if above == ["limits"] else Options
        known = ", ".join(field.name for field in fields(shape))
        return Problem(".".join(map(str, above)), f"unknown key {_shown(last)}; known are {known}")
    where = ".".join(str(part) for part in error["loc"])
    received = "" if error["type"] in ("missing", "json_invalid") else f", received {_shown(error['input'])}"
    return Problem(where, f"{error['msg'][:1].lower()}{error['msg'][1:]}{received}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Published(GenerateJsonSchema):
    """The report's schema as it is written: without a title on every field, and with floats as they are spelled."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {"anyOf": [{"type": "number"}, {"enum": list(NON_FINITE)}]}


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema of the JSON report."""
    body = _REPORT.json_schema(mode="serialization", schema_generator=_Published)
    return {"$schema": _Published.schema_dialect, **body, "title": "keras-lint report"}


def options_schema(ref_template: str = "#/$defs/{model}") -> dict[str, Any]:
    """Return the JSON Schema of Options."""
    return _OPTIONS.json_schema(ref_template=ref_template)


def published() -> str:
    """Return the text of linter/report.schema.json."""
    return json.dumps(report_schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(published(), encoding="utf-8")
