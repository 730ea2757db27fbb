"""Pages of audits, the newest first: a cursor says where the last one ended, so that none is missed or shown twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select, tuple_

from service.context import context
from service.jobs import State
from service.problems import ProblemError, Wrong
from service.tables import Audit
from service.tokens import Identity, Scope

FILTERS = ("state", "sha256", "name", "limit", "cursor")
MOST, USUAL = 100, 20
CURSOR = r"[0-9]{1,16}\.[0-9a-f]{32}"
VISIBLE = tuple(state for state in State if state is not State.CANCELLED)


def page(identity: Identity, asked: Mapping[str, str]) -> tuple[Sequence[Audit], str | None]:
    """Return a page and the next one's cursor; raises ProblemError for filters that make no sense."""
    wrong = [Wrong(name, f"is not known; known are {', '.join(FILTERS)}") for name in asked if name not in FILTERS]
    if wrong:
        raise ProblemError("invalid", "the query is not as expected", wrong)
    limit = _limit(asked.get("limit"))
    query = select(Audit).where(*_filters(identity, asked)).order_by(Audit.created.desc(), Audit.id.desc())
    with context().database.reading() as session:
        rows = session.scalars(query.limit(limit + 1)).all()
    return rows[:limit], _cursor(rows[limit - 1]) if len(rows) > limit else None


def _filters(identity: Identity, asked: Mapping[str, str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Audit.state.in_(_states(asked.get("state")))]
    if Scope.ADMIN not in identity.scopes:
        found.append(Audit.owner == identity.owner)
    if "sha256" in asked:
        found.append(Audit.model_sha256 == asked["sha256"].replace("\0", ""))
    if "name" in asked:
        found.append(Audit.model_name == asked["name"].replace("\0", ""))
    if "cursor" in asked:
        found.append(tuple_(Audit.created, Audit.id) < tuple_(*_place(asked["cursor"])))
    return found


def _states(asked: str | None) -> Sequence[State]:
    if asked is None:
        return VISIBLE
    known = [state for state in VISIBLE if state in asked.split(",")]
    if len(known) != len(set(asked.split(","))):
        what = f"is not one or more of {', '.join(VISIBLE)}, joined by commas"
        raise ProblemError("invalid", f"there is no state {asked!r}", [Wrong("state", what)])
    return known


def _limit(asked: str | None) -> int:
    if asked is None:
        return USUAL
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:6]) <= MOST):
        raise ProblemError("invalid", f"limit {asked!r} makes no sense", [Wrong("limit", f"is not 1 to {MOST}")])
    return int(asked)


def _cursor(audit: Audit) -> str:
    return f"{audit.created}.{audit.id}"


def _place(cursor: str) -> tuple[int, str]:
    if not re.fullmatch(CURSOR, cursor):
        raise ProblemError("invalid", "this cursor is none of ours", [Wrong("cursor", "cannot be read")])
    created, _, identity = cursor.partition(".")
    return int(created), identity
