"""Forgetting an audit: its row, its uploads, and its report unless another of its owner's audits shows the same."""

from __future__ import annotations

from service.context import context
from service.problems import ProblemError
from service.tables import Audit


def remove(audit: Audit) -> None:
    """Forget an audit; raises ProblemError where somebody else just has."""
    here = context()
    gone = here.store.delete(audit.id)
    if gone is None:
        raise ProblemError("not-found", "there is no such audit")
    places = [place for place in (gone.model_place, gone.data_place, gone.report) if place]
    for place in set(places) - here.store.known(places):
        here.artefacts.delete(place)
