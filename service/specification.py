"""The OpenAPI 3.1 document, made from the pydantic models and the linter's own schemas, and a page that shows it."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from typing import Any

from flask import Blueprint, Response, g, render_template
from pydantic.json_schema import models_json_schema

from linter import api, schema
from service import shapes
from service.context import context
from service.form import most_of
from service.paths import paths
from service.problems import KINDS

bp = Blueprint("specification", __name__)
REFERENCE = "#/components/schemas/{model}"
SHAPES = (
    shapes.AuditBody,
    shapes.AuditList,
    shapes.RuleList,
    shapes.RulePage,
    shapes.ProblemBody,
    shapes.Health,
)
ABOUT = (
    "Send a model, get what is risky in it. Nothing in a file is ever run unless data come with it, and then, like all "
    "reading, only in a confined process."
)


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "keras-lint server", "version": api.rule_set().partition("+")[0], "description": ABOUT},
        "paths": paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _schemas() -> dict[str, Any]:
    _, ours = models_json_schema([(shape, "serialization") for shape in SHAPES], ref_template=REFERENCE)
    found: dict[str, Any] = {**ours["$defs"], **_lifted("Report", schema.report_schema())}
    found |= _lifted("Options", schema.options_schema())
    found["Wishes"] = _wishes(found["Options"], found["Limits"])
    properties = found["AuditBody"]["properties"]
    properties["report"] = {"anyOf": [{"$ref": REFERENCE.format(model="Report")}, {"type": "null"}]}
    properties["options"] = {"$ref": REFERENCE.format(model="Options")}
    return dict(sorted(found.items()))


def _wishes(options: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    """Return the options as they may be sent here: of rules that there are, with limits that are not beyond ours."""
    codes = [row["code"] for row in json.loads(api.list_rules("json", context().settings.plugins))]
    known = {"enum": sorted({*codes, *(code[:3] for code in codes)})}
    several = {"type": "array", "items": known}
    most = {
        field: {**shape, "minimum": 0, "maximum": shape["default"]} for field, shape in limits["properties"].items()
    }
    for name, value in asdict(most_of(context().settings)).items():
        most[name]["maximum"] = value
    sent = {
        **{name: shape for name, shape in options["properties"].items() if name != "plugins"},
        "select": several,
        "ignore": several,
        "severity": {**options["properties"]["severity"], "propertyNames": known},
        "per_layer_ignores": {"type": "object", "additionalProperties": several},
        "limits": {"type": "object", "properties": most, "additionalProperties": False},
    }
    about = "Options as they may be sent, as JSON; `input_range` in either order"
    return {"type": "object", "description": about, "properties": sent, "additionalProperties": False}


def _lifted(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return a schema and what it defines, side by side."""
    text = json.dumps(found).replace('"#/$defs/', '"#/components/schemas/')
    whole: dict[str, Any] = json.loads(text)
    inner = whole.pop("$defs", {})
    whole.pop("$schema", None)
    return {**inner, name: whole}


@bp.get("/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document."""
    return Response(json.dumps(document()), content_type="application/json")


@bp.get("/docs")
def docs() -> str:
    """Show the OpenAPI document."""
    return render_template("docs.html", document=document(), kinds=KINDS.values(), nonce=g.nonce)
